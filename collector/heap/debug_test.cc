// SPDX-License-Identifier: Apache-2.0

// The text of gc.set_debug, byte for byte, as CPython 2.6.1 and 2.7.18 wrote it for the same
// objects: experiments D2 to D4, rebuilt here. Expected texts have $name for addresses.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collector/heap/heap.h"
#include "collector/heap/testing/python2.h"

namespace ouro::heap {
namespace {

constexpr bool kBoth[] = {false, true};

// Collects the trash of D3 under `flags` and compares what that wrote.
void ExpectText(bool is26, uint32_t flags, const std::string& text, const std::string& garbage) {
  SCOPED_TRACE((is26 ? "2.6, flags " : "2.7, flags ") + std::to_string(flags));
  Python python(is26);
  python.MakeTrash();
  const std::string expected = python.Expected(text);
  python.heap().SetDebug(flags);
  EXPECT_EQ(python.heap().Collect(), (flags & kDebugSaveAll) != 0 ? 14 : 13);
  EXPECT_EQ(python.text(), expected);
  EXPECT_EQ(python.Garbage(), garbage);
}

// --- Statistics: D2, D4

TEST(Stats, OfNothing) {
  for (const bool is26 : kBoth) {
    Python python(is26);
    python.heap().SetDebug(kDebugStats);
    EXPECT_EQ(python.heap().Collect(), 0);
    EXPECT_EQ(python.text(), is26 ? R"(
gc: collecting generation 2...
gc: objects in each generation: 0 0 0
gc: done.
)"
                                  : R"(
gc: collecting generation 2...
gc: objects in each generation: 0 0 0
gc: done, 0.5000s elapsed.
)");
  }
}

// 2.6 takes the time before each object from what it said last: so every other one is a date.
TEST(Stats, OfTrash) {
  for (const bool is26 : kBoth) {
    Python python(is26);
    python.Drop(python.MakeListCycle("l"));
    const Object d = python.MakeDict("d");
    python.heap().Store(python.Items(d).second, d);
    python.Drop(d);
    python.heap().SetDebug(kDebugStats);
    EXPECT_EQ(python.heap().Collect(1), 2);
    EXPECT_EQ(python.text(), is26 ? R"(
gc: collecting generation 1...
gc: objects in each generation: 2 0 0
gc: 0.5000s elapsed.
gc: 1000.5000s elapsed.
gc: done, 2 unreachable, 0 uncollectable.
)"
                                  : R"(
gc: collecting generation 1...
gc: objects in each generation: 2 0 0
gc: done, 2 unreachable, 0 uncollectable, 0.5000s elapsed.
)");
    EXPECT_EQ(python.heap().garbage_size(), 0u);
  }
}

TEST(Stats, SizesAreThoseBeforeTheMerge) {
  Python python(/*is26=*/true);
  std::vector<Object> old(3);
  for (Object& object : old) object = python.MakeList("old");
  python.heap().Collect();
  std::vector<Object> young(12);
  for (Object& object : young) object = python.MakeList("young");
  python.heap().SetDebug(kDebugStats);
  python.heap().Collect(0);
  python.Drop(young.back());
  young.back() = python.MakeList("younger");
  python.heap().Collect(1);
  EXPECT_EQ(python.text(), R"(
gc: collecting generation 0...
gc: objects in each generation: 12 0 3
gc: done.
gc: collecting generation 1...
gc: objects in each generation: 1 11 3
gc: done.
)");
}

TEST(Stats, AnObjectThatIsBeingMadeIsInNoGeneration) {
  Python python(/*is26=*/false);
  python.heap().SetThresholds(2, 10, 10);
  python.heap().SetDebug(kDebugStats);
  for (int i = 0; i < 3; ++i) python.MakeList("l");
  EXPECT_EQ(python.text(), R"(
gc: collecting generation 0...
gc: objects in each generation: 2 0 0
gc: done, 0.5000s elapsed.
)");
}

// Checked on 2.7.18, as are the next ones.
TEST(Stats, AskedForByACallbackHaveNoTime) {
  for (const bool is26 : kBoth) {
    Python python(is26);
    const Object o = python.MakeInstanceCycle("o", {.name = "Obj"});
    python.heap().SetDebug(kDebugStats);
    python.heap().Collect();  // a collection that printed its start
    python.heap().SetDebug(0);
    python.heap().NewWeak(o, [](Heap& heap, Object) { heap.SetDebug(kDebugStats); });
    python.Drop(o);
    const size_t before = python.text().size();
    EXPECT_EQ(python.heap().Collect(), 2);
    EXPECT_EQ(python.text().substr(before), "gc: done, 2 unreachable, 0 uncollectable.\n");
  }
}

TEST(Stats, CalledOffByACallback) {
  Python python(/*is26=*/false);
  const Object o = python.MakeInstanceCycle("o", {.name = "Obj"});
  python.heap().NewWeak(o, [](Heap& heap, Object) { heap.SetDebug(0); });
  python.Drop(o);
  python.heap().SetDebug(kDebugStats);
  EXPECT_EQ(python.heap().Collect(), 2);
  EXPECT_EQ(python.text(), R"(
gc: collecting generation 2...
gc: objects in each generation: 3 0 0
)");
}

