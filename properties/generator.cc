#include "properties/generator.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace ouro {
namespace {

// SplitMix64: a few lines whose sequence is the same everywhere, unlike std:: distributions.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  int Below(int n) { return static_cast<int>(Next() % static_cast<uint64_t>(n)); }
  int Between(int low, int high) { return low + Below(high - low + 1); }
  bool Percent(int chance) { return Below(100) < chance; }

 private:
  uint64_t state_;
};

// The kinds of single operations, weighed anew for each program.
enum Choice {
  kMakeNode,
  kMakeLeaf,
  kMakeWeak,
  kCopyRegister,
  kLoadSlot,
  kDereference,
  kStoreSlot,
  kDropSlot,
  kDropRegister,
  kCollectNow,
  kSetThreshold,
  kSwitchCollector,
  kSwitchSaveall,
  kTakeFromGarbage,
  kDropGarbage,
  kTakeCensus,
  kFailSoon,
  kBuildCluster,
  kChoices,
};

class Generator {
 public:
  Generator(uint64_t seed, const GeneratorOptions& options) : random_(seed), options_(options) {
    Weigh();
  }

  Program Make() {
    const int scripts = random_.Percent(85) ? random_.Between(1, 4) : 0;
    for (int i = 0; i < scripts; ++i) program_.scripts.emplace_back();
    if (options_.settings && random_.Percent(40)) Emit(SmallThreshold());
    while (static_cast<int>(program_.main.size()) < options_.operations) Step();
    program_.main.resize(static_cast<size_t>(options_.operations));
    for (Script& script : program_.scripts) script = MakeScript();
    return std::move(program_);
  }

 private:
  // What the generator believes of a register; scripts may make it wrong, and an operation void.
  struct Guess {
    enum Kind { kEmpty, kNode, kLeaf, kWeak } kind = kEmpty;
    int slots = 0;
  };

  void Weigh() {
    constexpr std::array<int, kChoices> kUsual = {6, 1, 4, 4, 4, 4,  10, 4, 10,
                                                  5, 1, 1, 1, 3, 2, 2, 1, 8};
    for (int i = 0; i < kChoices; ++i) {
      // Swarm: a sixth of the kinds is left out, another sixth is favoured.
      const int luck = random_.Below(6);
      weights_[static_cast<size_t>(i)] =
          kUsual[static_cast<size_t>(i)] * (luck == 0 ? 0 : luck == 1 ? 4 : 1);
    }
    const auto never = [this](Choice choice) { weights_[choice] = 0; };
    if (!options_.clusters) std::fill(weights_.begin(), weights_.end(), 1);
    if (!options_.clusters) never(kBuildCluster);
    if (!options_.settings) {
      never(kSetThreshold);
      never(kSwitchCollector);
      never(kSwitchSaveall);
    }
    if (!options_.failures) never(kFailSoon);
    if (!options_.censuses) never(kTakeCensus);
    weights_[kMakeNode] = std::max(weights_[kMakeNode], 1);
    finalizers_ = std::array<int, 4>{0, 15, 35, 60}[static_cast<size_t>(random_.Below(4))];
    callbacks_ = std::array<int, 3>{20, 60, 90}[static_cast<size_t>(random_.Below(3))];
  }

  void Step() {
    int total = 0;
    for (const int weight : weights_) total += weight;
    int drawn = random_.Below(total);
    int choice = 0;
    while ((drawn -= weights_[static_cast<size_t>(choice)]) >= 0) ++choice;
    if (choice == kBuildCluster) {
      BuildCluster();
    } else {
      Emit(Single(static_cast<Choice>(choice)));
    }
  }

  Op Single(Choice choice) {
    switch (choice) {
      case kMakeNode:
        return Node(AnyRegister());
      case kMakeLeaf:
        return {.code = OpCode::kLeaf, .dest = AnyRegister()};
      case kMakeWeak:
        return Weak(AnyRegister(), Some(Guess::kNode));
      case kCopyRegister:
        return {.code = OpCode::kCopy, .dest = AnyRegister(), .ref = Full()};
      case kLoadSlot: {
        const Ref ref = Some(Guess::kNode);
        return {.code = OpCode::kLoad, .dest = AnyRegister(), .ref = ref, .slot = Slot(ref)};
      }
      case kDereference:
        return {.code = OpCode::kDeref, .dest = AnyRegister(), .ref = Some(Guess::kWeak)};
      case kStoreSlot: {
        const Ref ref = Some(Guess::kNode);
        return Store(ref, Slot(ref), Full());
      }
      case kDropSlot: {
        const Ref ref = Some(Guess::kNode);
        return {.code = OpCode::kEmptySlot, .ref = ref, .slot = Slot(ref)};
      }
      case kDropRegister:
        return {.code = OpCode::kEmptyRegister, .dest = Full()};
      case kCollectNow:
        return {.code = OpCode::kCollect, .count = Generation()};
      default:
        return Setting(choice);
    }
  }

