// SPDX-License-Identifier: Apache-2.0

// The findings of a campaign by signature, and the queue of candidates that may become some.
//
// Place: below the campaign, which decides when a candidate is investigated. One thread.

#ifndef FUZZ_CAMPAIGN_FINDINGS_H_
#define FUZZ_CAMPAIGN_FINDINGS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fuzz/campaign/candidate.h"
#include "fuzz/campaign/finding.h"

namespace ouro {

// Known and waiting ones together. A collector whose message differs each time has as many
// signatures as unlawful programs.
inline constexpr size_t kMaxSignatures = 100;

class Findings {
 public:
  // Adds a finding of an earlier run.
  void Remember(const Finding& finding);

  // Counts a hit if the signature is known, else queues the candidate for an investigation. Also
  // queues one that may improve a known finding: a smaller program while that is not shrunk, or
  // another try while it is not repeatable. Past kMaxSignatures the candidate is only counted.
  void Consider(const Candidate& candidate);

  // Removes the next candidate from the queue; it is open until Done. Hangs, which take long, come
  // last. Returns false if none waits.
  bool Next(Candidate* candidate);
  size_t waiting() const { return queue_.size(); }
  // `signature` is that of the finding that the candidate became; "": none.
  void Done(const Candidate& candidate, const std::string& signature);

  // Adds what an investigation found. Of two findings with one signature the smaller program stays,
  // and the file of the other is removed.
  void Add(const Finding& finding);
  // Counts one more program with that signature. Nothing happens if it is not known.
  void Hit(const std::string& signature);

  bool empty() const { return known_.empty(); }
  size_t size() const { return known_.size(); }
  const std::map<std::string, Finding>& known() const { return known_; }
  std::vector<std::string> Causes() const;
  // Candidates past kMaxSignatures.
  uint64_t ignored() const { return ignored_; }

 private:
  std::map<std::string, Finding> known_;  // by signature
  // From the signature that a worker reported to the one that the program has when it runs alone.
  std::map<std::string, std::string> aliases_;
  std::set<std::string> open_;  // signatures that are queued or under investigation
  std::deque<Candidate> queue_;
  uint64_t ignored_ = 0;
};

// A cause, and the findings that have it or look like it.
struct Headline {
  std::string cause;
  std::vector<Finding> findings;  // the one with the simplest cause and smallest program first
};

// Groups findings; simple causes first. Quadratic in their number. Deterministic.
std::vector<Headline> HeadlinesOf(std::vector<Finding> findings);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_FINDINGS_H_
