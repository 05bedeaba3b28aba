// SPDX-License-Identifier: Apache-2.0

// An interruption is a SIGINT (Ctrl-C) or SIGTERM. The first one lets a long command end with its
// results so far; the second one kills, as it would without us.
//
// Place: around the main loops of campaigns, `ouro power` and `ouro enumerate`, and of `ouro run`
// and `ouro replay` where these write a report.

#ifndef FUZZ_INTERRUPT_H_
#define FUZZ_INTERRUPT_H_

#include <signal.h>

namespace ouro {

// Catches interruptions during its lifetime, and restores the earlier handlers. Signal handlers are
// the process's: REQUIRES that at most one lives at a time.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  // Whether one came since the last Interruptible was made. Any thread may call.
  static bool Interrupted() { return Signal() != 0; }
  // Which signal it was; 0: none came.
  static int Signal();

 private:
  struct sigaction old_int_ = {};
  struct sigaction old_term_ = {};
};

}  // namespace ouro

#endif  // FUZZ_INTERRUPT_H_
