// An arbitrary program is one of the generator's, wrapped for RapidCheck: it is drawn by a seed,
// shrinks through Simpler, and is shown as text.
//
// Place: between the generator and the properties. How to run properties harder:
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

// How RapidCheck shows a counterexample.
inline void showValue(const Program& program, std::ostream& out) { out << "\n" << Print(program); }

// Where random tests begin: the same place each time, but another one in each run of bazel's
// --runs_per_test.
inline uint64_t Seed() {
  const char* seed = std::getenv("TEST_RANDOM_SEED");
  return seed == nullptr ? 0 : std::strtoull(seed, nullptr, 10);
}

// The size, 0 ... 100, is added to a quarter of `options.operations`.
inline rc::Gen<Program> ArbitraryProgram(GeneratorOptions options = {}) {
  return [options](rc::Random random, int size) {
    GeneratorOptions sized = options;
    sized.operations = options.operations / 4 + size;
    return rc::shrinkable::shrinkRecur(Generate(random.next(), sized), [](const Program& program) {
      return rc::seq::fromContainer(Simpler(program));
    });
  };
}

// Checks `property`, a function of arbitrary values, as the running test; `times`, unless the
// environment says otherwise.
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
  // Not the global configuration, which would announce a seed that is not used.
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
