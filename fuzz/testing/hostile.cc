// SPDX-License-Identifier: Apache-2.0

// A hostile collector is a lawful one that attacks its process, the harness or the machine at every
// N-th operation of a kind. The environment says how:
//
//   OURO_ATTACK=NAME  see attacks.h
//   OURO_AT=PLACE     create, reset, destroy, or an operation's word (model/judge/judge.h)
//   OURO_EVERY=N
//
// Place: testonly, a shared library for hostile_test.

#include <cstdlib>
#include <memory>
#include <string>

#include "collector/library.h"
#include "collector/naive.h"
#include "fuzz/testing/attacks.h"
#include "model/judge/judge.h"

namespace ouro {

int calls = 0;

namespace {

std::string Environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

const std::string kName = Environment("OURO_ATTACK", "");
const std::string kAt = Environment("OURO_AT", "assignment");
const int kEvery = std::atoi(Environment("OURO_EVERY", "40").c_str());

void Act(const std::string& place, Observer& observer) {
  if (place != kAt || ++calls % kEvery != 0) return;
  for (const Attacks& attacks : {kEnds, kHangs, kProcesses, kDescriptors, kSettings, kEvents}) {
    for (size_t i = 0; i < attacks.size; ++i) {
      if (kName == attacks.begin[i].name) return attacks.begin[i].act(observer);
    }
  }
}

class Hostile : public Collector {
 public:
  explicit Hostile(Observer& observer)
      : observer_(observer), inner_(MakeNaive(observer, *kCPython26.exact())) {
    Act("create", observer_);
  }
  ~Hostile() override { Act("destroy", observer_); }
  void Execute(const Op& op) override {
    Act(WordOf(op.code), observer_);
    inner_->Execute(op);
  }
  void Reset() override {
    Act("reset", observer_);
    inner_->Reset();
  }

 private:
  Observer& observer_;
  const std::unique_ptr<Collector> inner_;
};

}  // namespace
}  // namespace ouro

const ouro::LibraryEntry ouro_library = {
    .summary = "hostile",
    .contract = "cpython26",
    .make = [](ouro::Observer& observer) -> std::unique_ptr<ouro::Collector> {
      return std::make_unique<ouro::Hostile>(observer);
    },
};