  Op Setting(Choice choice) {
    switch (choice) {
      case kSetThreshold:
        return SmallThreshold();
      case kSwitchCollector:
        return {.code = random_.Percent(70) ? OpCode::kEnable : OpCode::kDisable};
      case kSwitchSaveall:
        return {.code = random_.Percent(40) ? OpCode::kSaveallOn : OpCode::kSaveallOff};
      case kTakeFromGarbage:
        return {.code = OpCode::kTakeGarbage, .dest = AnyRegister(), .count = random_.Below(3)};
      case kDropGarbage:
        return {.code = OpCode::kClearGarbage};
      case kFailSoon:
        return {.code = OpCode::kFail, .count = random_.Between(1, 4)};
      default:
        return {.code = OpCode::kCensus};
    }
  }

  Op SmallThreshold() {
    return {.code = OpCode::kThreshold,
            .count = random_.Percent(10) ? 0 : random_.Between(1, 8),
            .count1 = random_.Between(0, 3),
            .count2 = random_.Between(0, 2)};
  }

  // A ring with more edges, weak references around it, partly promoted, dropped, collected.
  void BuildCluster() {
    const int size = std::array<int, 8>{1, 1, 2, 2, 2, 3, 4, 5}[static_cast<size_t>(Eighth())];
    std::vector<uint8_t> ring;
    while (static_cast<int>(ring.size()) < size) {
      const uint8_t reg = AnyRegister();
      if (std::find(ring.begin(), ring.end(), reg) == ring.end()) ring.push_back(reg);
    }
    const bool pure = random_.Percent(25);  // no finalizers here
    for (const uint8_t reg : ring) {
      Op node = Node(reg);
      node.count = random_.Between(1, 4);
      if (pure) node.script = kNoScript;
      Emit(node);
      if (random_.Percent(8)) Emit({.code = OpCode::kCollect, .count = random_.Below(2)});
    }
    const auto member = [&] { return ring[static_cast<size_t>(random_.Below(size))]; };
    for (size_t i = 0; i < ring.size(); ++i) {
      if (!random_.Percent(92)) continue;
      Emit(Store(ring[i], 0, ring[(i + 1) % ring.size()]));
    }
    for (int extra = random_.Below(size + 2); extra > 0; --extra) {
      const uint8_t from = member();
      const uint8_t to = random_.Percent(25) ? from : random_.Percent(80) ? member() : Full();
      Emit(Store(from, Slot(from), to));
    }
    for (int weak = random_.Below(4); weak > 0 && weights_[kMakeWeak] > 0; --weak) Watch(member());
    if (random_.Percent(25)) Emit({.code = OpCode::kCollect, .count = random_.Below(2)});
    const uint8_t kept = random_.Percent(20) ? member() : kRegisters;
    for (const uint8_t reg : ring) {
      if (reg != kept) Emit({.code = OpCode::kEmptyRegister, .dest = reg});
    }
    if (random_.Percent(60)) Emit({.code = OpCode::kCollect, .count = Generation()});
  }

  // A weak reference to the node in `target`, that stays outside, or goes into some node's slot.
  void Watch(uint8_t target) {
    const uint8_t reg = AnyRegister();
    if (reg == target || guesses_[reg].kind == Guess::kNode) return;
    Emit(Weak(reg, target));
    if (random_.Percent(45)) return;
    const Ref holder = random_.Percent(60) ? target : Some(Guess::kNode);
    Emit(Store(holder, Slot(holder), reg));
    Emit({.code = OpCode::kEmptyRegister, .dest = reg});
  }

  Op Node(uint8_t dest) {
    const int slots = std::array<int, 8>{0, 1, 1, 2, 2, 2, 3, 5}[static_cast<size_t>(Eighth())];
    return {.code = OpCode::kNode,
            .dest = dest,
            .script = random_.Percent(finalizers_) ? AnyScript() : kNoScript,
            .count = slots};
  }

  Op Weak(uint8_t dest, Ref target) {
    return {.code = OpCode::kWeak,
            .dest = dest,
            .ref = target,
            .script = random_.Percent(callbacks_) ? AnyScript() : kNoScript};
  }

  static Op Store(Ref ref, uint8_t slot, Ref value) {
    return {.code = OpCode::kStore, .ref = ref, .value = value, .slot = slot};
  }

  Script MakeScript() {
    Script script;
    for (int length = random_.Below(5); length > 0; --length) script.push_back(ScriptOp());
    return script;
  }

