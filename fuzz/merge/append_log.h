// SPDX-License-Identifier: Apache-2.0

// An append-only log is a file of lines that only grows, so that what a process has done survives
// its kill at any moment: a line is there whole, or the next process cuts it off.
//
// Place: below the state of a merge. One process at a time writes a log; one thread uses it.
//
// A kill loses nothing that Append has returned for. A power failure may: nothing waits for disks.

#ifndef FUZZ_MERGE_APPEND_LOG_H_
#define FUZZ_MERGE_APPEND_LOG_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "model/subprocess.h"

namespace ouro {

// The longest line: that of a program which reaches every feature there is.
inline constexpr size_t kMaxLogLine = size_t{1} << 20;

class AppendLog {
 public:
  // Receives a line without its end. Returns false if it is not one that we write.
  using Each = std::function<bool(std::string_view line)>;

  // Opens the log, or makes it, and reads it line by line: linear, in the memory of a line. `path`
  // is a real path. Returns "" or "PATH: line 7: why". REQUIRES: it was not opened before.
  std::string Open(const std::string& path, const Each& each);

  // Appends lines, each with its end. Returns "" or "PATH: why"; then nothing was appended.
  // REQUIRES: Open returned "".
  std::string Append(std::string_view lines);

 private:
  std::string path_;
  UniqueFd file_;
  size_t size_ = 0;
};

// Reads such a log without opening it for writing, as Open does. A missing file has no lines.
std::string ReadLog(const std::string& path, const AppendLog::Each& each);

}  // namespace ouro

#endif  // FUZZ_MERGE_APPEND_LOG_H_
