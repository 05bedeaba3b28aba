// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/generator.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "properties/generator/builder.h"
#include "properties/generator/dress.h"
#include "properties/generator/random.h"
#include "properties/generator/shapes.h"

namespace ouro {
namespace {

using Guess = Builder::Guess;

// The kinds of steps that a program is made of.
enum Choice {
  kNodeStep,
  kLeafStep,
  kWeakStep,
  kCopyStep,
  kLoadStep,
  kDerefStep,
  kStoreStep,
  kEmptySlotStep,
  kDropStep,
  kCollectStep,
  kThresholdStep,
  kSwitchStep,
  kSaveallStep,
  kTakeGarbageStep,
  kClearGarbageStep,
  kCensusStep,
  kFailStep,
  kShapeStep,
  kMapStep,  // these only if the program has maps
  kPutStep,
  kLookupStep,
  kRemoveStep,
  kDisposeStep,  // only if it has disposals
  kPushStep,     // only if it has scopes
  kPopStep,
  kNodeWithStep,  // only if it has fills
  kClearStep,
  kCopySlotsStep,
  kWeakWithStep,  // only if its weak references may hold
  kStepStep,      // only if it has steps of collections
  kChoices,
};

// How often each kind is chosen, by Subject, before swarm weights.
struct Row {
  Choice choice;
  std::array<int, kSubjects> weights;
};
// clang-format off
constexpr Row kChoiceTable[] = {
    //                  all  free unc  dtor weak coll
    {kNodeStep,         {  6,   8,   6,   8,   6,   8}},
    {kLeafStep,         {  1,   2,   0,   0,   0,   1}},
    {kWeakStep,         {  4,   0,   2,   2,  10,   2}},
    {kCopyStep,         {  4,   6,   3,   3,   3,   3}},
    {kLoadStep,         {  4,   6,   4,   4,   3,   3}},
    {kDerefStep,        {  4,   0,   1,   1,  10,   1}},
    {kStoreStep,        { 10,  14,  10,  10,   8,   8}},
    {kEmptySlotStep,    {  4,   6,   4,   4,   3,   3}},
    {kDropStep,         { 10,  14,  10,  12,  10,   8}},
    {kCollectStep,      {  5,   3,   6,   3,   5,  12}},
    {kThresholdStep,    {  1,   1,   1,   1,   1,   5}},
    {kSwitchStep,       {  1,   0,   0,   0,   0,   4}},
    {kSaveallStep,      {  1,   0,   3,   0,   0,   1}},
    {kTakeGarbageStep,  {  3,   0,   8,   2,   1,   1}},
    {kClearGarbageStep, {  2,   0,   6,   1,   1,   1}},
    {kCensusStep,       {  2,   1,   1,   1,   1,   6}},
    {kFailStep,         {  1,   1,   1,   1,   1,   2}},
    {kShapeStep,        {  8,   8,  10,  10,  10,   8}},
    {kMapStep,          {  3,   3,   2,   2,   3,   3}},
    {kPutStep,          {  8,   8,   6,   6,   8,   8}},
    {kLookupStep,       {  4,   3,   2,   2,   4,   3}},
    {kRemoveStep,       {  2,   2,   1,   1,   2,   2}},
    {kDisposeStep,      {  4,   2,   4,   8,   3,   2}},
    {kPushStep,         {  8,   8,   6,   8,   6,   8}},
    {kPopStep,          {  8,   8,   6,   8,   6,   8}},
    {kNodeWithStep,     {  8,   8,   6,   8,   6,   8}},
    {kClearStep,        {  4,   5,   3,   5,   3,   4}},
    {kCopySlotsStep,    {  6,   6,   5,   5,   4,   6}},
    {kWeakWithStep,     {  4,   2,   2,   2,   8,   3}},
    {kStepStep,         { 12,   8,  10,   8,  10,  16}},
};
// clang-format on
static_assert(std::size(kChoiceTable) == kChoices);

// The share of nodes with finalizers, in percent, by Subject; each program draws one of four.
constexpr std::array<std::array<int, 4>, kSubjects> kFinalizers = {{
    {0, 15, 35, 60},
    {0, 0, 0, 15},
    {15, 35, 60, 90},
    {35, 60, 90, 100},
    {0, 0, 15, 35},
    {0, 15, 15, 35},
}};

// Swarm testing (Groce et al., ISSTA 2012): a sixth of the kinds is left out, a sixth is favoured.
int Luck(Random& random, int weight) {
  const int luck = random.Below(6);
  return weight * (luck == 0 ? 0 : luck == 1 ? 4 : 1);
}

template <typename Weights>
size_t Draw(Random& random, const Weights& weights) {
  int total = 0;
  for (const int weight : weights) total += weight;
  int drawn = random.Below(total);
  size_t index = 0;
  while ((drawn -= weights[index]) >= 0) ++index;
  return index;
}

class Generator {
 public:
  Generator(uint64_t seed, const GeneratorOptions& options)
      : builder_(seed), random_(builder_.random()), options_(options) {
    maps_ = (options_.abilities & kMaps) != 0 && random_.Percent(50);
    disposals_ = (options_.abilities & kDisposal) != 0 && random_.Percent(50);
    ends_ = (options_.abilities & kEnding) != 0 && random_.Percent(50);
    scopes_ = (options_.abilities & kScopes) != 0 && random_.Percent(50);
    fills_ = (options_.abilities & kFills) != 0 && random_.Percent(50);
    held_ = (options_.abilities & kHeldValues) != 0 && random_.Percent(50);
    steps_ = (options_.abilities & kSteps) != 0 && random_.Percent(50);
    Weigh();
  }

