// SPDX-License-Identifier: Apache-2.0

// An engine is a source of programs. A campaign runs one or two of them, `ouro power` measures each
// alone.
//
// Place: a value, below workers, findings and the command line.

#ifndef FUZZ_CAMPAIGN_ENGINE_H_
#define FUZZ_CAMPAIGN_ENGINE_H_

#include <cstdint>
#include <initializer_list>

namespace ouro {

enum class Engine : uint8_t {
  kRandom,     // the generator
  kUniform,    // the generator without its shapes: uniform random operations, the baseline of power
  kLibFuzzer,  // mutates what reached new coverage
};
inline constexpr Engine kEngines[] = {Engine::kRandom, Engine::kUniform, Engine::kLibFuzzer};

// The word for it on the command line, in findings, statistics and power.csv.
inline const char* Name(Engine engine) {
  switch (engine) {
    case Engine::kRandom:
      return "random";
    case Engine::kUniform:
      return "uniform";
    case Engine::kLibFuzzer:
      break;
  }
  return "libfuzzer";
}

class EngineSet {
 public:
  constexpr EngineSet() = default;
  constexpr EngineSet(std::initializer_list<Engine> engines) {
    for (const Engine engine : engines) Add(engine);
  }

  constexpr void Add(Engine engine) { bits_ = static_cast<uint8_t>(bits_ | Bit(engine)); }
  constexpr bool Has(Engine engine) const { return (bits_ & Bit(engine)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

  friend constexpr bool operator==(EngineSet, EngineSet) = default;

 private:
  static constexpr int Bit(Engine engine) { return 1 << static_cast<int>(engine); }

  uint8_t bits_ = 0;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_ENGINE_H_
