// Comparing two specimens: the same program, operation by operation. Which objects died, whose
// finalizers and callbacks ran, what entered the garbage list, what every collection answered.
// Both may be lawful and yet differ, where the outcome hangs on the order within a collection,
// which no law fixes.
//
// Place: shared by `ouro compare` and the properties of real CPythons.

#ifndef PROPERTIES_COMPARE_H_
#define PROPERTIES_COMPARE_H_

#include <string>
#include <vector>

namespace ouro {

// One operation of main, and all that happened during it: events in a fixed order, as text.
struct Step {
  std::string operation;
  std::vector<std::string> events;

  friend bool operator==(const Step&, const Step&) = default;
};

// The steps of a trace that a trial wrote. What scripts executed is left out, what it caused is
// not.
std::vector<Step> Steps(const std::string& transcript);

// The first step in which the two differ, as one sentence; "" if they are the same.
std::string FirstDifference(const std::vector<Step>& a, const std::vector<Step>& b);

}  // namespace ouro

#endif  // PROPERTIES_COMPARE_H_
