// SPDX-License-Identifier: Apache-2.0

// A CI summary is what people read of a run of continuous integration, in Markdown as GitHub and
// GitLab show it: what is new, what is known, and what to do.
//
// Place: beside ci_report.h, which is for programs. A pure function of outcomes: the same ones are
// the same bytes.

#ifndef FUZZ_OURO_CI_SUMMARY_H_
#define FUZZ_OURO_CI_SUMMARY_H_

#include <cstddef>
#include <string>
#include <vector>

#include "fuzz/ouro/ci_report.h"

namespace ouro {

struct CiSummary {
  std::string specimen;
  std::vector<CiOutcome> outcomes;
  std::vector<std::string> mended;  // files of findings that are lawful now
  bool interrupted = false;

  // The outcomes that are a reason to fail.
  size_t News() const;
  // "lawful", "nothing new" or "unlawful, 3 new".
  std::string Verdict() const;
};

// At most kMaxSummary bytes: GitHub shows no more than a mebibyte for a step. Text of the collector
// cannot leave the place that it has in it.
inline constexpr size_t kMaxSummary = size_t{256} << 10;
std::string Markdown(const CiSummary& summary);

}  // namespace ouro

#endif  // FUZZ_OURO_CI_SUMMARY_H_
