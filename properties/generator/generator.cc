// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/generator.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "properties/generator/builder.h"
#include "properties/generator/dress.h"
#include "properties/generator/operations.h"
#include "properties/generator/random.h"
#include "properties/generator/shapes.h"
#include "properties/generator/weights.h"

namespace ouro {
namespace {

using Guess = Builder::Guess;

// The share of nodes with finalizers, in percent, by Subject; each program draws one of four.
constexpr std::array<std::array<int, 4>, kSubjects> kFinalizers = {{
    {0, 15, 35, 60},
    {0, 0, 0, 15},
    {15, 35, 60, 90},
    {35, 60, 90, 100},
    {0, 0, 15, 35},
    {0, 15, 15, 35},
}};

constexpr int kLong = 5;           // times as many operations has a long program
constexpr int kLeastForLong = 30;  // operations, below which none is: a test wants small programs

// Each of those that the abilities have, in so many percent of the programs.
Words DrawWords(Random& random, const GeneratorOptions& options, int percent) {
  Words words = AllWords(options.abilities);
  for (bool* word : {&words.maps, &words.disposals, &words.ends, &words.scopes, &words.fills,
                     &words.held, &words.steps}) {
    *word = *word && random.Percent(percent);
  }
  words.censuses = options.censuses;
  return words;
}

class Generator {
 public:
  Generator(uint64_t seed, const GeneratorOptions& options)
      : builder_(seed),
        random_(builder_.random()),
        options_(options),
        weights_(options.weights != nullptr ? *options.weights : kTunedWeights),
        words_(DrawWords(random_, options, weights_.chances[kAbility].value)),
        operations_(builder_, options_, weights_, words_) {
    Weigh();
    builder_.SetWords(words_);
    builder_.SetSizes(weights_.sizes, operations_.Chosen(kFewSizes));
  }

  Program Make() {
    Program& program = builder_.program();
    const size_t scripts =
        operations_.Chosen(kScripts) ? static_cast<size_t>(random_.Between(1, 4)) : 0;
    program.scripts.resize(scripts);
    if (options_.settings && operations_.Chosen(kThresholdFirst)) {
      builder_.Emit(operations_.SmallThreshold());
    }
    const bool is_long = options_.long_programs && options_.operations >= kLeastForLong &&
                         operations_.Chosen(kLongProgram);
    const int size = options_.operations * (is_long ? kLong : 1);
    const auto operations = static_cast<size_t>(size);
    const int place = options_.scale ? random_.Below(size + 1) : 0;
    while (builder_.size() < operations) {
      if (options_.scale && builder_.size() >= static_cast<size_t>(place)) LongChain();
      if (builder_.size() * 2 > operations) builder_.AllSizes();
      builder_.SetRoom(operations - builder_.size());
      Step();
    }
    program.main.resize(operations);
    if (words_.ends && operations > 0) program.main.back() = {.code = OpCode::kEnd};
    for (size_t i = 0; i < program.scripts.size(); ++i) WriteScript(i < scripts, i);
    return std::move(program);
  }

 private:
  // Scripts that shapes wrote mostly stay as they are.
  void WriteScript(bool own, size_t index) {
    Script& script = builder_.program().scripts[index];
    int more = own ? random_.Below(5) : std::max(0, random_.Below(5) - 2);
    if (operations_.Chosen(kLongScript)) more += random_.Between(5, 15);
    for (int k = 0; k < more; ++k) script.push_back(operations_.OfScript());
    if (words_.scopes && random_.Percent(5)) {
      const Op push = Push(random_.Percent(50) ? kSelf : builder_.Full());
      script.insert(script.end(), RunLength(), push);
    }
  }

  void Weigh() {
    const auto subject = static_cast<size_t>(options_.subject);
    for (size_t i = 0; i < kChoices; ++i) {
      const auto choice = static_cast<Choice>(i);
      if (!Possible(choice)) continue;
      const int weight = options_.clusters ? weights_.choices[i].of[subject] : 1;
      choices_[i] = options_.clusters ? Luck(random_, weight) : weight;
    }
    for (size_t i = 0; i < kShapes; ++i) {
      const Shape& shape = kShapeTable[i];
      if (shape.needs == Shape::kMaps && !words_.maps) continue;
      if (shape.needs == Shape::kSettings && !options_.settings) continue;
      shapes_[i] = Luck(random_, weights_.shapes[i].of[subject]);
    }
    shapes_[0] = std::max(shapes_[0], 1);
    choices_[kNodeStep] = std::max(choices_[kNodeStep], 1);
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
    switch (choice) {
      case kShapeStep:
        return options_.clusters;
      case kThresholdStep:
      case kSwitchStep:
      case kSaveallStep:
        return options_.settings;
      case kFailStep:
        return options_.failures;
      case kCensusStep:
        return options_.censuses;
      case kMapStep:
      case kPutStep:
      case kLookupStep:
      case kRemoveStep:
        return words_.maps;
      case kDisposeStep:
        return words_.disposals;
      case kPushStep:
      case kPopStep:
        return words_.scopes;
      case kNodeWithStep:
      case kClearStep:
      case kCopySlotsStep:
        return words_.fills;
      case kWeakWithStep:
        return words_.held;
      case kStepStep:
        return words_.steps;
      default:
        return true;
    }
  }

  // So many pushes outgrow a stack's first size, and so many pops what it may keep.
  size_t RunLength() { return static_cast<size_t>(random_.Between(30, 60)); }

  void EmitRun(const Op& op) {
    for (size_t i = RunLength(); i > 0; --i) builder_.Emit(op);
  }

  // Half of them may be part of a cycle, through what they hold.
  void EmitHolder() {
    const Op weak = operations_.Single(kWeakWithStep);
    builder_.Emit(weak);
    if (random_.Percent(50)) {
      builder_.Emit(Store(weak.value, builder_.AnySlot(weak.value), weak.dest));
    }
  }

  void Step() {
    const auto choice = static_cast<Choice>(Draw(random_, choices_));
    if (choice == kShapeStep) {
      kShapeTable[Draw(random_, shapes_)].build(builder_);
      if (operations_.Chosen(kObserver)) Observe();
    } else if ((choice == kPushStep || choice == kPopStep) && random_.Percent(4)) {
      EmitRun(operations_.Single(choice));
    } else if ((choice == kClearStep || choice == kCopySlotsStep) && random_.Percent(25)) {
      EmitDrop(operations_.Single(choice));
    } else if (choice == kWeakWithStep) {
      EmitHolder();
    } else {
      builder_.Emit(operations_.Single(choice));
    }
  }

  // Before anything else moves, something looks: what a rare event leaves wrong, the next operation
  // often puts right.
  void Observe() {
    switch (random_.Below(4)) {
      case 0:
        builder_.Emit({.code = OpCode::kCensus});
        break;
      case 1:
        builder_.Emit(operations_.Single(kDerefStep));
        break;
      case 2:
        builder_.Emit(operations_.Single(kLoadStep));
        break;
      default:
        builder_.Emit(Collect(random_.Below(2)));
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

  Builder builder_;
  Random& random_;
  const GeneratorOptions& options_;
  const Weights& weights_;
  const Words words_;
  Operations operations_;
  bool chained_ = false;
  std::array<int, kChoices> choices_{};
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
