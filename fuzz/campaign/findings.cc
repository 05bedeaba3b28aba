// SPDX-License-Identifier: Apache-2.0

#include "fuzz/campaign/findings.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "fuzz/campaign/cause.h"

namespace ouro {
namespace {

// Investigations of programs with a signature that is not repeatable yet.
constexpr uint64_t kMaxTries = 10;

}  // namespace

void Findings::Remember(const Finding& finding) {
  const auto [it, fresh] = known_.emplace(finding.signature, finding);
  if (!fresh && finding.program.size() < it->second.program.size()) it->second = finding;
}

void Findings::Consider(const Candidate& candidate) {
  const auto alias = aliases_.find(candidate.seen);
  const auto known = known_.find(alias == aliases_.end() ? candidate.seen : alias->second);
  if (known != known_.end()) {
    Finding& finding = known->second;
    const bool flaky = finding.repeats == 0 && finding.hits < kMaxTries;
    const bool smaller = candidate.program.size() < finding.program.size();
    // Shrinking has done its best, but another program may repeat what this one does not.
    if (finding.shrunk ? !flaky : !smaller) {
      ++finding.hits;
      return;
    }
  }
  if (open_.contains(candidate.seen)) return;
  if (known == known_.end() && known_.size() + open_.size() >= kMaxSignatures) {
    ++ignored_;
    return;
  }
  open_.insert(candidate.seen);
  queue_.push_back(candidate);
}

bool Findings::Next(Candidate* candidate) {
  if (queue_.empty()) return false;
  auto next = std::find_if(queue_.begin(), queue_.end(), [](const Candidate& waiting) {
    return waiting.kind != Candidate::Kind::kHung;
  });
  if (next == queue_.end()) next = queue_.begin();
  *candidate = std::move(*next);
  queue_.erase(next);
  return true;
}

void Findings::Done(const Candidate& candidate, const std::string& signature) {
  open_.erase(candidate.seen);
  const bool other = !signature.empty() && signature != candidate.seen;
  if (other && aliases_.size() < kMaxSignatures) aliases_[candidate.seen] = signature;
}

void Findings::Add(const Finding& finding) {
  const auto [it, fresh] = known_.emplace(finding.signature, finding);
  if (fresh) return;
  Finding& known = it->second;
  // The same one, shrunk or as it was, or another one with that signature.
  const bool same = known.file == finding.file || known.file == finding.before;
  const bool again = !same && known.program != finding.program;
  const bool smaller = finding.program.size() < known.program.size();
  if (again) RemoveFinding(smaller ? known.file : finding.file);
  if (!again || smaller) {
    Finding better = finding;
    better.hits = known.hits;
    better.seconds = known.seconds;
    better.programs = known.programs;
    known = better;
  }
}

void Findings::Hit(const std::string& signature) {
  const auto known = known_.find(signature);
  if (known != known_.end()) ++known->second.hits;
}

std::vector<std::string> Findings::Causes() const {
  std::vector<std::string> causes;
  for (const auto& [signature, finding] : known_) causes.push_back(finding.cause);
  return causes;
}

std::vector<Headline> HeadlinesOf(std::vector<Finding> findings) {
  const auto key = [](const Finding& f) {
    const std::string effects = EffectsOf(f.cause);
    const auto count = effects.empty() ? 0 : std::count(effects.begin(), effects.end(), ',') + 1;
    return std::tuple(count, f.program.size(), f.cause, f.signature);
  };
  std::sort(findings.begin(), findings.end(),
            [&key](const Finding& a, const Finding& b) { return key(a) < key(b); });
  std::vector<Headline> headlines;
  for (Finding& finding : findings) {
    if (finding.cause.empty()) finding.cause = finding.signature;
    auto it = std::find_if(headlines.begin(), headlines.end(), [&finding](const Headline& line) {
      return LooksLike(finding.cause, line.cause);
    });
    if (it == headlines.end()) it = headlines.insert(it, Headline{finding.cause, {}});
    it->findings.push_back(std::move(finding));
  }
  return headlines;
}

}  // namespace ouro
