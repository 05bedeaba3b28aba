// SPDX-License-Identifier: Apache-2.0

// Metamorphic properties: two programs that must have the same effects do. They need no judge, so
// they also find mistakes that the judge and the collectors share.
//
// Where a program reaches the limit of operations depends on how many it has, so a program is
// compared with a longer one only if both stay below the limit.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/event_text.h"
#include "model/trial.h"
#include "properties/generator/random.h"
#include "properties/generator/weights.h"
#include "properties/testing/arbitrary.h"
#include "properties/testing/fixture.h"
#include "properties/testing/recording.h"

namespace ouro {

namespace {

using Kind = Event::Kind;

constexpr int kTimes = 1000;
constexpr Limits kWide = {.operations = 4000, .depth = 6};

// Whether no script was cut short by the limit of operations.
bool Complete(const Recording& recording) {
  return recording.verdict.operations < kWide.operations;
}

class Metamorphic : public SpecimenTest {
 protected:
  Recording Run(const Program& program) { return Record(trial_, program); }

 private:
  Trial trial_{GetParam(), kWide};
};

// Asserts that both are equal; a failure shows the first difference.
void AssertSame(const Transcript& actual, const Transcript& expected) {
  const auto [first, second] =
      std::mismatch(actual.begin(), actual.end(), expected.begin(), expected.end());
  if (first == actual.end() && second == expected.end()) return;
  const auto end = [](const Transcript& lines, Transcript::const_iterator at) {
    return at + std::min<ptrdiff_t>(5, lines.end() - at);
  };
  RC_FAIL("After\n" + Print({actual.begin(), first}) + "came\n" +
          Print({first, end(actual, first)}) + "instead of\n" +
          Print({second, end(expected, second)}));
}

// Calls change() for every operation of the program, including those of scripts.
void ForEachOp(Program* program, auto change) {
  for (Op& op : program->main) change(op);
  for (Script& script : program->scripts) {
    for (Op& op : script) change(op);
  }
}

// Operations that are void in every state: the generator makes no nodes of that size.
constexpr Op kVoid[] = {
    {.code = OpCode::kLoad, .dest = 1, .ref = 2, .slot = kMaxSlots - 1},
    {.code = OpCode::kStore, .ref = 3, .value = 4, .slot = kMaxSlots - 1},
    {.code = OpCode::kEmptySlot, .ref = 5, .slot = kMaxSlots - 1},
    {.code = OpCode::kTakeGarbage, .dest = 6, .count = kMaxArgument},
};

constexpr int kHighestOfVoid = 6;  // register

// Weights by which no node has the last slot.
const Weights& WithoutLargest() {
  static const auto* const kWeights = [] {
    auto* weights = new Weights(kTunedWeights);
    EXPECT_EQ(ReadWeights("size 8 0\nshape company 0\nshape orchard 0\nshape stadium 0\n"
                          "shape herd 0\nshape flood 0\n",
                          weights),
              "");
    return weights;
  }();
  return *kWeights;
}

// Inserts operations in main and in scripts.
void Insert(Random& random, const std::vector<Op>& ops, Program* program) {
  for (const Op& op : ops) {
    const int scripts = static_cast<int>(program->scripts.size());
    const int into = random.Below(2 * scripts + 1);
    Script& script = into < scripts ? program->scripts[static_cast<size_t>(into)] : program->main;
    script.insert(script.begin() + random.Below(static_cast<int>(script.size()) + 1), op);
  }
}

Program WithoutScripts(Program program) {
  program.scripts.clear();  // finalizers and callbacks that do nothing
  return program;
}

// ---- names, history and void operations have no effect ----

TEST_P(Metamorphic, RegistersHaveNoMeaning) {
  Random random(Seed());
  CheckProperty(kTimes, [&] {
    const Program program = *ArbitraryProgram();
    std::vector<uint8_t> names(kRegisters + 1);
    for (size_t i = 0; i < names.size(); ++i) names[i] = static_cast<uint8_t>(i);
    for (int i = kRegisters - 1; i > 0; --i) {
      std::swap(names[static_cast<size_t>(i)], names[static_cast<size_t>(random.Below(i + 1))]);
    }
    // `r0 = weak r0` borrows a register that the program does not name, the highest such one.
    const int unnamed = program.UnnamedRegister();
    RC_PRE(unnamed >= 0);
    const auto rename = [&names](Op& op) {
      const bool refers = op.code == OpCode::kWeak || op.code == OpCode::kCopy ||
                          op.code == OpCode::kLoad || op.code == OpCode::kDeref ||
                          op.code == OpCode::kStore || op.code == OpCode::kEmptySlot;
      const bool on_map =
          op.code == OpCode::kMapGet || op.code == OpCode::kMapPut || op.code == OpCode::kMapRemove;
      if (WritesRegister(op.code)) op.dest = names[op.dest];
      if (refers || on_map) op.ref = names[op.ref];
      if (on_map) op.key = names[op.key];
      if (op.code == OpCode::kStore || op.code == OpCode::kMapPut) op.value = names[op.value];
    };
    Program renamed = program;
    ForEachOp(&renamed, rename);
    const auto borrowed = static_cast<uint8_t>(renamed.UnnamedRegister());
    std::swap(names[static_cast<size_t>(unnamed)],
              *std::find(names.begin(), names.end(), borrowed));
    Transcript expected = Run(program).lines;
    for (Line& line : expected) {
      if (line.op) rename(*line.op);
    }
    AssertSame(Run(renamed).lines, expected);
  });
}

TEST_P(Metamorphic, ResetForgetsEverything) {
  CheckProperty(kTimes, [&] {
    const Program program = *ArbitraryProgram();
    Trial fresh(GetParam(), kWide);
    const Transcript expected = Record(fresh, program).lines;
    AssertSame(Run(program).lines, expected);  // after all the programs before
    AssertSame(Run(program).lines, expected);  // and after itself
  });
}

TEST_P(Metamorphic, VoidOperationsAreNothing) {
  Random random(Seed());
  CheckProperty(kTimes, [&] {
    const Program program = *ArbitraryProgram({.abilities = kMaps, .weights = &WithoutLargest()});
    // They must not name the register that `r0 = weak r0` borrows: it would borrow another one.
    RC_PRE(program.UnnamedRegister() > kHighestOfVoid);
    Program longer = program;
    Insert(random, {std::begin(kVoid), std::end(kVoid)}, &longer);
    AssertSame(Run(longer).lines, Run(program).lines);
  });
}

TEST_P(Metamorphic, ACensusOnlyLooks) {
  Random random(Seed());
  CheckProperty(kTimes, [&] {
    const Program program = *ArbitraryProgram({.censuses = false, .abilities = kAllAbilities});
    Program looking = program;
    Insert(random, std::vector<Op>(3, Op{.code = OpCode::kCensus}), &looking);
    const Recording expected = Run(program);
    Recording looked = Run(looking);
    if (!Complete(expected) || !Complete(looked)) return;
    std::erase_if(looked.lines, [](const Line& line) {
      return line.is(Kind::kTracked) || (line.op && line.op->code == OpCode::kCensus);
    });
    AssertSame(looked.lines, expected.lines);
  });
}

// ---- collections ----

// The last operation of main and its events.
Transcript Last(const Transcript& lines) {
  size_t begin = lines.size() - 1;
  while (!lines[begin].op || lines[begin].indent > 0) --begin;
  return {lines.begin() + static_cast<ptrdiff_t>(begin), lines.end()};
}

TEST_P(Metamorphic, ASecondFullCollectionFindsNothing) {
  int programs = 0;
  int compared = 0;
  CheckProperty(kTimes, [&] {
    ++programs;
    Program program = *ArbitraryProgram();
    program.main.push_back({.code = OpCode::kCollect, .count = 2});
    const Recording first = Run(program);
    if (!Complete(first)) return;
    // Scripts of the first collection may create new trash.
    const Transcript end = Last(first.lines);
    const auto script = [](const Line& line) { return line.is(Kind::kEnd); };
    if (std::any_of(end.begin(), end.end(), script)) return;
    program.main.push_back({.code = OpCode::kCollect, .count = 2});
    const Transcript second = Last(Run(program).lines);
    RC_ASSERT(Print(second) == "collect 2\n> collect 2\n> done 0\n");
    ++compared;
  });
  EXPECT_GT(compared, programs / 2)
      << "too few of the programs end with a collection without scripts";
}

TEST_P(Metamorphic, DisabledIsAsIfThereWereNoThresholds) {
  CheckProperty(kTimes, [&] {
    Program program = *ArbitraryProgram();
    const auto enables = [](const Op& op) { return op.code == OpCode::kEnable; };
    std::erase_if(program.main, enables);
    for (Script& script : program.scripts) std::erase_if(script, enables);
    Program disabled = program;
    disabled.main.insert(disabled.main.begin(), Op{.code = OpCode::kDisable});
    ForEachOp(&program, [](Op& op) {
      if (op.code == OpCode::kThreshold) op.count = 0;
    });
    Recording expected = Run(program);
    Recording actual = Run(disabled);
    if (!Complete(expected) || !Complete(actual)) return;
    actual.lines.erase(actual.lines.begin());
    for (Transcript* lines : {&expected.lines, &actual.lines}) {
      std::erase_if(*lines, [](const Line& l) { return l.op && l.op->code == OpCode::kThreshold; });
    }
    AssertSame(actual.lines, expected.lines);
  });
}

// Where thresholds start a collection, a `collect` before the allocation has the same effects.
TEST_P(Metamorphic, AutomaticCollectionsAreCollectionsInTheSamePlace) {
  int programs = 0;
  int replaced = 0;
  CheckProperty(kTimes, [&] {
    ++programs;
    const Program program = WithoutScripts(
        *ArbitraryProgram({.subject = Subject::kCollections, .abilities = kMaps | kDisposal}));
    const Transcript automatic = Run(program).lines;
    Program by_hand;
    by_hand.main.push_back({.code = OpCode::kDisable});
    for (size_t i = 0; i < automatic.size(); ++i) {
      const Line& line = automatic[i];
      if (!line.op || line.op->code == OpCode::kEnable) continue;
      const bool collects = i + 1 < automatic.size() && automatic[i + 1].is(Kind::kCollect) &&
                            automatic[i + 1].event->flag;
      if (collects)
        by_hand.main.push_back({.code = OpCode::kCollect, .count = automatic[i + 1].event->number});
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
    RC_ASSERT(events(Run(by_hand).lines) == events(automatic));
  });
  EXPECT_GT(replaced, programs / 2);
}

// ---- fills ----

// Executed operations of main, with single stores instead of fills, from the highest slot to the
// lowest as these release; `spare` is a register that they do not name.
Script Unfilled(const Transcript& lines, uint8_t spare) {
  std::vector<int> sizes;  // by id; 0 of what is no node
  std::array<ObjectId, kRegisters> registers;
  registers.fill(kNone);
  Script ops;
  Op last;
  const auto size = [&](Ref ref) { return sizes.at(static_cast<size_t>(registers.at(ref))); };
  for (const Line& line : lines) {
    if (line.is(Kind::kNew)) {
      const bool node = last.code == OpCode::kNode || last.code == OpCode::kNodeWith;
      sizes.push_back(node ? last.count : 0);
    }
    if (line.is(Kind::kNew) || line.is(Kind::kGot)) registers.at(last.dest) = line.event->id;
    if (!line.op) continue;
    last = *line.op;
    if (last.code == OpCode::kCopy) registers.at(last.dest) = registers.at(last.ref);
    if (last.code == OpCode::kEmptyRegister) registers.at(last.dest) = kNone;
    const auto slot = [](OpCode code, int k, Ref ref, Ref value) {
      return Op{.code = code,
                .dest = code == OpCode::kLoad ? value : uint8_t{0},
                .ref = ref,
                .value = code == OpCode::kStore ? value : Ref{0},
                .slot = static_cast<uint8_t>(k)};
    };
    if (last.code == OpCode::kNodeWith) {
      ops.push_back(
          {.code = OpCode::kNode, .dest = last.dest, .script = last.script, .count = last.count});
      for (int k = 0; k < last.count; ++k) {
        ops.push_back(slot(OpCode::kStore, k, last.dest, k % 2 == 0 ? last.ref : last.value));
      }
    } else if (last.code == OpCode::kClear) {
      for (int k = size(last.ref); k-- > 0;) {
        ops.push_back(slot(OpCode::kEmptySlot, k, last.ref, 0));
      }
    } else if (last.code == OpCode::kCopySlots) {
      for (int k = std::min(size(last.ref), size(last.value)); k-- > 0;) {
        ops.push_back(slot(OpCode::kLoad, k, last.value, spare));
        ops.push_back(slot(OpCode::kEmptySlot, k, last.ref, 0));
        ops.push_back(slot(OpCode::kStore, k, last.ref, spare));  // void if it is none
        ops.push_back({.code = OpCode::kEmptyRegister, .dest = spare});
      }
    } else {
      ops.push_back(last);
    }
  }
  return ops;
}

// No script sees that all slots are written before an old value is released.
TEST_P(Metamorphic, AFillDoesWhatSingleStoresDoWithoutScripts) {
  int filled = 0;
  CheckProperty(kTimes, [&] {
    Program program = WithoutScripts(*ArbitraryProgram({.abilities = kFills}));
    std::erase_if(program.main, [](const Op& op) { return op.code == OpCode::kTakeGarbage; });
    // The spare register and the one that births borrow are others.
    const int spare = program.UnnamedRegister();
    RC_PRE(spare >= 0);
    const Transcript lines = Run(program).lines;
    const Program single = {.main = Unfilled(lines, static_cast<uint8_t>(spare))};
    for (const Line& line : lines) filled += line.op && NeedsOf(line.op->code) == kFills ? 1 : 0;
    const auto events = [](const Transcript& transcript) {
      std::multiset<std::string> all;
      for (const Line& line : transcript) {
        if (line.event && !line.is(Kind::kGot)) all.insert(Print(*line.event));
      }
      return all;
    };
    RC_ASSERT(events(Run(single).lines) == events(lines));
  });
  EXPECT_GT(filled, kTimes / 2);
}

FOR_OWN_SPECIMENS(Metamorphic);

// ---- two collectors ----

// One operation of main and its events, in any order.
using Summary = std::multiset<std::string>;

std::vector<Summary> Summarize(const Transcript& lines) {
  std::vector<Summary> summaries;
  for (const Line& line : lines) {
    if (line.op && line.indent == 0) summaries.emplace_back();
    summaries.back().insert(line.op ? Print(*line.op) : "> " + Print(*line.event));
  }
  return summaries;
}

class TwoCollectors : public testing::TestWithParam<const char*> {
 protected:
  // What naive did at the first operation where the two disagree, if there is one.
  std::optional<Summary> Disagreement(const Program& program) {
    const std::vector<Summary> naive = Summarize(Record(naive_, program).lines);
    const std::vector<Summary> optimized = Summarize(Record(optimized_, program).lines);
    const auto [first, second] =
        std::mismatch(naive.begin(), naive.end(), optimized.begin(), optimized.end());
    if (first != naive.end()) return *first;
    return second == optimized.end() ? std::nullopt : std::optional(Summary());
  }

 private:
  Trial naive_{Named(std::string("naive") + GetParam()), kWide};
  Trial optimized_{Named(std::string("optimized") + GetParam()), kWide};
};

// Without `garbage K`: no law fixes the order of the garbage list.
TEST_P(TwoCollectors, AgreeWhereNoScriptCanTellTheOrder) {
  CheckProperty(kTimes, [&] {
    Program program = WithoutScripts(*ArbitraryProgram());
    std::erase_if(program.main, [](const Op& op) { return op.code == OpCode::kTakeGarbage; });
    RC_ASSERT(Disagreement(program) == std::nullopt);
  });
}

// No law fixes the order of trash within a collection either, and a script can tell it: the first
// finalizer empties a register, the second one finds it empty. Both collectors are lawful (see
// laws_test), and everything after that may differ. Such programs are rare, and they diverge where
// a script ran or where the garbage list was read.
TEST_P(TwoCollectors, PartOnlyWhereAnOrderShows) {
  int programs = 0;
  int parted = 0;
  CheckProperty(kTimes, [&] {
    ++programs;
    const std::optional<Summary> where = Disagreement(*ArbitraryProgram());
    if (!where) return;
    ++parted;
    RC_ASSERT(std::any_of(where->begin(), where->end(), [](const std::string& line) {
      return line.rfind("> end ", 0) == 0 || line.find(" = garbage ") != std::string::npos;
    }));
  });
  std::printf("%d of %d programs\n", parted, programs);
  EXPECT_LT(parted * 100.0 / programs, 3.0);
}

std::string RulesOf(const testing::TestParamInfo<const char*>& info) {
  const std::string rules = info.param;
  return rules.empty() ? "26" : rules.substr(1);
}

INSTANTIATE_TEST_SUITE_P(Own, TwoCollectors, testing::Values("", "-27", "-pep442"), RulesOf);

}  // namespace
}  // namespace ouro
