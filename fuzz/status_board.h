// The status board is where a campaign shows how it is: a line that rewrites itself on a terminal,
// a line every ten seconds elsewhere.

#ifndef FUZZ_STATUS_BOARD_H_
#define FUZZ_STATUS_BOARD_H_

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace ouro {

class StatusBoard {
 public:
  // `now` is in seconds, of any clock.
  void Show(const std::string& line, double now) {
    if (!terminal_ && now - shown_ < kSeconds) return;
    shown_ = now;
    fmt::print("{}{}{}", terminal_ ? kErase : "", terminal_ ? Fitting(line) : line,
               terminal_ ? "" : "\n");
    std::fflush(stdout);
  }

  // Before anything else is printed.
  void Clear() const {
    if (terminal_) fmt::print("{}", kErase);
  }

 private:
  static constexpr double kSeconds = 10;
  static constexpr char kErase[] = "\r\033[K";

  // A line that does not fit could not be rewritten.
  static std::string Fitting(const std::string& line) {
    winsize window = {};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
    return line.substr(0,
                       std::min<size_t>(line.size(), window.ws_col > 1 ? window.ws_col - 1u : 79u));
  }

  const bool terminal_ = isatty(STDOUT_FILENO) != 0;
  double shown_ = 0;
};

}  // namespace ouro

#endif  // FUZZ_STATUS_BOARD_H_
