// SPDX-License-Identifier: Apache-2.0

// Kinds: what each promise allows that is unlawful of a plain slot, and what stays unlawful.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/kind.h"
#include "model/trace.h"

namespace ouro {
namespace {

// One kind for each promise.
KindTable Kinds() {
  std::vector<KindRow> kinds;
  for (const char* text :
       {"closure edge pokes=3", "loop edge cyclic", "generator edge frail pokes=3",
        "coroutine edge frail late", "file edge collects", "async-generator edge cyclic late",
        "weak-map edge rooted", "local root cyclic", "class node cyclic"}) {
    kinds.emplace_back();
    EXPECT_EQ(ReadKind(text, &kinds.back()), "");
  }
  return KindTable(kinds);
}

struct Case {
  const char* name;
  const char* broken;  // the law, or "" if the trace is lawful
  const char* trace;
};

// r0 is a node whose slot 0 holds #1 by kind K, and nothing else does.
#define HELD(kind) "r0 = node 1\n> new 0\nr1 = node 1\n> new 1\nr0.0 = r1 as " kind "\nr1 = none\n"

// #2 and #3 refer to each other, have finalizers, and are trash.
#define TWO_FINALIZERS                                                                        \
  "r2 = node 1 del 0\n> new 2\nr3 = node 1 del 1\n> new 3\nr2.0 = r3\nr3.0 = r2\nr2 = none\n" \
  "r3 = none\n"

// #0 in r7 may hold #1, a cycle, by its slot 0. #2 in r2 is a cycle with a finalizer.
#define IN_DOUBT                                                                                \
  "r0 = node 2 del 0\n> new 0\nr1 = node 1\n> new 1\nr0.0 = r1 as generator\nr0.1 = r0\n"       \
  "r1.0 = r1\nr1 = none\nr0 = none\ncollect 2\n> collect 2\n> finalize 0\nr7 = self\n> end 0\n" \
  "> done 0\nr2 = node 1 del 0\n> new 2\nr2.0 = r2\nr7.1 = none\n"

// #2 in r4 may hold #3 by its slot 0, after a collection that its finalizer has outlived.
#define IN_DOUBT_4                                                                        \
  "r4 = node 2 del 0\n> new 2\nr5 = node 0\n> new 3\nr4.0 = r5 as generator\nr4.1 = r4\n" \
  "r5 = none\nr4 = none\ncollect 2\n> collect 2\n> finalize 2\nr4 = self\n> end 2\n> done 0\n"

// #1 is trash, a cycle, and holds #2 late, which holds #0 in r2.
#define LATE_LEADS_TO                                                                          \
  "r2 = node 1\n> new 0\nr1 = node 2\n> new 1\nr0 = node 1\n> new 2\nr1.0 = r0 as coroutine\n" \
  "r0.0 = r2\nr1.1 = r1\nr0 = none\nr1 = none\n"

constexpr Case kCases[] = {
    {"HoldsLikeAPlainSlot", "no-free-while-held",
     HELD("closure") "collect 2\n> collect 2\n> free 1\n"},
    {"LetsGoLikeAPlainSlot", "free-at-once", HELD("closure") "r0.0 = none\n"},
    {"DiesWithItsNode", "free-at-once", HELD("closure") "r0 = none\n> free 0\n"},
    {"YieldsLikeAPlainSlot", "load", HELD("closure") "r2 = r0.0\n> got none\n"},
    {"AnUnknownKindIsPlain", "free-at-once", HELD("unheard-of") "r0.0 = none\n"},

    {"CyclicMayLinger", "", HELD("loop") "r0.0 = none\nr2 = node 0\n> new 2\n"},
    {"CyclicMayDieAtOnce", "", HELD("loop") "r0.0 = none\n> free 1\n"},
    {"CyclicLingersAfterItsNode", "",
     HELD("loop") "r0 = none\n> free 0\ncollect 2\n> collect 2\n> free 1\n> done 1\n"},
    {"CyclicEndsWithTheNextCollection", "trash-freed",
     HELD("loop") "r0.0 = none\ncollect 2\n> collect 2\n> done 1\n"},
    {"CyclicHoldsMeanwhile", "no-free-while-held",
     HELD("loop") "collect 2\n> collect 2\n> free 1\n"},
    {"CyclicRootMayLinger", "",
     "r0 = node 0\n> new 0\nr1 = r0 as local\nr0 = none\nr1 = none\ncollect 2\n> collect 2\n> free "
     "0\n"
     "> done 1\n"},
    {"PlainRootMayNot", "free-at-once",
     "r0 = node 0\n> new 0\nr1 = r0 as closure\nr0 = none\nr1 = none\n"},
    {"CyclicNodeMayLinger", "",
     "r0 = node 0 as class\n> new 0\nr0 = none\ncollect 2\n> collect 2\n> free 0\n> done 1\n"},
    {"CyclicNodeEndsWithTheNextCollection", "trash-freed",
     "r0 = node 0 as class\n> new 0\nr0 = none\ncollect 2\n> collect 2\n> done 0\n"},

    {"RootedCycleLivesOn", "",
     "r0 = node 1\n> new 0\nr0.0 = r0 as weak-map\nr0 = none\ncollect 2\n> collect 2\n> done 0\n"},
    {"RootedCycleMayNotDie", "no-free-while-held",
     "r0 = node 1\n> new 0\nr0.0 = r0 as weak-map\nr0 = none\ncollect 2\n> collect 2\n> free 0\n"},
    {"RootedEndsWithItsNode", "free-at-once", HELD("weak-map") "r0 = none\n> free 0\n"},
    {"RootedMayBeCalledBackBeforeItsNodeDies", "",
     "r0 = node 1\n> new 0\nr1 = node 1\n> new 1\nr0.0 = r1 as weak-map\nr2 = weak r1 call 0\n"
     "> new 2\nr1 = none\nr0 = none\n> callback 2\n> end 2\n> free 1\n> free 0\n"},
    {"RootedIsNotCalledBackWhileItsNodeLives", "callback-when-cleared",
     "r0 = node 1\n> new 0\nr1 = node 1\n> new 1\nr0.0 = r1 as weak-map\nr2 = weak r1 call 0\n"
     "> new 2\nr1 = none\n> callback 2\n> end 2\n"},
    {"RootedMayDieBeforeItsNode", "", HELD("weak-map") "r0 = none\n> free 1\n> free 0\n"},
    {"RootedLivesWithItsNode", "no-free-while-held",
     HELD("weak-map") "collect 2\n> collect 2\n> free 1\n"},
    {"RootedIsReplaced", "free-at-once",
     HELD("weak-map") "r1 = node 0\n> new 2\nr0.0 = r1 as weak-map\nr1 = none\n"},

    // A young collection may have found the coroutine, or not: the full one may put it off, too.
    {"LateMayOutliveAFullCollectionAfterAYoungOne", "",
     "r0 = node 1\n> new 0\nr0.0 = r0 as coroutine\nr0 = none\ncollect 0\n> collect 0\n> done 0\n"
     "collect 2\n> collect 2\n> done 0\ncollect 2\n> collect 2\n> free 0\n> done 1\n"},
    {"LateMayOutliveAnActionThatCollects", "",
     HELD("closure") "r2 = node 1\n> new 2\nr2.0 = r2 as coroutine\nr2 = none\npoke r0.0 1\n> got "
                     "1\n"
                     "collect 2\n> collect 2\n> done 0\n"},
    // #0 may hold #1, so the first collection need not have found it.
    {"LateMayOutliveACollectionThatNeedNotHaveFoundIt", "",
     "r0 = node 2 del 0\n> new 0\nr1 = node 1\n> new 1\nr0.0 = r1 as generator\nr0.1 = r0\nr0 = "
     "none\n"
     "collect 2\n> collect 2\n> finalize 0\nr7 = self\n> end 0\n> done 0\nr1.0 = r1 as coroutine\n"
     "r1 = none\ncollect 2\n> collect 2\n> done 0\nr7.0 = none\ncollect 2\n> collect 2\n> done "
     "0\n"},
    {"WhatAnOperationThatCollectsPutsOff", "",
     HELD("file") "r2 = node 2\n> new 2\nr3 = node 0\n> new 3\nr2.0 = r3 as coroutine\nr2.1 = r2\n"
                  "r3 = none\nr2 = none\n> free 2\n"},
    {"WhatAnotherOperationDoesNot", "free-at-once",
     "r2 = node 2\n> new 0\nr3 = node 0\n> new 1\nr2.0 = r3 as coroutine\nr2.1 = r2\nr3 = none\n"
     "r2 = none\n> free 0\n"},
    {"LateHolds", "no-free-while-held", HELD("coroutine") "collect 2\n> collect 2\n> free 1\n"},
    {"LateMayOutliveACollection", "",
     "r0 = node 1\n> new 0\nr0.0 = r0 as coroutine\nr0 = none\ncollect 2\n> collect 2\n> done 0\n"
     "collect 2\n> collect 2\n> free 0\n> done 1\n"},
    {"LateAndCyclicMayOutliveACollectionOnceLetGo", "",
     HELD("async-generator") "r0.0 = none\ncollect 2\n> collect 2\n> done 0\n"},
    {"LateAndCyclicOutlivesOne", "trash-freed",
     HELD("async-generator") "r0.0 = none\ncollect 2\n> collect 2\n> done 0\ncollect 2\n"
                             "> collect 2\n> done 0\n"},
    // What a late holder's content held outlives the collection, although the content does not.
    {"WhatLateLedToMayOutliveIt", "",
     LATE_LEADS_TO "r2.0 = r2\nr2 = none\ncollect 2\n> collect 2\n> free 2\n> free 1\n> done 0\n"
                   "collect 2\n> collect 2\n> free 0\n> done 1\n"},
    {"WhatLateLedToOutlivesOne", "trash-freed",
     LATE_LEADS_TO "r2.0 = r2\nr2 = none\ncollect 2\n> collect 2\n> free 2\n> free 1\n> done 0\n"
                   "collect 2\n> collect 2\n> done 0\n"},
    {"WhatLateLedToDiesByCountAtOnce", "free-at-once",
     LATE_LEADS_TO "r2 = none\ncollect 2\n> collect 2\n> free 2\n> free 1\n> done 0\n"},
    {"LateOutlivesOne", "trash-freed",
     "r0 = node 1\n> new 0\nr0.0 = r0 as coroutine\nr0 = none\ncollect 2\n> collect 2\n> done 0\n"
     "collect 2\n> collect 2\n> done 0\n"},

    // The end of #1's holder collects, and #3 is trash of that collection although the script of #2
    // has resurrected it.
    {"TheEndOfAHolderMayCollect", "",
     HELD("file") TWO_FINALIZERS "r0.0 = none\n> free 1\n> finalize 2\nr7 = self\n> end 2\n"
                                 "> finalize 3\n> end 3\n"},
    {"TheEndOfAnotherMayNot", "no-finalize-while-held",
     HELD("closure") TWO_FINALIZERS "r0.0 = none\n> free 1\n> finalize 2\nr7 = self\n> end 2\n"
                                    "> finalize 3\n> end 3\n"},
    {"WhatIsHeldIsNoTrashOfIt", "no-finalize-while-held",
     HELD("file") "r2 = node 0 del 0\n> new 2\nr0.0 = none\n> free 1\n> finalize 2\n"},
    {"AnActionMayCollect", "",
     HELD("closure") TWO_FINALIZERS "poke r0.0 0\n> finalize 2\nr7 = self\n> end 2\n"
                                    "> finalize 3\n> end 3\n> got 1\n"},
    // ... but it finds no trash in a node that the operation refers to, so a load settles.
    {"ALoadSettlesThoughItMayCollect", "no-free-while-held",
     HELD("file") IN_DOUBT_4 "r5 = r4.0\n> got 3\nr5 = none\ncollect 2\n> collect 2\n> free 3\n"},
    {"AnActionMayLeaveBehindWhatCollects", "",
     HELD("closure") TWO_FINALIZERS "poke r0.0 0\n> got 1\nr0.0 = none\n> free 1\n> finalize 2\n"
                                    "r7 = self\n> end 2\n> finalize 3\n> end 3\n"},

    {"FrailHolds", "no-free-while-held", HELD("generator") "collect 2\n> collect 2\n> free 1\n"},
    {"FrailMayBeEmptiedInTrash", "",
     "r0 = node 2 del 0\n> new 0\nr1 = node 0\n> new 1\nr0.0 = r1 as generator\nr0.1 = r0\n"
     "r1 = none\nr0 = none\ncollect 2\n> collect 2\n> finalize 0\nr7 = self\n> end 0\n> free 1\n"
     "> done 0\nr2 = r7.0\n> got none\n"},
    {"FrailMayStillHold", "",
     "r0 = node 2 del 0\n> new 0\nr1 = node 0\n> new 1\nr0.0 = r1 as generator\nr0.1 = r0\n"
     "r1 = none\nr0 = none\ncollect 2\n> collect 2\n> finalize 0\nr7 = self\n> end 0\n"
     "> done 0\nr2 = r7.0\n> got 1\n"},
    {"WhatAResurrectedFrailMayHoldNeedNotDie", "",
     "r0 = node 2 del 0\n> new 0\nr1 = node 1\n> new 1\nr0.0 = r1 as generator\nr1.0 = r0\n"
     "r1 = none\nr0 = none\ncollect 2\n> collect 2\n> finalize 0\nself.1 = self\n> end 0\n"
     "> done 0\n"},
    {"WhatMayBeHeldAsACollectionBeginsNeedNotDie", "",
     IN_DOUBT "r2 = none\ncollect 2\n> collect 2\n> finalize 2\nr7 = self\n> end 2\n> free 0\n"
              "> done 0\n"},
    {"OnlyFrailMay", "no-free-while-held",
     "r0 = node 2 del 0\n> new 0\nr1 = node 0\n> new 1\nr0.0 = r1 as closure\nr0.1 = r0\n"
     "r1 = none\nr0 = none\ncollect 2\n> collect 2\n> finalize 0\nr7 = self\n> end 0\n> free 1\n"},
    {"WhatIsFreedIsNotYielded", "load",
     "r0 = node 2 del 0\n> new 0\nr1 = node 0\n> new 1\nr0.0 = r1 as generator\nr0.1 = r0\n"
     "r1 = none\nr0 = none\ncollect 2\n> collect 2\n> finalize 0\nr7 = self\n> end 0\n> free 1\n"
     "> done 0\nr2 = r7.0\n> got 1\n"},

    {"AnActionMayEmpty", "", HELD("closure") "poke r0.0 1\n> free 1\n> got none\n"},
    {"AnActionMayKeep", "", HELD("closure") "poke r0.0 1\n> got 1\nr2 = r0.0\n> got 1\n"},
    {"WhatAnActionLetGoDies", "trash-freed",
     HELD("closure") "poke r0.0 1\n> got none\ncollect 2\n> collect 2\n> done 0\n"},
    {"AnActionMayMakeItCyclic", "",
     HELD("closure") "poke r0.0 1\n> got 1\nr0.0 = none\ncollect 2\n> collect 2\n> free 1\n"
                     "> done 1\n"},
    {"WhatAnActionKeptLives", "no-free-while-held",
     HELD("closure") "poke r0.0 1\n> got 1\ncollect 2\n> collect 2\n> free 1\n"},
    {"AnotherHolderWasNotActedOn", "free-at-once",
     HELD("closure") "poke r0.0 1\n> got 1\nr1 = node 0\n> new 2\nr0.0 = r1 as generator\n"
                     "> free 1\nr1 = none\nr0.0 = none\n"},
    {"AnActionDoesNotExchange", "load", HELD("closure") "poke r0.0 1\n> got 0\n"},
    {"AnActionKeepsNothingDead", "load", HELD("closure") "poke r0.0 1\n> free 1\n> got 1\n"},
    {"AnActionSaysWhatIsThere", "event-in-place", HELD("closure") "poke r0.0 1\n"},
    {"APlainSlotHasNoActions", "event-in-place",
     "r0 = node 1\n> new 0\nr0.0 = r0\npoke r0.0 1\n> got 0\n"},
    {"AScriptMayLoadWhileAnActionRuns", "",
     "r0 = node 1\n> new 0\nr1 = node 0 del 0\n> new 1\nr0.0 = r1 as generator\nr1 = none\n"
     "poke r0.0 0\n> finalize 1\nr2 = r0.0\n> got 1\nr2 = none\n> end 1\n> free 1\n> got none\n"},
    {"AnActionAroundAnotherMayPutBack", "",
     "r0 = node 1\n> new 0\nr1 = node 0 del 0\n> new 1\nr0.0 = r1 as generator\nr1 = none\n"
     "poke r0.0 0\n> finalize 1\nr2 = self\npoke r0.0 1\n> got none\n> end 1\n> got 1\n"},
    {"AScriptMayFillWhileAnActionRuns", "",
     "r0 = node 1\n> new 0\nr1 = node 0 del 0\n> new 1\nr0.0 = r1 as generator\nr1 = none\n"
     "poke r0.0 0\n> finalize 1\nr0.0 = r0 as generator\n> end 1\n> free 1\n> got none\n"},
};

TEST(JudgeKindsTest, EachPromiseAllowsWhatItSays) {
  const KindTable kinds = Kinds();
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    std::vector<TraceVerdict> verdicts;
    ASSERT_EQ(JudgeTraces(c.trace, *FindContract("cpython"), &verdicts, kinds), "");
    ASSERT_EQ(verdicts.size(), 1u);
    EXPECT_EQ(verdicts[0].violation ? Name(verdicts[0].violation->law) : std::string(), c.broken)
        << (verdicts[0].violation ? verdicts[0].violation->what : "");
  }
}

// Where each death has a finalizer: the holder that was let go keeps #0 alive until the collection.
TEST(JudgeKindsTest, WhatLingersMayBeFinalizedAgain) {
  const std::string before = "r0 = node 1 del 0\n> new 0\nr0 = none\n> finalize 0\n";
  const std::string after =
      "> end 0\ncollect 2\n> collect 2\n> finalize 0\n> end 0\n> free 0\n> done 0\n";
  const std::pair<std::string, std::string> scripts[] = {
      {"self.0 = self as loop\nself.0 = none\n", ""},
      {"self.0 = self as closure\nself.0 = none\n", "free-at-once"},
  };
  for (const auto& [script, broken] : scripts) {
    std::vector<TraceVerdict> verdicts;
    const std::string trace = before + script + after;
    ASSERT_EQ(JudgeTraces(trace, *FindContract("duktape"), &verdicts, Kinds()), "");
    EXPECT_EQ(verdicts[0].violation ? Name(verdicts[0].violation->law) : std::string(), broken);
  }
}

TEST(JudgeKindsTest, ExactContractsKnowKindsWithoutPromises) {
  const char* const lawful = HELD("closure") "poke r0.0 2\n> got 1\nr0.0 = none\n> free 1\n";
  const char* const unlawful = HELD("closure") "poke r0.0 2\n> got none\n";
  for (const auto& [trace, broken] : {std::pair(lawful, ""), std::pair(unlawful, "load")}) {
    std::vector<TraceVerdict> verdicts;
    ASSERT_EQ(JudgeTraces(trace, *FindContract("cpython39"), &verdicts, Kinds()), "");
    EXPECT_EQ(verdicts[0].violation ? Name(verdicts[0].violation->law) : std::string(), broken);
  }
}

}  // namespace
}  // namespace ouro