  Program Make() {
    Program& program = builder_.program();
    const size_t scripts = random_.Percent(85) ? static_cast<size_t>(random_.Between(1, 4)) : 0;
    program.scripts.resize(scripts);
    if (options_.settings && random_.Percent(40)) builder_.Emit(SmallThreshold());
    const auto operations = static_cast<size_t>(options_.operations);
    const int place = options_.scale ? random_.Below(options_.operations + 1) : 0;
    while (builder_.size() < operations) {
      if (options_.scale && builder_.size() >= static_cast<size_t>(place)) LongChain();
      Step();
    }
    program.main.resize(operations);
    if (ends_ && operations > 0) program.main.back() = {.code = OpCode::kEnd};
    for (size_t i = 0; i < program.scripts.size(); ++i) {
      // Scripts that shapes wrote come first, and mostly stay as they are.
      const int more = i < scripts ? random_.Below(5) : std::max(0, random_.Below(5) - 2);
      for (int k = 0; k < more; ++k) program.scripts[i].push_back(ScriptOp());
      if (scopes_ && random_.Percent(5)) {
        const Op push = Push(random_.Percent(50) ? kSelf : builder_.Full());
        program.scripts[i].insert(program.scripts[i].end(), RunLength(), push);
      }
    }
    return std::move(program);
  }

 private:
  void Weigh() {
    const auto subject = static_cast<size_t>(options_.subject);
    // Without maps, no number is drawn for them: programs are the same as before there were any.
    for (const Row& row : kChoiceTable) {
      if (!Possible(row.choice)) continue;
      weights_[row.choice] = Luck(random_, row.weights[subject]);
    }
    for (size_t i = 0; i < kShapes; ++i) {
      const Shape& shape = kShapeTable[i];
      if (shape.needs == Shape::kMaps && !maps_) continue;
      const bool possible = options_.settings || shape.needs != Shape::kSettings;
      shapes_[i] = possible ? Luck(random_, shape.weights[subject]) : 0;
    }
    shapes_[0] = std::max(shapes_[0], 1);
    const auto never = [this](Choice choice) { weights_[choice] = 0; };
    if (!options_.clusters) std::fill(weights_.begin(), weights_.end(), 1);
    if (!options_.clusters) never(kShapeStep);
    if (!options_.settings) {
      never(kThresholdStep);
      never(kSwitchStep);
      never(kSaveallStep);
    }
    for (int i = 0; i < kChoices; ++i) {
      if (!Possible(static_cast<Choice>(i))) weights_[static_cast<size_t>(i)] = 0;
    }
    if (!options_.failures) never(kFailStep);
    if (!options_.censuses) never(kCensusStep);
    weights_[kNodeStep] = std::max(weights_[kNodeStep], 1);
    constexpr std::array<int, 3> kCallbacks = {20, 60, 90};
    const int finalizers = random_.Of(kFinalizers[subject]);
    builder_.SetLikely(finalizers, random_.Of(kCallbacks));
  }

