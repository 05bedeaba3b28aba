// A power log is the file power.csv: a line for each attempt, appended when it ends, so that hours
// of measuring survive whatever ends them. The power plot shows how many mutants each engine has
// found after how much time.
//
// Place: between the measuring (power.h) and `ouro power`.

#ifndef FUZZ_POWER_POWER_PLOT_H_
#define FUZZ_POWER_POWER_PLOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/power/power.h"

namespace ouro {

// Both end with a newline. A line break in a signature becomes a space.
std::string PowerHeader();
std::string PowerLine(const Attempt& attempt);

// The attempts of a whole file. Returns "" or "line 7: ...".
std::string ParsePower(const std::string& text, std::vector<Attempt>* attempts);

class PowerLog {
 public:
  PowerLog() = default;
  ~PowerLog();
  PowerLog(const PowerLog&) = delete;
  PowerLog& operator=(const PowerLog&) = delete;

  // Reads the file, or makes it, and its folder. A line that was not finished is cut off. Returns
  // "" or "FILE: why".
  std::string Open(const std::string& path);

  // Whether there is no need to measure it: it was found, or sought for so many seconds.
  bool Has(const std::string& mutant, PowerEngine engine, uint64_t seed, int seconds) const;

  // Takes the place of an attempt of the same mutant, engine and seed, and, if a file is open, goes
  // to its end at once. Returns "" or "FILE: why".
  std::string Append(const Attempt& attempt);

  // In the order in which they were first appended.
  const std::vector<Attempt>& attempts() const { return attempts_; }

 private:
  std::string Write(const std::string& text) const;
  void Keep(const Attempt& attempt);

  std::string path_;  // as the user writes it
  int fd_ = -1;       // of the file, if one is open
  std::vector<Attempt> attempts_;
};

// An SVG file: mutants found by time, a stepped curve for each engine, up to `limit` seconds.
// REQUIRES: there are scores.
std::string PowerPlot(const std::vector<Score>& scores, double limit);

}  // namespace ouro

#endif  // FUZZ_POWER_POWER_PLOT_H_
