// SPDX-License-Identifier: Apache-2.0

#include "fuzz/ouro/conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/check.h"
#include "model/isolate.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

// Where the name contains %K, adds a case for each slot; `text`, a program, may contain it, too.
void Add(std::vector<ConformanceCase>* cases, const std::string& name, const std::string& text,
         uint32_t needs = 0) {
  const bool each_slot = name.find("%K") != std::string::npos;
  const auto with = [](std::string in, int slot) {
    for (size_t at; (at = in.find("%K")) != std::string::npos;) {
      in.replace(at, 2, fmt::format("{}", slot));
    }
    return in;
  };
  for (int slot = 0; slot < (each_slot ? kMaxSlots : 1); ++slot) {
    std::vector<Program> programs;
    CHECK(Parse(with(text, slot), &programs).empty() && programs.size() == 1);
    cases->push_back({with(name, slot), name, programs[0], needs});
  }
}

void AddBirths(std::vector<ConformanceCase>* cases) {
  Add(cases, "the birth of a node is reported", "r0 = node 0");
  Add(cases, "the birth of a leaf is reported", "r0 = leaf");
  Add(cases, "births are numbered consecutively, whatever has died",
      "r0 = node 0\nr0 = none\ncollect 2\nr0 = node 8\nr1 = leaf\nr0 = none\nr0 = node 1");
  Add(cases, "an object in a register stays alive", "r0 = node 0\nr1 = leaf\ncollect 2\ncollect 0");
  Add(cases, "the death of a node is reported", "r0 = node 1\nr0 = none\ncollect 2\ncollect 2");
  Add(cases, "the death of a leaf is reported", "r0 = leaf\nr0 = none\ncollect 2\ncollect 2");
  Add(cases, "a copied reference keeps its object alive",
      "r0 = node 0\nr1 = r0\nr0 = none\ncollect 2\nr1 = none\ncollect 2\ncollect 2");
  Add(cases, "an assignment releases the old value",
      "r0 = node 0\nr1 = node 0\nr0 = r1\ncollect 2\ncollect 2");
  Add(cases, "a copy of a register to itself changes nothing", "r0 = node 0\nr0 = r0\ncollect 2");
}

void AddSlots(std::vector<ConformanceCase>* cases) {
  Add(cases, "slot %K is initially empty", "r0 = node 8\nr1 = r0.%K");
  Add(cases, "slot %K yields what was stored",
      "r0 = node 8\nr1 = leaf\nr0.%K = r1\nr2 = r0.%K\nr3 = r0.%K");
  Add(cases, "slot %K keeps what was stored alive",
      "r0 = node 8\nr1 = node 0\nr0.%K = r1\nr1 = none\ncollect 2\nr2 = r0.%K");
  Add(cases, "emptying slot %K releases its object",
      "r0 = node 8\nr1 = node 0\nr0.%K = r1\nr1 = none\nr0.%K = none\ncollect 2\ncollect 2");
  Add(cases, "a store to slot %K releases the old value",
      "r0 = node 8\nr1 = node 0\nr0.%K = r1\nr1 = none\nr1 = leaf\nr0.%K = r1\ncollect 2\n"
      "collect 2");
  Add(cases, "a dying node releases slot %K",
      "r0 = node 8\nr1 = node 0\nr0.%K = r1\nr1 = none\nr0 = none\ncollect 2\ncollect 2");
  Add(cases, "slot %K is visited", "r0 = node 8\nr0.%K = r0\nr0 = none\ncollect 2\ncollect 2");
  Add(cases, "slot %K is visited once",
      "r0 = node 8\nr1 = node 1\nr0.%K = r1\ncollect 2\nr2 = r0.%K\nr0.%K = none\ncollect 2");
  Add(cases, "slot %K is also visited in old nodes",
      "r0 = node 8\ncollect 2\ncollect 2\nr1 = node 0\nr0.%K = r1\nr1 = none\ncollect 0\n"
      "r2 = r0.%K");
  Add(cases, "a cycle of two nodes through slot %K is collected",
      "r0 = node 8\nr1 = node 8\nr0.%K = r1\nr1.%K = r0\nr0 = none\ncollect 2\nr1 = none\n"
      "collect 2\ncollect 2");
  Add(cases, "two slots are two references to one object",
      "r0 = node 2\nr1 = node 0\nr0.0 = r1\nr0.1 = r1\nr1 = none\ncollect 2\nr0.0 = none\n"
      "collect 2\nr0.1 = none\ncollect 2\ncollect 2");
}

