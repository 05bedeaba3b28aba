// SPDX-License-Identifier: Apache-2.0

// A LineChild is a child process that speaks a line protocol: we write to its standard input and
// read its standard output; its standard error explains its end.
//
// Place: below protocol_collector. It knows processes and pipes, and nothing of collectors.
//
// It never waits beyond its deadline, never raises SIGPIPE, and leaves no process behind: see
// model/subprocess.h. Threads: as Subprocess. Errors are values; only std::bad_alloc is thrown.

#ifndef COLLECTOR_LINE_CHILD_H_
#define COLLECTOR_LINE_CHILD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/subprocess.h"

namespace ouro {

class LineChild {
 public:
  enum class Outcome : uint8_t {
    kOk,
    kEnd,      // it closed its end
    kTimeout,  // the deadline has passed
    kTooLong,  // more than `max_line`
  };

  explicit LineChild(size_t max_line) : max_line_(max_line) {}  // bytes
  ~LineChild() { Kill(); }
  LineChild(const LineChild&) = delete;
  LineChild& operator=(const LineChild&) = delete;

  // Starts the program `argv[0]`, looked up on PATH. Returns "", or why it cannot be started.
  // REQUIRES: called once, before all else.
  std::string Start(const std::vector<std::string>& argv);

  // Sends or reads one line; `line` is without its newline. Blocks until the deadline at most,
  // which is `timeout_ms` after the last call of Send.
  Outcome Send(const std::string& line, int timeout_ms);
  Outcome ReadLine(std::string* line);

  // Whether output has arrived that ReadLine has not returned.
  bool has_unread() const { return start_ < buffer_.size(); }

  // After kEnd: "died of signal 11 (Segmentation fault)", "exited with status 1" or, if it is still
  // running, "closed its output". Kills it.
  std::string HowItEnded();

  // Kills it and all processes that it has started. Idempotent.
  void Kill();

  // The gist of its standard error, see LastWords::Gist. Complete after Kill.
  std::string Gist() const { return process_.words().Gist(/*any=*/true); }

 private:
  Outcome Fill();
  int Remaining() const;

  const size_t max_line_;
  Subprocess process_;
  UniqueFd input_, output_;  // our ends: we write, read
  std::string buffer_;       // what was read; from start_ on not returned yet
  size_t start_ = 0;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace ouro

#endif  // COLLECTOR_LINE_CHILD_H_
