// The findings of a campaign, by signature: which are known, which wait to be looked into, and how
// many there may be.
//
// Place: below the campaign, which decides when an inquiry begins.

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

// A collector that says something else each time has as many signatures as programs.
inline constexpr size_t kMaxSignatures = 100;

class Findings {
 public:
  // One of an earlier run.
  void Remember(const Finding& finding);

  // Counts a hit of a known finding, or puts the candidate into the queue.
  void Consider(const Candidate& candidate);

  // The next one to be looked into, which is in progress until it is Done: hangs, which take time,
  // come last.
  bool Next(Candidate* candidate);
  size_t waiting() const { return queue_.size(); }
  // `signature` is that of the finding which came of it, or "".
  void Done(const Candidate& candidate, const std::string& signature);

  // What an inquiry found. Of a known one the smaller program stays, and the file of the other is
  // taken away.
  void Add(const Finding& finding);
  // One more program does what is known.
  void Hit(const std::string& signature);

  bool empty() const { return known_.empty(); }
  size_t size() const { return known_.size(); }
  const std::map<std::string, Finding>& known() const { return known_; }
  std::vector<std::string> Causes() const;
  // Programs whose signatures were too many to be looked into.
  uint64_t more() const { return more_; }

 private:
  std::map<std::string, Finding> known_;  // by signature
  // What was seen in a worker, where it is another signature when the program runs alone.
  std::map<std::string, std::string> aliases_;
  std::set<std::string> open_;  // signatures that wait, or are looked into
  std::deque<Candidate> queue_;
  uint64_t more_ = 0;
};

// A headline: a cause, and the findings that have it or look like it.
struct Headline {
  std::string cause;
  std::vector<Finding> findings;  // those of the cause first, the smallest first
};

// The headlines over all findings, those with the simplest causes first.
std::vector<Headline> HeadlinesOf(std::vector<Finding> findings);

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_FINDINGS_H_
