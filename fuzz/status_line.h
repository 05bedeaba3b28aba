// SPDX-License-Identifier: Apache-2.0

// A status line is the last line of a terminal, rewritten in place while a long command runs. Where
// the stream is not a terminal, nothing is printed.
//
// Place: below all commands, on standard error; campaigns have theirs on standard output.

#ifndef FUZZ_STATUS_LINE_H_
#define FUZZ_STATUS_LINE_H_

#include <chrono>
#include <cstdio>
#include <string>

namespace ouro {

class StatusLine {
 public:
  static constexpr std::chrono::milliseconds kQuiet{2000};  // short commands show none
  static constexpr std::chrono::milliseconds kEvery{500};

  // Shows nothing for `quiet`, then at most one line `every` so often. One thread.
  explicit StatusLine(std::FILE* stream = stderr, std::chrono::milliseconds quiet = kQuiet,
                      std::chrono::milliseconds every = kEvery);
  ~StatusLine() { Clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Whether the stream is a terminal.
  bool terminal() const { return terminal_; }
  // Whether Show would show a line now, if the text is expensive to make.
  bool Due() const;
  // Replaces the line, if it is due. The text is cut to the width of the terminal, because a line
  // that wraps cannot be rewritten.
  void Show(const std::string& line);
  // Removes the line. REQUIRED before anything else is printed to the terminal.
  void Clear();

 private:
  void Write(const std::string& text);

  std::FILE* const stream_;
  const bool terminal_;
  const std::chrono::milliseconds every_;
  std::chrono::steady_clock::time_point next_;
  bool shown_ = false;
};

}  // namespace ouro

#endif  // FUZZ_STATUS_LINE_H_
