// A progress line is the line on a terminal that rewrites itself and says how far a long command
// is. Where nobody looks it does not exist.
//
// Place: below all commands; campaigns have one, too, on standard output.

#ifndef FUZZ_STATUS_LINE_H_
#define FUZZ_STATUS_LINE_H_

#include <chrono>
#include <cstdio>
#include <string>

namespace ouro {

class StatusLine {
 public:
  static constexpr std::chrono::milliseconds kQuiet{2000};  // what is soon over shows none
  static constexpr std::chrono::milliseconds kEvery{500};

  explicit StatusLine(std::FILE* stream = stderr, std::chrono::milliseconds quiet = kQuiet,
                      std::chrono::milliseconds every = kEvery);
  ~StatusLine() { Clear(); }
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Whether anybody looks at all.
  bool terminal() const { return terminal_; }
  // Whether it is time for another line: then it may be worth making one.
  bool Due() const;
  // Shows the line instead of the one before, if it is due. It is cut to the terminal's width: what
  // does not fit could not be rewritten.
  void Show(const std::string& line);
  // Takes it away: before anything else is printed there.
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
