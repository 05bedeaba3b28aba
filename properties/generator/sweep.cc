// SPDX-License-Identifier: Apache-2.0

#include "properties/generator/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro {
namespace {

constexpr int kThresholds = 16;  // the most first thresholds that are tried

class Sweeper {
 public:
  explicit Sweeper(const Program& program) : program_(program) {}

  std::vector<Variation> Run() {
    ForEachSection([this](int section) { Collections(section); });
    Thresholds();
    ForEachSection([this](int section) { Failures(section); });
    ForEachSection([this](int section) { Hooks(section); });
    return std::move(variations_);
  }

 private:
  // Calls each(kNoScript) for main, then each(number) for every script.
  template <typename Each>
  void ForEachSection(Each each) {
    each(kNoScript);
    for (size_t i = 0; i < program_.scripts.size(); ++i) each(static_cast<int>(i));
  }

  static std::string Where(size_t at, int section) {
    return fmt::format("operation {} of {}", at + 1,
                       section == kNoScript ? "main" : fmt::format("script {}", section));
  }

  void Insert(const Op& op, size_t at, int section) {
    Variation variation = {fmt::format("{} before {}", Print(op), Where(at, section)), program_};
    Script& script = variation.program.mutable_section(section);
    script.insert(script.begin() + static_cast<ptrdiff_t>(at), op);
    variations_.push_back(std::move(variation));
  }

  void Collections(int section) {
    for (size_t at = 0; at <= program_.section(section).size(); ++at) {
      for (int generation = 0; generation < kGenerations; ++generation) {
        Insert({.code = OpCode::kCollect, .count = generation}, at, section);
      }
    }
  }

  void Thresholds() {
    int births = 0;
    ForEachSection([&](int section) {
      for (const Op& op : program_.section(section)) births += Allocates(op.code) ? 1 : 0;
    });
    for (int first = 1; first <= std::min(births, kThresholds); ++first) {
      for (int older = 0; older <= 1; ++older) {
        Insert({.code = OpCode::kThreshold, .count = first, .count1 = older, .count2 = older}, 0,
               kNoScript);
      }
    }
  }

  void Failures(int section) {
    for (size_t at = 0; at < program_.section(section).size(); ++at) {
      if (!Allocates(program_.section(section)[at].code)) continue;
      Insert({.code = OpCode::kFail, .count = 1}, at, section);
    }
  }

  void Hooks(int section) {
    for (size_t at = 0; at < program_.section(section).size(); ++at) {
      const Op& op = program_.section(section)[at];
      if (op.code != OpCode::kNode && op.code != OpCode::kWeak) continue;
      for (int script = kNoScript; script < static_cast<int>(program_.scripts.size()); ++script) {
        if (script == op.script) continue;
        Variation variation = {"", program_};
        Op& changed = variation.program.mutable_section(section)[at];
        changed.script = static_cast<int8_t>(script);
        variation.what = fmt::format("{} as {}", Print(changed), Where(at, section));
        variations_.push_back(std::move(variation));
      }
    }
  }

  const Program& program_;
  std::vector<Variation> variations_;
};

}  // namespace

std::vector<Variation> Sweep(const Program& program) { return Sweeper(program).Run(); }

}  // namespace ouro
