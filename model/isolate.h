// SPDX-License-Identifier: Apache-2.0

// Isolation runs trials in a subprocess with a time limit, so that a crash, a hang or anything else
// that a collector does to its process becomes a verdict like any other.
//
// Place: above trial.
//
// Threads: all of this may be called from any thread, at the same time; subprocesses die with the
// thread that called. Exceptions: std::runtime_error if the system has refused a process or memory
// to share with it for 10 s.

#ifndef MODEL_ISOLATE_H_
#define MODEL_ISOLATE_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/subprocess.h"
#include "model/trial.h"

namespace ouro {

struct Isolation {
  Limits limits;
  // How long the collector may take until its next event or the end of its operation. After that it
  // is killed and the verdict is kBroken. The judge's time does not count. Collectors that are
  // processes themselves have at least 30 s: their own, shorter limits have clearer messages.
  int milliseconds = 5000;
  // Whether FindIsolated makes a new collector for each program, in case Reset does not discard
  // all.
  bool fresh = false;
  // Polled by FindIsolated, at least every 10 ms: true ends the search. May be empty. Must not
  // throw.
  std::function<bool()> stop = {};
};

// Runs `program` in a subprocess. A crash is kBroken, "crashed with signal 11 (Segmentation
// fault)", with the last output and stack frames; a collector that exceeds the limit is kBroken,
// "hung for 5000 ms". *transcript, if not null, becomes the trace up to the conviction, crash or
// hang, of which a crash or hang leaves the last 256 KB.
Verdict TryIsolated(const Program& program, const Specimen& specimen, const Isolation& isolation,
                    std::string* transcript = nullptr);

// Runs programs in order, each with the outcome that TryIsolated gives it, at a small part of the
// cost: one subprocess runs many, each on a new collector. What is unlawful there counts only for
// the first of a subprocess, which is alone as far as the collector knows; else the program begins
// the next subprocess, and what it does there counts. So an unlawful verdict never depends on
// earlier programs. A lawful one can, and its transcript, only through what outlives a collector in
// its process (globals, freed memory): a fault that a fresh process alone shows is looked for in
// one of 128 programs, and in each one after one that was unlawful. One thread uses it.
class IsolatedRuns {
 public:
  static constexpr size_t kMost = 128;  // a fork costs as much as that many short programs

  // `programs` must outlive it; specimen and isolation are copied. Without `transcripts` trials are
  // several times as fast. `most`: programs of one subprocess, at least 1.
  IsolatedRuns(std::span<const Program> programs, const Specimen& specimen,
               const Isolation& isolation, bool transcripts, size_t most = kMost);
  ~IsolatedRuns();  // ends its subprocess
  IsolatedRuns(const IsolatedRuns&) = delete;
  IsolatedRuns& operator=(const IsolatedRuns&) = delete;

  // The outcome of the next program. *transcript, which may be null, is set as by TryIsolated.
  // Subprocesses run a little ahead of it. REQUIRES: there is a next program.
  Verdict Next(std::string* transcript);

 private:
  struct Child;
  void Start();
  Verdict Await(std::string* transcript);

  const std::span<const Program> programs_;
  const Specimen specimen_;
  const Isolation isolation_;
  const bool transcripts_;
  const std::unique_ptr<Child> child_;
  size_t next_ = 0;   // program
  size_t begin_ = 0;  // the programs of the subprocess
  size_t end_ = 0;
  size_t most_;  // of them
};

// Matches the signature of any unlawful verdict.
inline constexpr char kAnySignature[] = "*";
// Whether the verdict is unlawful and has that signature.
bool HasSignature(const Verdict& verdict, const std::string& signature);

// The index of the first program whose verdict has that signature, or programs.size(). One
// subprocess runs programs until one of them kills it, which is far cheaper than a TryIsolated for
// each. No program is begun after `end`, or once isolation.stop has returned true; *tried, if not
// null, becomes the number of programs that were begun.
size_t FindIsolated(
    const std::vector<Program>& programs, const std::string& signature, const Specimen& specimen,
    const Isolation& isolation,
    std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max(),
    size_t* tried = nullptr);

// Goes from program to program: of those that `next` makes of one, to the next that has the
// signature, counted from the place of the last one, for what precedes that has just failed; until
// none has it, time is over, or the one subprocess ends or hangs. Its collector is kept from trial
// to trial as Trial::KeepConvicted says: made for those that take long to start. So the result may
// be due to earlier programs: REQUIRES that the caller confirms it. `step` is called with each
// program that is reached and the number of those tried so far. `next` runs in both processes: it
// is deterministic.
using NextPrograms = std::function<std::vector<Program>(const Program&)>;
Program Descend(const Program& program, const NextPrograms& next, const std::string& signature,
                const Specimen& specimen, const Isolation& isolation,
                std::chrono::steady_clock::time_point end,
                const std::function<void(const Program& program, size_t tried)>& step);

// The verdict on a subprocess that ended within a program, made from its status (as of waitpid) and
// its last output; or that was killed because it hung, made from its pulse.
inline constexpr char kHangSign[] = "hung at ";  // how the signature of a hang begins
Verdict VerdictOfDeath(int status, const LastWords& words);
Verdict VerdictOfHang(int milliseconds, const Pulse& pulse, const LastWords& words);

}  // namespace ouro

#endif  // MODEL_ISOLATE_H_
