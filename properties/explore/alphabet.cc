// SPDX-License-Identifier: Apache-2.0

#include "properties/explore/alphabet.h"

#include <algorithm>
#include <utility>

#include "properties/explore/prediction.h"

namespace ouro {
namespace {

constexpr size_t kMaxObjects = 64;  // of one state, for sets of objects

Ref Register(int number) { return static_cast<Ref>(number); }

// All operations within the bounds, those of births first.
class Lister {
 public:
  explicit Lister(const Bounds& bounds) : bounds_(bounds) {}

  std::vector<Op> Run() {
    const int scripts = bounds_.scripts ? static_cast<int>(Scripts(bounds_).size()) : 0;
    for (int script = kNoScript; script < scripts; ++script) Births(static_cast<int8_t>(script));
    for (int ref = 0; ref < bounds_.registers; ++ref) OfRegister(Register(ref));
    for (int generation = 0; generation < kGenerations; ++generation) {
      ops_.push_back({.code = OpCode::kCollect, .count = generation});
    }
    if (bounds_.scripts) {
      Write({.code = OpCode::kTakeGarbage});
      ops_.push_back({.code = OpCode::kClearGarbage});
    }
    return std::move(ops_);
  }

 private:
  void Write(Op op) {
    for (int dest = 0; dest < bounds_.registers; ++dest) {
      op.dest = Register(dest);
      ops_.push_back(op);
    }
  }

  void Births(int8_t script) {
    Write({.code = OpCode::kNode, .script = script, .count = bounds_.slots});
    for (int ref = 0; ref < bounds_.registers && bounds_.weak; ++ref) {
      Write({.code = OpCode::kWeak, .ref = Register(ref), .script = script});
    }
  }

  void OfRegister(Ref ref) {
    Write({.code = OpCode::kCopy, .ref = ref});
    ops_.push_back({.code = OpCode::kEmptyRegister, .dest = ref});
    if (bounds_.weak) Write({.code = OpCode::kDeref, .ref = ref});
    for (uint8_t slot = 0; slot < bounds_.slots; ++slot) {
      Write({.code = OpCode::kLoad, .ref = ref, .slot = slot});
      ops_.push_back({.code = OpCode::kEmptySlot, .ref = ref, .slot = slot});
      for (int value = 0; value < bounds_.registers; ++value) {
        ops_.push_back(
            {.code = OpCode::kStore, .ref = ref, .value = Register(value), .slot = slot});
      }
    }
  }

  const Bounds& bounds_;
  std::vector<Op> ops_;
};

}  // namespace

// Contents with their objects by number.
struct Alphabet::View {
  const NaiveContents& contents;

  ObjectId reg(Ref ref) const { return contents.registers[ref]; }
  const NaiveContents::Object* In(Ref ref) const {
    const size_t index = contents.IndexOf(reg(ref));
    return index == contents.objects.size() ? nullptr : &contents.objects[index];
  }
  bool Holds(Ref ref, OpCode kind) const {
    const NaiveContents::Object* object = In(ref);
    return object != nullptr && object->kind == kind;
  }
  // Whether a register of a lower number leads to the same.
  bool Repeats(Ref ref) const {
    const auto begin = contents.registers.begin();
    return std::find(begin, begin + ref, reg(ref)) != begin + ref;
  }
  // What an object holds, or kNone.
  ObjectId Slot(Ref ref, uint8_t slot) const { return In(ref)->slots[slot]; }