void AddFinalizers(std::vector<ConformanceCase>* cases) {
  const std::string run = "def 0:\nr1 = leaf\nmain:\n";
  Add(cases, "the finalizer runs", "r0 = node 0 del 0\nr0 = none\ncollect 2\ncollect 2",
      kFinalizers);
  Add(cases, "the finalizer's script is executed",
      run + "r0 = node 0 del 0\nr0 = none\ncollect 2\ncollect 2", kFinalizers);
  Add(cases, "the finalizer runs once",
      "r0 = node 0 del 0\nr1 = node 0 del 0\nr0 = none\nr1 = none\ncollect 2\ncollect 2\ncollect 2",
      kFinalizers);
  Add(cases, "the finalizer of an object in a cycle runs",
      "r0 = node 1 del 0\nr0.0 = r0\nr0 = none\ncollect 2\ncollect 2", kFinalizers);
  Add(cases, "a finalizer sees the slots of its object",
      "def 0:\nr1 = self.0\nr1 = none\nmain:\nr0 = node 1 del 0\nr2 = leaf\nr0.0 = r2\nr2 = none\n"
      "r0 = none\ncollect 2\ncollect 2",
      kFinalizers);
  Add(cases, "a finalizer can resurrect its object",
      "def 0:\nr1 = self\nmain:\nr0 = node 1 del 0\nr0 = none\ncollect 2\nr2 = r1.0\ncollect 2\n"
      "r1 = none\ncollect 2\ncollect 2",
      kFinalizers);
  Add(cases, "a nested finalizer has its own self",
      "def 0:\nr1 = self\nmain:\nr0 = node 1 del 0\nr2 = node 0 del 0\nr0.0 = r2\nr2 = none\n"
      "r0 = none\ncollect 2\nr1 = none\ncollect 2\ncollect 2",
      kFinalizers);
  // Nested under reference counting only; a tracing collector runs the two one after the other.
  Add(cases, "a finalizer has its self back after a nested one",
      "def 0:\nself.0 = none\nr2 = self\nmain:\nr0 = node 1 del 0\nr1 = node 0 del 1\nr0.0 = r1\n"
      "r1 = none\nr0 = none\ncollect 2\nr2 = none\ncollect 2\ncollect 2",
      kFinalizers);
  Add(cases, "a finalizer can raise",
      "def 0:\nraise\nmain:\nr0 = node 0 del 0\nr0 = none\ncollect 2\ncollect 2\nr0 = node 0",
      kFinalizers);
}

void AddWeakReferences(std::vector<ConformanceCase>* cases) {
  const uint32_t weak = kWeakReferences;
  Add(cases, "the birth of a weak reference is reported", "r0 = node 0\nr1 = weak r0", weak);
  Add(cases, "a weak reference yields its target", "r0 = node 0\nr1 = weak r0\nr2 = r1()", weak);
  Add(cases, "a weak reference does not keep its target alive",
      "r0 = node 0\nr1 = weak r0\nr0 = none\ncollect 2\ncollect 2\nr2 = r1()", weak);
  Add(cases, "the death of a weak reference is reported",
      "r0 = node 0\nr1 = weak r0\nr1 = none\ncollect 2\ncollect 2\nr1 = r0", weak);
  Add(cases, "two weak references to one node are distinct",
      "r0 = node 0\nr1 = weak r0\nr2 = weak r0\nr1 = none\ncollect 2\nr3 = r2()\nr3 = none\n"
      "r0 = none\ncollect 2\ncollect 2\nr3 = r2()",
      weak);
  Add(cases, "a slot keeps a weak reference alive",
      "r0 = node 0\nr1 = weak r0\nr2 = node 1\nr2.0 = r1\nr1 = none\ncollect 2\nr1 = r2.0\n"
      "r3 = r1()",
      weak);
  Add(cases, "the callback of a weak reference runs",
      "def 0:\nr2 = leaf\nmain:\nr0 = node 0\nr1 = weak r0 call 0\nr0 = none\ncollect 2\ncollect 2",
      weak | kCallbacks);
  Add(cases, "the callback of a weak reference to a cycle runs",
      "r0 = node 1\nr0.0 = r0\nr1 = weak r0 call 0\nr0 = none\ncollect 2\ncollect 2",
      weak | kCallbacks);
}

