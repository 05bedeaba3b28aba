// SPDX-License-Identifier: Apache-2.0

#include "fuzz/status_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "fuzz/terminal.h"

namespace ouro {

using Clock = std::chrono::steady_clock;

StatusLine::StatusLine(std::FILE* stream, std::chrono::milliseconds quiet,
                       std::chrono::milliseconds every)
    : stream_(stream),
      terminal_(isatty(fileno(stream)) != 0),
      every_(every),
      next_(Clock::now() + quiet) {}

bool StatusLine::Due() const { return terminal_ && Clock::now() >= next_; }

void StatusLine::Show(const std::string& line) {
  if (!Due()) return;
  next_ = Clock::now() + every_;
  winsize window = {};
  ioctl(fileno(stream_), TIOCGWINSZ, &window);
  const size_t columns = window.ws_col > 1 ? window.ws_col - 1u : 79u;
  Write("\r\033[K" + OneLine(line).substr(0, columns));
  shown_ = true;
}

void StatusLine::Clear() {
  if (!shown_) return;
  Write("\r\033[K");
  shown_ = false;
}

// Errors are ignored: the terminal may be gone, and the destructor comes here.
void StatusLine::Write(const std::string& text) {
  std::fputs(text.c_str(), stream_);
  std::fflush(stream_);
}

}  // namespace ouro