  // Once a program: a long list or ring, which then dies.
  void LongChain() {
    if (std::exchange(chained_, true)) return;
    constexpr std::array<int, 4> kLengths = {1'000, 10'000, 50'000, 300'000};
    const auto [chain, end] = builder_.Registers<2>();
    builder_.Emit(Chain(chain, random_.Of(kLengths)));
    if (random_.Percent(30)) {
      builder_.Emit(Load(end, chain, 0));
      builder_.Emit(Store(chain, 0, random_.Percent(50) ? chain : end));
      builder_.Emit(Drop(end));
    }
    if (random_.Percent(30)) builder_.Emit(Collect(builder_.AnyGeneration()));
    builder_.Emit(Drop(chain));
    if (random_.Percent(50)) builder_.Emit(Collect(2));
  }

  bool Possible(Choice choice) const {
    if (choice == kDisposeStep) return disposals_;
    if (choice == kPushStep || choice == kPopStep) return scopes_;
    if (choice == kStepStep) return steps_;
    if (choice == kWeakWithStep) return held_;
    if (choice >= kNodeWithStep) return fills_;
    return choice < kMapStep || maps_;
  }

  // A register with something that probably has slots.
  Ref SomeHolder() {
    return builder_.Some(held_ && random_.Percent(20) ? Guess::kWeak : Guess::kNode);
  }

  // So many pushes outgrow a stack's first size, and so many pops what it may keep.
  size_t RunLength() { return static_cast<size_t>(random_.Between(30, 60)); }

  void EmitRun(const Op& op) {
    for (size_t i = RunLength(); i > 0; --i) builder_.Emit(op);
  }

  // Half of them may be part of a cycle, through what they hold.
  void EmitHolder() {
    const Op weak = Single(kWeakWithStep);
    builder_.Emit(weak);
    if (random_.Percent(50)) {
      builder_.Emit(Store(weak.value, builder_.AnySlot(weak.value), weak.dest));
    }
  }

  void Step() {
    const auto choice = static_cast<Choice>(Draw(random_, weights_));
    if (choice == kShapeStep) {
      kShapeTable[Draw(random_, shapes_)].build(builder_);
    } else if ((choice == kPushStep || choice == kPopStep) && random_.Percent(4)) {
      EmitRun(Single(choice));
    } else if ((choice == kClearStep || choice == kCopySlotsStep) && random_.Percent(25)) {
      EmitDrop(Single(choice));
    } else if (choice == kWeakWithStep) {
      EmitHolder();
    } else {
      builder_.Emit(Single(choice));
    }
  }

  // The clearing, or the copy, drops two nodes at once.
  void EmitDrop(Op fill) {
    const auto [node, even, odd] = builder_.Registers<3>();
    builder_.Emit(builder_.AnyNode(even));
    builder_.Emit(builder_.AnyNode(odd));
    builder_.Emit(Fill(MakeNode(node, random_.Between(2, 4)), even, odd));
    builder_.Emit(Drop(even));
    builder_.Emit(Drop(odd));
    fill.ref = node;
    builder_.Emit(fill);
  }

