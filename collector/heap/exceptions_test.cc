// SPDX-License-Identifier: Apache-2.0

// Exceptions: every call of heap.h and handle.h, while `operator new`, the heap's allocator or what
// writes debug output fails at each moment in turn. A call that says "Throws" throws std::bad_alloc
// and has had no effect; no other throws; and whatever happened, the heap is as good as before.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "collector/heap/handle.h"
#include "collector/heap/heap.h"
#include "collector/heap/testing/test_types.h"

namespace ouro::heap {
namespace {

enum class Fault {
  kNone,
  kNew,       // operator new throws
  kNull,      // the allocator returns nullptr
  kBadAlloc,  // the allocator throws std::bad_alloc
  kLine,      // what writes debug output throws something
};

// The fault that is about to happen, and how often it did. A global, as operator new is one.
struct Faults {
  Fault fault = Fault::kNone;
  int64_t left = 0;  // until it happens, once
  int64_t hits = 0;

  bool Happens(Fault one) {
    if (one != fault || left == 0 || --left > 0) return false;
    ++hits;
    return true;
  }
};
Faults faults;

// While it lives, the `nth` occasion for `fault` takes it.
struct Arm {
  Arm(Fault fault, int64_t nth) { faults = {fault, nth, 0}; }
  ~Arm() { faults.fault = Fault::kNone; }
};

int64_t blocks = 0;  // of the allocator, not given back

void* Allocate(size_t bytes) {
  if (faults.Happens(Fault::kNull)) return nullptr;
  if (faults.Happens(Fault::kBadAlloc)) throw std::bad_alloc();
  ++blocks;
  return kDefaultAllocator.allocate(bytes);
}
void Release(void* memory, size_t bytes) {
  --blocks;
  kDefaultAllocator.release(memory, bytes);
}
constexpr Allocator kCounted = {Allocate, Release};

// A payload that takes memory while it is made.
struct Note {
  Slot<Note> next = {};
  std::string text;
};
const std::string kLong(100, 'x');

// A heap with something of everything, and trash. Its user code makes objects, which collects.
struct Place {
  static constexpr uint32_t kDebug =
      kDebugStats | kDebugCollectable | kDebugUncollectable | kDebugInstances | kDebugObjects;

  explicit Place(const Rules& rules) : heap(rules, this, nullptr, kCounted) {
    heap.SetEnabled(false);
    slots = heap.Register(Describe(Kind::kSlots));
    Type type = Describe(Kind::kRun);
    type.finalize = [](Heap& h, Object) { UserCode(h); };
    finalized = heap.Register(type);
    bag = heap.Register(Describe(Kind::kBag));
    type = Describe(Kind::kMap);
    type.name = kLong.c_str();
    named = heap.Register(type);
    leaf_type = heap.Register(Describe(Kind::kLeaf));
    note = heap::Register<Note>(heap, {.name = "note"}, &Note::next);
    heap.SetDebugOutput([this](std::string_view line) {
      if (faults.Happens(Fault::kLine)) throw std::runtime_error("no paper");
      text = text + std::string(line);  // takes memory each time
      ++lines;
    });
    heap.SetDebugClock([] { return 1.5; });
    Fill();
    heap.SetDebug(kDebug);
  }

  ~Place() {
    if (heap.size() > 0) End();
  }

  // `held` lists the live objects of this graph: root -> bag -> finalized -> leaf.
  void Fill() {
    const Object root = heap.New(named);
    held = {root, Make(heap, bag), heap.New(finalized)};
    leaf = heap.New(leaf_type);
    TransferReference(heap, held[2], leaf);
    AddReference(heap, held[1], held[2]);
    AddReference(heap, root, held[1]);
    held.push_back(heap.NewWeak(held[2], Callback));
    heap.Collect();
    for (const TypeId type : {slots, finalized, bag, named}) {
      const Object trash = Make(heap, type);
      AddReference(heap, trash, trash);
      held.push_back(heap.NewWeak(trash, Callback));
      heap.Release(trash);
    }
  }

  static void Callback(Heap& h, Object) { UserCode(h); }
  static void UserCode(Heap& h) {
    Place& place = *static_cast<Place*>(h.context());
    const Object born = h.New(place.slots);
    if (born != kNull) h.Release(born);
    h.Collect(0);
  }

