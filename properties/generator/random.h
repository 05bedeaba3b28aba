// Random is a stream of numbers that a seed determines: the same one on every machine, unlike the
// distributions of the standard library.
//
// Place: below the generator; also for whoever else draws (mutators, corrupted texts).

#ifndef PROPERTIES_GENERATOR_RANDOM_H_
#define PROPERTIES_GENERATOR_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace ouro {

// SplitMix64. Good enough to draw programs; not for secrets.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // 0 ... n - 1. REQUIRES: n > 0.
  int Below(int n) { return static_cast<int>(Next() % static_cast<uint64_t>(n)); }
  // low ... high, both included.
  int Between(int low, int high) { return low + Below(high - low + 1); }
  bool Percent(int chance) { return Below(100) < chance; }

  // An element of a container that is not empty.
  template <typename Container>
  auto Of(const Container& container) {
    return container[static_cast<size_t>(Below(static_cast<int>(container.size())))];
  }

 private:
  uint64_t state_;
};

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_RANDOM_H_
