// SPDX-License-Identifier: Apache-2.0

// A merge worker is a subprocess that runs the programs of a list of files and reports which of
// them win features from a selection, or are unlawful. It dies with whatever the collector does;
// its slot says in which file that was.
//
// Place: between a merge, which starts it, and the specimen. Where a program's own collectors are
// instrumented, as in the binary of libFuzzer, it runs there, so that their edges count.

#ifndef FUZZ_MERGE_MERGE_WORKER_H_
#define FUZZ_MERGE_MERGE_WORKER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/campaign/channel.h"
#include "fuzz/campaign/worker_slot.h"
#include "fuzz/merge/selection.h"
#include "model/collector.h"
#include "model/program.h"

namespace ouro {

// WorkerSlot::current_index before the first file: the worker has not come to any.
inline constexpr uint64_t kNoFile = UINT64_MAX;

// Values of WorkerSlot::damaged where a worker ends, with status 0, before its list does.
inline constexpr uint32_t kDamaged = 1;     // it goes on behind this file, which was reported
inline constexpr uint32_t kCannotRead = 2;  // it goes on with this file, as its first one

// Runs the programs of files[next ...]; `current_index` of the slot is the file's, and
// files.size() at the end. Sends, with the index of the file:
//   kNewCoverage  a program that wins features: see FromMessage
//   kConvicted    an unlawful program: `text` is the signature
//   kRefused      the file cannot be read, is no program, or is not named by what it contains
// After a program that damages its process, that ends, and `damaged` of the slot says so.
void RunMergeList(const Specimen& specimen, const std::vector<std::string>& files, size_t next,
                  Selection selection, WorkerSlot& slot, int channel);

// The same in another binary, of which these are the arguments, besides those for slot and channel:
// the folder has the file `selection`, a log, and `list-N`, the list of slot N.
std::string MergeOption(const std::string& folder, size_t next);
// What that binary does with the option. Returns "" or what is wrong.
std::string RunMergeOption(const std::string& option, const Specimen& specimen, size_t number,
                           WorkerSlot& slot, int channel);
std::string ListPath(const std::string& folder, size_t number);
std::string SelectionPath(const std::string& folder);

// Reads the program that such a message is about; its features are those that it wins. Returns
// false if the collector wrote it, which can write to the channel, too.
bool FromMessage(const Message& message, Reach* program);

// Reads the programs of a file, and says whether it may be known by its name: that is none of a
// hash, or the right one. Returns "" or "FILE: why".
std::string ReadCorpusFile(const std::string& path, std::vector<Program>* programs,
                           bool* well_named);

}  // namespace ouro

#endif  // FUZZ_MERGE_MERGE_WORKER_H_