TEST(Stats, CollectionsWithinACollectionSayNothing) {
  Python python(/*is26=*/false);
  const Object o = python.MakeInstanceCycle("o", {.name = "Obj"});
  python.heap().NewWeak(o, [](Heap& heap, Object) { EXPECT_EQ(heap.Collect(), 0); });
  python.Drop(o);
  python.heap().SetDebug(kDebugStats);
  EXPECT_EQ(python.heap().Collect(), 2);
  EXPECT_EQ(python.text(), R"(
gc: collecting generation 2...
gc: objects in each generation: 3 0 0
gc: done, 2 unreachable, 0 uncollectable, 0.5000s elapsed.
)");
}

// --- Objects: D3

TEST(Objects, AreShownIfAFlagSaysWhichOnes) {
  for (const bool is26 : kBoth) {
    for (const uint32_t flags :
         {uint32_t{kDebugCollectable}, uint32_t{kDebugUncollectable},
          kDebugCollectable | kDebugUncollectable, kDebugInstances | kDebugObjects}) {
      ExpectText(is26, flags, "\n<callback>\n<F.__del__>\n", "y z");
    }
  }
}

TEST(Objects, Instances) {
  for (const bool is26 : kBoth) {
    ExpectText(is26, kDebugCollectable | kDebugUncollectable | kDebugInstances, R"(
gc: collectable <Old instance at $x>
<callback>
<F.__del__>
gc: uncollectable <OldD instance at $y>
)",
               "y z");
    ExpectText(is26, kDebugCollectable | kDebugInstances, R"(
gc: collectable <Old instance at $x>
<callback>
<F.__del__>
)",
               "y z");
    ExpectText(is26, kDebugUncollectable | kDebugInstances, R"(
<callback>
<F.__del__>
gc: uncollectable <OldD instance at $y>
)",
               "y z");
  }
}

TEST(Objects, OthersAndInstancesAsOthers) {
  ExpectText(/*is26=*/true, kDebugCollectable | kDebugUncollectable | kDebugObjects, R"(
gc: collectable <list $l>
gc: collectable <Obj $o>
gc: collectable <dict $o.dict>
gc: collectable <dict $x.dict>
gc: collectable <instance $x>
gc: collectable <Obj $a>
gc: collectable <dict $a.dict>
gc: collectable <list $b>
<callback>
<F.__del__>
gc: uncollectable <instance $y>
gc: uncollectable <D $z>
gc: uncollectable <dict $y.dict>
gc: uncollectable <dict $z.dict>
gc: uncollectable <list $y.l>
)",
             "y z");
  ExpectText(/*is26=*/false, kDebugCollectable | kDebugUncollectable | kDebugObjects, R"(
gc: collectable <list $l>
gc: collectable <Obj $o>
gc: collectable <dict $o.dict>
gc: collectable <instance $x>
gc: collectable <dict $x.dict>
gc: collectable <Obj $a>
gc: collectable <dict $a.dict>
gc: collectable <list $b>
<callback>
<F.__del__>
gc: uncollectable <instance $y>
gc: uncollectable <D $z>
gc: uncollectable <dict $y.dict>
gc: uncollectable <dict $z.dict>
gc: uncollectable <list $y.l>
)",
             "y z");
}

TEST(Objects, OneKindOfTrash) {
  ExpectText(/*is26=*/false, kDebugUncollectable | kDebugObjects, R"(
<callback>
<F.__del__>
gc: uncollectable <instance $y>
gc: uncollectable <D $z>
gc: uncollectable <dict $y.dict>
gc: uncollectable <dict $z.dict>
gc: uncollectable <list $y.l>
)",
             "y z");
  ExpectText(/*is26=*/true, kDebugCollectable | kDebugObjects, R"(
gc: collectable <list $l>
gc: collectable <Obj $o>
gc: collectable <dict $o.dict>
gc: collectable <dict $x.dict>
gc: collectable <instance $x>
gc: collectable <Obj $a>
gc: collectable <dict $a.dict>
gc: collectable <list $b>
<callback>
<F.__del__>
)",
             "y z");
}

constexpr uint32_t kAllButSaveAll = (kDebugLeak | kDebugStats) & ~kDebugSaveAll;

TEST(Objects, AllWithStatsIn26) {
  ExpectText(/*is26=*/true, kAllButSaveAll, R"(
gc: collecting generation 2...
gc: objects in each generation: 15 0 0
gc: collectable <list $l>
gc: 0.5000s elapsed.
gc: collectable <Obj $o>
gc: 1000.5000s elapsed.
gc: collectable <dict $o.dict>
gc: 1.0000s elapsed.
gc: collectable <dict $x.dict>
gc: 1001.0000s elapsed.
gc: collectable <Old instance at $x>
gc: 1.5000s elapsed.
gc: collectable <Obj $a>
gc: 1001.5000s elapsed.
gc: collectable <dict $a.dict>
gc: 2.0000s elapsed.
gc: collectable <list $b>
gc: 1002.0000s elapsed.
<callback>
<F.__del__>
gc: uncollectable <OldD instance at $y>
gc: uncollectable <D $z>
gc: uncollectable <dict $y.dict>
gc: uncollectable <dict $z.dict>
gc: uncollectable <list $y.l>
gc: done, 13 unreachable, 5 uncollectable.
)",
             "y z");
}

