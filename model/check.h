// CHECK is for errors of ours: a condition that no input, program or collector can make false.
// A failure prints the place and aborts. Broken laws and bad input never end here.

#ifndef MODEL_CHECK_H_
#define MODEL_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

#endif  // MODEL_CHECK_H_
