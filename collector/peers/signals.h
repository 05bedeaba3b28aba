// SPDX-License-Identifier: Apache-2.0

// SignalsKept is a scope that restores the process's signal handlers at its end. Embedded
// interpreters install handlers of their own when they start; but interrupts, timers and crashes
// belong to the program that runs the trial.
//
// Place: beside peer.h, for the adapters of interpreters.

#ifndef COLLECTOR_PEERS_SIGNALS_H_
#define COLLECTOR_PEERS_SIGNALS_H_

#include <signal.h>

namespace ouro {

class SignalsKept {
 public:
  SignalsKept() {
    for (int number = 1; number < kLimit; ++number) sigaction(number, nullptr, &handlers_[number]);
  }
  ~SignalsKept() {
    for (int number = 1; number < kLimit; ++number) sigaction(number, &handlers_[number], nullptr);
  }
  SignalsKept(const SignalsKept&) = delete;
  SignalsKept& operator=(const SignalsKept&) = delete;

 private:
  // No interpreter uses the real-time signals above. sigaction refuses SIGKILL and SIGSTOP.
  static constexpr int kLimit = 32;
  struct sigaction handlers_[kLimit] = {};
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_SIGNALS_H_
