// A builder is a program that grows: the operations so far, and what each register is believed to
// hold after them. It is a belief, because scripts run when collectors please; where it is wrong,
// an operation is void.
//
// Place: below the generator and its shapes, which say what to append.

#ifndef PROPERTIES_GENERATOR_BUILDER_H_
#define PROPERTIES_GENERATOR_BUILDER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/program.h"
#include "properties/generator/random.h"

namespace ouro {

// Operations by name; fields that are not named are as Op says.
Op MakeNode(uint8_t dest, int slots, int8_t script = kNoScript);
Op MakeWeak(uint8_t dest, Ref target, int8_t script = kNoScript);
Op Copy(uint8_t dest, Ref ref);
Op Load(uint8_t dest, Ref ref, int slot);
Op Dereference(uint8_t dest, Ref ref);
Op Store(Ref ref, int slot, Ref value);
Op EmptySlot(Ref ref, int slot);
Op Drop(uint8_t reg);
Op Collect(int generation);
Op Threshold(int first, int second, int third);

class Builder {
 public:
  enum class Guess : uint8_t { kEmpty, kNode, kLeaf, kWeak };

  explicit Builder(uint64_t seed) : random_(seed) {}

  Random& random() { return random_; }
  Program& program() { return program_; }
  size_t size() const { return program_.main.size(); }

  // How many of the nodes have finalizers and of the weak references callbacks, in percent.
  void SetLikely(int finalizers, int callbacks) {
    finalizers_ = finalizers;
    callbacks_ = callbacks;
  }

  // Appends to main.
  void Emit(const Op& op);

  // A node of a usual size; a finalizer or a callback as likely as was set.
  Op AnyNode(uint8_t dest);
  Op AnyWeak(uint8_t dest, Ref target);

  // A script of the program, or the number after the last: one that does nothing.
  int8_t AnyScript();
  // The number of a new script, or of some script where there is no room.
  int8_t NewScript(Script script);

  // The oldest generation more often than each of the others.
  int AnyGeneration();
  // A slot of the node that `ref` is believed to hold.
  int AnySlot(Ref ref);

  // What the register is believed to hold.
  Guess held(uint8_t reg) const { return beliefs_[reg].kind; }
  // An empty register if two draws find one: what lives should not be overwritten too often.
  uint8_t AnyRegister();
  // A register that is believed to hold that kind, or something; any register if there is none.
  Ref Some(Guess kind);
  Ref Full();
  // Different registers, preferably empty ones.
  template <size_t kCount>
  std::array<uint8_t, kCount> Registers();

 private:
  struct Belief {
    Guess kind = Guess::kEmpty;
    int slots = 0;
  };

  uint8_t RegisterBeside(const uint8_t* taken, size_t count);

  Random random_;
  Program program_;
  std::array<Belief, kRegisters> beliefs_{};
  int finalizers_ = 25;
  int callbacks_ = 50;
};

template <size_t kCount>
std::array<uint8_t, kCount> Builder::Registers() {
  static_assert(kCount <= kRegisters);
  std::array<uint8_t, kCount> registers{};
  for (size_t i = 0; i < kCount; ++i) registers[i] = RegisterBeside(registers.data(), i);
  return registers;
}

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_BUILDER_H_
