// SPDX-License-Identifier: Apache-2.0

// Random is a stream of numbers that its seed determines, the same on every machine, unlike the
// distributions of the standard library.
//
// Place: below the generator, mutators, and tests that corrupt texts. Each thread has its own.

#ifndef PROPERTIES_GENERATOR_RANDOM_H_
#define PROPERTIES_GENERATOR_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace ouro {

// SplitMix64 (Steele, Lea, Flood 2014). Good enough to draw programs; not for secrets.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // 0 ... n - 1, with a negligible bias. REQUIRES: n > 0.
  int Below(int n) { return static_cast<int>(Next() % static_cast<uint64_t>(n)); }
  // low ... high, inclusive. REQUIRES: low <= high.
  int Between(int low, int high) { return low + Below(high - low + 1); }
  bool Percent(int chance) { return Below(100) < chance; }

  // A copy of an element. REQUIRES: the container is not empty.
  template <typename Container>
  auto Of(const Container& container) {
    return container[static_cast<size_t>(Below(static_cast<int>(container.size())))];
  }

 private:
  uint64_t state_;
};

// The index of a weight, drawn in proportion. REQUIRES: some weight is positive.
template <typename Numbers>
size_t Draw(Random& random, const Numbers& weights) {
  int total = 0;
  for (const int weight : weights) total += weight;
  int drawn = random.Below(total);
  size_t index = 0;
  while ((drawn -= weights[index]) >= 0) ++index;
  return index;
}

// Swarm testing (Groce et al., ISSTA 2012): a sixth of the kinds is left out, a sixth is favoured.
inline int Luck(Random& random, int weight) {
  const int luck = random.Below(6);
  return weight * (luck == 0 ? 0 : luck == 1 ? 4 : 1);
}

}  // namespace ouro

#endif  // PROPERTIES_GENERATOR_RANDOM_H_
