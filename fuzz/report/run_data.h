// SPDX-License-Identifier: Apache-2.0

// The data of a report page: one run, as JSON: verdict, program, and at each step of its trace what
// changes in the heap. README.md in this folder has the format.
//
// Place: between histories and the page, which draws it.

#ifndef FUZZ_REPORT_RUN_DATA_H_
#define FUZZ_REPORT_RUN_DATA_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/files.h"
#include "fuzz/report/explain.h"
#include "model/trial.h"

namespace ouro {

// The most steps of one page; of a longer trace the last ones are there.
inline constexpr size_t kMostSteps = 20'000;
// The most objects of a run that a page can show.
inline constexpr size_t kMostShown = 20'000;

struct ShownRun {
  const ProgramFile& file;
  const Specimen& specimen;
  const Verdict& verdict;
  const std::string& trace;
  std::string replay;                        // a command
  const Explanation* explanation = nullptr;  // null: none was asked for
};

// "" or why a run cannot be shown: its heap is too large.
std::string WhyNotShown(const std::string& trace);

// Deterministic. Linear in the trace times the objects of its heap. REQUIRES: a trial of that
// specimen wrote the trace and the verdict; WhyNotShown has nothing against it.
nlohmann::json RunData(const ShownRun& run);

}  // namespace ouro

#endif  // FUZZ_REPORT_RUN_DATA_H_
