// A faulty collector is a lawful one that does something else before an operation: it crashes,
// hangs, or says what is not true.
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

// What a faulty collector does before it executes an operation. `programs` is how many it has had.
using Fault = std::function<void(const Op& op, int programs, Observer& observer)>;

// A lawful collector that falls faulty.
class FaultyCollector : public Collector {
 public:
  FaultyCollector(std::unique_ptr<Collector> inner, Observer& observer, Fault fault)
      : inner_(std::move(inner)), observer_(observer), fault_(std::move(fault)) {}
  void Execute(const Op& op) override {
    fault_(op, programs_, observer_);
    inner_->Execute(op);
  }
  void Reset() override {
    ++programs_;
    inner_->Reset();
  }

 private:
  const std::unique_ptr<Collector> inner_;
  Observer& observer_;
  const Fault fault_;
  int programs_ = 1;
};

inline Specimen FaultySpecimen(const Fault& fault) {
  Specimen naive;
  EXPECT_EQ(FindSpecimen("naive", &naive), "");
  Specimen faulty = naive;
  faulty.name = "faulty";
  faulty.summary = "misbehaves";
  faulty.make = [naive, fault](Observer& observer) {
    return std::make_unique<FaultyCollector>(naive.make(observer), observer, fault);
  };
  return faulty;
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
