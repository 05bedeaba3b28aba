// SPDX-License-Identifier: Apache-2.0

// The bridge from C: bad tables are refused with sentences that say what to do; every function of a
// good one is called with the operands of its operation, and its events arrive.

#include "collector/c_library.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collector/ouroboros.h"
#include "model/collector.h"
#include "model/event_text.h"
#include "model/program.h"

namespace ouro {
namespace {

using Lines = std::vector<std::string>;

// A collector in C style that does nothing but tell: what it is asked for, and, by events, that it
// was. It has no objects; a script runs, and a birth is reported, where the tests need one.
struct Telltale {
  const ouro_observer* observer;
  int births;
  Lines asked;
};

Telltale* newest = nullptr;  // the one that the tests look at
int created = 0;
int alive = 0;
bool refuse = false;  // to be created

Telltale& Told(void* gc, const std::string& what) {
  auto* t = static_cast<Telltale*>(gc);
  t->asked.push_back(what);
  return *t;
}

template <typename... Numbers>
Telltale& Told(void* gc, const char* what, Numbers... numbers) {
  std::string text = what;
  ((text += " " + std::to_string(numbers)), ...);
  return Told(gc, text);
}

void Birth(Telltale& t) { t.births = t.observer->on_new(t.observer) + 1; }

constexpr const char* kNoSuchThing = "an invariant does not hold";
const char* wrong = nullptr;  // what `verify` returns

// Every function is there.
constexpr ouro_collector_table kGood = {
    OURO_HEADER,
    .summary = "a telltale",
    .contract = "cpython26",
    .abilities = OURO_ALL_ABILITIES,
    .create = [](const ouro_observer* observer) -> void* {
      if (refuse) return nullptr;
      ++created;
      ++alive;
      newest = new Telltale{observer, 0, {}};
      return newest;
    },
    .destroy =
        [](void* gc) {
          --alive;
          delete static_cast<Telltale*>(gc);
        },
    .reset = [](void* gc) { static_cast<Telltale*>(gc)->asked = {"reset"}; },
    .verify = [](void*) { return wrong; },
    .node = [](void* gc, int dest, int slots,
               bool del) { Birth(Told(gc, "node", dest, slots, int{del})); },
    .leaf = [](void* gc, int dest) { Birth(Told(gc, "leaf", dest)); },
    .weak = [](void* gc, int dest, int target,
               bool call) { Birth(Told(gc, "weak", dest, target, int{call})); },
    .copy = [](void* gc, int dest, int from) { Told(gc, "copy", dest, from); },
    .load =
        [](void* gc, int dest, int from, int slot) {
          const Telltale& t = Told(gc, "load", dest, from, slot);
          t.observer->on_got(t.observer, 0);
        },
    .deref =
        [](void* gc, int dest, int weak) {
          const Telltale& t = Told(gc, "deref", dest, weak);
          t.observer->on_got(t.observer, OURO_NONE);
        },
    .store = [](void* gc, int into, int slot, int from) { Told(gc, "store", into, slot, from); },
    .empty_slot = [](void* gc, int into, int slot) { Told(gc, "empty_slot", into, slot); },
    .empty_register =
        [](void* gc, int dest) {
          const Telltale& t = Told(gc, "empty_register", dest);
          const bool raised = t.observer->on_finalize(t.observer, 0);
          const bool called = t.observer->on_callback(t.observer, 1);
          Told(gc, "scripts", int{raised}, int{called});
          t.observer->on_free(t.observer, 0);
        },
    .collect =
        [](void* gc, int generation) {
          const Telltale& t = Told(gc, "collect", generation);
          t.observer->on_collect(t.observer, generation, true);
          t.observer->on_garbage(t.observer, 7);
          t.observer->on_done(t.observer, 3);
        },
    .threshold = [](void* gc, int a, int b, int c) { Told(gc, "threshold", a, b, c); },
    .enable = [](void* gc, bool on) { Told(gc, "enable", int{on}); },
    .saveall = [](void* gc, bool on) { Told(gc, "saveall", int{on}); },
    .take_garbage = [](void* gc, int dest, int index) { Told(gc, "take_garbage", dest, index); },
    .clear_garbage = [](void* gc) { Told(gc, "clear_garbage"); },
    .census =
        [](void* gc) {
          const Telltale& t = Told(gc, "census");
          t.observer->on_tracked(t.observer, 5, 2);
        },
    .fail =
        [](void* gc, int n) {
          const Telltale& t = Told(gc, "fail", n);
          t.observer->on_failed(t.observer);
          t.observer->broken(t.observer, "memory is out");
          t.observer->broken(t.observer, "and again");
        },
    .map = [](void* gc, int dest) { Birth(Told(gc, "map", dest)); },
    .map_get =
        [](void* gc, int dest, int map, int key) {
          const Telltale& t = Told(gc, "map_get", dest, map, key);
          t.observer->on_got(t.observer, OURO_NONE);
        },
    .map_put = [](void* gc, int map, int key, int from) { Told(gc, "map_put", map, key, from); },
    .map_remove = [](void* gc, int map, int key) { Told(gc, "map_remove", map, key); },
    .dispose = [](void* gc, int from) { Told(gc, "dispose", from); },
    .end =
        [](void* gc) {
          const Telltale& t = Told(gc, "end");
          t.observer->on_free(t.observer, 1);
        },
    .push = [](void* gc, int from) { Told(gc, "push", from); },
    .pop = [](void* gc) { Told(gc, "pop"); },
    .node_with = [](void* gc, int dest, int slots, int even, int odd,
                    bool del) { Birth(Told(gc, "node_with", dest, slots, even, odd, int{del})); },
    .clear = [](void* gc, int into) { Told(gc, "clear", into); },
    .copy_slots = [](void* gc, int into, int from) { Told(gc, "copy_slots", into, from); },
    .weak_with = [](void* gc, int dest, int target, int value,
                    bool call) { Birth(Told(gc, "weak_with", dest, target, value, int{call})); },
    .step = [](void* gc, int work) { return Told(gc, "step", work).births > 6; },
};

// ---- Tables that are refused

std::string Refusal(const std::function<void(ouro_collector_table*)>& change) {
  ouro_collector_table table = kGood;
  change(&table);
  Specimen specimen;
  return ReadCTable(table, &specimen);
}

TEST(CTable, OfAnotherVersionIsRefusedByItsVersionAlone) {
  ouro_collector_table table = {};
  table.version = OURO_VERSION + 1;
  Specimen specimen;
  EXPECT_EQ(ReadCTable(table, &specimen), "built for version 3 of ouroboros.h, this is 2");
  EXPECT_EQ(specimen.make, nullptr);
}

TEST(CTable, OfVersion1IsTaken) {
  ouro_collector_table table = kGood;
  table.version = 1;
  table.size = OURO_SIZE_1;
  // What lies behind it in memory is not part of it.
  const char* const kinds[] = {"no such place", nullptr};
  table.kinds = kinds;
  Specimen specimen;
  EXPECT_EQ(ReadCTable(table, &specimen), "its table has no function `map`");
  table.abilities &= ~static_cast<uint32_t>(OURO_MAP | OURO_DISPOSE | OURO_END | OURO_SCOPE |
                                            OURO_FILL | OURO_HELD | OURO_STEP);
  EXPECT_EQ(ReadCTable(table, &specimen), "");
  EXPECT_TRUE(specimen.kinds.empty());
}

TEST(CTable, OffersKinds) {
  static const char* const kKinds[] = {"closure edge pokes=2", "list node", nullptr};
  const auto offer = [](ouro_collector_table* t) { t->kinds = kKinds; };
  EXPECT_EQ(Refusal(offer), "it offers the kind closure, but has no function `store_as`");
  ouro_collector_table table = kGood;
  offer(&table);
  table.store_as = [](void* gc, int into, int slot, int from, int kind) {
    Told(gc, "store_as", into, slot, from, kind);
  };
  Specimen specimen;
  EXPECT_EQ(ReadCTable(table, &specimen), "it offers the kind closure, but has no function `poke`");
  table.poke = [](void* gc, int from, int slot, int action) {
    const Telltale& t = Told(gc, "poke", from, slot, action);
    t.observer->on_got(t.observer, 0);
  };
  table.node_as = [](void* gc, int dest, int slots, bool del, int kind) {
    Birth(Told(gc, "node_as", dest, slots, int{del}, kind));
  };
  table.options = [](void* gc, const char* options) { Told(gc, options); };
  ASSERT_EQ(ReadCTable(table, &specimen, "gc=1&kinds"), "");
  ASSERT_EQ(specimen.kinds.kinds().size(), 2u);
  struct Deaf final : Observer {
    ScriptEnd On(const Event&) override { return ScriptEnd::kReturned; }
    void Broken(const std::string&) override {}
  } observer;
  const auto collector = specimen.make(observer);
  for (const char* line :
       {"r0 = node 2 as list del 1", "r0.1 = r2 as closure", "poke r0.1 3", "r0.1 = r2"}) {
    Op op;
    ASSERT_EQ(ParseOp(line, /*in_script=*/false, &op), "");
    collector->Execute(op);
  }
  EXPECT_EQ(newest->asked, (Lines{"gc=1&kinds", "node_as 0 2 1 1", "store_as 0 1 2 0", "poke 0 1 3",
                                  "store 0 1 2"}));
}

TEST(CTable, OfAnotherSizeIsRefused) {
  EXPECT_EQ(Refusal([](auto* t) { t->size = 8; }),
            "its table has 8 bytes instead of " + std::to_string(sizeof(ouro_collector_table)) +
                ": begin it with OURO_HEADER");
}

TEST(CTable, NeedsItsWords) {
  EXPECT_EQ(Refusal([](auto* t) { t->summary = nullptr; }), "its table has no summary");
  EXPECT_EQ(Refusal([](auto* t) { t->contract = nullptr; }), "its table has no contract");
  EXPECT_EQ(Refusal([](auto* t) { t->contract = "lisp"; }),
            "there is no contract \"lisp\"; `ouro contracts` lists them");
  EXPECT_NE(Refusal([](auto* t) { t->contract = "lua,weak=never"; }).find("`weak` may be:"),
            std::string::npos);
}

TEST(CTable, ClaimsOnlyAbilitiesThatThereAre) {
  EXPECT_EQ(Refusal([](auto* t) { t->abilities = 1 << 16; }),
            "its abilities 0x10000 are not all in ouroboros.h");
  EXPECT_EQ(Refusal([](auto* t) { t->abilities = OURO_CALLBACK; }),
            "it says OURO_CALLBACK without OURO_WEAK");
}

// Each function, and the abilities without which it may be left out; 0: it never may.
struct Needed {
  const char* name;
  std::function<void(ouro_collector_table*)> drop;
  uint32_t abilities;
};

#define NEEDED(function, abilities)                                               \
  Needed {                                                                        \
#function, [](ouro_collector_table * t) { t->function = nullptr; }, abilities \
  }

const Needed kNeeded[] = {
    NEEDED(create, 0),
    NEEDED(destroy, 0),
    NEEDED(reset, 0),
    NEEDED(node, 0),
    NEEDED(leaf, 0),
    NEEDED(weak, OURO_WEAK | OURO_CALLBACK),
    NEEDED(copy, 0),
    NEEDED(load, 0),
    NEEDED(deref, OURO_WEAK | OURO_CALLBACK),
    NEEDED(store, 0),
    NEEDED(empty_slot, 0),
    NEEDED(empty_register, 0),
    NEEDED(collect, 0),
    NEEDED(threshold, OURO_THRESHOLD),
    NEEDED(enable, OURO_THRESHOLD),
    NEEDED(saveall, OURO_SAVEALL),
    NEEDED(take_garbage, OURO_GARBAGE),
    NEEDED(clear_garbage, OURO_GARBAGE),
    NEEDED(census, OURO_CENSUS),
    NEEDED(fail, OURO_FAILURE),
    NEEDED(map, OURO_MAP),
    NEEDED(map_get, OURO_MAP),
    NEEDED(map_put, OURO_MAP),
    NEEDED(map_remove, OURO_MAP),
    NEEDED(dispose, OURO_DISPOSE),
    NEEDED(end, OURO_END),
    NEEDED(push, OURO_SCOPE),
    NEEDED(pop, OURO_SCOPE),
    NEEDED(node_with, OURO_FILL),
    NEEDED(clear, OURO_FILL),
    NEEDED(copy_slots, OURO_FILL),
    NEEDED(weak_with, OURO_HELD),
    NEEDED(step, OURO_STEP),
};

TEST(CTable, NeedsTheFunctionsOfItsAbilitiesAndNoOthers) {
  for (const Needed& function : kNeeded) {
    EXPECT_EQ(Refusal(function.drop),
              std::string("its table has no function `") + function.name + "`");
    const std::string without = Refusal([&](ouro_collector_table* t) {
      function.drop(t);
      t->abilities &= ~function.abilities;
    });
    EXPECT_EQ(without.empty(), function.abilities != 0) << function.name << ": " << without;
  }
  EXPECT_EQ(Refusal([](auto* t) { t->verify = nullptr; }), "");
}

// ---- A good one at work

// Hears a collector out: its events as text, and why it broke.
class Ear : public Observer {
 public:
  ScriptEnd On(const Event& event) override {
    heard.push_back(Print(event));
    if (event.kind == Event::Kind::kFinalize && in_script) in_script();
    return event.kind == Event::Kind::kCallback ? ScriptEnd::kRaised : ScriptEnd::kReturned;
  }
  void Broken(const std::string& why) override { heard.push_back("broken: " + why); }

