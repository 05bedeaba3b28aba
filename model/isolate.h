// SPDX-License-Identifier: Apache-2.0

// Isolation runs trials in a subprocess with a time limit, so that a crash, a hang or anything else
// that a collector does to its process becomes a verdict like any other.
//
// Place: above trial.
//
// Threads: TryIsolated and FindIsolated may be called from any thread, at the same time;
// subprocesses die with the thread that called. Exceptions: both throw std::runtime_error if the
// system has refused a process or memory to share with it for 10 s.

#ifndef MODEL_ISOLATE_H_
#define MODEL_ISOLATE_H_

#include <chrono>
#include <cstddef>
#include <functional>
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
