#include "fuzz/ouro/conformance.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/check.h"
#include "model/judge/law.h"

namespace ouro {
namespace {

// `text` is a program in which %K stands for a slot.
void Add(std::vector<Duty>* duties, const std::string& name, const std::string& text,
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
    duties->push_back({with(name, slot), name, programs[0], needs});
  }
}

void AddBirths(std::vector<Duty>* d) {
  Add(d, "the birth of a node is reported", "r0 = node 0");
  Add(d, "the birth of a leaf is reported", "r0 = leaf");
  Add(d, "births are numbered on, whatever has died",
      "r0 = node 0\nr0 = none\ncollect 2\nr0 = node 8\nr1 = leaf\nr0 = none\nr0 = node 1");
  Add(d, "what a register holds lives", "r0 = node 0\nr1 = leaf\ncollect 2\ncollect 0");
  Add(d, "the death of a node is reported", "r0 = node 1\nr0 = none\ncollect 2\ncollect 2");
  Add(d, "the death of a leaf is reported", "r0 = leaf\nr0 = none\ncollect 2\ncollect 2");
  Add(d, "a copy holds what it copied",
      "r0 = node 0\nr1 = r0\nr0 = none\ncollect 2\nr1 = none\ncollect 2\ncollect 2");
  Add(d, "an assignment lets go of the old value",
      "r0 = node 0\nr1 = node 0\nr0 = r1\ncollect 2\ncollect 2");
  Add(d, "a copy of a register to itself changes nothing", "r0 = node 0\nr0 = r0\ncollect 2");
}

void AddSlots(std::vector<Duty>* d) {
  Add(d, "slot %K is empty at first", "r0 = node 8\nr1 = r0.%K");
  Add(d, "slot %K yields what was stored",
      "r0 = node 8\nr1 = leaf\nr0.%K = r1\nr2 = r0.%K\nr3 = r0.%K");
  Add(d, "slot %K holds what was stored",
      "r0 = node 8\nr1 = node 0\nr0.%K = r1\nr1 = none\ncollect 2\nr2 = r0.%K");
  Add(d, "slot %K lets go of what was stored",
      "r0 = node 8\nr1 = node 0\nr0.%K = r1\nr1 = none\nr0.%K = none\ncollect 2\ncollect 2");
  Add(d, "slot %K lets go of the old value",
      "r0 = node 8\nr1 = node 0\nr0.%K = r1\nr1 = none\nr1 = leaf\nr0.%K = r1\ncollect 2\n"
      "collect 2");
  Add(d, "a node that dies lets go of slot %K",
      "r0 = node 8\nr1 = node 0\nr0.%K = r1\nr1 = none\nr0 = none\ncollect 2\ncollect 2");
  Add(d, "slot %K is visited", "r0 = node 8\nr0.%K = r0\nr0 = none\ncollect 2\ncollect 2");
  Add(d, "slot %K is visited once",
      "r0 = node 8\nr1 = node 1\nr0.%K = r1\ncollect 2\nr2 = r0.%K\nr0.%K = none\ncollect 2");
  Add(d, "slot %K is visited in old nodes, too",
      "r0 = node 8\ncollect 2\ncollect 2\nr1 = node 0\nr0.%K = r1\nr1 = none\ncollect 0\n"
      "r2 = r0.%K");
  Add(d, "a cycle of two through slot %K is found",
      "r0 = node 8\nr1 = node 8\nr0.%K = r1\nr1.%K = r0\nr0 = none\ncollect 2\nr1 = none\n"
      "collect 2\ncollect 2");
  Add(d, "two slots hold one object twice",
      "r0 = node 2\nr1 = node 0\nr0.0 = r1\nr0.1 = r1\nr1 = none\ncollect 2\nr0.0 = none\n"
      "collect 2\nr0.1 = none\ncollect 2\ncollect 2");
}

void AddFinalizers(std::vector<Duty>* d) {
  const std::string run = "def 0:\nr1 = leaf\nmain:\n";
  Add(d, "the finalizer runs", "r0 = node 0 del 0\nr0 = none\ncollect 2\ncollect 2", kFinalizers);
  Add(d, "the finalizer's script is executed",
      run + "r0 = node 0 del 0\nr0 = none\ncollect 2\ncollect 2", kFinalizers);
  Add(d, "the finalizer runs once",
      "r0 = node 0 del 0\nr1 = node 0 del 0\nr0 = none\nr1 = none\ncollect 2\ncollect 2\ncollect 2",
      kFinalizers);
  Add(d, "a finalizer that is in a cycle runs",
      "r0 = node 1 del 0\nr0.0 = r0\nr0 = none\ncollect 2\ncollect 2", kFinalizers);
  Add(d, "a finalizer sees the slots of its object",
      "def 0:\nr1 = self.0\nr1 = none\nmain:\nr0 = node 1 del 0\nr2 = leaf\nr0.0 = r2\nr2 = none\n"
      "r0 = none\ncollect 2\ncollect 2",
      kFinalizers);
  Add(d, "a finalizer can resurrect its object",
      "def 0:\nr1 = self\nmain:\nr0 = node 1 del 0\nr0 = none\ncollect 2\nr2 = r1.0\ncollect 2\n"
      "r1 = none\ncollect 2\ncollect 2",
      kFinalizers);
  Add(d, "a finalizer within a finalizer has its own self",
      "def 0:\nr1 = self\nmain:\nr0 = node 1 del 0\nr2 = node 0 del 0\nr0.0 = r2\nr2 = none\n"
      "r0 = none\ncollect 2\nr1 = none\ncollect 2\ncollect 2",
      kFinalizers);
  // Under a collector that traces, both run one after the other: nothing is asked of it.
  Add(d, "a finalizer has its self back when one within it is over",
      "def 0:\nself.0 = none\nr2 = self\nmain:\nr0 = node 1 del 0\nr1 = node 0 del 1\nr0.0 = r1\n"
      "r1 = none\nr0 = none\ncollect 2\nr2 = none\ncollect 2\ncollect 2",
      kFinalizers);
  Add(d, "a finalizer can raise",
      "def 0:\nraise\nmain:\nr0 = node 0 del 0\nr0 = none\ncollect 2\ncollect 2\nr0 = node 0",
      kFinalizers);
}

void AddWeakReferences(std::vector<Duty>* d) {
  const uint32_t weak = kWeakReferences;
  Add(d, "the birth of a weak reference is reported", "r0 = node 0\nr1 = weak r0", weak);
  Add(d, "a weak reference yields its target", "r0 = node 0\nr1 = weak r0\nr2 = r1()", weak);
  Add(d, "a weak reference does not hold its target",
      "r0 = node 0\nr1 = weak r0\nr0 = none\ncollect 2\ncollect 2\nr2 = r1()", weak);
  Add(d, "the death of a weak reference is reported",
      "r0 = node 0\nr1 = weak r0\nr1 = none\ncollect 2\ncollect 2\nr1 = r0", weak);
  Add(d, "two weak references to one node are two",
      "r0 = node 0\nr1 = weak r0\nr2 = weak r0\nr1 = none\ncollect 2\nr3 = r2()\nr3 = none\n"
      "r0 = none\ncollect 2\ncollect 2\nr3 = r2()",
      weak);
  Add(d, "a weak reference in a slot is held",
      "r0 = node 0\nr1 = weak r0\nr2 = node 1\nr2.0 = r1\nr1 = none\ncollect 2\nr1 = r2.0\n"
      "r3 = r1()",
      weak);
  Add(d, "the callback of a weak reference runs",
      "def 0:\nr2 = leaf\nmain:\nr0 = node 0\nr1 = weak r0 call 0\nr0 = none\ncollect 2\ncollect 2",
      weak | kCallbacks);
  Add(d, "the callback of a weak reference to a cycle runs",
      "r0 = node 1\nr0.0 = r0\nr1 = weak r0 call 0\nr0 = none\ncollect 2\ncollect 2",
      weak | kCallbacks);
}

void AddRest(std::vector<Duty>* d) {
  Add(d, "a young collection can be asked for",
      "r0 = node 1\nr0.0 = r0\nr0 = none\ncollect 0\ncollect 1\ncollect 2\ncollect 2",
      kGenerations3);
  Add(d, "the garbage list is reported and can be taken",
      "r0 = node 1 del 0\nr0.0 = r0\nr0 = none\ncollect 2\nr0 = garbage 0\nr1 = r0.0\n"
      "garbage clear",
      kGarbageList | kFinalizers);
  Add(d, "saveall saves trash, until it is off",
      "saveall on\nr0 = node 1\nr0.0 = r0\nr0 = none\ncollect 2\nsaveall off\nr0 = garbage 0\n"
      "garbage clear\nr0 = none\ncollect 2\ncollect 2",
      kSaveall | kGarbageList);
  Add(d, "a census lists all that is tracked",
      "census\nr0 = node 1\nr1 = leaf\ncensus\ncollect 0\ncensus\ncollect 1\nr0 = none\ncensus",
      kCensusTaking);
  Add(d, "thresholds start collections",
      "threshold 2 0 0\nr0 = node 1\nr0.0 = r0\nr0 = none\nr1 = node 0\nr2 = node 0\nr3 = node 0",
      kThresholds);
  Add(d, "disable and enable do",
      "threshold 1 0 0\ndisable\nr0 = node 0\nr1 = node 0\nr2 = node 0\nenable\nr3 = node 0",
      kThresholds);
  Add(d, "allocations fail when they are told to",
      "fail 1\nr0 = node 0\nr0 = node 0\nfail 2\nr1 = leaf\nr2 = node 1\nr2 = node 1", kFailures);
}

std::vector<Duty> AllDuties() {
  std::vector<Duty> duties;
  AddBirths(&duties);
  AddSlots(&duties);
  AddFinalizers(&duties);
  AddWeakReferences(&duties);
  AddRest(&duties);
  return duties;
}

constexpr char kNotForgotten[] =
    "something that a reset does not forget: objects, numbers, settings";

std::string LookFor(Law law) {
  switch (law) {
    case Law::kIdentity:
      return "an identity that is used again or left out: births are numbered from 0 on, until a "
             "reset";
    case Law::kFreeOnce:
      return "a death that is reported twice, or under another object's number";
    case Law::kFreeAtOnce:
      return "a reference that the adapter itself still holds (a local variable, a table, an "
             "argument), a count that is one too high, or a death that is reported late or never";
    case Law::kNoFreeWhileHeld:
      return "an edge or register that the collector is not told of (never visited, no write "
             "barrier), one that it is told of twice, or a death that is reported too early";
    case Law::kTrashFreed:
      return "an edge that is stored and never visited, an object that the adapter itself holds, "
             "or a death that is never reported";
    case Law::kFinalizeAtOnce:
    case Law::kFinalizeBeforeFree:
      return "a finalizer that is never reported, or only after the death";
    case Law::kFinalizeAsOften:
      return "a finalizer that is reported twice, or under another object's number";
    case Law::kNoFinalizeWhileHeld:
      return "an edge or register that the collector is not told of, or a finalizer that is "
             "reported under another object's number";
    case Law::kCallbackWhenCleared:
    case Law::kCallbackBeforeFree:
    case Law::kCallbackOrder:
      return "a callback that is lost, or reported twice or out of order";
    case Law::kDereference:
      return "a weak reference that holds its target strongly, is never cleared, or yields another "
             "object";
    case Law::kLoad:
      return "a slot that is read or written in another place";
    case Law::kCollectionCount:
      return "objects of the adapter's own that are among the trash, or an answer that is made up";
    case Law::kEventInPlace:
      return "an event that is missing, or one that has no place there: births and answers come "
             "once, deaths and finalizers within the operation that causes them";
    default:
      return fmt::format("how the adapter reports what the law {} is about", Name(law));
  }
}

}  // namespace