  // The bit of an object; 0 of none. REQUIRES: there are at most kMaxObjects.
  uint64_t BitOf(ObjectId id) const {
    const size_t index = contents.IndexOf(id);
    return index < contents.objects.size() ? uint64_t{1} << index : 0;
  }
  // That object, what it refers to and the weak references to it, and so on.
  uint64_t Spread(ObjectId first, bool* runs_scripts) const {
    uint64_t spread = 0;
    std::vector<ObjectId> work = {first};
    while (!work.empty()) {
      const ObjectId id = work.back();
      work.pop_back();
      const uint64_t bit = BitOf(id);
      if (bit == 0 || (spread & bit) != 0) continue;
      const NaiveContents::Object& object = contents.objects[contents.IndexOf(id)];
      spread |= bit;
      if (object.script != kNoScript) *runs_scripts = true;
      work.insert(work.end(), object.slots.begin(), object.slots.end());
      work.insert(work.end(), object.weak_refs.begin(), object.weak_refs.end());
      work.push_back(object.target);
    }
    return spread;
  }
};

Alphabet::Alphabet(const Bounds& bounds)
    : bounds_(bounds),
      // A script writes the last one.
      alike_(bounds.scripts ? bounds.registers - 1 : bounds.registers),
      ops_(Lister(bounds).Run()) {}

Alphabet::Sense Alphabet::SenseOf(const View& view, const Op& op, bool may_bear) const {
  if (Allocates(op.code) && !may_bear) return Sense::kVoid;
  const auto void_if = [](bool is) { return is ? Sense::kVoid : Sense::kOwn; };
  Sense sense = Sense::kOwn;
  switch (op.code) {
    case OpCode::kNode:
      break;
    case OpCode::kWeak:
      sense = void_if(!view.Holds(op.ref, OpCode::kNode));
      break;
    case OpCode::kCopy:
      sense = void_if(view.reg(op.ref) == kNone || view.reg(op.ref) == view.reg(op.dest));
      break;
    case OpCode::kDeref:
      sense = void_if(!view.Holds(op.ref, OpCode::kWeak));
      break;
    case OpCode::kLoad:
      sense = void_if(!view.Holds(op.ref, OpCode::kNode));
      break;
    case OpCode::kStore:
      sense = void_if(!view.Holds(op.ref, OpCode::kNode) || view.reg(op.value) == kNone);
      if (sense == Sense::kOwn && view.Repeats(op.value)) sense = Sense::kSameAsAnother;
      break;
    case OpCode::kEmptySlot:
      sense = void_if(!view.Holds(op.ref, OpCode::kNode) || view.Slot(op.ref, op.slot) == kNone);
      break;
    case OpCode::kEmptyRegister:
      sense = void_if(view.reg(op.dest) == kNone);
      break;
    case OpCode::kCollect:
      sense = void_if(view.contents.objects.empty());
      break;
    case OpCode::kTakeGarbage:
    case OpCode::kClearGarbage:
      return void_if(view.contents.garbage.empty());
    default:
      return Sense::kVoid;
  }
  if (sense != Sense::kOwn) return sense;
  if (ReadsRef(op.code) && view.Repeats(op.ref)) return Sense::kSameAsAnother;
  const bool named = !WritesRegister(op.code) || op.dest >= alike_;
  return !named && view.Repeats(op.dest) ? Sense::kSameAsAnother : Sense::kOwn;
}

void Alphabet::List(const NaiveContents& contents, int births, std::vector<Letter>* letters,
                    uint64_t* left_out) const {
  letters->clear();
  const View view = {contents};
  const bool may_bear = births < bounds_.objects;
  for (size_t i = 0; i < ops_.size(); ++i) {
    const Sense sense = SenseOf(view, ops_[i], may_bear);
    if (sense == Sense::kOwn) letters->push_back(static_cast<Letter>(i));
    if (sense == Sense::kSameAsAnother) ++*left_out;
  }
}

Effect Alphabet::EffectOf(const NaiveContents& contents, Letter letter) const {
  const Op& op = ops_[letter];
  const View view = {contents};
  Effect effect;
  effect.global = contents.objects.size() > kMaxObjects || op.code == OpCode::kCollect ||
                  op.code == OpCode::kTakeGarbage || op.code == OpCode::kClearGarbage;
  if (effect.global) return effect;
  effect.births = Allocates(op.code);
  effect.yields = op.code == OpCode::kLoad || op.code == OpCode::kDeref;
  if (ReadsRef(op.code)) {
    effect.reads[0] = op.ref;
    effect.touches |= view.BitOf(view.reg(op.ref));
  }
  ObjectId old = kNone;
  if (WritesRegister(op.code)) {
    effect.writes = op.dest;
    old = view.reg(op.dest);
  }
  if (op.code == OpCode::kDeref) effect.touches |= view.BitOf(view.In(op.ref)->target);
  const bool slot =
      op.code == OpCode::kLoad || op.code == OpCode::kStore || op.code == OpCode::kEmptySlot;
  if (slot) {
    const auto index = static_cast<int>(contents.IndexOf(view.reg(op.ref)));
    const int place = kRegisters + kMaxSlots * index + op.slot;
    const ObjectId now = view.Slot(op.ref, op.slot);
    (op.code == OpCode::kLoad ? effect.reads[1] : effect.writes) = place;
    (op.code == OpCode::kLoad ? effect.touches : effect.releases) |= view.BitOf(now);
    if (op.code != OpCode::kLoad) old = now;
  }
  if (op.code == OpCode::kStore) {
    effect.reads[2] = op.value;
    effect.touches |= view.BitOf(view.reg(op.value));
  }
  if (old != kNone) effect.releases = view.Spread(old, &effect.runs_scripts);
  // `r0 = weak r0 call 1`: the callback may be that of the newborn.
  if (old != kNone && op.script != kNoScript) effect.runs_scripts = true;
  return effect;
}

bool Commute(const Effect& a, const Effect& b) {
  if (a.global || b.global || (a.births && b.births)) return false;
  if (a.runs_scripts || b.runs_scripts || (a.releases != 0 && b.releases != 0)) return false;
  if ((a.releases & b.touches) != 0 || (b.releases & a.touches) != 0) return false;
  const auto reads = [](const Effect& effect, int place) {
    return std::find(effect.reads.begin(), effect.reads.end(), place) != effect.reads.end();
  };
  return a.writes != b.writes && !reads(a, b.writes) && !reads(b, a.writes);
}

}  // namespace ouro
