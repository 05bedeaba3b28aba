// SPDX-License-Identifier: Apache-2.0

// The fixture of tests that run once for each specimen of ours, and the specimens' names in
// reports.
//
// Place: for the tests of properties/ and its subfolders.

#ifndef PROPERTIES_TESTING_FIXTURE_H_
#define PROPERTIES_TESTING_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "collector/specimens.h"
#include "model/collector.h"

namespace ouro {

inline void PrintTo(const Specimen& specimen, std::ostream* out) { *out << specimen.name; }

using SpecimenTest = testing::TestWithParam<Specimen>;

inline std::string NameOf(const testing::TestParamInfo<Specimen>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// The specimen of that name; fails the test if there is none.
inline Specimen Named(const std::string& name) {
  Specimen specimen;
  const std::string error = FindSpecimen(name, &specimen);
  EXPECT_EQ(error, "");
  return specimen;
}

}  // namespace ouro

// Runs the tests TEST_P(Suite, ...) of `Suite`, a SpecimenTest, on all of OwnSpecimens().
#define FOR_OWN_SPECIMENS(Suite) \
  INSTANTIATE_TEST_SUITE_P(Own, Suite, testing::ValuesIn(OwnSpecimens()), NameOf)

#endif  // PROPERTIES_TESTING_FIXTURE_H_