void AddMaps(std::vector<ConformanceCase>* cases) {
  Add(cases, "the birth of a map is reported", "r0 = map", kMaps);
  Add(cases, "a map yields the value of a key, and nothing for another one",
      "r0 = map\nr1 = node 0\nr2 = node 0\nr3 = leaf\nr0[r1] = r3\nr4 = r0[r1]\nr4 = r0[r2]",
      kMaps);
  Add(cases, "an entry keeps its value alive",
      "r0 = map\nr1 = node 0\nr2 = node 0\nr0[r1] = r2\nr2 = none\ncollect 2\nr2 = r0[r1]", kMaps);
  Add(cases, "an entry does not keep its key alive, and goes with it",
      "r0 = map\nr1 = node 0\nr2 = leaf\nr0[r1] = r2\nr1 = none\nr2 = none\ncollect 2\ncollect 2",
      kMaps);
  Add(cases, "another value replaces the old one",
      "r0 = map\nr1 = node 0\nr2 = leaf\nr0[r1] = r2\nr2 = leaf\nr0[r1] = r2\ncollect 2\n"
      "collect 2\nr3 = r0[r1]",
      kMaps);
  Add(cases, "an entry can be removed",
      "r0 = map\nr1 = node 0\nr2 = leaf\nr0[r1] = r2\nr2 = none\nr0[r1] = none\ncollect 2\n"
      "collect 2\nr2 = r0[r1]",
      kMaps);
  Add(cases, "the values die with the map",
      "r0 = map\nr1 = node 0\nr2 = leaf\nr0[r1] = r2\nr2 = none\nr0 = none\ncollect 2\ncollect 2",
      kMaps);
  Add(cases, "a value that leads to its key does not keep it alive",
      "r0 = map\nr1 = node 0\nr2 = node 1\nr0[r1] = r2\nr2.0 = r1\nr1 = none\nr2 = none\n"
      "collect 2\ncollect 2",
      kMaps);
}

void AddDisposals(std::vector<ConformanceCase>* cases) {
  const std::string run = "def 0:\nr1 = leaf\nr1 = none\nmain:\nr0 = node 1 del 0\n";
  const uint32_t needs = kDisposal | kFinalizers;
  Add(cases, "a finalizer that is asked for runs, and the object lives on",
      run + "dispose r0\nr0.0 = r0\nr2 = r0.0\nr0.0 = none\ncollect 2", needs);
  Add(cases, "it runs at the object's death all the same",
      run + "dispose r0\nr0 = none\ncollect 2\ncollect 2", needs);
}

void AddEnd(std::vector<ConformanceCase>* cases) {
  Add(cases, "at the end everything is freed that has no finalizer",
      "r0 = node 1\nr1 = leaf\nr0.0 = r0\nr0 = none\nend", kEnding);
  Add(cases, "at the end finalizers run as the contract says, of cycles and of what is referenced",
      "def 0:\nr2 = r1\nmain:\nr0 = node 1 del 0\nr0.0 = r0\nr1 = node 0 del 0\nend",
      kEnding | kFinalizers);
}

void AddScopes(std::vector<ConformanceCase>* cases) {
  Add(cases, "what is pushed stays alive until it is popped",
      "r0 = node 0\npush r0\nr0 = none\ncollect 2\npop\ncollect 2\ncollect 2", kScopes);
  Add(cases, "a pop drops the newest",
      "r0 = node 0\nr1 = node 0\npush r0\npush r1\nr0 = none\nr1 = none\npop\ncollect 2\n"
      "collect 2\npop\ncollect 2\ncollect 2",
      kScopes);
  Add(cases, "a finalizer pushes onto what main has pushed",
      "def 0:\npush self\npop\nmain:\nr1 = leaf\npush r1\nr1 = none\nr0 = node 0 del 0\nr0 = none\n"
      "collect 2\ncollect 2\npop\ncollect 2\ncollect 2",
      kScopes | kFinalizers);
}

