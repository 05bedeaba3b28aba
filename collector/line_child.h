// A child is a process that is spoken with in lines: we write to its standard input and read its
// standard output; what it writes to its standard error explains its end.
//
// Place: the ground floor of process. It knows processes and pipes, and nothing of collectors.
//
// It never waits beyond its deadline, never raises SIGPIPE, and leaves no process behind: see
// model/subprocess.h.

#ifndef COLLECTOR_LINE_CHILD_H_
#define COLLECTOR_LINE_CHILD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/subprocess.h"

namespace ouro {

class Child {
 public:
  struct Limits {
    int timeout_ms;   // from a line that we send to the last line that we read before the next
    size_t max_line;  // bytes
  };
  enum class Outcome : uint8_t {
    kOk,
    kEnd,      // it has closed its end
    kTimeout,  // the deadline has passed
    kTooLong,
  };

  explicit Child(const Limits& limits) : limits_(limits) {}
  ~Child() { Kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Starts the program `argv[0]`, which is looked for on PATH. Returns "", or why it cannot be.
  // REQUIRES: called once, and first.
  std::string Start(const std::vector<std::string>& argv);

  // Sends a line. It is `line` without its end; so is what ReadLine reads.
  Outcome Send(const std::string& line);
  Outcome ReadLine(std::string* line);

  // Whether it has said something that was not read with ReadLine.
  bool has_more() const { return start_ < buffer_.size(); }

  // After kEnd: "died of signal 11 (Segmentation fault)", "exited with status 1" or, if it lives on
  // without its output, "closed its output". Kills it.
  std::string HowItEnded();

  // Ends it, and whatever it has started. It can be called again and again.
  void Kill();

  // What there was to say on its standard error, see LastWords::Gist. Complete after Kill.
  std::string Gist() const { return process_.words().Gist(/*any=*/true); }

 private:
  Outcome Fill();
  int Remaining() const;

  const Limits limits_;
  Subprocess process_;
  UniqueFd input_, output_;  // ours: we write, read
  std::string buffer_;       // what was read; from start_ on nobody has seen it
  size_t start_ = 0;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace ouro

#endif  // COLLECTOR_LINE_CHILD_H_
