// An inquiry looks into what a worker did: it runs the program again, files it, shrinks it. It is a
// subprocess of ours, beside the workers, so that a campaign goes on meanwhile, and can end it.
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
    kNotReproduced,  // what came from outside did not come again: this is all
    kFiled,          // there is a finding; it is not shrunk yet
    kShrunk,         // this is all
    kFailed,         // it ended before it came to a result, or never started: error() says how
  };

  // `options` as for Investigate; the origin and what follows from the candidate are filled in.
  void Start(const Specimen& specimen, const Candidate& candidate, FindingOptions options);
  // While it runs, the candidate is the one that it was started with.
  bool running() const { return running_; }
  const Candidate& candidate() const { return candidate_; }

  void Await(std::vector<pollfd>* polled) const { process_.Await(polled); }
  // What it has come to since it was asked last; *finding is set for kFiled and kShrunk.
  Update Poll(Finding* finding);
  const std::string& error() const { return error_; }
  // Ends it, wherever it is.
  void Stop();

 private:
  Subprocess process_;
  Candidate candidate_;
  bool running_ = false;
  std::string error_;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_INQUIRY_H_