void AddFills(std::vector<ConformanceCase>* cases) {
  Add(cases, "a node is born with what it holds, in even and in odd slots",
      "r0 = leaf\nr1 = node 0\nr2 = node 3 with r0 r1\nr0 = none\nr1 = none\ncollect 2\n"
      "r0 = r2.0\nr1 = r2.1\nr3 = r2.2",
      kFills);
  Add(cases, "each slot of a birth counts",
      "r0 = node 0\nr1 = node 3 with r0 r0\nr0 = none\nr1.0 = none\nr1.1 = none\ncollect 2\n"
      "r1.2 = none\ncollect 2\ncollect 2",
      kFills);
  Add(cases, "clearing a node empties its slots and releases what they held",
      "r0 = node 0\nr1 = leaf\nr2 = node 8 with r0 r1\nr0 = none\nr1 = none\nr2.* = none\n"
      "r0 = r2.0\nr1 = r2.7\ncollect 2\ncollect 2",
      kFills);
  Add(cases, "a copy of slots holds what it copies",
      "r0 = node 0\nr1 = node 2 with r0 r0\nr2 = node 3\nr2.* = r1.*\nr0 = none\nr1 = none\n"
      "collect 2\nr0 = r2.0\nr1 = r2.2",
      kFills);
  Add(cases, "a copy of slots releases what it replaces",
      "r0 = node 0\nr1 = leaf\nr2 = node 1 with r0 r0\nr3 = node 2 with r1 r1\nr1 = none\n"
      "r3.* = r2.*\ncollect 2\nr3.1 = none\ncollect 2\ncollect 2",
      kFills);
  Add(cases, "a copy of slots takes as many as both have, empty ones too",
      "r0 = node 0\nr1 = node 3 with r0 r0\nr1.0 = none\nr2 = node 1 with r0 r0\nr0 = none\n"
      "r2.* = r1.*\nr0 = r2.0\nr1 = none\ncollect 2\ncollect 2",
      kFills);
  Add(cases, "a copy of the slots of a node to itself changes nothing",
      "r0 = node 0\nr1 = node 2 with r0 r0\nr0 = none\nr1.* = r1.*\ncollect 2\nr0 = r1.1", kFills);
  Add(cases, "all slots are written before a finalizer of what they held runs",
      "def 0:\nr4 = r2.0\nr5 = r2.1\nmain:\nr0 = node 0 del 0\nr1 = node 0 del 0\n"
      "r2 = node 2 with r0 r1\nr0 = none\nr1 = none\nr2.* = none\ncollect 2\ncollect 2",
      kFills | kFinalizers);
}

void AddHeldValues(std::vector<ConformanceCase>* cases) {
  const uint32_t needs = kHeldValues | kWeakReferences;
  Add(cases, "a weak reference keeps alive what it holds, and yields it",
      "r0 = node 0\nr1 = leaf\nr2 = weak r0 with r1\nr1 = none\ncollect 2\ncollect 2\nr3 = r2.0",
      needs);
  Add(cases, "what it holds dies with it, or when the slot is emptied",
      "r0 = node 0\nr1 = leaf\nr2 = weak r0 with r1\nr1 = leaf\nr3 = weak r0 with r1\nr1 = none\n"
      "r2 = none\nr3.0 = none\ncollect 2\ncollect 2",
      needs);
  Add(cases, "a cycle through a weak reference is collected",
      "r0 = node 1\nr1 = weak r0 with r0\nr0.0 = r1\nr0 = none\nr1 = none\ncollect 2\ncollect 2",
      needs);
  Add(cases, "a callback finds what its weak reference holds",
      "def 0:\nr3 = self.0\nmain:\nr0 = node 0\nr1 = leaf\nr2 = weak r0 with r1 call 0\n"
      "r1 = none\nr0 = none\ncollect 2\ncollect 2",
      needs | kCallbacks);
}

