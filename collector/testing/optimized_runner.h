// SPDX-License-Identifier: Apache-2.0

// A Runner executes programs on the optimized collector without a judge, and records its events in
// one line: "finalize 0 ( got 1 ) free 0".
//
// Place: tests of the optimized collector only.

#ifndef COLLECTOR_TESTING_OPTIMIZED_RUNNER_H_
#define COLLECTOR_TESTING_OPTIMIZED_RUNNER_H_

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collector/optimized.h"
#include "model/program.h"

namespace ouro {

// Checks the heap's invariants after every operation, and that nothing is freed twice or while a
// register references it. Void operations are skipped, as everywhere.
class Runner : public Observer {
 public:
  static constexpr int kMaxDepth = 12;  // of scripts; deeper ones run empty

  explicit Runner(const heap::Rules& rules) : collector_(*this, rules) {}

  void Run(const Program& program, int budget) {
    program_ = &program;
    budget_ = budget;
    for (const Op& op : program.main) {
      Execute(op);
      ASSERT_EQ(collector_.Verify(), "") << Print(program);
      if (::testing::Test::HasFailure()) return;
    }
  }

  // Begins a new program.
  void Reset() {
    collector_.Reset();
    ASSERT_EQ(collector_.Verify(), "");
    registers_.fill(kNone);
    pushed_.clear();
    objects_.clear();
    log_.clear();
    garbage_ = 0;
  }

  // Releases everything, with empty scripts, and collects until nothing changes.
  void Empty() {
    program_ = nullptr;
    budget_ = 1'000'000;
    Execute({.code = OpCode::kSaveallOff});
    PopTo(0);
    int64_t size = -1;
    while (size != collector_.size()) {
      size = collector_.size();
      Execute({.code = OpCode::kClearGarbage});
      for (uint8_t r = 0; r < kRegisters; ++r) Execute({.code = OpCode::kEmptyRegister, .dest = r});
      Execute({.code = OpCode::kCollect, .count = 2});
      ASSERT_EQ(collector_.Verify(), "");
    }
  }

  void Execute(const Op& op) {
    if (budget_ == 0 || Void(op)) return;
    --budget_;
    if (Allocates(op.code) && registers_[op.dest] != kNone) {
      registers_[op.dest] = kNone;
      collector_.Execute({.code = OpCode::kEmptyRegister, .dest = op.dest});
      // Deaths that this caused may have filled it again.
      if (registers_[op.dest] != kNone || Void(op)) return;
    }
    if (op.code == OpCode::kCopy) registers_[op.dest] = At(op.ref);
    if (op.code == OpCode::kEmptyRegister) registers_[op.dest] = kNone;
    if (op.code == OpCode::kClearGarbage) garbage_ = 0;
    if (op.code == OpCode::kPush) pushed_.push_back(At(op.ref));
    if (op.code == OpCode::kPop) pushed_.pop_back();
    ops_.push_back(op);
    collector_.Execute(op);
    ops_.pop_back();
  }

  ScriptEnd On(const Event& event) override {
    switch (event.kind) {
      case Event::Kind::kNew:
        EXPECT_EQ(event.id, static_cast<ObjectId>(objects_.size()));
        objects_.push_back({ops_.back(), false});
        registers_[ops_.back().dest] = event.id;
        return Log("new", event.id);
      case Event::Kind::kGot:
        EXPECT_TRUE(event.id == kNone || !objects_[event.id].freed) << event.id;
        registers_[ops_.back().dest] = event.id;
        return Log("got", event.id);
      case Event::Kind::kFree:
        EXPECT_FALSE(objects_[event.id].freed) << "freed twice: " << event.id;
        for (const ObjectId id : registers_) EXPECT_NE(id, event.id) << "freed while referenced";
        for (const ObjectId id : pushed_) EXPECT_NE(id, event.id) << "freed while pushed";
        objects_[event.id].freed = true;
        return Log("free", event.id);
      case Event::Kind::kFinalize:
        return Script("finalize", event.id);
      case Event::Kind::kCallback:
        return Script("callback", event.id);
      case Event::Kind::kCollect:
        return Log(event.flag ? "auto" : "collect", event.number);
      case Event::Kind::kDone:
        return Log("done", event.number);
      case Event::Kind::kGarbage:
        ++garbage_;
        return Log("garbage", event.id);
      case Event::Kind::kTracked:
        EXPECT_FALSE(objects_[event.id].freed) << event.id;
        return Log("tracked " + std::to_string(event.id), event.number);
      case Event::Kind::kFailed:
        log_ += " failed";
        return ScriptEnd::kReturned;
      case Event::Kind::kEnd:
        break;
    }
    ADD_FAILURE() << "unexpected event";
    return ScriptEnd::kReturned;
  }

  void Broken(const std::string& why) override { ADD_FAILURE() << why; }

  const std::string& log() const { return log_; }
  int64_t size() const { return collector_.size(); }

 private:
  struct Object {
    Op birth;
    bool freed;
  };

  ObjectId At(Ref ref) const {
    return ref != kSelf ? registers_[ref] : selves_.empty() ? kNone : selves_.back();
  }

