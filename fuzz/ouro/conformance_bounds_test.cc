// SPDX-License-Identifier: Apache-2.0

// What `ouro check-adapter` makes of adapters under contracts of bounds, both ways: a lawful one
// passes with every ability, and one of whose functions is empty is found, for each ability and
// contract, or the table says that the bounds demand nothing of it.

#include "fuzz/ouro/conformance.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "collector/specimens.h"
#include "model/collector.h"
#include "model/isolate.h"
#include "properties/generator/generator.h"

namespace ouro {
namespace {

constexpr uint64_t kPrograms = 500;  // random ones, after the cases

// A function of an adapter that its author has not written yet.
struct Hole {
  const char* name;
  // Whether it is for that operation, which then has no effect, or for reporting that event.
  std::function<bool(OpCode)> ignores;
  std::function<bool(Event::Kind)> hides;
};

bool NoOperation(OpCode) { return false; }
bool NoEvent(Event::Kind) { return false; }
auto Only(OpCode code) {
  return [code](OpCode other) { return other == code; };
}
auto Only(Event::Kind kind) {
  return [kind](Event::Kind other) { return other == kind; };
}

const std::vector<Hole>& Holes() {
  static const auto& holes = *new std::vector<Hole>{
      {"finalizers are not called", NoOperation, Only(Event::Kind::kFinalize)},
      {"callbacks are not called", NoOperation, Only(Event::Kind::kCallback)},
      {"deaths are not reported", NoOperation, Only(Event::Kind::kFree)},
      {"a collection does nothing", Only(OpCode::kCollect), NoEvent},
      {"a slot is not emptied", Only(OpCode::kEmptySlot), NoEvent},
      {"a register is not emptied", Only(OpCode::kEmptyRegister), NoEvent},
      {"a store does nothing", Only(OpCode::kStore), NoEvent},
      {"a census lists nothing", NoOperation, Only(Event::Kind::kTracked)},
      {"garbage is not listed", NoOperation, Only(Event::Kind::kGarbage)},
      {"garbage is not cleared", Only(OpCode::kClearGarbage), NoEvent},
      {"saveall is ignored", Only(OpCode::kSaveallOn), NoEvent},
      {"disable is ignored", Only(OpCode::kDisable), NoEvent},
      {"failures are ignored", Only(OpCode::kFail), NoEvent},
  };
  return holes;
}

// The wild collector of the contract, lawful by construction, with a hole.
class Holed : public Collector, public Observer {
 public:
  Holed(const Hole& hole, Observer& outer,
        const std::function<std::unique_ptr<Collector>(Observer&)>& make)
      : hole_(hole), outer_(outer), inner_(make(*this)) {}

  void Execute(const Op& op) override {
    if (!hole_.ignores(op.code)) return inner_->Execute(op);
    if (op.code != OpCode::kCollect) return;
    outer_.On(Event::Collect(op.count, false));
    outer_.On(Event::Done(0));
  }
  void Reset() override { inner_->Reset(); }
  ScriptEnd On(const Event& event) override {
    return hole_.hides(event.kind) ? ScriptEnd::kReturned : outer_.On(event);
  }
  void Broken(const std::string& why) override { outer_.Broken(why); }

 private:
  const Hole& hole_;
  Observer& outer_;
  const std::unique_ptr<Collector> inner_;
};

const std::vector<std::string>& ContractNames() {
  static const auto& names = *new std::vector<std::string>{
      "cpython", "php", "duktape", "perl", "lua", "boehm", "ruby", "lua,automatic=told,queued=yes"};
  return names;
}

Specimen Wild(const std::string& contract) {
  Specimen specimen;
  EXPECT_EQ(FindSpecimen("wild:" + contract, &specimen), "");
  return specimen;
}

// How `ouro check-adapter` tries it: the cases, then random programs. "" or what it found.
std::string Complaint(const Specimen& specimen) {
  size_t passed = 0;
  const std::vector<FailedCase> failures = CheckConformance(
      specimen,
      [&](const Program& program, std::string* transcript) {
        return TryIsolated(program, specimen, Isolation{}, transcript);
      },
      [&](const std::vector<Program>& programs) {
        return FindIsolated(programs, kAnySignature, specimen, Isolation{});
      },
      &passed);
  if (!failures.empty()) return failures[0].name;
  std::vector<Program> programs;
  for (uint64_t i = 0; i < kPrograms; ++i) programs.push_back(Generate(SeedOf(1, i), {}));
  const size_t found = FindIsolated(programs, kAnySignature, specimen, Isolation{});
  return found < programs.size() ? fmt::format("random program {}", found) : "";
}

TEST(ConformanceUnderBounds, TheLawfulPass) {
  for (const std::string& contract : ContractNames()) {
    EXPECT_EQ(Complaint(Wild(contract)), "") << contract;
  }
}

// 'c': a case finds it; 'r': random programs do; '.': the contract demands nothing. Columns are
// ContractNames(): under perl a collection may do nothing, and only cpython and lua have
// collections that could be disabled. Boehm's may miss four objects, which no short case has.
TEST(ConformanceUnderBounds, EmptyFunctionsAreFound) {
  std::string table = "\n";
  for (const Hole& hole : Holes()) {
    table += fmt::format("{:27}", hole.name);
    for (const std::string& contract : ContractNames()) {
      Specimen specimen = Wild(contract);
      specimen.make = [&hole, make = specimen.make](Observer& observer) {
        return std::make_unique<Holed>(hole, observer, make);
      };
      const std::string complaint = Complaint(specimen);
      const bool random = complaint.rfind("random program", 0) == 0;
      table += fmt::format(" {}", complaint.empty() ? '.' : random ? 'r' : 'c');
    }
    table += "\n";
  }
  EXPECT_EQ(table, R"(
finalizers are not called   c c c c c c c c
callbacks are not called    c c c c c c c c
deaths are not reported     c c c c c r c c
a collection does nothing   c c c . c r c c
a slot is not emptied       c c c c c c c c
a register is not emptied   c c c c c r c c
a store does nothing        c c c c c c c c
a census lists nothing      c c c c c c c c
garbage is not listed       c c c r c r c c
garbage is not cleared      c c c r c r c c
saveall is ignored          c c c c c c c c
disable is ignored          r . . . c . . c
failures are ignored        c c c c c c c c
)") << table;
}

}  // namespace
}  // namespace ouro
