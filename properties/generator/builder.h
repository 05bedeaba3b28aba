// SPDX-License-Identifier: Apache-2.0

// A builder is a growing program: the operations so far, and what each register probably references
// after them. It is a guess, because a collector decides when scripts run; where the guess is
// wrong, an operation is void.
//
// Place: below the generator and its shapes, which choose what to append.

#ifndef PROPERTIES_GENERATOR_BUILDER_H_
#define PROPERTIES_GENERATOR_BUILDER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/program.h"
#include "properties/generator/random.h"
#include "properties/generator/weights.h"

namespace ouro {

// Operations by name; the other fields have the defaults of Op.
Op MakeNode(uint8_t dest, int slots, int8_t script = kNoScript);
Op MakeWeak(uint8_t dest, Ref target, int8_t script = kNoScript);
Op MakeWeakWith(uint8_t dest, Ref target, Ref value, int8_t script = kNoScript);
Op Copy(uint8_t dest, Ref ref);
Op Load(uint8_t dest, Ref ref, int slot);
Op Dereference(uint8_t dest, Ref ref);
Op Store(Ref ref, int slot, Ref value);
Op EmptySlot(Ref ref, int slot);
Op Drop(uint8_t reg);
Op Dispose(Ref ref);
Op Push(Ref ref);
Op Pop();
Op Fill(Op node, Ref even, Ref odd);  // the birth of `node`, with contents
Op Clear(Ref ref);
Op CopySlots(Ref into, Ref from);
Op StepOf(int work);
Op Chain(uint8_t dest, int length);
Op MakeMap(uint8_t dest);
Op Put(Ref map, Ref key, Ref value);
Op Lookup(uint8_t dest, Ref map, Ref key);
Op RemoveEntry(Ref map, Ref key);
Op Collect(int generation);
Op Threshold(int first, int second, int third);

// Which of the newer words of the language a program has.
struct Words {
  bool maps = false;
  bool disposals = false;
  bool ends = false;
  bool scopes = false;
  bool fills = false;
  bool held = false;
  bool steps = false;
  bool saveall = false;
  bool censuses = true;  // these are in all programs, unless the options say otherwise
};

// All of them that these abilities have.
Words AllWords(uint32_t abilities);

class Builder {
 public:
  enum class Guess : uint8_t { kEmpty, kNode, kLeaf, kWeak, kMap };

  // With the usual sizes of nodes and no newer words.
  explicit Builder(uint64_t seed) : random_(seed) { SetSizes(kTunedWeights.sizes, false); }

  Random& random() { return random_; }
  Program& program() { return program_; }
  size_t size() const { return program_.main.size(); }

  // The share of nodes with finalizers and of weak references with callbacks, in percent.
  void SetLikely(int finalizers, int callbacks) {
    finalizers_ = finalizers;
    callbacks_ = callbacks;
  }

  // The weights of sizes of nodes. `few`: of two sizes only, until AllSizes(): the heap gets others
  // late.
  void SetSizes(const std::array<Weights::Weight, kSizes>& sizes, bool few);
  void AllSizes() { early_ = late_; }
  // The words of the program, for shapes.
  void SetWords(const Words& words) { words_ = words; }
  const Words& words() const { return words_; }
  // How many operations may still come. Shapes that can be smaller are, if there is little room.
  void SetRoom(size_t operations) { room_ = operations; }
  size_t room() const { return room_; }
  // Objects that were born in main so far, since a collection was asked for.
  int births() const { return births_; }

  // Appends an operation to main, and updates the guesses.
  void Emit(const Op& op);

  // A node of a usual size, or a weak reference; with a script as likely as SetLikely() said.
  Op AnyNode(uint8_t dest);
  Op AnyWeak(uint8_t dest, Ref target);
  Op AnyWeakWith(uint8_t dest, Ref target, Ref value);

  // The number of a script of the program, or the next number: a script that does nothing.
  int8_t AnyScript();
  // The number of a new script, or of any script if the program has kMaxScripts.
  int8_t NewScript(Script script);

  // The oldest generation is likelier than the others.
  int AnyGeneration();
  // A slot of what `ref` probably references.
  int AnySlot(Ref ref);

  // What the register probably references.
  Guess held(uint8_t reg) const { return guesses_[reg].kind; }
  // An empty register if two draws find one, so that live objects are not overwritten too often.
  uint8_t AnyRegister();
  // A register that probably references that kind, or anything; any register if there is none.
  Ref Some(Guess kind);
  Ref Full();
  // kCount different registers, preferably empty ones.
  template <size_t kCount>
  std::array<uint8_t, kCount> Registers();

 private:
  struct Register {
    Guess kind = Guess::kEmpty;
    int slots = 0;
  };

  uint8_t RegisterBeside(const uint8_t* taken, size_t count);

  Random random_;
  Program program_;
  std::array<Register, kRegisters> guesses_{};
  int finalizers_ = 25;
  int callbacks_ = 50;
  std::array<int, kSizes> early_{};
  std::array<int, kSizes> late_{};
  Words words_;
  size_t room_ = 60;
  int births_ = 0;
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
