// SPDX-License-Identifier: Apache-2.0

// Robustness of two kinds. Bad input, whatever the text, is an error that names its line, never a
// crash. And a lawful trace becomes unlawful when one of its events is lost, doubled, early, late
// or wrong: the judge has no blind spots.
//
// Collectors that break one law throughout are in liar_test.cc.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "model/event_text.h"
#include "model/trace.h"
#include "model/trial.h"
#include "properties/generator/random.h"
#include "properties/testing/arbitrary.h"
#include "properties/testing/fixture.h"
#include "properties/testing/transcript.h"

namespace ouro {
namespace {

using Kind = Event::Kind;

// ---- bad input ----

// The error is "", or "line N: ..." in printable characters, and the text has a line N.
void AssertErrorNamesItsLine(const std::string& error, const std::string& text) {
  if (error.empty()) return;
  RC_ASSERT(error.rfind("line ", 0) == 0);
  const size_t colon = error.find(": ");
  RC_ASSERT(colon != std::string::npos);
  const long line = std::stol(error.substr(5, colon - 5));
  RC_ASSERT(line >= 1 && line <= 1 + std::count(text.begin(), text.end(), '\n'));
  RC_ASSERT(error.size() > colon + 2 && error.size() < 1000u);
  for (const char c : error) RC_ASSERT(c >= ' ' && c <= '~');
}

void ReadAsBoth(const std::string& text) {
  std::vector<Program> programs;
  AssertErrorNamesItsLine(Parse(text, &programs), text);
  for (const Contract* const* contract = kContracts; *contract != nullptr; ++contract) {
    std::vector<TraceVerdict> verdicts;
    const std::string error = JudgeTraces(text, **contract, &verdicts);
    AssertErrorNamesItsLine(error, text);
    const auto lines = static_cast<size_t>(1 + std::count(text.begin(), text.end(), '\n'));
    for (const TraceVerdict& verdict : verdicts) RC_ASSERT(verdict.line <= lines);
  }
}

void Corrupt(Random& random, std::string* text) {
  const char* const kTokens[] = {"\n",   "self", "r1",     "99999999999999999999",
                                 "---",  "#",    "def 0:", "> free 0",
                                 "> ",   "none", "-1",     "> end 0",
                                 "\xff", "\r",   "=",      "> collect 2 auto"};
  const auto size = static_cast<int>(text->size());
  const auto at = static_cast<size_t>(random.Below(size + 1));
  const auto length = static_cast<size_t>(random.Below(6));
  switch (random.Below(4)) {
    case 0:
      text->replace(at, length, 1, static_cast<char>(random.Below(256)));
      break;
    case 1:
      text->replace(at, length, kTokens[random.Below(std::size(kTokens))]);
      break;
    case 2:
      text->erase(at, length);
      break;
    default:  // duplicates a piece elsewhere
      text->insert(static_cast<size_t>(random.Below(size + 1)), text->substr(at, 40));
      break;
  }
}

std::string TraceOf(const Specimen& specimen, const Program& program) {
  Trial trial(specimen);
  std::string trace;
  trial.Run(program, &trace);
  return trace;
}

TEST(BadInputTest, EveryPrefixIsReadOrRefused) {
  const Specimen specimen = Named("optimized-pep442");
  CheckProperty(10, [&] {
    const Program program = *ArbitraryProgram();
    const std::string text = Print(program);
    for (size_t i = 0; i <= text.size(); ++i) ReadAsBoth(text.substr(0, i));
    const std::string trace = TraceOf(specimen, program);
    for (size_t i = 0; i <= trace.size(); ++i) ReadAsBoth(trace.substr(0, i));
  });
}

TEST(BadInputTest, CorruptedTextsAreReadOrRefused) {
  const Specimen specimen = Named("optimized");
  Random random(Seed());
  CheckProperty(3000, [&] {
    const Program program = *ArbitraryProgram();
    std::string text = Print(program);
    std::string trace = TraceOf(specimen, program);
    for (int i = random.Between(1, 4); i > 0; --i) {
      Corrupt(random, &text);
      Corrupt(random, &trace);
      ReadAsBoth(text);
      ReadAsBoth(trace);
    }
  });
}

// ---- traces ----

// Whether the line is an operation of main.
bool InMain(const Line& line) { return line.op && line.indent == 0; }

// The verdict of JudgeTraces on one trace.
std::optional<Violation> Judged(const std::string& trace, const Contract& contract) {
  std::vector<TraceVerdict> verdicts;
  const std::string error = JudgeTraces(trace + "---\n", contract, &verdicts);
  RC_ASSERT(error == "");
  RC_ASSERT(verdicts.size() == 1u);
  return verdicts[0].violation;
}

using Traces = SpecimenTest;

TEST_P(Traces, AreLawfulWhereTheTrialWas) {
  CheckProperty(1000, [&] {
    const std::string trace = TraceOf(GetParam(), *ArbitraryProgram());
    const std::optional<Violation> violation = Judged(trace, *GetParam().contract);
    if (violation) RC_FAIL(violation->what + "\n" + trace);
  });
}

// A trace that stops between two operations of main is a trace.
TEST_P(Traces, OfABeginningAreLawful) {
  CheckProperty(20, [&] {
    const Transcript lines = ReadTranscript(TraceOf(GetParam(), *ArbitraryProgram()));
    for (size_t i = 0; i < lines.size(); ++i) {
      if (!InMain(lines[i])) continue;
      const std::string beginning =
          Print({lines.begin(), lines.begin() + static_cast<ptrdiff_t>(i)});
      const std::optional<Violation> violation = Judged(beginning, *GetParam().contract);
      if (violation) RC_FAIL(violation->what + "\n" + beginning);
    }
  });
}

FOR_OWN_SPECIMENS(Traces);

// ---- damaged traces ----

// An event with everything that happens within it: lines [begin, end).
struct Piece {
  size_t begin;
  size_t end;
};

void Erase(const Piece& piece, Transcript* lines) {
  lines->erase(lines->begin() + static_cast<ptrdiff_t>(piece.begin),
               lines->begin() + static_cast<ptrdiff_t>(piece.end));
}

// Copies the piece to before line `at`. REQUIRES: that line is not inside it.
void CopyTo(size_t at, const Piece& piece, Transcript* lines) {
  const Transcript copy(lines->begin() + static_cast<ptrdiff_t>(piece.begin),
                        lines->begin() + static_cast<ptrdiff_t>(piece.end));
  lines->insert(lines->begin() + static_cast<ptrdiff_t>(at), copy.begin(), copy.end());
}

// Kinds of damage. Each changes *lines and returns true, or returns false if it cannot.

bool Lose(const Piece& piece, Transcript* lines) {
  Erase(piece, lines);
  return true;
}

bool Double(const Piece& piece, Transcript* lines) {
  CopyTo(piece.end, piece, lines);
  return true;
}

// Moves the event to before the operation that causes it.
bool Hasten(const Piece& piece, Transcript* lines) {
  const size_t cause = CauseOf(*lines, piece.begin);
  const size_t length = piece.end - piece.begin;
  CopyTo(cause, piece, lines);
  Erase({piece.begin + length, piece.end + length}, lines);
  return true;
}

// Moves the event to after the next operation of main.
bool Delay(const Piece& piece, Transcript* lines) {
  if (!InMain((*lines)[CauseOf(*lines, piece.begin)])) return false;
  size_t next = piece.end;
  while (next < lines->size() && !InMain((*lines)[next])) ++next;
  if (next == lines->size()) return false;
  CopyTo(next + 1, piece, lines);
  Erase(piece, lines);
  return true;
}

// Changes the object, generation or count.
bool Falsify(const Piece& piece, Transcript* lines) {
  Event& event = *(*lines)[piece.begin].event;
  switch (event.kind) {
    case Kind::kGot:
      event.id = event.id == kNone ? 0 : kNone;
      return true;
    case Kind::kCollect:
    case Kind::kTracked:
      event.number = (event.number + 1) % kGenerations;
      return true;
    case Kind::kDone:
      event.number += 1;
      return true;
    default:
      event.id = event.id == 0 ? 1 : event.id - 1;
      return true;
  }
}

// Whether a script ends later in the same operation of main, including one that is already running.
bool ScriptsFollow(const Transcript& lines, size_t begin) {
  for (size_t i = LastOf(lines, begin) + 1; i < lines.size() && !InMain(lines[i]); ++i) {
    if (lines[i].is(Kind::kEnd)) return true;
  }
  return false;
}

struct Damage {
  const char* name;
  bool (*apply)(const Piece& piece, Transcript* lines);
  // Whether the result may be lawful if scripts follow. A lawful collector may be late while a
  // script runs, or process the trash in another order; and a script may undo what was due, or
  // cause it again.
  bool lenient;
  friend void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }
};
constexpr Damage kDamages[] = {
    {"lost", Lose, true},   {"doubled", Double, false}, {"early", Hasten, false},
    {"late", Delay, false}, {"wrong", Falsify, false},
};

struct EventName {
  Kind kind;
  const char* name;
  friend void PrintTo(const EventName& event, std::ostream* out) { *out << event.name; }
};
constexpr EventName kEvents[] = {
    {Kind::kNew, "new"},           {Kind::kGot, "got"},       {Kind::kFinalize, "finalize"},
    {Kind::kCallback, "callback"}, {Kind::kEnd, "end"},       {Kind::kFree, "free"},
    {Kind::kCollect, "collect"},   {Kind::kDone, "done"},     {Kind::kGarbage, "garbage"},
    {Kind::kTracked, "tracked"},   {Kind::kFailed, "failed"},
};

class Damaged : public testing::TestWithParam<std::tuple<EventName, Damage>> {
 protected:
  // Damages each event of that kind in turn, and asserts that the judge notices.
  void DamageEach(const Recording& recording, const Contract& contract) {
    const auto& [event, damage] = GetParam();
    for (size_t i = 0; i < recording.lines.size(); ++i) {
      if (!recording.lines[i].is(event.kind)) continue;
      Transcript lines = recording.lines;
      if (!damage.apply({i, LastOf(lines, i) + 1}, &lines) || lines == recording.lines) continue;
      ++damaged_;
      if (Judged(Print(lines), contract)) continue;
      if (damage.lenient && ScriptsFollow(recording.lines, i)) {
        ++tolerated_;
        continue;
      }
      RC_FAIL(fmt::format("`> {}` is {}, and {} finds that lawful:\n{}\nIt was:\n{}",
                          Print(*recording.lines[i].event), damage.name, contract.name,
                          Print(lines), Print(recording.lines)));
    }
  }