  bool Is(Ref ref, OpCode code) const {
    if (At(ref) == kNone) return false;
    const OpCode birth = objects_[At(ref)].birth.code;
    return code == (birth == OpCode::kNodeWith ? OpCode::kNode : birth);
  }

  int Slots(Ref ref) const {
    if (Is(ref, OpCode::kWeakWith)) return 1;
    return Is(ref, OpCode::kNode) ? objects_[At(ref)].birth.count : 0;
  }

  bool Void(const Op& op) const {
    switch (op.code) {
      case OpCode::kWeak:
        return !Is(op.ref, OpCode::kNode);
      case OpCode::kWeakWith:
        return !Is(op.ref, OpCode::kNode) || At(op.value) == kNone;
      case OpCode::kCopy:
      case OpCode::kPush:
        return At(op.ref) == kNone;
      case OpCode::kNodeWith:
        return At(op.ref) == kNone || At(op.value) == kNone;
      case OpCode::kClear:
        return !Is(op.ref, OpCode::kNode);
      case OpCode::kCopySlots:
        return !Is(op.ref, OpCode::kNode) || !Is(op.value, OpCode::kNode);
      case OpCode::kPop:
        return pushed_.size() == scope_;
      case OpCode::kDeref:
        return !Is(op.ref, OpCode::kWeak) && !Is(op.ref, OpCode::kWeakWith);
      case OpCode::kLoad:
      case OpCode::kStore:
      case OpCode::kEmptySlot:
        if (op.slot >= Slots(op.ref)) return true;
        return op.code == OpCode::kStore && At(op.value) == kNone;
      case OpCode::kMapGet:
      case OpCode::kMapPut:
      case OpCode::kMapRemove:
        if (!Is(op.ref, OpCode::kMap) || !Is(op.key, OpCode::kNode)) return true;
        return op.code == OpCode::kMapPut && At(op.value) == kNone;
      case OpCode::kTakeGarbage:
        return op.count >= garbage_;
      case OpCode::kRaise:
        return selves_.empty();
      default:
        return false;
    }
  }

  ScriptEnd Log(const std::string& word, int number) {
    log_ += ' ' + word + ' ' + (number == kNone ? "none" : std::to_string(number));
    return ScriptEnd::kReturned;
  }

  // Whatever the budget.
  void PopTo(size_t size) {
    while (pushed_.size() > size) {
      pushed_.pop_back();
      ops_.push_back({.code = OpCode::kPop});
      collector_.Execute(ops_.back());
      ops_.pop_back();
    }
  }

  ScriptEnd Script(const char* word, ObjectId self) {
    EXPECT_FALSE(objects_[self].freed) << self;
    Log(word, self);
    if (program_ == nullptr || selves_.size() == kMaxDepth) return ScriptEnd::kReturned;
    const size_t start = log_.size();
    const size_t outer = std::exchange(scope_, pushed_.size());
    selves_.push_back(self);
    ScriptEnd end = ScriptEnd::kReturned;
    for (const Op& op : program_->script(objects_[self].birth.script)) {
      if (op.code == OpCode::kRaise) {
        end = ScriptEnd::kRaised;
        break;
      }
      Execute(op);
      EXPECT_EQ(collector_.Verify(), "");
    }
    PopTo(scope_);
    scope_ = outer;
    selves_.pop_back();
    if (log_.size() > start) {
      log_.insert(start, " (");
      log_ += " )";
    }
    return end;
  }

  Optimized collector_;
  const Program* program_ = nullptr;
  int budget_ = 0;
  int garbage_ = 0;
  std::array<ObjectId, kRegisters> registers_ = [] {
    std::array<ObjectId, kRegisters> none;
    none.fill(kNone);
    return none;
  }();
  std::vector<Object> objects_;
  std::vector<ObjectId> pushed_;
  size_t scope_ = 0;  // where the part of the innermost script, or of main, begins in it
  std::vector<ObjectId> selves_;
  std::vector<Op> ops_;
  std::string log_;
};

// The events of a program, run twice on the same heap, which must not matter.
inline std::string Events(const heap::Rules& rules, const std::string& text) {
  std::vector<Program> programs;
  EXPECT_EQ(Parse(text, &programs), "");
  Runner runner(rules);
  runner.Run(programs.at(0), 1000);
  const std::string first = runner.log();
  runner.Reset();
  runner.Run(programs.at(0), 1000);
  EXPECT_EQ(runner.log(), first);
  return first.empty() ? first : first.substr(1);
}

// ... without births.
inline std::string Deaths(const heap::Rules& rules, const std::string& text) {
  std::string events = ' ' + Events(rules, text);
  for (size_t at; (at = events.find(" new ")) != std::string::npos;) {
    events.erase(at, events.find(' ', at + 5) - at);
  }
  for (size_t at; (at = events.find(" ( )")) != std::string::npos;) events.erase(at, 4);
  return events.empty() ? events : events.substr(1);
}

}  // namespace ouro

#endif  // COLLECTOR_TESTING_OPTIMIZED_RUNNER_H_