const std::vector<Duty>& Duties() {
  static const std::vector<Duty> duties = AllDuties();
  return duties;
}

size_t DutiesBeyond(uint32_t abilities, uint32_t* missing) {
  size_t beyond = 0;
  *missing = 0;
  for (const Duty& duty : Duties()) {
    const uint32_t lacks = duty.needs & ~abilities;
    if (lacks != 0) ++beyond;
    *missing |= lacks;
  }
  return beyond;
}

std::string LookFor(const Verdict& verdict) {
  if (verdict.lawful()) return kNotForgotten;
  if (verdict.kind == Verdict::Kind::kConvicted) return LookFor(verdict.violation->law);
  return "whatever made the adapter break off";
}

std::vector<Fault> CheckAdapter(const Specimen& specimen, const RunProgram& run,
                                const FindUnlawful& find, size_t* done) {
  std::vector<const Duty*> rest;
  for (const Duty& duty : Duties()) {
    if ((duty.needs & ~specimen.abilities) == 0) rest.push_back(&duty);
  }
  std::vector<Fault> faults;
  *done = 0;
  while (true) {
    // Each twice: what a reset does not forget shows in the second run.
    std::vector<Program> programs;
    for (const Duty* duty : rest) programs.insert(programs.end(), 2, duty->program);
    const size_t found = find(programs) / 2;
    *done += found;
    if (found == rest.size()) return faults;
    const Duty& duty = *rest[found];
    rest.erase(rest.begin(), rest.begin() + static_cast<ptrdiff_t>(found) + 1);
    rest.erase(std::remove_if(rest.begin(), rest.end(),
                              [&duty](const Duty* other) { return other->family == duty.family; }),
               rest.end());
    Fault fault = {.duty = duty.name, .look_for = "", .program = duty.program};
    fault.verdict = run(duty.program, &fault.transcript);
    fault.after_others = fault.verdict.lawful();
    fault.look_for = LookFor(fault.verdict);
    const bool known = std::any_of(faults.begin(), faults.end(), [&fault](const Fault& f) {
      return f.look_for == fault.look_for;
    });
    if (!known) faults.push_back(std::move(fault));
  }
}

}  // namespace ouro
