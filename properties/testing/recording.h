// SPDX-License-Identifier: Apache-2.0

// Recordings: programs that were run, and where in their transcripts things happened.
//
// Place: for the properties that look at what happened, and not only at the verdict.

#ifndef PROPERTIES_TESTING_RECORDING_H_
#define PROPERTIES_TESTING_RECORDING_H_

#include <cstddef>

#include "model/collector.h"
#include "model/program.h"
#include "model/transcript.h"
#include "model/trial.h"

namespace ouro {

// Runs `program`; returns its verdict and its transcript.
struct Recording {
  Verdict verdict;
  Transcript lines;
};
Recording Record(Trial& trial, const Program& program);

// The index of the line that ends the collection or script that `lines[begin]` begins; `begin` for
// any other line.
size_t LastOf(const Transcript& lines, size_t begin);

// The index of the operation that caused the event `lines[event]`.
size_t CauseOf(const Transcript& lines, size_t event);

}  // namespace ouro

#endif  // PROPERTIES_TESTING_RECORDING_H_