  int damaged_ = 0;
  int tolerated_ = 0;
};

// `failed` has no argument that could be wrong, and a script that ends late just runs longer.
bool Possible(const EventName& event, const Damage& damage) {
  return !(event.kind == Kind::kFailed && damage.apply == Falsify) &&
         !(event.kind == Kind::kEnd && damage.apply == Delay);
}

// Two specimens of ours, and the available CPythons.
const std::vector<Specimen>& Witnesses() {
  static const auto& witnesses = *new std::vector<Specimen>([] {
    std::vector<std::string> absent;
    std::vector<Specimen> chosen = {Named("optimized"), Named("naive-pep442")};
    for (const Specimen& present : PresentSpecimens(&absent)) {
      if (!present.in_process) chosen.push_back(present);
    }
    for (const std::string& why : absent) std::printf("NOT TESTED: %s\n", why.c_str());
    return chosen;
  }());
  return witnesses;
}

TEST_P(Damaged, IsConvicted) {
  if (!std::apply(Possible, GetParam())) GTEST_SKIP();
  for (const Specimen& specimen : Witnesses()) {
    Trial trial(specimen);
    CheckProperty(specimen.in_process ? 300 : 40, [&] {
      const auto subject = static_cast<Subject>(*rc::gen::inRange(0, kSubjects));
      const Program program = *ArbitraryProgram({.subject = subject});
      DamageEach(Record(trial, program), *specimen.contract);
    });
  }
  if (HasFailure()) return;
  std::printf("%d of %d convicted\n", damaged_ - tolerated_, damaged_);
  EXPECT_LE(tolerated_, damaged_ / 100 + 1);
  EXPECT_GT(damaged_, 0);
}

std::string NameOfDamage(const testing::TestParamInfo<std::tuple<EventName, Damage>>& info) {
  const auto& [event, damage] = info.param;
  return std::string(event.name) + "_" + damage.name;
}

INSTANTIATE_TEST_SUITE_P(Event, Damaged,
                         testing::Combine(testing::ValuesIn(kEvents), testing::ValuesIn(kDamages)),
                         NameOfDamage);

}  // namespace
}  // namespace ouro
