// SPDX-License-Identifier: Apache-2.0

#include "properties/explore/prediction.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "model/check.h"
#include "model/trial.h"

namespace ouro {
namespace {

// The steps of a hash: each word changes all bits.
uint64_t Mixed(uint64_t hash, uint64_t word) {
  constexpr uint64_t kOdd = 0x9e37'79b9'7f4a'7c15u;
  hash = (hash ^ word) * kOdd;
  return hash ^ (hash >> 29);
}

uint64_t Bits(int number) { return static_cast<uint64_t>(static_cast<uint32_t>(number)); }

}  // namespace

bool ReadsRef(OpCode code) {
  return code == OpCode::kWeak || code == OpCode::kCopy || code == OpCode::kLoad ||
         code == OpCode::kDeref || code == OpCode::kStore || code == OpCode::kEmptySlot;
}

Predictor::Predictor(const ExactRules& rules, const std::vector<Script>& scripts)
    : scripts_(scripts), collector_(MakeOpenNaive(*this, rules)) {}

void Predictor::Reset() {
  collector_->Reset();
  born_.clear();
  past_.clear();
  depth_ = script_operations_ = collections_ = 0;
  deeds_ = 0;
  events_.clear();
}

void Predictor::Execute(const Op& op) {
  past_.push_back(op.code);
  RememberOperands(op);
  const bool fetches = op.code == OpCode::kLoad || op.code == OpCode::kDeref;
  const ObjectId old = fetches ? collector_->reg(op.dest) : kNone;
  ExecuteWhole(op);
  if (old != kNone && collector_->reg(op.dest) == old) {
    born_.at(static_cast<size_t>(old)).befallen |= 8;
  }
}

// As a trial does: see "Registers that are not empty" in program.h.
void Predictor::ExecuteWhole(const Op& op) {
  const ObjectId target = Allocates(op.code) ? collector_->reg(op.dest) : kNone;
  if (target == kNone) return ExecuteOne(op);
  Op allocate = op;
  const bool borrows = op.code == OpCode::kWeak && op.ref == op.dest;
  if (borrows) {
    uint8_t lent = kRegisters - 1;
    while (lent > 0 && (lent == op.dest || collector_->reg(lent) != kNone)) --lent;
    if (lent == op.dest || collector_->reg(lent) != kNone) return;  // void
    allocate.ref = lent;
    ExecuteOne({.code = OpCode::kCopy, .dest = lent, .ref = op.dest});
  }
  ExecuteOne({.code = OpCode::kEmptyRegister, .dest = op.dest});
  if (MayBear(allocate)) ExecuteOne(allocate);
  if (!borrows || collector_->reg(allocate.ref) != target) return;
  ExecuteOne({.code = OpCode::kEmptyRegister, .dest = allocate.ref});
}

// A finalizer may have filled the register again, or emptied or changed the operand's.
bool Predictor::MayBear(const Op& op) const {
  if (collector_->reg(op.dest) != kNone) return false;
  if (op.code != OpCode::kWeak) return true;
  const ObjectId target = collector_->reg(op.ref);
  return target != kNone && born_.at(static_cast<size_t>(target)).birth.code == OpCode::kNode;
}

void Predictor::ExecuteOne(const Op& op) {
  op_ = op;
  collector_->Execute(op);
}

ScriptEnd Predictor::On(const Event& event) {
  using Kind = Event::Kind;
  events_.push_back(event);
  if (event.kind == Kind::kNew)
    born_.push_back(
        {.birth = op_, .target = op_.code == OpCode::kWeak ? collector_->reg(op_.ref) : kNone});
  Remember(event);
  if (event.kind == Kind::kCollect) ++collections_;
  if (event.kind == Kind::kDone) --collections_;
  if (event.kind != Kind::kFinalize && event.kind != Kind::kCallback) return ScriptEnd::kReturned;
  const int8_t script = born_.at(static_cast<size_t>(event.id)).birth.script;
  RunScript(scripts_.at(static_cast<size_t>(script)));
  return ScriptEnd::kReturned;
}

// Notes rare events.
void Predictor::Remember(const Event& event) {
  using Kind = Event::Kind;
  const int place = depth_ > 0 ? 2 : collections_ > 0 ? 1 : 0;
  int deed = -1;
  if (event.kind == Kind::kFinalize) deed = place;
  if (event.kind == Kind::kCallback) deed = 3 + place;
  if (event.kind == Kind::kCollect && collections_ > 0) deed = 6;
  if (event.kind == Kind::kGarbage) deed = 7;
  if (deed >= 0) deeds_ |= Deeds{1} << deed;
  if (event.kind == Kind::kFree) RememberDeath(event.id, place);
  if (event.kind == Kind::kFinalize) born_.at(static_cast<size_t>(event.id)).befallen |= 2;
}

void Predictor::RememberDeath(ObjectId id, int place) {
  const Past& dead = born_.at(static_cast<size_t>(id));
  const bool weak = dead.birth.code == OpCode::kWeak;
  deeds_ |= Deeds{1} << (8 + place + (weak ? 3 : 0));
  if (dead.target != kNone) born_.at(static_cast<size_t>(dead.target)).befallen |= 1;
}

// Notes which objects an operation names, and which one was in the register that it writes.
void Predictor::RememberOperands(const Op& op) {
  const auto note = [&](int reg) {
    const ObjectId id = collector_->reg(reg);
    if (id != kNone) born_.at(static_cast<size_t>(id)).done |= 1 << static_cast<int>(op.code);
  };
  if (ReadsRef(op.code)) note(op.ref);
  if (op.code == OpCode::kStore) {
    note(op.value);
    const ObjectId value = collector_->reg(op.value);
    const NaiveContents& contents = Contents();
    const NaiveContents::Object& node =
        contents.objects.at(contents.IndexOf(collector_->reg(op.ref)));
    if (node.slots.at(op.slot) == value) born_.at(static_cast<size_t>(value)).befallen |= 4;
  }
  if (WritesRegister(op.code)) note(op.dest);
}

// Within the limits of a trial.
void Predictor::RunScript(const Script& script) {
  constexpr Limits kLimits;
  if (depth_ >= kLimits.depth) return;
  ++depth_;
  for (const Op& op : script) {
    if (++script_operations_ <= kLimits.operations) ExecuteOne(op);
  }
  --depth_;
}

void Predictor::Broken(const std::string& /*why*/) { CHECK(false); }

const NaiveContents& Predictor::Contents() {
  collector_->ListContents(&contents_);
  return contents_;
}

uint64_t Predictor::Digest(int alike, const Memory& memory) {
  const NaiveContents& contents = Contents();
  // Objects are numbered by their place in the contents, which knows no names: tracked ones in the
  // order of their lists.
  const auto number_of = [&contents](ObjectId id) {
    return static_cast<int>(contents.IndexOf(id));
  };
  uint64_t hash = contents.objects.size();
  const auto add = [&hash](int number) { hash = Mixed(hash, Bits(number)); };
  for (const NaiveContents::Object& object : contents.objects) {
    add(static_cast<int>(object.kind));
    add(object.generation);
    add(object.script);
    add((object.finalized && object.script != kNoScript ? 2 : 0) + (object.freed ? 1 : 0));
    add(number_of(object.target));
    for (ObjectId id : object.slots) add(number_of(id));
    for (ObjectId id : object.weak_refs) add(number_of(id));
    const Past& past = born_.at(static_cast<size_t>(object.id));
    if (memory.pasts >= 1) add(past.befallen);
    if (memory.pasts >= 2) add(past.done);
  }
  std::array<int, kRegisters> registers;
  for (size_t i = 0; i < registers.size(); ++i) registers[i] = number_of(contents.registers[i]);
  std::sort(registers.begin(), registers.begin() + alike);
  for (int number : registers) add(number);
  for (ObjectId id : contents.garbage) add(number_of(id));
  if (memory.deeds) add(static_cast<int>(deeds_));
  const size_t remembered = std::min(past_.size(), static_cast<size_t>(memory.operations));
  for (size_t i = past_.size() - remembered; i < past_.size(); ++i) {
    add(static_cast<int>(past_[i]));
  }
  return hash;
}

}  // namespace ouro
