// SPDX-License-Identifier: Apache-2.0

// The laws hold for random programs on every specimen of ours. Each suite draws programs that are
// mostly about its subject; the judge checks all laws in all of them.
//
// Handwritten programs: corpus/laws. Evidence that the judge would notice: liar_test, robust_test.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "model/trial.h"
#include "properties/generator/generator.h"
#include "properties/testing/arbitrary.h"
#include "properties/testing/fixture.h"

namespace ouro {

namespace {

constexpr int kTimes = 10000;  // programs of each suite for each specimen

// In debug builds the collectors check their own invariants after each operation.
#ifdef NDEBUG
constexpr auto kVerify = Limits::Verify::kNever;
#else
constexpr auto kVerify = Limits::Verify::kAfterOperations;
#endif

class Laws : public SpecimenTest {
 protected:
  void ExpectLawful(Subject subject) {
    Trial trial(GetParam(), {.verify = kVerify});
    CheckProperty(kTimes, [&] {
      const Program program = *ArbitraryProgram({.subject = subject, .abilities = kAllAbilities});
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
TEST_P(Collections, ComeFindPromoteAndAnswerAsTheModelDoes) { ExpectLawful(Subject::kCollections); }
TEST_P(Everything, IsLawful) { ExpectLawful(Subject::kEverything); }

FOR_OWN_SPECIMENS(FreedObjects);
FOR_OWN_SPECIMENS(UncollectableCycles);
FOR_OWN_SPECIMENS(DestructorCalls);
FOR_OWN_SPECIMENS(WeakReferences);
FOR_OWN_SPECIMENS(Collections);
FOR_OWN_SPECIMENS(Everything);

}  // namespace
}  // namespace ouro
