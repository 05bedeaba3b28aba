// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/dress.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "properties/generator/builder.h"
#include "properties/generator/random.h"

namespace ouro {
namespace {

constexpr uint64_t kStream = 0x6b696e64;  // numbers other than the generator's, of the same seed
constexpr size_t kMostKinds = 6;
constexpr int kFamilyPercent = 50;   // programs whose kinds are of one family
constexpr int kPlainPercent = 10;    // programs without kinds
constexpr int kEdgePercent = 75;     // stores that name one
constexpr int kNodePercent = 40;     // births
constexpr int kRootPercent = 40;     // copies
constexpr int kPokePercent = 15;     // of the operations of main, actions; more in scripts
constexpr int kEndPercent = 60;      // programs that let go of all at their end
constexpr size_t kLeastForEnd = 30;  // operations of main, below which there is no room for that

std::string_view FamilyOf(const KindRow& kind) {
  const std::string_view name = KindName(kind.id);
  return name.substr(0, name.find('-'));
}

void Put(const KindRow& kind, Wardrobe* wardrobe) {
  std::vector<KindRow>& place = kind.place == KindRow::Place::kEdge   ? wardrobe->edges
                                : kind.place == KindRow::Place::kNode ? wardrobe->nodes
                                                                      : wardrobe->roots;
  const auto same = [&kind](const KindRow& other) { return other.id == kind.id; };
  if (std::none_of(place.begin(), place.end(), same)) place.push_back(kind);
}

class Dresser {
 public:
  Dresser(uint64_t seed, const Wardrobe& wardrobe, Program* program)
      : random_(seed ^ kStream), wardrobe_(wardrobe), program_(*program) {}

  void Run() {
    const size_t size = program_.main.size();
    Script end;
    if (size >= kLeastForEnd && random_.Percent(kEndPercent)) end = LetGo();
    const size_t pokes = wardrobe_.edges.empty() ? 0 : size * kPokePercent / 100;
    program_.main.resize(size - std::min(size, end.size() + pokes));
    Name(&program_.main);
    for (Script& script : program_.scripts) Name(&script);
    for (size_t i = 0; i < pokes; ++i) PokeIn(&program_.main, 0);
    if (pokes > 0) {
      for (Script& script : program_.scripts) {
        for (int more = random_.Below(4); more > 0; --more) PokeIn(&script, kSelfPercent);
      }
    }
    program_.main.insert(program_.main.end(), end.begin(), end.end());
  }

 private:
  static constexpr int kSelfPercent = 40;  // actions in scripts on what `self` holds

  // Empties the registers, in any order, and collects twice: holders that know themselves, and what
  // finalizers kept, die with the second.
  Script LetGo() {
    Script script;
    const int start = random_.Below(kRegisters);
    for (int i = 0; i < kRegisters; ++i) {
      script.push_back(Drop(static_cast<uint8_t>((start + i) % kRegisters)));
    }
    script.push_back(Collect(kGenerations - 1));
    script.push_back(Collect(kGenerations - 1));
    return script;
  }

  void Name(Script* script) {
    for (Op& op : *script) {
      if (!TakesKind(op.code)) continue;
      const auto [kinds, percent] = For(op.code);
      if (kinds->empty() || !random_.Percent(percent)) continue;
      const KindRow kind = random_.Of(*kinds);
      if (!(kind.no_finalizer && op.script != kNoScript)) op.kind = kind.id;
    }
  }

  std::pair<const std::vector<KindRow>*, int> For(OpCode code) const {
    switch (PlaceOf(code)) {
      case KindRow::Place::kEdge:
        return {&wardrobe_.edges, kEdgePercent};
      case KindRow::Place::kNode:
        return {&wardrobe_.nodes, kNodePercent};
      case KindRow::Place::kRoot:
        break;
    }
    return {&wardrobe_.roots, kRootPercent};
  }

  // An action on a slot into which some operation stores, anywhere in the script. In scripts also
  // on those of `self`: a generator that is resumed by what it holds.
  void PokeIn(Script* script, int self_percent) {
    Op poke = {.code = OpCode::kPoke, .count = random_.Below(kMaxActions)};
    if (random_.Percent(self_percent)) {
      poke.ref = kSelf;
      poke.slot = static_cast<uint8_t>(random_.Below(2));
    } else if (const Op* store = AnyStore(); store != nullptr) {
      poke.ref = store->ref;
      poke.slot = store->slot;
    }
    if (poke.ref == kSelf && script == &program_.main) poke.ref = 0;
    const auto at = static_cast<ptrdiff_t>(random_.Below(static_cast<int>(script->size()) + 1));
    script->insert(script->begin() + at, poke);
  }

  const Op* AnyStore() {
    if (program_.main.empty()) return nullptr;
    const auto size = static_cast<int>(program_.main.size());
    const int start = random_.Below(size);
    for (int i = 0; i < size; ++i) {
      const Op& op = program_.main[static_cast<size_t>((start + i) % size)];
      if (op.code == OpCode::kStore && op.kind != kPlain) return &op;
    }
    return nullptr;
  }

  Random random_;
  const Wardrobe& wardrobe_;
  Program& program_;
};

}  // namespace

Wardrobe ChooseKinds(uint64_t seed, const std::vector<KindRow>& kinds) {
  Random random(seed ^ kStream ^ 1);
  Wardrobe wardrobe;
  std::vector<const KindRow*> usable;
  for (const KindRow& kind : kinds) {
    if (!kind.known_bad()) usable.push_back(&kind);
  }
  if (usable.empty() || random.Percent(kPlainPercent)) return wardrobe;
  const KindRow& first = *usable[static_cast<size_t>(seed % usable.size())];
  Put(first, &wardrobe);
  std::vector<const KindRow*> family = usable;
  if (random.Percent(kFamilyPercent)) {
    std::erase_if(family, [&first](const KindRow* kind) {
      return kind->place == first.place && FamilyOf(*kind) != FamilyOf(first);
    });
  }
  for (int more = random.Below(kMostKinds); more > 0; --more) Put(*random.Of(family), &wardrobe);
  return wardrobe;
}

void Dress(uint64_t seed, const Wardrobe& wardrobe, Program* program) {
  if (!wardrobe.empty()) Dresser(seed, wardrobe, program).Run();
}

}  // namespace ouro