// That a step ends a collection cannot be demanded: an adapter whose steps never do loses a law.
void AddSteps(std::vector<ConformanceCase>* cases) {
  Add(cases, "steps collect nothing that is held",
      "r0 = node 1\nr1 = node 1\nr0.0 = r1\nr1 = none\nstep 1\nr1 = r0.0\nstep 1\nr0 = none\n"
      "step 1000\nr1.0 = r1\nstep 1000\nr0 = r1.0",
      kSteps);
  Add(cases, "what is unreachable while two collections end in steps is freed",
      "r0 = node 1\nr0.0 = r0\nr0 = none\nstep 1000\nstep 1000\nstep 1000\nstep 1000", kSteps);
  Add(cases, "steps run finalizers",
      "def 0:\nr1 = self\nmain:\nr0 = node 0 del 0\nr0 = none\nstep 1000\nstep 1000\n"
      "step 1000\nstep 1000\nr1 = none\nstep 1000\nstep 1000\nstep 1000\nstep 1000",
      kSteps | kFinalizers);
}

void AddRest(std::vector<ConformanceCase>* cases) {
  Add(cases, "a collection of a young generation can be requested",
      "r0 = node 1\nr0.0 = r0\nr0 = none\ncollect 0\ncollect 1\ncollect 2\ncollect 2",
      kGenerations3);
  Add(cases, "the garbage list is reported, can be read, and can be cleared",
      "r0 = node 1 del 0\nr0.0 = r0\nr0 = none\ncollect 2\nr0 = garbage 0\nr1 = r0.0\n"
      "garbage clear",
      kGarbageList | kFinalizers);
  Add(cases, "saveall saves trash until it is turned off",
      "saveall on\nr0 = node 1\nr0.0 = r0\nr0 = none\ncollect 2\nsaveall off\nr0 = garbage 0\n"
      "garbage clear\nr0 = none\ncollect 2\ncollect 2",
      kSaveall | kGarbageList);
  Add(cases, "a census lists every tracked object",
      "census\nr0 = node 1\nr1 = leaf\ncensus\ncollect 0\ncensus\ncollect 1\nr0 = none\ncensus",
      kCensusTaking);
  Add(cases, "thresholds start collections",
      "threshold 2 0 0\nr0 = node 1\nr0.0 = r0\nr0 = none\nr1 = node 0\nr2 = node 0\nr3 = node 0",
      kThresholds);
  Add(cases, "disable and enable take effect",
      "threshold 1 0 0\ndisable\nr0 = node 0\nr1 = node 0\nr2 = node 0\nenable\nr3 = node 0",
      kThresholds);
  Add(cases, "allocations fail on request",
      "fail 1\nr0 = node 0\nr0 = node 0\nfail 2\nr1 = leaf\nr2 = node 1\nr2 = node 1", kFailures);
}

std::vector<ConformanceCase> AllCases() {
  std::vector<ConformanceCase> cases;
  AddBirths(&cases);
  AddSlots(&cases);
  AddFinalizers(&cases);
  AddWeakReferences(&cases);
  AddMaps(&cases);
  AddDisposals(&cases);
  AddEnd(&cases);
  AddScopes(&cases);
  AddFills(&cases);
  AddHeldValues(&cases);
  AddSteps(&cases);
  AddRest(&cases);
  return cases;
}

constexpr char kSurvivesReset[] = "state that a reset does not clear: objects, numbers, settings";

