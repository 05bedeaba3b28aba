// SPDX-License-Identifier: Apache-2.0

// Simplification: the programs one step simpler than a program, the boldest step first.
//
// Every step descends in this order: fewer operations; with as many operations, a smaller sum of
// the distances of all fields from their plainest values and of the numbers of all scripts that are
// not empty. Both are natural numbers, so every chain of simplifications ends; and as every program
// but the empty one has a step, every chain can be continued to the empty program.

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "model/program.h"
#include "model/program_table.h"

namespace ouro {
namespace {

using table::Field;
using table::Kind;

// The candidates for one program have about this many operations in all, at most (160 MB). So a
// very long program has its boldest candidates only.
constexpr size_t kMaxCandidateOps = 8'000'000;

class Simplifier {
 public:
  explicit Simplifier(const Program& program)
      : program_(program), limit_(std::max<size_t>(1, kMaxCandidateOps / (program.size() + 1))) {}

  std::vector<Program> Run() {
    const int scripts = static_cast<int>(program_.scripts.size());
    const size_t all = program_.main.size();
    MakePlain();
    DropRuns(kNoScript, all, 2);
    DropScripts();
    DropRuns(kNoScript, std::min<size_t>(all, 1), 1);
    for (int i = 0; i < scripts; ++i) DropRuns(i, program_.script(i).size(), 1);
    RenumberScripts();
    RenameRegisters();
    for (const Field& field : table::kFields) {
      for (int i = kNoScript; i < scripts; ++i) MakePlainer(field, i);
    }
    return std::move(candidates_);
  }

 private:
  // A map of register or script numbers.
  template <size_t kSize>
  using Map = std::array<int, kSize>;

  bool Full() const { return candidates_.size() >= limit_; }

  void Add(Program candidate) {
    if (Full()) return;
    table::TrimScripts(&candidate);
    candidates_.push_back(std::move(candidate));
  }

  // Applies `change` to all fields of all operations.
  template <typename ProgramType>
  static void EachField(ProgramType& program, auto change) {
    auto each_op = [&](auto& script) {
      for (auto& op : script) {
        for (const Field* field : table::FieldsOf(op.code)) change(op, *field);
      }
    };
    each_op(program.main);
    for (auto& script : program.scripts) each_op(script);
  }

  // Forgets all kinds; then one kind wherever it is named. What is left is what matters.
  void MakePlain() {
    const std::vector<std::string> kinds = program_.Kinds();  // sorted: numbers mean nothing
    if (kinds.empty()) return;
    const auto forget = [this](auto which) {
      Program candidate = program_;
      EachField(candidate, [&which](Op& op, const Field& field) {
        if (field.kind == Kind::kName && which(op.kind)) op.kind = kPlain;
      });
      Add(std::move(candidate));
    };
    forget([](KindId) { return true; });
    if (kinds.size() == 1) return;
    for (const std::string& name : kinds) {
      forget([kind = InternKind(name)](KindId other) { return other == kind; });
    }
  }

  // Drops runs of `longest` operations, half as many ... `shortest`. Late runs first: what follows
  // a failure is rarely needed, what precedes it often is.
  void DropRuns(int section, size_t longest, size_t shortest) {
    const size_t size = program_.section(section).size();
    for (size_t length = longest; length >= shortest && length > 0; length /= 2) {
      for (size_t end = size; end > 0 && !Full(); end -= std::min(end, length)) {
        Program candidate = program_;
        Script& script = candidate.mutable_section(section);
        auto last = script.begin() + static_cast<ptrdiff_t>(end);
        script.erase(last - static_cast<ptrdiff_t>(std::min(end, length)), last);
        Add(std::move(candidate));
      }
    }
  }

  // The numbers of the scripts that are not empty or are named by an operation.
  std::bitset<kMaxScripts> Scripts() const {
    std::bitset<kMaxScripts> known;
    for (size_t i = 0; i < program_.scripts.size(); ++i) known[i] = !program_.scripts[i].empty();
    EachField(program_, [&](const Op& op, const Field& field) {
      if (field.kind == Kind::kOption && op.script != kNoScript) {
        known.set(static_cast<size_t>(op.script));
      }
    });
    return known;
  }

