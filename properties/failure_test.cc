// SPDX-License-Identifier: Apache-2.0

// Failing allocations: each allocation of a program fails in turn, whether in main, in a script, or
// in a script within a collection. The operation has no effect and reports the failure; everything
// after it is lawful.
//
// Place: sweeps the corpus and random programs. collector/heap/memory_test.cc really refuses
// memory, including that of the heap's own tables.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <string>

#include "corpus/corpus.h"
#include "model/judge/law.h"
#include "model/program.h"
#include "model/trial.h"
#include "properties/generator/generator.h"
#include "properties/testing/arbitrary.h"
#include "properties/testing/fixture.h"

namespace ouro {
namespace {

constexpr int kRandomPrograms = 300;
constexpr int kMostAllocations = 400;  // of one program: Limits::operations

class Failures : public SpecimenTest {
 protected:
  // Runs the program once for each of its allocations, which fails. Returns their number.
  int Sweep(const Program& program) {
    for (int nth = 1; nth <= kMostAllocations; ++nth) {
      Program failing = program;
      const Op fail = {.code = OpCode::kFail, .count = nth};
      failing.main.insert(failing.main.begin(), fail);
      std::string transcript;
      const Verdict verdict = trial_.Run(failing, &transcript);
      EXPECT_TRUE(verdict.lawful()) << Report(GetParam(), verdict, transcript) << Print(failing);
      const uint64_t failed = uint64_t{1} << static_cast<int>(Situation::kAllocationFailed);
      if (!verdict.lawful() || (verdict.situations & failed) == 0) return nth - 1;
    }
    return kMostAllocations;
  }

 private:
  Trial trial_{GetParam(), {.verify = Limits::Verify::kAfterOperations}};
};

TEST_P(Failures, OfEachAllocationOfTheCorpusAreLawful) {
  int allocations = 0;
  for (const char* folder : {"laws", "rules", "history", "found"}) {
    for (const CorpusFile& file : ReadCorpus(folder)) {
      for (const Program& program : file.programs) allocations += Sweep(program);
      ASSERT_FALSE(HasFailure()) << file.path();
    }
  }
  std::printf("%d allocations failed, one after the other\n", allocations);
  EXPECT_GE(allocations, 200);
}

TEST_P(Failures, OfEachAllocationOfRandomProgramsAreLawful) {
  GeneratorOptions options;
  options.failures = false;  // only the one that Sweep() adds
  options.abilities = kAllAbilities;
  int allocations = 0;
  for (uint64_t i = 0; i < kRandomPrograms && !HasFailure(); ++i) {
    allocations += Sweep(Generate(SeedOf(Seed(), i), options));
  }
  std::printf("%d allocations failed, one after the other\n", allocations);
  EXPECT_GE(allocations, 10 * kRandomPrograms);
}

FOR_OWN_SPECIMENS(Failures);

}  // namespace
}  // namespace ouro