  Lines heard;
  std::function<void()> in_script;
};

class CCollectorTest : public testing::Test {
 protected:
  void SetUp() override {
    wrong = nullptr;
    refuse = false;
    Specimen specimen;
    ASSERT_EQ(ReadCTable(kGood, &specimen), "");
    EXPECT_EQ(specimen.name, "");
    EXPECT_EQ(specimen.summary, "a telltale");
    EXPECT_EQ(specimen.contract, &kCPython26);
    EXPECT_EQ(specimen.abilities, uint32_t{kAllAbilities});
    EXPECT_TRUE(specimen.in_process);
    collector_ = specimen.make(ear_);
  }
  void TearDown() override {
    collector_.reset();
    EXPECT_EQ(alive, 0);
  }

  void Execute(const std::string& line) {
    Op op;
    ASSERT_EQ(ParseOp(line, /*in_script=*/true, &op), "") << line;
    collector_->Execute(op);
  }

  // What one operation asks for and what is heard of it.
  void Expect(const std::string& line, const Lines& asked, const Lines& heard) {
    newest->asked.clear();
    ear_.heard.clear();
    Execute(line);
    EXPECT_EQ(newest->asked, asked) << line;
    EXPECT_EQ(ear_.heard, heard) << line;
  }

  Ear ear_;
  std::unique_ptr<Collector> collector_;
};

TEST_F(CCollectorTest, EveryOperationBecomesACall) {
  Expect("r1 = node 3", {"node 1 3 0"}, {"new 0"});
  Expect("r1 = node 3 del 0", {"node 1 3 1"}, {"new 1"});
  Expect("r2 = leaf", {"leaf 2"}, {"new 2"});
  Expect("r3 = weak r1", {"weak 3 1 0"}, {"new 3"});
  Expect("r3 = weak self call 5", {"weak 3 16 1"}, {"new 4"});
  Expect("r4 = self", {"copy 4 16"}, {});
  Expect("r5 = r1.2", {"load 5 1 2"}, {"got 0"});
  Expect("r6 = r3()", {"deref 6 3"}, {"got none"});
  Expect("r1.2 = r4", {"store 1 2 4"}, {});
  Expect("r1.2 = none", {"empty_slot 1 2"}, {});
  Expect("collect 1", {"collect 1"}, {"collect 1 auto", "garbage 7", "done 3"});
  Expect("threshold 7 8 9", {"threshold 7 8 9"}, {});
  Expect("enable", {"enable 1"}, {});
  Expect("disable", {"enable 0"}, {});
  Expect("saveall on", {"saveall 1"}, {});
  Expect("saveall off", {"saveall 0"}, {});
  Expect("r7 = garbage 4", {"take_garbage 7 4"}, {});
  Expect("garbage clear", {"clear_garbage"}, {});
  Expect("census", {"census"}, {"tracked 5 2"});
  Expect("r8 = map", {"map 8"}, {"new 5"});
  Expect("r9 = r8[self]", {"map_get 9 8 16"}, {"got none"});
  Expect("r8[r1] = r4", {"map_put 8 1 4"}, {});
  Expect("r8[r1] = none", {"map_remove 8 1"}, {});
  Expect("end", {"end"}, {"free 1"});
  Expect("push self", {"push 16"}, {});
  Expect("pop", {"pop"}, {});
  Expect("step 3", {"step 3"}, {"collect 0", "done 0"});
  Expect("r9 = node 3 with self r4 del 0", {"node_with 9 3 16 4 1"}, {"new 6"});
  Expect("r1.* = none", {"clear 1"}, {});
  Expect("r1.* = self.*", {"copy_slots 1 16"}, {});
  Expect("r9 = weak r1 with self", {"weak_with 9 1 16 0"}, {"new 7"});
  Expect("step 1000", {"step 1000"}, {"collect 0", "done 1"});
  Expect("raise", {}, {});  // scripts run in the harness
}

TEST_F(CCollectorTest, ScriptsRunWithinTheCallAndSayHowTheyEnded) {
  ear_.in_script = [this] { Execute("r0 = leaf"); };
  Expect("r3 = none", {"empty_register 3", "leaf 0", "scripts 0 1"},
         {"finalize 0", "new 0", "callback 1", "free 0"});
}

TEST_F(CCollectorTest, BirthsAreNumberedFromZeroAfterAReset) {
  Execute("r0 = leaf");
  Execute("r1 = leaf");
  EXPECT_EQ(newest->births, 2);  // on_new returns the id
  collector_->Reset();
  EXPECT_EQ(newest->asked, Lines{"reset"});
  Expect("r0 = leaf", {"leaf 0"}, {"new 0"});
}

TEST_F(CCollectorTest, ThatBreaksIsSilentUntilAResetMakesANewOne) {
  const int before = created;
  Expect("fail 9", {"fail 9"}, {"failed", "broken: memory is out"});  // only once
  Expect("r0 = leaf", {}, {});
  wrong = kNoSuchThing;
  EXPECT_EQ(collector_->Verify(), "");  // it may be asked for nothing
  collector_->Reset();
  EXPECT_EQ(created, before + 1);
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(collector_->Verify(), kNoSuchThing);
  Expect("r0 = leaf", {"leaf 0"}, {"new 0"});
}

TEST_F(CCollectorTest, ThatCannotBeCreatedIsBrokenUntilItCan) {
  Execute("fail 1");
  refuse = true;
  ear_.heard.clear();
  collector_->Reset();
  Execute("r0 = leaf");
  EXPECT_EQ(ear_.heard, Lines{"broken: its `create` returned null"});
  EXPECT_EQ(alive, 0);
  refuse = false;
  collector_->Reset();
  Expect("r0 = leaf", {"leaf 0"}, {"new 0"});
}

TEST_F(CCollectorTest, VerifiesIfItCan) {
  EXPECT_EQ(collector_->Verify(), "");
  wrong = kNoSuchThing;
  EXPECT_EQ(collector_->Verify(), kNoSuchThing);
  ouro_collector_table table = kGood;
  table.verify = nullptr;
  Specimen specimen;
  ASSERT_EQ(ReadCTable(table, &specimen), "");
  EXPECT_EQ(specimen.make(ear_)->Verify(), "");
}

}  // namespace
}  // namespace ouro
