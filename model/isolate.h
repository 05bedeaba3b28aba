// Isolation: trials in a forked child with a time limit, so that a collector that crashes or hangs
// is a verdict like any other.
//
// Place: above trial. Single-threaded callers only: the child goes on from a fork.

#ifndef MODEL_ISOLATE_H_
#define MODEL_ISOLATE_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "model/trial.h"

namespace ouro {

struct Isolation {
  Limits limits;
  // For one program; beyond, the child is killed and the verdict is kBroken.
  int milliseconds = 5000;
  // Whether FindIsolated makes a collector anew for each program, in case Reset does not forget.
  bool fresh = false;
  // Asked now and then by FindIsolated: true ends the search. May be empty.
  std::function<bool()> stop;
};

// Runs `program` in a child. A crash is kBroken, "crashed with signal 11 (Segmentation fault)"; a
// trial that takes too long is kBroken, "hung for 5000 ms". `transcript`, if not null, becomes the
// trace up to the conviction, and stays empty after a crash.
Verdict TryIsolated(const Program& program, const Specimen& specimen, const Isolation& isolation,
                    std::string* transcript = nullptr);

// A signature that every verdict has which is not lawful.
inline constexpr char kAnySignature[] = "*";

// The index of the first program whose verdict has that signature, or programs.size(). One child
// runs many programs, so this is far cheaper than one TryIsolated after the other. No program is
// begun after `end`, or once isolation.stop says so; *tried, if not null, counts those that were.
size_t FindIsolated(
    const std::vector<Program>& programs, const std::string& signature, const Specimen& specimen,
    const Isolation& isolation,
    std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max(),
    size_t* tried = nullptr);

}  // namespace ouro

#endif  // MODEL_ISOLATE_H_
