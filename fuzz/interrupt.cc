// SPDX-License-Identifier: Apache-2.0

#include "fuzz/interrupt.h"

namespace ouro {
namespace {

volatile sig_atomic_t interrupted = 0;
void OnSignal(int number) { interrupted = number; }

}  // namespace

Interruptible::Interruptible() {
  interrupted = 0;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, &old_int_);
  sigaction(SIGTERM, &action, &old_term_);
}

Interruptible::~Interruptible() {
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
}

int Interruptible::Signal() { return interrupted; }

}  // namespace ouro
