// Metamorphic properties: two programs that must do the same thing, do. They need no judge, so they
// would also find what the judge and the collectors have wrong together.
//
// A program that reaches the limit of operations is cut short at a place that depends on how many
// there are, so programs with more operations are compared only below the limit.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "model/event_text.h"
#include "model/trial.h"
#include "properties/arbitrary.h"
#include "properties/builder.h"
#include "properties/fixture.h"
#include "properties/random.h"
#include "properties/transcript.h"

namespace ouro {

namespace {

using Kind = Event::Kind;

constexpr int kTimes = 2000;
constexpr Limits kWide = {.operations = 4000, .depth = 6};

// Whether no script was cut short for lack of operations.
bool Complete(const Recording& recording) {
  return recording.verdict.operations < kWide.operations;
}

class Metamorphic : public SpecimenTest {
 protected:
  // Records on a collector of its own.
  Recording Fresh(const Program& program) const {
    Trial trial(GetParam(), kWide);
    return Record(trial, program);
  }
};

// Every operation of the program, in scripts too.
void ForEachOp(Program* program, auto change) {
  for (Op& op : program->main) change(op);
  for (Script& script : program->scripts) {
    for (Op& op : script) change(op);
  }
}

// The operations that main executed.
Script Executed(const Transcript& lines) {
  Script script;
  for (const Line& line : lines) {
    if (line.op && line.indent == 0) script.push_back(*line.op);
  }
  return script;
}

Program WithoutScripts(Program program) {
  program.scripts.clear();  // finalizers and callbacks that do nothing
  return program;
}

// ---- names, history and void operations are nothing to a collector ----

TEST_P(Metamorphic, RegistersHaveNoMeaning) {
  Random random(Seed());
  CheckProperty(kTimes, [&] {
    const Program program = *ArbitraryProgram();
    std::vector<uint8_t> names(kRegisters + 1);
    for (size_t i = 0; i < names.size(); ++i) names[i] = static_cast<uint8_t>(i);
    for (int i = kRegisters - 1; i > 0; --i) {
      std::swap(names[static_cast<size_t>(i)], names[static_cast<size_t>(random.Below(i + 1))]);
    }
    const auto rename = [&names](Op& op) {
      const bool refers = op.code == OpCode::kWeak || op.code == OpCode::kCopy ||
                          op.code == OpCode::kLoad || op.code == OpCode::kDeref ||
                          op.code == OpCode::kStore || op.code == OpCode::kEmptySlot;
      if (WritesRegister(op.code)) op.dest = names[op.dest];
      if (refers) op.ref = names[op.ref];
      if (op.code == OpCode::kStore) op.value = names[op.value];
    };
    Program renamed = program;
    ForEachOp(&renamed, rename);
    Transcript expected = Fresh(program).lines;
    for (Line& line : expected) {
      if (line.op) rename(*line.op);
    }
    RC_ASSERT(Print(Fresh(renamed).lines) == Print(expected));
  });
}

TEST_P(Metamorphic, ResetForgetsEverything) {
  Trial trial(GetParam(), kWide);
  CheckProperty(kTimes, [&] {
    const Program program = *ArbitraryProgram();
    const std::string fresh = Print(Fresh(program).lines);
    RC_ASSERT(Print(Record(trial, program).lines) == fresh);  // after all the programs before
    RC_ASSERT(Print(Record(trial, program).lines) == fresh);  // and after itself
  });
}

TEST_P(Metamorphic, VoidOperationsAreNothing) {
  CheckProperty(kTimes, [&] {
    const Program program = *ArbitraryProgram();
    const Transcript lines = Fresh(program).lines;
    RC_ASSERT(Print(Fresh({program.scripts, Executed(lines)}).lines) == Print(lines));
  });
}

TEST_P(Metamorphic, ACensusOnlyLooks) {
  Random random(Seed());
  CheckProperty(kTimes, [&] {
    const Program program = *ArbitraryProgram({.censuses = false});
    Program looking = program;
    for (int i = random.Between(1, 4); i > 0; --i) {
      Script& script = random.Percent(50) || program.scripts.empty()
                           ? looking.main
                           : looking.scripts[static_cast<size_t>(random.Below(
                                 static_cast<int>(looking.scripts.size())))];
      const int at = random.Below(static_cast<int>(script.size()) + 1);
      script.insert(script.begin() + at, Op{.code = OpCode::kCensus});
    }
    const Recording expected = Fresh(program);
    Recording looked = Fresh(looking);
    if (!Complete(expected) || !Complete(looked)) return;
    std::erase_if(looked.lines, [](const Line& line) {
      return line.is(Kind::kTracked) || (line.op && line.op->code == OpCode::kCensus);
    });
    RC_ASSERT(Print(looked.lines) == Print(expected.lines));
  });
}

// ---- collections ----

// Cut off main's last operation and what it caused.
Transcript Last(const Transcript& lines) {
  size_t begin = lines.size() - 1;
  while (!lines[begin].op || lines[begin].indent > 0) --begin;
  return {lines.begin() + static_cast<ptrdiff_t>(begin), lines.end()};
}

TEST_P(Metamorphic, ASecondFullCollectionFindsNothing) {
  int compared = 0;
  CheckProperty(kTimes, [&] {
    Program program = *ArbitraryProgram();
    program.main.push_back({.code = OpCode::kCollect, .count = 2});
    const Recording first = Fresh(program);
    if (!Complete(first)) return;
    // Scripts of the first one make new trash.
    const Transcript end = Last(first.lines);
    const auto script = [](const Line& line) { return line.is(Kind::kEnd); };
    if (std::any_of(end.begin(), end.end(), script)) return;
    program.main.push_back({.code = OpCode::kCollect, .count = 2});
    const Transcript second = Last(Fresh(program).lines);
    RC_ASSERT(Print(second) == "collect 2\n> collect 2\n> done 0\n");
    ++compared;
  });
  EXPECT_GT(compared, kTimes / 2) << "too few of the programs end with a collection without scripts";
}

TEST_P(Metamorphic, DisabledIsAsIfThereWereNoThresholds) {
  CheckProperty(kTimes, [&] {
    Program program = *ArbitraryProgram();
    std::erase_if(program.main, [](const Op& op) { return op.code == OpCode::kEnable; });
    Program disabled = program;
    disabled.main.insert(disabled.main.begin(), Op{.code = OpCode::kDisable});
    ForEachOp(&program, [](Op& op) {
      if (op.code == OpCode::kThreshold) op.count = 0;
    });
    Transcript expected = Fresh(program).lines;
    Transcript lines = Fresh(disabled).lines;
    lines.erase(lines.begin());
    for (Transcript* either : {&expected, &lines}) {
      std::erase_if(*either, [](const Line& l) { return l.op && l.op->code == OpCode::kThreshold; });
    }
    RC_ASSERT(Print(lines) == Print(expected));
  });
}

// Where thresholds start a collection, a `collect` in front of the allocation does the same.
TEST_P(Metamorphic, AutomaticCollectionsAreCollectionsInTheSamePlace) {
  int replaced = 0;
  CheckProperty(kTimes, [&] {
    const Program program = WithoutScripts(*ArbitraryProgram({.subject = Subject::kCollections}));
    const Transcript automatic = Fresh(program).lines;
    Program by_hand;
    by_hand.main.push_back({.code = OpCode::kDisable});
    for (size_t i = 0; i < automatic.size(); ++i) {
      const Line& line = automatic[i];
      if (!line.op || line.op->code == OpCode::kEnable) continue;
      const bool collects =
          i + 1 < automatic.size() && automatic[i + 1].is(Kind::kCollect) && automatic[i + 1].event->flag;
      if (collects) by_hand.main.push_back(Collect(automatic[i + 1].event->number));
      replaced += collects ? 1 : 0;
      by_hand.main.push_back(*line.op);
    }
    const auto events = [](const Transcript& lines) {
      std::string text;
      for (const Line& line : lines) {
        if (!line.event) continue;
        Event event = *line.event;
        if (event.kind == Kind::kCollect) event.flag = false;
        text += Print(event) + "\n";
      }
      return text;
    };
    RC_ASSERT(events(Fresh(by_hand).lines) == events(automatic));
  });
  EXPECT_GT(replaced, kTimes / 2);
}

FOR_OWN_SPECIMENS(Metamorphic);

// ---- two collectors ----

// What happened at each operation of main, whatever the order.
using Summary = std::vector<std::multiset<std::string>>;

Summary Summarize(const Transcript& lines) {
  Summary summary;
  for (const Line& line : lines) {
    if (line.op && line.indent == 0) summary.emplace_back();
    // Inside scripts and collections too: the line without its indentation.
    summary.back().insert(line.op ? Print(*line.op) : "> " + Print(*line.event));
  }
  return summary;
}

TEST(TwoCollectorsTest, AgreeWhereNoScriptCanTellTheOrder) {
  for (const char* rules : {"", "-27", "-pep442"}) {
    Trial naive(Named(std::string("naive") + rules), kWide);
    Trial optimized(Named(std::string("optimized") + rules), kWide);
    CheckProperty(kTimes, [&] {
      const Program program = WithoutScripts(*ArbitraryProgram());
      const Summary expected = Summarize(Record(naive, program).lines);
      RC_ASSERT(Summarize(Record(optimized, program).lines) == expected);
    });
  }
}

}  // namespace
}  // namespace ouro
