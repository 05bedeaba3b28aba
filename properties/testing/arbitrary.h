// SPDX-License-Identifier: Apache-2.0

// An arbitrary program is a generated one, wrapped for RapidCheck: RapidCheck's seed draws it, it
// shrinks through Simpler(), and it is printed as text.
//
// Place: between the generator and the properties. To run properties harder:
//   bazel test //properties:all --runs_per_test=20        other seeds in each run
//   bazel test ... --test_env=RC_PARAMS=max_success=100000
//   bazel test ... --test_env=RC_PARAMS=seed=17           as a failure said

#ifndef PROPERTIES_TESTING_ARBITRARY_H_
#define PROPERTIES_TESTING_ARBITRARY_H_

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

#include "model/program.h"
#include "properties/generator/generator.h"

namespace ouro {

// How RapidCheck prints a counterexample.
inline void showValue(const Program& program, std::ostream& out) { out << "\n" << Print(program); }

// The seed of random tests: the same in each run, but different in each of bazel's --runs_per_test.
inline uint64_t Seed() {
  const char* seed = std::getenv("TEST_RANDOM_SEED");
  return seed == nullptr ? 0 : std::strtoull(seed, nullptr, 10);
}

// Draws programs with options.operations / 4 + size operations, where RapidCheck's size is 0 ...
// 100.
inline rc::Gen<Program> ArbitraryProgram(GeneratorOptions options = {.abilities = kMaps}) {
  return [options](rc::Random random, int size) {
    GeneratorOptions sized = options;
    sized.operations = options.operations / 4 + size;
    return rc::shrinkable::shrinkRecur(Generate(random.next(), sized), [](const Program& program) {
      return rc::seq::fromContainer(Simpler(program));
    });
  };
}

// Checks `property`, a function that draws arbitrary values, `times` times within the running test,
// and fails that test if it does not hold. RC_PARAMS of the environment overrides `times` and seed.
template <typename Property>
void CheckProperty(int times, Property&& property) {
  rc::detail::Configuration defaults;
  defaults.testParams.seed = Seed();
  defaults.testParams.maxSuccess = times;
  const char* environment = std::getenv("RC_PARAMS");
  const auto configuration =
      rc::detail::configFromString(environment == nullptr ? "" : environment, defaults);
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  rc::detail::TestMetadata metadata;
  metadata.id = std::string(info->test_suite_name()) + "/" + info->name();
  metadata.description = info->name();
  // Not RapidCheck's global configuration, which would announce a seed that is not used.
  rc::detail::TestListenerAdapter listener;
  const auto result =
      rc::detail::checkProperty(rc::detail::toProperty(std::forward<Property>(property)), metadata,
                                configuration.testParams, listener, configuration.reproduce);
  if (result.template is<rc::detail::SuccessResult>()) return;
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  FAIL() << message.str() << "\nRC_PARAMS=seed=" << configuration.testParams.seed;
}

}  // namespace ouro

#endif  // PROPERTIES_TESTING_ARBITRARY_H_
