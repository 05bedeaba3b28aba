// The laws, of random programs: what a collector does is what the model lets it do. Each suite
// draws programs that are mostly about its subject; the judge watches over all laws in all of them.
//
// The same programs by hand: corpus/laws. That the judge would notice: liar_test and robust_test.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "collector/specimens.h"
#include "model/trial.h"
#include "properties/arbitrary.h"
#include "properties/generator.h"

namespace ouro {

static void PrintTo(const Specimen& specimen, std::ostream* out) { *out << specimen.name; }

namespace {

constexpr int kTimes = 10000;  // programs of each suite for each specimen

class Laws : public testing::TestWithParam<Specimen> {
 protected:
  void ExpectLawful(Subject subject) {
    Trial trial(GetParam());
    CheckProperty(kTimes, [&] {
      const Program program = *ArbitraryProgram({.subject = subject});
      if (trial.Run(program).lawful()) return;
      std::string transcript;
      const Verdict verdict = trial.Run(program, &transcript);
      RC_FAIL(Report(GetParam(), verdict, transcript));
    });
  }
};

class FreedObjects : public Laws {};
class UncollectableCycles : public Laws {};
class DestructorCalls : public Laws {};
class WeakReferences : public Laws {};
class Collections : public Laws {};
class Everything : public Laws {};

TEST_P(FreedObjects, AreThoseThatNothingHoldsAndAtOnce) { ExpectLawful(Subject::kFreedObjects); }
TEST_P(UncollectableCycles, EndWhereTheContractSays) {
  ExpectLawful(Subject::kUncollectableCycles);
}
TEST_P(DestructorCalls, ComeInTimeAndAsOftenAsTheContractSays) {
  ExpectLawful(Subject::kDestructorCalls);
}
TEST_P(WeakReferences, YieldTheLivingAndReportTheDead) { ExpectLawful(Subject::kWeakReferences); }
TEST_P(Collections, ComeFindPromoteAndAnswerAsTheModelDoes) {
  ExpectLawful(Subject::kCollections);
}
TEST_P(Everything, IsLawful) { ExpectLawful(Subject::kEverything); }

std::string NameOf(const testing::TestParamInfo<Specimen>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Own, FreedObjects, testing::ValuesIn(OwnSpecimens()), NameOf);
INSTANTIATE_TEST_SUITE_P(Own, UncollectableCycles, testing::ValuesIn(OwnSpecimens()), NameOf);
INSTANTIATE_TEST_SUITE_P(Own, DestructorCalls, testing::ValuesIn(OwnSpecimens()), NameOf);
INSTANTIATE_TEST_SUITE_P(Own, WeakReferences, testing::ValuesIn(OwnSpecimens()), NameOf);
INSTANTIATE_TEST_SUITE_P(Own, Collections, testing::ValuesIn(OwnSpecimens()), NameOf);
INSTANTIATE_TEST_SUITE_P(Own, Everything, testing::ValuesIn(OwnSpecimens()), NameOf);

}  // namespace
}  // namespace ouro
