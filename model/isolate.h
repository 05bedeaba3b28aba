// Isolation: trials in a subprocess, with a limit of time, so that a collector that crashes, hangs
// or does whatever else to its process is a verdict like any other.
//
// Place: above trial. Any thread may call; what it started dies with it.
//
// Both functions throw std::runtime_error if the system has had no process for us for 10 s.

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
  // For how long the collector may go on without an event or the end of an operation; beyond, it is
  // killed and the verdict is kBroken. What the judge takes does not count. Collectors in other
  // processes have 30 s at least: they have limits of their own, whose sentences say more.
  int milliseconds = 5000;
  // Whether FindIsolated makes a collector anew for each program, in case Reset does not forget.
  bool fresh = false;
  // Asked now and then by FindIsolated: true ends the search. May be empty.
  std::function<bool()> stop = {};
};

// Runs `program` in a subprocess. A crash is kBroken, "crashed with signal 11 (Segmentation
// fault)", with the last words and frames; a collector that does not go on is kBroken, "hung for
// 5000 ms". `transcript`, if not null, becomes the trace up to the conviction, the crash or the
// hang.
Verdict TryIsolated(const Program& program, const Specimen& specimen, const Isolation& isolation,
                    std::string* transcript = nullptr);

// A signature that every verdict has which is not lawful.
inline constexpr char kAnySignature[] = "*";
bool HasSignature(const Verdict& verdict, const std::string& signature);

// The index of the first program whose verdict has that signature, or programs.size(). One
// subprocess runs many programs, so this is far cheaper than one TryIsolated after the other. No
// program is begun after `end`, or once isolation.stop says so; *tried, if not null, counts those
// that were.
size_t FindIsolated(
    const std::vector<Program>& programs, const std::string& signature, const Specimen& specimen,
    const Isolation& isolation,
    std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max(),
    size_t* tried = nullptr);

// The verdict on a subprocess that has ended within a program, as `status` (of waitpid) and its
// last words tell, or was killed because it hung.
inline constexpr char kHangSign[] = "hung at ";  // the signature of a hang begins so
Verdict VerdictOfDeath(int status, const LastWords& words);
Verdict VerdictOfHang(int milliseconds, const Pulse& pulse, const LastWords& words);

}  // namespace ouro

#endif  // MODEL_ISOLATE_H_
