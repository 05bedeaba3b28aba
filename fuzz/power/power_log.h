// SPDX-License-Identifier: Apache-2.0

// A power log is the file power.csv: a line for each attempt, appended when it ends, so that hours
// of measurement survive a crash or a kill.
//
// Place: between the measurement (power.h) and `ouro power`. One process writes a log at a time.

#ifndef FUZZ_POWER_POWER_LOG_H_
#define FUZZ_POWER_POWER_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/power/power.h"

namespace ouro {

// With their newlines. A line break in a signature becomes a space.
std::string PowerHeader();
std::string PowerLine(const Attempt& attempt);

// Appends the attempts of a whole file. Returns "" or "line 7: ...".
std::string ParsePower(const std::string& text, std::vector<Attempt>* attempts);

class PowerLog {
 public:
  PowerLog() = default;
  ~PowerLog();
  PowerLog(const PowerLog&) = delete;
  PowerLog& operator=(const PowerLog&) = delete;

  // Reads the file, or makes it and its folder. A last line without its newline is cut off; a file
  // that is not a log is left alone. Returns "" or "FILE: why".
  std::string Open(const std::string& path);

  // Whether another attempt would be a waste: the bug was found, or searched for that long.
  bool Has(const std::string& mutant, Engine engine, uint64_t seed, int seconds) const;

  // Replaces an attempt of the same mutant, engine and seed, and appends to the file, if one is
  // open. Returns "" or "FILE: why".
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

}  // namespace ouro

#endif  // FUZZ_POWER_POWER_LOG_H_