std::string LookFor(Law law) {
  switch (law) {
    case Law::kIdentity:
      return "an object number that is reused or skipped: births are numbered from 0, without "
             "gaps, "
             "until a reset";
    case Law::kFreeOnce:
      return "a death that is reported twice, or under another object's number";
    case Law::kFreeAtOnce:
      return "a reference that the adapter itself keeps (a local variable, a table, an argument), "
             "a "
             "count that is one too high, or a death that is reported late or never";
    case Law::kNoFreeWhileHeld:
      return "an edge or register that the collector does not know of (never visited, no write "
             "barrier), one that it is told of twice, or a death that is reported too early";
    case Law::kTrashFreed:
      return "an edge that is stored and never visited, an object that the adapter itself keeps "
             "alive, or a death that is never reported";
    case Law::kFinalizeAtOnce:
    case Law::kFinalizeBeforeFree:
      return "a finalizer that is never reported, or only after the death";
    case Law::kFinalizeAsOften:
      return "a finalizer that is reported twice, or under another object's number";
    case Law::kNoFinalizeWhileHeld:
      return "an edge or register that the collector does not know of, or a finalizer that is "
             "reported under another object's number";
    case Law::kCallbackWhenCleared:
    case Law::kCallbackBeforeFree:
    case Law::kCallbackOrder:
      return "a callback that is lost, reported twice, or reported out of order";
    case Law::kDereference:
      return "a weak reference that keeps its target alive, is never cleared, or yields another "
             "object";
    case Law::kLoad:
      return "a slot that is read from or written to the wrong place";
    case Law::kCollectionCount:
      return "objects of the adapter's own among the trash, or a count that is made up";
    case Law::kEventInPlace:
      return "a missing event, or one in the wrong place: births and results are reported once, "
             "deaths and finalizers within the operation that causes them";
    default:
      return fmt::format("how the adapter reports what the law {} is about", Name(law));
  }
}

}  // namespace

const std::vector<ConformanceCase>& ConformanceCases() {
  static const std::vector<ConformanceCase> cases = AllCases();
  return cases;
}

std::vector<FailedCase> CheckConformance(const Specimen& specimen, size_t* passed) {
  const RunProgram run = [&specimen](const Program& program, std::string* transcript) {
    return TryIsolated(program, specimen, Isolation{}, transcript);
  };
  const FindUnlawful find = [&specimen](const std::vector<Program>& programs) {
    return FindIsolated(programs, kAnySignature, specimen, Isolation{});
  };
  return CheckConformance(specimen, run, find, passed);
}

size_t CountSkipped(uint32_t abilities, uint32_t* missing) {
  size_t skipped = 0;
  *missing = 0;
  for (const ConformanceCase& test : ConformanceCases()) {
    const uint32_t lacks = test.needs & ~abilities;
    if (lacks != 0) ++skipped;
    *missing |= lacks;
  }
  return skipped;
}

std::string LookFor(const Verdict& verdict) {
  if (verdict.lawful()) return kSurvivesReset;
  if (verdict.kind == Verdict::Kind::kConvicted) return LookFor(verdict.violation->law);
  return "what made the adapter fail";
}

std::vector<FailedCase> CheckConformance(const Specimen& specimen, const RunProgram& run,
                                         const FindUnlawful& find, size_t* passed) {
  std::vector<const ConformanceCase*> rest;
  for (const ConformanceCase& test : ConformanceCases()) {
    if ((test.needs & ~specimen.abilities) == 0) rest.push_back(&test);
  }
  std::vector<FailedCase> failures;
  *passed = 0;
  while (true) {
    // Each program twice: state that a reset does not clear shows in the second run.
    std::vector<Program> programs;
    for (const ConformanceCase* test : rest) programs.insert(programs.end(), 2, test->program);
    const size_t found = find(programs) / 2;
    *passed += found;
    if (found == rest.size()) return failures;
    const ConformanceCase& test = *rest[found];
    rest.erase(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(found) + 1);
    rest.erase(std::remove_if(
                   rest.begin(), rest.end(),
                   [&test](const ConformanceCase* other) { return other->family == test.family; }),
               rest.end());
    FailedCase failed = {.name = test.name, .look_for = "", .program = test.program};
    failed.verdict = run(test.program, &failed.transcript);
    failed.after_others = failed.verdict.lawful();
    failed.look_for = LookFor(failed.verdict);
    const bool known = std::any_of(
        failures.begin(), failures.end(),
        [&failed](const FailedCase& other) { return other.look_for == failed.look_for; });
    if (!known) failures.push_back(std::move(failed));
  }
}

}  // namespace ouro
