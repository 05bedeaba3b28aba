// SPDX-License-Identifier: Apache-2.0

// An attack is something that a collector must not do to its process, the harness or the machine.
//
// Place: testonly, below the hostile collector. Tests find the names of all attacks in the sources
// attacks_*.cc.

#ifndef FUZZ_TESTING_ATTACKS_H_
#define FUZZ_TESTING_ATTACKS_H_

#include <unistd.h>

#include <cstddef>
#include <string>

#include "model/collector.h"

namespace ouro {

struct Attack {
  const char* name;
  void (*act)(Observer& observer);
};

struct Attacks {
  const Attack* begin;
  size_t size;
};

// attacks_process.cc: ends of the process, hangs, processes that it starts or signals.
extern const Attacks kEnds;
extern const Attacks kHangs;
extern const Attacks kProcesses;
// attacks_resources.cc: descriptors and streams; memory, limits and settings of the process.
extern const Attacks kDescriptors;
extern const Attacks kSettings;
// attacks_events.cc: unlawful events and odd sentences.
extern const Attacks kEvents;

// How often the chosen operation was executed. Attacks also store results here that the compiler
// would complain about if they were ignored.
extern int calls;

// ---- what attacks share ----

[[noreturn]] inline void Forever() {
  for (;;) pause();
}
[[noreturn]] inline void Spin() {
  for (volatile int i = 0;; i = i + 1) {
  }
}

// Runs `body` in a child that does not end by itself.
template <typename Body>
void Fork(Body body) {
  if (fork() == 0) {
    body();
    Forever();
  }
}

void Limit(int what, unsigned long value);  // by setrlimit, hard and soft
void Put(int fd, const std::string& text);  // ignores errors

}  // namespace ouro

#endif  // FUZZ_TESTING_ATTACKS_H_
