// SPDX-License-Identifier: Apache-2.0

// An inquiry decides whether a candidate is a finding: it replays the program, files it and shrinks
// it. It runs in a subprocess beside the workers, so a campaign continues meanwhile and can end it
// at any time.
//
// Place: between the campaign, which has one at a time, and finding.h, which does the work.

#ifndef FUZZ_CAMPAIGN_INQUIRY_H_
#define FUZZ_CAMPAIGN_INQUIRY_H_

#include <poll.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/campaign/candidate.h"
#include "fuzz/campaign/finding.h"
#include "model/collector.h"
#include "model/subprocess.h"

namespace ouro {

class Inquiry {
 public:
  enum class Update : uint8_t {
    kNone,
    kNotReproduced,  // the program is lawful alone, and something else may have been the cause; end
    kFiled,          // there is a finding, not shrunk yet
    kShrunk,         // the finding is final; end
    kFailed,         // it ended without a result, or never started: see error(); end
  };

  // `options` are those of Investigate; what follows from the candidate is filled in here.
  // REQUIRES: it is not running. `specimen` outlives it.
  void Start(const Specimen& specimen, const Candidate& candidate, FindingOptions options);
  bool running() const { return running_; }
  // The one that it was started with.
  const Candidate& candidate() const { return candidate_; }

  void Await(std::vector<pollfd>* polled) const { process_.Await(polled); }
  // What happened since the last call; *finding is set for kFiled and kShrunk. Does not wait.
  Update Poll(Finding* finding);
  const std::string& error() const { return error_; }
  // Ends it. What it has filed stays.
  void Stop();

 private:
  Subprocess process_;
  Candidate candidate_;
  bool running_ = false;
  std::string error_;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_INQUIRY_H_