  // All that can be seen of the heap.
  auto Seen() const {
    std::vector<std::vector<Object>> seen;
    for (int i = 0; i < kGenerations; ++i) seen.push_back(heap.GetObjects(i));
    std::vector<int64_t> numbers = {heap.size(), static_cast<int64_t>(heap.garbage_size()),
                                    heap.debug_lost()};
    for (int i = 0; i < kGenerations; ++i) {
      numbers.insert(numbers.end(), {heap.count(i), heap.stats(i).collections});
    }
    for (const Object object : held) numbers.push_back(heap.References(object));
    return std::tuple(seen, numbers, lines);
  }

  void Drop(size_t k) { heap.Release(std::exchange(held[k], kNull)); }
  std::vector<Object> Held() const {
    std::vector<Object> all;
    for (const Object object : held) {
      if (object != kNull) all.push_back(object);
    }
    return all;
  }

  // All calls work, the next collections free what they should, and are written about.
  void ExpectAlive() {
    EXPECT_EQ(heap.Verify(Held()), "");
    heap.SetEnabled(false);
    heap.SetDebug(kDebugStats);
    const int64_t before = lines;
    const int64_t collections = heap.stats(2).collections;
    MakeTrash(heap, slots);
    EXPECT_GE(heap.Collect(), 1);
    EXPECT_EQ(heap.stats(2).collections, collections + 1);
    EXPECT_GE(lines, before + 3);
    End();
    EXPECT_EQ(heap.size(), 0);
    EXPECT_EQ(heap.Verify({}), "");
  }

  void End() {
    heap.SetDebug(0);
    for (size_t k = 0; k < held.size(); ++k) {
      if (held[k] != kNull) Drop(k);
    }
    for (int round = 0; round < 3; ++round) {
      std::vector<Object> garbage;
      for (size_t k = 0; k < heap.garbage_size(); ++k) {
        heap.Retain(garbage.emplace_back(heap.Garbage(k)));
      }
      for (const Object object : garbage) {
        if (!heap.IsWeak(object)) ClearReferences(heap, object);
        heap.Release(object);
      }
      heap.ClearGarbage();
      heap.Collect();
    }
  }

