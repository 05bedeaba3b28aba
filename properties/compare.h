// SPDX-License-Identifier: Apache-2.0

// Comparing two specimens on the same program, operation by operation: which objects died, whose
// finalizers and callbacks ran, what entered the garbage list, what every collection returned. Both
// may be lawful and yet differ, where the outcome depends on the order within a collection, which
// no law fixes.
//
// Place: `ouro compare --with`, and the properties of real CPythons. Knows texts, not collectors.

#ifndef PROPERTIES_COMPARE_H_
#define PROPERTIES_COMPARE_H_

#include <string>
#include <vector>

namespace ouro {

// One operation of main and all events during it, as text and sorted, as their order may differ.
struct Step {
  std::string operation;
  std::vector<std::string> events;

  friend bool operator==(const Step&, const Step&) = default;
};

// The steps of a trace that a trial wrote. Operations of scripts are left out; the events that they
// caused are not. Linear, but for the sorting of each step.
std::vector<Step> Steps(const std::string& transcript);

// The first step in which the two differ, as one sentence; "" if they are equal.
std::string FirstDifference(const std::vector<Step>& a, const std::vector<Step>& b);

}  // namespace ouro

#endif  // PROPERTIES_COMPARE_H_
