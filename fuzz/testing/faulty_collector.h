// A sick collector is a lawful one that does something else before an operation: it crashes, hangs,
// or says what is not true.
//
// Place: testonly, for those who test what becomes of such a collector.

#ifndef FUZZ_TESTING_FAULTY_COLLECTOR_H_
#define FUZZ_TESTING_FAULTY_COLLECTOR_H_

#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <memory>
#include <utility>

#include "collector/specimens.h"
#include "model/collector.h"
#include "model/program.h"

namespace ouro {

// What a sick collector does before it executes an operation. `programs` is how many it has had.
using Sickness = std::function<void(const Op& op, int programs, Observer& observer)>;

// A lawful collector that falls sick.
class Sick : public Collector {
 public:
  Sick(std::unique_ptr<Collector> inner, Observer& observer, Sickness sickness)
      : inner_(std::move(inner)), observer_(observer), sickness_(std::move(sickness)) {}
  void Execute(const Op& op) override {
    sickness_(op, programs_, observer_);
    inner_->Execute(op);
  }
  void Reset() override {
    ++programs_;
    inner_->Reset();
  }

 private:
  const std::unique_ptr<Collector> inner_;
  Observer& observer_;
  const Sickness sickness_;
  int programs_ = 1;
};

inline Specimen SickSpecimen(const Sickness& sickness) {
  Specimen naive;
  EXPECT_EQ(FindSpecimen("naive", &naive), "");
  Specimen sick = naive;
  sick.name = "sick";
  sick.summary = "falls sick";
  sick.make = [naive, sickness](Observer& observer) {
    return std::make_unique<Sick>(naive.make(observer), observer, sickness);
  };
  return sick;
}

// An operation that some programs have and others have not, and that matters little.
inline bool Triggers(const Op& op) { return op.code == OpCode::kEnable; }

inline void CrashOnTrigger(const Op& op, int, Observer&) {
  if (!Triggers(op)) return;
  signal(SIGSEGV, SIG_DFL);  // a sanitizer would make something else of it
  raise(SIGSEGV);
}

}  // namespace ouro

#endif  // FUZZ_TESTING_FAULTY_COLLECTOR_H_