  Heap heap;
  TypeId slots, finalized, bag, named, leaf_type;
  TypeOf<Note> note;
  Object leaf = kNull;       // while held[2] is alive
  std::vector<Object> held;  // kNull where released
  std::string text;
  int64_t lines = 0;
};

// What a call promises.
enum class Throws { kNever, kBadAlloc };
enum class Says { kNothing, kLines };  // whether it writes debug output

struct Call {
  const char* name;
  Throws throws;
  Says says;
  std::function<void(Place&)> run;
};

// Every automatic collection from now on.
void Eager(Place& p) {
  p.heap.SetThresholds(1, 1, 1);
  p.heap.SetEnabled(true);
}

void NewObjects(Place& p, int count) {
  std::vector<Object>& held = p.held;
  for (int i = 0; i < count; ++i) {
    const Object object = p.heap.New(p.slots);
    if (object == kNull) continue;
    p.heap.Store(p.heap.Slot(object, 0), held.back());
    p.heap.Release(std::exchange(held.back(), object));
  }
}

// The calls left out are one line of heap.h each, which reads or sets a member.
std::vector<Call> Births() {
  return {
      {"Register", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) {
         const TypeId type = p.heap.Register({.name = "late", .size = 16, .references = {0, 8}});
         EXPECT_STREQ(p.heap.type(type).name, "late");
       }},
      {"New", Throws::kNever, Says::kNothing, [](Place& p) { NewObjects(p, 10'000); }},
      {"New, which collects", Throws::kNever, Says::kLines,
       [](Place& p) {
         Eager(p);
         NewObjects(p, 10);
       }},
      {"NewWeak", Throws::kNever, Says::kNothing,
       [](Place& p) {
         const Object weak = p.heap.NewWeak(p.leaf);  // the first one of its page
         if (weak != kNull) p.heap.Release(weak);
       }},
      {"NewWeak, which collects", Throws::kNever, Says::kLines,
       [](Place& p) {
         Eager(p);
         for (int i = 0; i < 3; ++i) {
           const Object weak = p.heap.NewWeak(p.held[0]);
           if (weak != kNull) p.heap.Release(weak);
         }
       }},
      {"Register of handle.h", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { Register<Note>(p.heap, {.name = "other"}, &Note::next); }},
      {"New of handle.h", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) {
         const Handle<Note> note = New(p.heap, p.note, Slot<Note>{}, kLong);
         if (note) EXPECT_EQ(note->text, kLong);
       }},
      {"NewWeak, Lock and Set of handle.h", Throws::kNever, Says::kNothing,
       [](Place& p) {
         const Handle<Note> note = New(p.heap, p.note);
         if (!note) return;
         note.Set(&Note::next, note);
         const Handle<WeakTo<Note>> weak = NewWeak(p.heap, note);
         if (weak) EXPECT_EQ(Lock(p.heap, weak), note);
         note.Set(&Note::next, nullptr);
       }},
  };
}

std::vector<Call> DeathsAndCollections() {
  return {
      {"Release, whose user code collects", Throws::kNever, Says::kLines,
       [](Place& p) {
         Eager(p);
         p.Drop(2);
         p.Drop(0);
         p.Drop(1);
       }},
      {"ReleaseBoth", Throws::kNever, Says::kLines,
       [](Place& p) {
         Eager(p);
         p.Drop(2);
         p.Drop(0);
         const Object first = std::exchange(p.held[1], kNull);
         p.heap.ReleaseBoth(first, std::exchange(p.held[3], kNull));
       }},
      {"Store", Throws::kNever, Says::kLines,
       [](Place& p) {
         Eager(p);
         p.Drop(1);
         p.Drop(2);
         p.heap.Store(p.heap.Slot(p.held[0], 0), kNull);
       }},
      {"Collect(0)", Throws::kNever, Says::kLines, [](Place& p) { p.heap.Collect(0); }},
      {"Collect(1)", Throws::kNever, Says::kLines, [](Place& p) { p.heap.Collect(1); }},
      {"Collect", Throws::kNever, Says::kLines, [](Place& p) { EXPECT_GE(p.heap.Collect(), 4); }},
      {"Collect, which saves all", Throws::kNever, Says::kLines,
       [](Place& p) {
         p.heap.SetDebug(Place::kDebug | kDebugSaveAll);
         p.heap.Collect();
         EXPECT_GE(p.heap.garbage_size(), 4u);
       }},
      {"ClearGarbage", Throws::kNever, Says::kLines,
       [](Place& p) {
         p.heap.SetDebug(Place::kDebug | kDebugSaveAll);
         p.heap.Collect();
         Eager(p);
         p.heap.ClearGarbage();
       }},
      {"Trim", Throws::kNever, Says::kNothing, [](Place& p) { p.heap.Trim(); }},
      {"Reset", Throws::kNever, Says::kNothing,
       [](Place& p) {
         p.heap.Reset();
         p.held.clear();
       }},
  };
}

std::vector<Call> Looks() {
  return {
      {"SetDebugOutput", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { p.heap.SetDebugOutput([&p](std::string_view) { ++p.lines; }); }},
      {"SetDebugClock", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { p.heap.SetDebugClock([] { return 2.5; }); }},
      {"Show", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { EXPECT_NE(p.heap.Show(p.held[0]).find(kLong), std::string::npos); }},
      {"ForEachTracked", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) {
         std::vector<Object> seen;
         p.heap.ForEachTracked([&seen](Object object, int) { seen.push_back(object); });
         EXPECT_GT(seen.size(), 7u);
       }},
      {"GetObjects", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { EXPECT_GE(p.heap.GetObjects(2).size(), 4u); }},
      {"GetReferrers", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { EXPECT_EQ(p.heap.GetReferrers(p.held[2]).size(), 1u); }},
      {"GetReferents, by offsets", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { EXPECT_EQ(p.heap.GetReferents(p.held[0]).size(), 1u); }},
      {"GetReferents, by a function", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { EXPECT_EQ(p.heap.GetReferents(p.held[1]).size(), 1u); }},
      {"Verify", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { EXPECT_EQ(p.heap.Verify(p.held), ""); }},
      {"Verify, which finds something", Throws::kBadAlloc, Says::kNothing,
       [](Place& p) { EXPECT_NE(p.heap.Verify({}), ""); }},
  };
}

constexpr Rules kAllRules[] = {
    {.finalizers = Rules::Finalizers::kUncollectable, .text_of_26 = true},
    {.finalizers = Rules::Finalizers::kUncollectable},
    {.finalizers = Rules::Finalizers::kOnce},
};
constexpr int64_t kMost = 10'000;  // occasions for one fault within a call

// Runs the call on a new heap with a fault at the `nth` occasion. Returns what happened.
struct Outcome {
  bool threw = false;
  int64_t hits = 0;
  int64_t lines = 0;
};
Outcome Try(const Call& call, const Rules& rules, Fault fault, int64_t nth) {
  SCOPED_TRACE(std::string(call.name) + ", fault " + std::to_string(static_cast<int>(fault)) +
               " at " + std::to_string(nth));
  Outcome outcome;
  {
    Place place(rules);
    const auto before = place.Seen();
    {
      const Arm arm(fault, nth);
      try {
        call.run(place);
      } catch (const std::bad_alloc&) {
        outcome.threw = true;
      }
    }
    outcome.hits = faults.hits;
    outcome.lines = place.lines;
    if (outcome.threw) {
      EXPECT_EQ(call.throws, Throws::kBadAlloc);
      EXPECT_EQ(fault, Fault::kNew);
      EXPECT_EQ(place.Seen(), before) << "it threw, and had an effect";
    }
    const bool loses = fault == Fault::kLine || (fault == Fault::kNew && !outcome.threw);
    EXPECT_EQ(place.heap.debug_lost(), loses ? outcome.hits : 0);
    if (!testing::Test::HasFailure()) place.ExpectAlive();
  }
  EXPECT_EQ(blocks, 0);
  EXPECT_EQ(Bag::alive, 0);
  return outcome;
}

// Tries each occasion in turn. Returns how many there were.
int64_t Sweep(const Call& call, const Rules& rules, Fault fault) {
  const Outcome clean = Try(call, rules, Fault::kNone, 0);
  EXPECT_FALSE(clean.threw);
  for (int64_t nth = 1; nth < kMost; ++nth) {
    const Outcome outcome = Try(call, rules, fault, nth);
    if (testing::Test::HasFailure() || outcome.hits == 0) return nth - 1;
    const bool line = fault == Fault::kLine || fault == Fault::kNew;
    if (line && !outcome.threw)
      EXPECT_EQ(outcome.lines, clean.lines - 1) << "all others are written";
    if (call.throws == Throws::kBadAlloc && fault == Fault::kNew) EXPECT_TRUE(outcome.threw);
  }
  ADD_FAILURE() << call.name << " has no end";
  return 0;
}

void SweepAll(const std::vector<Call>& calls) {
  for (const Rules& rules : kAllRules) {
    for (const Call& call : calls) {
      const bool takes = call.throws == Throws::kBadAlloc || call.says == Says::kLines;
      EXPECT_EQ(Sweep(call, rules, Fault::kNew) > 0, takes) << call.name;
      EXPECT_EQ(Sweep(call, rules, Fault::kLine) > 0, call.says == Says::kLines) << call.name;
      EXPECT_EQ(Sweep(call, rules, Fault::kNull), Sweep(call, rules, Fault::kBadAlloc));
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(Exceptions, InBirths) { SweepAll(Births()); }

// So that it was the allocator that failed there.
TEST(Exceptions, BirthsAskTheAllocator) {
  for (const Call& call : Births()) {
    if (call.name != std::string("New") && call.name != std::string("NewWeak")) continue;
    EXPECT_GT(Sweep(call, kAllRules[0], Fault::kNull), 0) << call.name;
  }
}

TEST(Exceptions, InDeathsAndCollections) { SweepAll(DeathsAndCollections()); }
TEST(Exceptions, InIntrospection) { SweepAll(Looks()); }

TEST(Exceptions, InTheConstructor) {
  for (const Fault fault : {Fault::kNew, Fault::kNull, Fault::kBadAlloc}) {
    int64_t nth = 1;
    for (bool threw = true; threw; ++nth) {
      threw = false;
      const Arm arm(fault, nth);
      try {
        const Heap heap(kAllRules[0], nullptr, nullptr, kCounted);
      } catch (const std::bad_alloc&) {
        threw = true;
      }
      EXPECT_EQ(threw, faults.hits > 0);
      EXPECT_EQ(blocks, 0);
    }
    EXPECT_GT(nth, 4);
  }
}

TEST(Exceptions, OfForEachTrackedsArgument) {
  Place place(kAllRules[0]);
  const auto refuse = [](Object, int) { throw std::runtime_error("enough"); };
  EXPECT_THROW(place.heap.ForEachTracked(refuse), std::runtime_error);
  place.ExpectAlive();
}

}  // namespace
}  // namespace ouro::heap

void* operator new(size_t bytes) {
  if (ouro::heap::faults.Happens(ouro::heap::Fault::kNew)) throw std::bad_alloc();
  void* memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