  // Drops a script: its body and all its uses.
  void DropScripts() {
    const auto known = Scripts();
    for (size_t i = 0; i < kMaxScripts && !Full(); ++i) {
      if (!known[i]) continue;
      Program candidate = program_;
      if (i < candidate.scripts.size()) candidate.scripts[i].clear();
      EachField(candidate, [&](Op& op, const Field& field) {
        if (field.kind == Kind::kOption && op.script == static_cast<int>(i)) op.script = kNoScript;
      });
      Add(std::move(candidate));
    }
  }

  // The map that closes the gaps between the numbers in use and leaves all others alone.
  template <size_t kSize>
  static Map<kSize> Dense(const std::bitset<kSize>& used) {
    Map<kSize> map;
    int next = 0;
    for (size_t i = 0; i < kSize; ++i) map[i] = used[i] ? next++ : static_cast<int>(i);
    return map;
  }

  template <size_t kSize>
  static int Moved(const Map<kSize>& map) {
    int moved = 0;
    for (size_t i = 0; i < kSize; ++i) moved += map[i] != static_cast<int>(i);
    return moved;
  }

  void RenumberScripts() {
    const auto known = Scripts();
    const auto map = Dense(known);
    if (Moved(map) == 0 || Full()) return;
    Program candidate = program_;
    for (size_t i = 0; i < program_.scripts.size(); ++i) {
      // In ascending order, so the place to which a body moves is empty, or has been vacated.
      auto to = static_cast<size_t>(map[i]);
      if (known[i] && to != i) std::swap(candidate.scripts[to], candidate.scripts[i]);
    }
    EachField(candidate, [&](Op& op, const Field& field) {
      if (field.kind == Kind::kOption && op.script != kNoScript) {
        op.script = static_cast<int8_t>(map[static_cast<size_t>(op.script)]);
      }
    });
    Add(std::move(candidate));
  }

  void Rename(const Map<kRegisters>& map) {
    if (Full()) return;
    Program candidate = program_;
    EachField(candidate, [&](Op& op, const Field& field) {
      if (!field.is_register() || field.get(op) == kSelf) return;
      field.set(&op, map[static_cast<size_t>(field.get(op))]);
    });
    Add(std::move(candidate));
  }

  // Renames all registers at once, and, as their order may matter, each alone to the lowest free
  // one.
  void RenameRegisters() {
    std::bitset<kRegisters> used;
    EachField(program_, [&](const Op& op, const Field& field) {
      if (field.is_register() && field.get(op) != kSelf) used.set(field.get(op));
    });
    const auto dense = Dense(used);
    if (Moved(dense) > 0) Rename(dense);
    // One by one: to a free register, or to one that is in use. The latter turns a cycle of two
    // into a self-reference.
    for (size_t from = 0; from < kRegisters; ++from) {
      for (size_t to = 0; to < from && used[from]; ++to) {
        auto map = Dense(std::bitset<kRegisters>().set());  // the identity
        map[from] = static_cast<int>(to);
        if (used[to] || Moved(dense) > 1) Rename(map);
        if (!used[to]) break;
      }
    }
  }

  // Moves the field of a single operation to its plainest value, half of the way, a quarter ... by
  // one.
  void MakePlainer(const Field& field, int section) {
    const Script& script = program_.section(section);
    for (size_t i = 0; i < script.size(); ++i) {
      if (!table::FieldsOf(script[i].code).Has(field.name)) continue;
      const int value = field.get(script[i]);
      // Half of a kind's number is another kind.
      const bool whole = field.kind == Kind::kName && value != field.plainest;
      const int distance = whole ? 1 : std::abs(value - field.plainest);
      // The very length at which a stack overflows differs from run to run: chains are halved.
      const int least = field.max == kMaxChain ? std::max(distance / 2, 1) : 1;
      for (int step = distance; step >= least && !Full(); step /= 2) {
        Program candidate = program_;
        field.set(&candidate.mutable_section(section)[i], whole                    ? field.plainest
                                                          : value > field.plainest ? value - step
                                                                                   : value + step);
        Add(std::move(candidate));
      }
    }
  }

  const Program& program_;
  const size_t limit_;
  std::vector<Program> candidates_;
};

}  // namespace

std::vector<Program> Simpler(const Program& program) { return Simplifier(program).Run(); }

}  // namespace ouro