TEST(Objects, AllWithStatsIn27) {
  ExpectText(/*is26=*/false, kAllButSaveAll, R"(
gc: collecting generation 2...
gc: objects in each generation: 15 0 0
gc: collectable <list $l>
gc: collectable <Obj $o>
gc: collectable <dict $o.dict>
gc: collectable <Old instance at $x>
gc: collectable <dict $x.dict>
gc: collectable <Obj $a>
gc: collectable <dict $a.dict>
gc: collectable <list $b>
<callback>
<F.__del__>
gc: uncollectable <OldD instance at $y>
gc: uncollectable <D $z>
gc: uncollectable <dict $y.dict>
gc: uncollectable <dict $z.dict>
gc: uncollectable <list $y.l>
gc: done, 13 unreachable, 5 uncollectable, 0.5000s elapsed.
)",
             "y z");
}

// F survives: the list that references it is saved instead of cleared.
TEST(Objects, Leak) {
  ExpectText(/*is26=*/true, kDebugLeak, R"(
gc: collectable <list $l>
gc: collectable <Obj $o>
gc: collectable <dict $o.dict>
gc: collectable <dict $x.dict>
gc: collectable <Old instance at $x>
gc: collectable <Obj $a>
gc: collectable <dict $a.dict>
gc: collectable <list $b>
<callback>
gc: uncollectable <OldD instance at $y>
gc: uncollectable <D $z>
gc: uncollectable <F $f>
gc: uncollectable <dict $y.dict>
gc: uncollectable <dict $z.dict>
gc: uncollectable <list $y.l>
)",
             "l o o.dict x.dict x a a.dict b y z f y.dict z.dict y.l");
  ExpectText(/*is26=*/false, kDebugLeak, R"(
gc: collectable <list $l>
gc: collectable <Obj $o>
gc: collectable <dict $o.dict>
gc: collectable <Old instance at $x>
gc: collectable <dict $x.dict>
gc: collectable <Obj $a>
gc: collectable <dict $a.dict>
gc: collectable <list $b>
<callback>
gc: uncollectable <OldD instance at $y>
gc: uncollectable <D $z>
gc: uncollectable <F $f>
gc: uncollectable <dict $y.dict>
gc: uncollectable <dict $z.dict>
gc: uncollectable <list $y.l>
)",
             "l o o.dict x x.dict a a.dict b y z f y.dict z.dict y.l");
}

TEST(Objects, SaveAllAloneSavesSilently) {
  ExpectText(/*is26=*/false, kDebugSaveAll, "\n<callback>\n",
             "l o o.dict x x.dict a a.dict b y z f y.dict z.dict y.l");
}

TEST(Objects, WeakReferencesAreTrashToo) {
  Python python(/*is26=*/false);
  const Object l = python.MakeListCycle("l");
  const Object w = python.Name("w", python.heap().NewWeak(l));
  python.heap().Store(python.Items(l).second, w);
  python.Drop(w);
  python.Drop(l);
  const std::string expected = python.Expected(R"(
gc: collectable <list $l>
gc: collectable <weakref $w>
)");
  python.heap().SetDebug(kDebugCollectable | kDebugObjects);
  EXPECT_EQ(python.heap().Collect(), 2);
  EXPECT_EQ(python.text(), expected);
}

TEST(Objects, NamesOfTypesAreCutAtAHundredBytes) {
  Python python(/*is26=*/false);
  const std::string longest(100, 'N');
  const std::string name = longest + "and more";
  python.Drop(python.MakeInstanceCycle("n", {.name = name.c_str()}));
  python.Drop(python.MakeInstanceCycle("o", {.name = name.c_str(), .instance = true}));
  const std::string expected = python.Expected(
      "\ngc: collectable <" + longest + " $n>\ngc: collectable <dict $n.dict>\n" +
      "gc: collectable <" + longest + " instance at $o>\n" + "gc: collectable <dict $o.dict>\n");
  python.heap().SetDebug(kDebugCollectable | kDebugInstances | kDebugObjects);
  EXPECT_EQ(python.heap().Collect(), 4);
  EXPECT_EQ(python.text(), expected);
}

TEST(Objects, OneWithoutAPayloadHasAnAddressAllTheSame) {
  Python python(/*is26=*/false);
  Heap& heap = python.heap();
  const TypeId empty = heap.Register({.name = "object"});
  const std::string first = heap.Show(heap.New(empty));
  const std::string second = heap.Show(heap.New(empty));
  EXPECT_EQ(first.substr(0, 10), "<object 0x");
  EXPECT_EQ(second.substr(0, 10), "<object 0x");
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace ouro::heap
