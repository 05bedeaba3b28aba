// SPDX-License-Identifier: Apache-2.0

// An outcome is what became of one program on one specimen, or of one headline of a campaign. A CI
// report is the outcomes of a command as files that continuous integration reads: JUnit XML, for
// Jenkins, GitLab and actions of GitHub, and SARIF 2.1.0, for code scanning.
//
// Place: commands collect outcomes; both forms are printed from these alone. There is no time in a
// report: verdicts do not depend on a clock, so the same outcomes are the same bytes, and a report
// that changed means that an outcome did.
//
// Threads: one.

#ifndef FUZZ_OURO_CI_REPORT_H_
#define FUZZ_OURO_CI_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/head.h"
#include "fuzz/campaign/campaign_report.h"
#include "fuzz/files.h"
#include "fuzz/ouro/conformance.h"
#include "fuzz/ouro/known_causes.h"
#include "model/trial.h"

namespace ouro {

struct CiOutcome {
  enum class Kind : uint8_t {
    kLawful,
    kConvicted,  // by a law
    kBroken,     // the collector crashed, hung or sent malformed output
    kKnown,      // unlawful, as the head of the file or a list of causes says
    kMissed,     // lawful, although the head says otherwise
    kLeftOut,    // it did not run
  };
  Kind kind = Kind::kLawful;
  std::string specimen;
  std::string contract;
  std::string name;         // of the program or the headline: "corpus/laws/load.gct"
  std::string file;         // as the user wrote it; "": standard input, or none
  size_t line = 0;          // of the operation at fault in it; 0: unknown
  std::string rule;         // the law, or one of the rules of ci_report.cc; "" if lawful
  std::string sentence;     // what happened, or why it was left out
  std::string report;       // the whole of it, lines
  std::string fingerprint;  // what stays the same while it is the same bug: signature, cause
  std::string why;          // kKnown: what the head says of the bug, or which list has it
  std::string accept;       // the line with which a list of causes would know it; "": there is none
};

// The outcome of a program in a file. The place of the operation at fault comes from the
// transcript.
CiOutcome OutcomeOf(const ProgramFile& program, const Specimen& specimen, const Verdict& verdict,
                    const std::string& transcript);

// The outcome of a program that did not run, as the command was interrupted before.
CiOutcome Unrun(const ProgramFile& program, const Specimen& specimen);

// The first of these, if the program has known bugs.
CiOutcome Weighed(CiOutcome outcome, const Judgement& judgement);

// The outcomes of a campaign: one for each headline, and one that says how many programs ran. A
// headline is known if all of its causes are.
std::vector<CiOutcome> OutcomesOf(const CampaignReport& campaign, const KnownCauses& known = {});

// The outcome of a conformance case that failed.
CiOutcome OutcomeOf(const FailedCase& failed, const Specimen& specimen, const KnownCauses& known);

// The outcome of a campaign that could not run to its end.
CiOutcome NoCampaign(const Specimen& specimen, const std::string& error);

// The outcome of a specimen that is not here. `absent` is a line of AvailableSpecimens:
// "NAME is not here: why", or "FILE: why" where a file names it.
CiOutcome Absent(const std::string& absent);

// Where a command's report goes.
struct CiFiles {
  std::string junit;  // "": none
  std::string sarif;  // "": none

  bool any() const { return !junit.empty() || !sarif.empty(); }
};

class CiReport {
 public:
  // `command`: "run".
  CiReport(std::string command, CiFiles files)
      : command_(std::move(command)), files_(std::move(files)) {}

  const std::vector<CiOutcome>& outcomes() const { return outcomes_; }
  // Whether anybody wants outcomes.
  bool wanted() const { return files_.any(); }
  // "" or which file cannot be written. Call it before the work: a report that is lost after an
  // hour is a lost hour. Leaves no file behind, and those of earlier reports as they are.
  std::string Probe() const;
  void Add(CiOutcome outcome) { outcomes_.push_back(std::move(outcome)); }
  // The command did not come to its end: what it has is a part, and the report says so.
  void SetInterrupted() { complete_ = false; }
  // Replaces the files, each whole. "" or which of them cannot be written.
  std::string Write() const;

  // In order of their specimens, and within one as they were added.
  std::string JUnit() const;
  std::string Sarif() const;

 private:
  std::string command_;
  CiFiles files_;
  std::vector<CiOutcome> outcomes_;
  bool complete_ = true;
};

// Does the work that adds the outcomes, and writes the report. If one is wanted, or the work writes
// other files (`lasting`), the first SIGINT or SIGTERM ends the work early (see Interruptible) and
// then, once all is written, the process, as it would have otherwise. "" or which file cannot be
// written; the work returns the same of its own.
std::string Reported(CiReport* report, bool lasting, const std::function<std::string()>& work);

// CiReport::Probe, and the same of a file of observations ("": none).
std::string ProbeReports(const CiReport& report, const std::string& observe);

// Text for XML 1.0, in elements and in attributes. Characters that XML forbids even as references
// (most control characters, U+FFFE), and bytes that are not UTF-8, become U+FFFD. Linear.
std::string XmlText(std::string_view text);

// The URI of a file: relative to where the user stands if it is below, as code scanning wants it;
// otherwise absolute, file:///...
std::string UriOf(const std::string& file);

}  // namespace ouro

#endif  // FUZZ_OURO_CI_REPORT_H_
