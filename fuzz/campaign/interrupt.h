// An interruption is the user's Ctrl-C, or the system's SIGTERM: it ends a campaign with its
// verdict. The second one kills.

#ifndef FUZZ_CAMPAIGN_INTERRUPT_H_
#define FUZZ_CAMPAIGN_INTERRUPT_H_

#include <signal.h>

namespace ouro {

// While one lives, interruptions are taken notice of.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  // Whether there was one since the last Interruptible was made.
  static bool Interrupted();

 private:
  struct sigaction old_int_ = {};
  struct sigaction old_term_ = {};
};

}  // namespace ouro

#endif  // FUZZ_CAMPAIGN_INTERRUPT_H_