  Op Single(Choice choice) {
    switch (choice) {
      case kNodeStep:
        return builder_.AnyNode(builder_.AnyRegister());
      case kLeafStep:
        return {.code = OpCode::kLeaf, .dest = builder_.AnyRegister()};
      case kWeakStep:
        return builder_.AnyWeak(builder_.AnyRegister(), builder_.Some(Guess::kNode));
      case kCopyStep:
        return Copy(builder_.AnyRegister(), builder_.Full());
      case kLoadStep: {
        const Ref ref = SomeHolder();
        return Load(builder_.AnyRegister(), ref, builder_.AnySlot(ref));
      }
      case kDerefStep:
        return Dereference(builder_.AnyRegister(), builder_.Some(Guess::kWeak));
      case kStoreStep: {
        const Ref ref = SomeHolder();
        return Store(ref, builder_.AnySlot(ref), builder_.Full());
      }
      case kEmptySlotStep: {
        const Ref ref = SomeHolder();
        return EmptySlot(ref, builder_.AnySlot(ref));
      }
      case kMapStep:
        return MakeMap(builder_.AnyRegister());
      case kPutStep:
        return Put(builder_.Some(Guess::kMap), builder_.Some(Guess::kNode), builder_.Full());
      case kLookupStep:
        return Lookup(builder_.AnyRegister(), builder_.Some(Guess::kMap),
                      builder_.Some(Guess::kNode));
      case kDisposeStep:
        return Dispose(builder_.Some(Guess::kNode));
      case kPushStep:
        return Push(builder_.Full());
      case kPopStep:
        return Pop();
      case kNodeWithStep:
        return Fill(builder_.AnyNode(builder_.AnyRegister()), builder_.Full(), builder_.Full());
      case kClearStep:
        return Clear(builder_.Some(Guess::kNode));
      case kCopySlotsStep:
        return CopySlots(builder_.Some(Guess::kNode), builder_.Some(Guess::kNode));
      case kWeakWithStep:
        return builder_.AnyWeakWith(
            builder_.AnyRegister(), builder_.Some(Guess::kNode),
            random_.Percent(50) ? builder_.Some(Guess::kNode) : builder_.Full());
      case kStepStep:
        return PieceOfCollection();
      case kRemoveStep:
        return RemoveEntry(builder_.Some(Guess::kMap), builder_.Some(Guess::kNode));
      case kDropStep:
        return Drop(builder_.Full());
      case kCollectStep:
        return Collect(builder_.AnyGeneration());
      default:
        return Setting(choice);
    }
  }

  // Mostly so little that several operations run in the middle of a collection.
  Op PieceOfCollection() {
    constexpr std::array<int, 8> kWork = {1, 1, 1, 2, 4, 16, 64, kMaxStep};
    return StepOf(random_.Of(kWork));
  }

  Op Setting(Choice choice) {
    switch (choice) {
      case kThresholdStep:
        return SmallThreshold();
      case kSwitchStep:
        return {.code = random_.Percent(70) ? OpCode::kEnable : OpCode::kDisable};
      case kSaveallStep:
        return {.code = random_.Percent(40) ? OpCode::kSaveallOn : OpCode::kSaveallOff};
      case kTakeGarbageStep:
        return {.code = OpCode::kTakeGarbage,
                .dest = builder_.AnyRegister(),
                .count = random_.Below(3)};
      case kClearGarbageStep:
        return {.code = OpCode::kClearGarbage};
      case kFailStep:
        return {.code = OpCode::kFail, .count = random_.Between(1, 4)};
      default:
        return {.code = OpCode::kCensus};
    }
  }

  Op SmallThreshold() {
    const int first = random_.Percent(10) ? 0 : random_.Between(1, 8);
    const int second = random_.Between(0, 3);
    return Threshold(first, second, random_.Between(0, 2));
  }

