// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/enumerate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "properties/generator/builder.h"

namespace ouro {
namespace {

// What a register must reference, whatever the collector does.
enum class Holds : uint8_t {
  kNothing,  // it is empty
  kNode,
  kWeak,
  kSomething,  // unknown: the result of a load, a dereference, or a script, possibly empty
};

class Enumerator {
 public:
  Enumerator(const Bounds& bounds, const std::function<bool(const Program&)>& each)
      : bounds_(bounds), each_(each) {
    program_.scripts = bounds.scripts ? Scripts(bounds) : std::vector<Script>();
    program_.main.reserve(static_cast<size_t>(bounds.operations));
  }

  uint64_t Run() {
    Grow(State{});
    return count_;
  }

 private:
  struct State {
    std::array<Holds, kRegisters> registers{};
    int used = 0;    // written registers, which are 0 ... used - 1
    int births = 0;  // so far
    int hooks = 0;   // objects with scripts
    int nodes = 0;
  };

  bool Holding(const State& state, int reg, Holds what) const {
    const Holds holds = state.registers[static_cast<size_t>(reg)];
    return holds == what || holds == Holds::kSomething;
  }

  // Appends every operation that may come next.
  void Grow(const State& state) {
    Births(state);
    for (int ref = 0; ref < state.used && !stopped_; ++ref) OfRegister(state, ref);
    for (int generation = 0; generation < kGenerations && state.births > 0; ++generation) {
      Take(state, {.code = OpCode::kCollect, .count = generation});
    }
    if (state.hooks > 0) {
      Write(state, {.code = OpCode::kTakeGarbage}, Holds::kSomething);
      Take(state, {.code = OpCode::kClearGarbage});
    }
  }

  void Births(const State& state) {
    if (state.births == bounds_.objects) return;
    const int scripts = static_cast<int>(program_.scripts.size());
    for (int script = kNoScript; script < scripts; ++script) {
      State next = state;
      ++next.births;
      ++next.nodes;
      next.hooks += script == kNoScript ? 0 : 1;
      Op node = {.code = OpCode::kNode, .count = bounds_.slots};
      node.script = static_cast<int8_t>(script);
      Write(next, node, Holds::kNode);
      if (!bounds_.weak) continue;
      next.nodes = state.nodes;
      for (int ref = 0; ref < state.used; ++ref) {
        if (!Holding(state, ref, Holds::kNode)) continue;
        Op weak = {.code = OpCode::kWeak, .ref = static_cast<Ref>(ref)};
        weak.script = static_cast<int8_t>(script);
        Write(next, weak, Holds::kWeak);
      }
    }
  }

  // Operations on the object in a register.
  void OfRegister(const State& state, int reg) {
    const Ref ref = static_cast<Ref>(reg);
    if (state.registers[ref] == Holds::kNothing) return;
    Write(state, {.code = OpCode::kCopy, .ref = ref}, state.registers[ref]);
    Op empty = {.code = OpCode::kEmptyRegister};
    empty.dest = ref;
    State next = state;
    next.registers[ref] = Holds::kNothing;
    Take(next, empty);
    if (bounds_.weak && Holding(state, reg, Holds::kWeak)) {
      Write(state, {.code = OpCode::kDeref, .ref = ref}, Holds::kSomething);
    }
    if (!Holding(state, reg, Holds::kNode)) return;
    for (int slot = 0; slot < bounds_.slots; ++slot) {
      const uint8_t k = static_cast<uint8_t>(slot);
      Write(state, {.code = OpCode::kLoad, .ref = ref, .slot = k}, Holds::kSomething);
      Take(state, {.code = OpCode::kEmptySlot, .ref = ref, .slot = k});
      for (int value = 0; value < state.used; ++value) {
        if (state.registers[static_cast<size_t>(value)] == Holds::kNothing) continue;
        Take(state,
             {.code = OpCode::kStore, .ref = ref, .value = static_cast<Ref>(value), .slot = k});
      }
    }
  }

  // The operation with each used register as destination, and with the first unused one.
  void Write(const State& state, Op op, Holds what) {
    for (int dest = 0; dest < std::min(state.used + 1, bounds_.registers); ++dest) {
      if (op.code == OpCode::kCopy && dest == op.ref) continue;
      const bool over = state.registers[static_cast<size_t>(dest)] != Holds::kNothing;
      const bool returns =
          op.code != OpCode::kNode && op.code != OpCode::kWeak && op.code != OpCode::kCopy;
      if (Last() && !over && !returns) continue;  // it releases nothing and returns nothing
      State next = state;
      next.used = std::max(state.used, dest + 1);
      next.registers[static_cast<size_t>(dest)] = what;
      op.dest = static_cast<uint8_t>(dest);
      Take(next, op, over);
    }
  }

  // `overwrites`: it writes a register that may not be empty.
  void Take(State next, const Op& op, bool overwrites = false) {
    if (stopped_) return;
    // The script that resurrects may have written the last register.
    const bool births = op.code == OpCode::kNode || op.code == OpCode::kWeak;
    const bool filled = next.hooks > 0 && (!births || overwrites);
    if (filled && bounds_.registers > 0) {
      next.used = bounds_.registers;
      next.registers[static_cast<size_t>(bounds_.registers - 1)] = Holds::kSomething;
    }
    const bool last = Last();
    program_.main.push_back(op);
    if (last) {
      ++count_;
      stopped_ = !each_(program_);
    } else {
      Grow(next);
    }
    program_.main.pop_back();
  }

  // Whether the next operation is the last one.
  bool Last() const { return static_cast<int>(program_.main.size()) + 1 == bounds_.operations; }

  const Bounds bounds_;
  const std::function<bool(const Program&)>& each_;
  Program program_;
  uint64_t count_ = 0;
  bool stopped_ = false;
};

}  // namespace

std::vector<Script> Scripts(const Bounds& bounds) {
  const uint8_t last = static_cast<uint8_t>(bounds.registers - 1);
  return {{}, {Copy(last, kSelf)}, {Collect(kGenerations - 1)}};
}

uint64_t Enumerate(const Bounds& bounds, const std::function<bool(const Program&)>& each) {
  return Enumerator(bounds, each).Run();
}

}  // namespace ouro
