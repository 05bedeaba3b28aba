// SignalsKept is a scope at whose end the process handles its signals as it did at the beginning.
// Interpreters that are embedded install handlers of their own when they start; but an interrupt,
// a timer or a crash is for those to see who run the trial.
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
  // The real-time signals behind them are nobody's here. sigaction refuses SIGKILL and SIGSTOP.
  static constexpr int kLimit = 32;
  struct sigaction handlers_[kLimit] = {};
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_SIGNALS_H_