  Op ScriptOp() {
    const uint8_t reg = static_cast<uint8_t>(random_.Below(kRegisters));
    const int slot = random_.Below(3);
    if (maps_ && random_.Percent(20)) return ScriptMapOp(reg);
    if (disposals_ && random_.Percent(7)) {
      return Dispose(random_.Percent(50) ? kSelf : builder_.Some(Guess::kNode));
    }
    if (scopes_ && random_.Percent(12)) {
      return random_.Percent(40) ? Pop() : Push(random_.Percent(50) ? kSelf : reg);
    }
    if (fills_ && random_.Percent(15)) return ScriptFill(reg);
    if (held_ && random_.Percent(7)) {
      const Ref value = random_.Percent(50) ? kSelf : builder_.Full();
      return builder_.AnyWeakWith(reg, builder_.Some(Guess::kNode), value);
    }
    if (steps_ && random_.Percent(5)) return PieceOfCollection();
    switch (random_.Below(17)) {
      case 0:
      case 1:
        return Copy(reg, kSelf);
      case 2:
        return Store(reg, slot, kSelf);
      case 3:
        return Store(kSelf, slot, random_.Percent(40) ? kSelf : reg);
      case 4:
        return EmptySlot(kSelf, slot);
      case 5:
        return Load(reg, kSelf, slot);
      case 6:
        return builder_.AnyWeak(reg, kSelf);
      case 7:
        return Collect(builder_.AnyGeneration());
      case 8:
        if (random_.Percent(40)) return {.code = OpCode::kRaise};
        return builder_.AnyNode(reg);
      case 9:
        if (random_.Percent(50) && options_.censuses) return {.code = OpCode::kCensus};
        return Dereference(reg, kSelf);
      case 10:
      case 11:
        return Drop(reg);
      case 12:
        return Dereference(reg, static_cast<Ref>(random_.Below(kRegisters)));
      case 13:
        if (random_.Percent(70)) return Setting(kTakeGarbageStep);
        return Setting(kClearGarbageStep);
      default: {
        // Not saveall: whether it applies to the rest of a collection depends on the order within
        // it.
        const auto choice = static_cast<Choice>(random_.Below(kCensusStep));
        if (choice >= kThresholdStep && choice <= kSaveallStep) return Single(kStoreStep);
        return Single(choice);
      }
    }
  }

  Op ScriptFill(uint8_t reg) {
    const Ref node = random_.Percent(50) ? kSelf : builder_.Some(Guess::kNode);
    switch (random_.Below(4)) {
      case 0:
        return Fill(builder_.AnyNode(reg), kSelf, builder_.Full());
      case 1:
        return Clear(node);
      case 2:
        return CopySlots(node, builder_.Some(Guess::kNode));
      default:
        return CopySlots(builder_.Some(Guess::kNode), kSelf);
    }
  }

  Op ScriptMapOp(uint8_t reg) {
    const Ref map = builder_.Some(Guess::kMap);
    const Ref key = random_.Percent(50) ? kSelf : builder_.Some(Guess::kNode);
    switch (random_.Below(5)) {
      case 0:
        return MakeMap(reg);
      case 1:
        return Put(map, key, random_.Percent(50) ? kSelf : reg);
      case 2:
        return RemoveEntry(map, key);
      default:
        return Lookup(reg, map, key);
    }
  }

  Builder builder_;
  Random& random_;
  const GeneratorOptions options_;
  bool maps_ = false;  // this program has them
  bool disposals_ = false;
  bool ends_ = false;
  bool scopes_ = false;
  bool fills_ = false;
  bool held_ = false;
  bool steps_ = false;
  bool chained_ = false;
  std::array<int, kChoices> weights_{};
  std::array<int, kShapes> shapes_{};
};

}  // namespace

uint64_t SeedOf(uint64_t sequence, uint64_t index) { return Random(sequence).Next() + index; }

Program Generate(uint64_t seed, const GeneratorOptions& options) {
  Program program = Generator(seed, options).Make();
  if (!options.kinds.empty()) Dress(seed, ChooseKinds(seed, options.kinds), &program);
  return program;
}

}  // namespace ouro