  Op ScriptOp() {
    const uint8_t reg = static_cast<uint8_t>(random_.Below(kRegisters));
    const uint8_t slot = static_cast<uint8_t>(random_.Below(3));
    switch (random_.Below(16)) {
      case 0:
      case 1:
        return {.code = OpCode::kCopy, .dest = reg, .ref = kSelf};
      case 2:
        return Store(reg, slot, kSelf);
      case 3:
        return Store(kSelf, slot, random_.Percent(40) ? kSelf : reg);
      case 4:
        return {.code = OpCode::kEmptySlot, .ref = kSelf, .slot = slot};
      case 5:
        return {.code = OpCode::kLoad, .dest = reg, .ref = kSelf, .slot = slot};
      case 6:
        return Weak(reg, kSelf);
      case 7:
        return {.code = OpCode::kCollect, .count = Generation()};
      case 8:
        if (random_.Percent(40)) return {.code = OpCode::kRaise};
        return Node(reg);
      case 9:
        if (random_.Percent(50) && options_.censuses) return {.code = OpCode::kCensus};
        return {.code = OpCode::kDeref, .dest = reg, .ref = kSelf};
      case 10:
      case 11:
        return {.code = OpCode::kEmptyRegister, .dest = reg};
      case 12:
        return {.code = OpCode::kDeref,
                .dest = reg,
                .ref = static_cast<Ref>(random_.Below(kRegisters))};
      default: {
        // Not saveall: whether it holds for the rest of a collection depends on its order.
        const Choice choice = static_cast<Choice>(random_.Below(kTakeCensus));
        if (choice >= kSetThreshold && choice <= kSwitchSaveall) return Single(kStoreSlot);
        return Single(choice);
      }
    }
  }

  void Emit(const Op& op) {
    program_.main.push_back(op);
    Guess& dest = guesses_[op.dest];
    switch (op.code) {
      case OpCode::kNode:
        dest = {Guess::kNode, op.count};
        break;
      case OpCode::kLeaf:
        dest = {Guess::kLeaf, 0};
        break;
      case OpCode::kWeak:
        dest = {Guess::kWeak, 0};
        break;
      case OpCode::kCopy:
        dest = guesses_[op.ref];
        break;
      case OpCode::kLoad:
      case OpCode::kDeref:
      case OpCode::kTakeGarbage:
        dest = {Guess::kNode, 2};
        break;
      case OpCode::kEmptyRegister:
        dest = {};
        break;
      default:
        break;
    }
  }

  int Eighth() { return random_.Below(8); }
  int8_t AnyScript() {
    // One more than there are: sometimes a finalizer that does nothing.
    return static_cast<int8_t>(random_.Below(static_cast<int>(program_.scripts.size()) + 1));
  }
  int32_t Generation() { return random_.Percent(50) ? 2 : random_.Below(3); }
  uint8_t Slot(Ref node) {
    const int slots = node == kSelf ? 2 : guesses_[node].slots;
    return static_cast<uint8_t>(slots > 0 ? random_.Below(slots) : random_.Below(2));
  }
  // An empty register if two draws find one: what lives should not be overwritten too often.
  uint8_t AnyRegister() {
    uint8_t reg = static_cast<uint8_t>(random_.Below(kRegisters));
    if (guesses_[reg].kind != Guess::kEmpty) reg = static_cast<uint8_t>(random_.Below(kRegisters));
    return reg;
  }
  Ref Some(Guess::Kind kind) {
    const int start = random_.Below(kRegisters);
    for (int i = 0; i < kRegisters; ++i) {
      const auto reg = static_cast<size_t>((start + i) % kRegisters);
      if (guesses_[reg].kind == kind) return static_cast<Ref>(reg);
    }
    return static_cast<Ref>(start);
  }
  Ref Full() {
    const int start = random_.Below(kRegisters);
    for (int i = 0; i < kRegisters; ++i) {
      const auto reg = static_cast<size_t>((start + i) % kRegisters);
      if (guesses_[reg].kind != Guess::kEmpty) return static_cast<Ref>(reg);
    }
    return static_cast<Ref>(start);
  }

  Random random_;
  GeneratorOptions options_;
  Program program_;
  std::array<int, kChoices> weights_{};
  std::array<Guess, kRegisters> guesses_{};
  int finalizers_ = 0;  // percent of the nodes
  int callbacks_ = 0;   // percent of the weak references
};

}  // namespace

uint64_t SeedOf(uint64_t sequence, uint64_t index) { return Random(sequence).Next() + index; }

Program Generate(uint64_t seed, const GeneratorOptions& options) {
  return Generator(seed, options).Make();
}

}  // namespace ouro
