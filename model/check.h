// SPDX-License-Identifier: Apache-2.0

// CHECK states a condition that no input, program or collector can make false. If it is false, the
// fault is in this repository: it prints the condition and its place to stderr and aborts.
//
// Place: below everything. The three kinds of trouble, and how all of model/ reports them:
//
//   a broken law     is a value: Violation, inside a Verdict. Never an error.
//   bad input        is a sentence. Functions that read text return std::string: "" for success, or
//                    one sentence without a final period that says what is wrong and, where it can,
//                    what would be right. Their results go into output parameters, which a failure
//                    leaves unchanged.
//   an error of ours is a CHECK.
//
// Exceptions are for what the system denies (no memory, no process), and each header says which of
// its functions throw; all others throw nothing but std::bad_alloc.

#ifndef MODEL_CHECK_H_
#define MODEL_CHECK_H_

#include <cstdio>
#include <cstdlib>

// Evaluated in all builds.
#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

#endif  // MODEL_CHECK_H_
