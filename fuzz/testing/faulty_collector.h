// SPDX-License-Identifier: Apache-2.0

// A faulty collector is a lawful one with a fault of the test's choice: before an operation it may
// crash, hang, or report an unlawful event.
//
// Place: testonly, for tests of what becomes of such a collector.

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

// Called before each operation. `programs` counts the programs so far, including this one.
using Fault = std::function<void(const Op& op, int programs, Observer& observer)>;

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

// An operation that some programs contain and others do not, and that no other depends on.
inline bool Triggers(const Op& op) { return op.code == OpCode::kEnable; }

inline void CrashOnTrigger(const Op& op, int, Observer&) {
  if (!Triggers(op)) return;
  signal(SIGSEGV, SIG_DFL);  // or a sanitizer would end the process in its own way
  raise(SIGSEGV);
}

}  // namespace ouro

#endif  // FUZZ_TESTING_FAULTY_COLLECTOR_H_
