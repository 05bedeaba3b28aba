// SPDX-License-Identifier: Apache-2.0

// An observation is a line of JSON that says what one program did: its text, its verdict, the
// situations that it reached, the time that it took. The form is that of Hypothesis'
// "observability", which Tyche and other viewers of property-based tests read.
//
// Place: beside campaigns and `ouro run`, which make observations. Workers send what they measured
// through their channel, and the supervisor alone writes, so no worker that dies can tear a line.
// The file is replaced as a whole, now and then, so neither can the supervisor.
//
// Timing is the purpose of the form, so here, unlike in reports, a clock is read; no verdict, file
// name or sample depends on it.
//
// Threads: one, apart from pure functions.

#ifndef FUZZ_CAMPAIGN_OBSERVATION_H_
#define FUZZ_CAMPAIGN_OBSERVATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "model/program.h"
#include "model/trial.h"

namespace ouro {

// Whether the program with that number, from 0, is observed: all of the first 1,000, then each
// 10th up to 10,000, each 100th up to 100,000, and so on. So hours are some thousand lines, and the
// sample is the same in each run. O(log number).
bool IsObserved(uint64_t number);

// What a worker measured in a program.
struct Measured {
  uint64_t microseconds = 0;
  int operations = 0;  // executed
  int events = 0;
  uint64_t situations = 0;  // a bit for each
  std::string signature;    // "": lawful

  friend bool operator==(const Measured&, const Measured&) = default;
};
Measured MeasuredOf(const Verdict& verdict, uint64_t microseconds);
// As the text of a message. FromText returns false if it is none: the collector may write there.
std::string ToText(const Measured& measured);
bool FromText(const std::string& text, Measured* measured);

// The observations of one command, and their file.
class Observations {
 public:
  // `path`: "": nobody wants any, and nothing below has an effect. `property` names what is
  // tested: "ouro campaign php". Reads the clock.
  Observations(std::string path, std::string property);

  bool wanted() const { return !path_.empty(); }
  // Of what follows.
  void SetProperty(std::string property) { property_ = std::move(property); }

  // Adds a program of the sample. Past kMaxSampled lines, or kMaxBytes, it has no effect.
  void Sample(const Program& program, const std::string& origin, const Measured& measured);
  // Adds a finding: the program, its signature, and all that `report` says. Of a sample or not.
  void Found(const Program& program, const std::string& origin, const std::string& signature,
             const std::string& report);
  // Adds a program that could not be judged, and why.
  void GaveUp(const Program& program, const std::string& origin, const std::string& why);
  // Adds a message to readers.
  void Inform(const std::string& title, const std::string& content);

  // Replaces the file. "" or why it cannot be written. It is also called by the others, each time
  // that the text has grown by a quarter; what goes wrong then, this returns.
  std::string Publish();

  static constexpr size_t kMaxSampled = 15'000;  // lines
  static constexpr size_t kMaxOthers = 4'000;    // findings, and programs that were given up
  static constexpr size_t kMaxBytes = size_t{48} << 20;  // of samples

 private:
  struct Line;
  void Add(const Line& line);
  void Append(const std::string& line);

  const std::string path_;
  std::string property_;
  const double run_start_;  // seconds since 1970
  std::string text_;
  size_t sampled_ = 0;
  size_t others_ = 0;
  size_t publish_at_ = 0;  // bytes of text_
  std::string error_;
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_OBSERVATION_H_
