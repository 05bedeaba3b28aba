// SPDX-License-Identifier: Apache-2.0

// collector_fuzzer: the entry points of a fuzz target for libFuzzer or AFL++. An input is a program
// in byte form, which runs under the judge; mutations are those of programs; coverage is that of
// the collector's code, and the features that the judge counts.
//
// Place: a program of its own. Workers of campaigns execute it; users may, too:
//   bazel run //fuzz/libfuzzer:collector_fuzzer_run -- --specimen=naive -max_total_time=60

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz/libfuzzer/fuzz_session.h"
#include "fuzz/libfuzzer/mutator.h"
#include "model/program.h"

namespace {

ouro::FuzzSession* session = nullptr;

// A program with its bytes. libFuzzer mostly runs or mutates what the mutator has just made, so the
// bytes seldom have to be decoded.
class Draft {
 public:
  // The program of these bytes. A caller that changes it has to Write it.
  ouro::Program& Read(const uint8_t* data, size_t size) {
    if (!std::equal(bytes_.begin(), bytes_.end(), data, data + size)) {
      bytes_.assign(data, data + size);
      program_ = ouro::Decode(data, size);
    }
    return program_;
  }

  // Encodes the program, cut to max_size bytes. Returns their number.
  size_t Write(uint8_t* data, size_t max_size) {
    bytes_ = ouro::Encode(program_);
    if (bytes_.size() > max_size) {
      bytes_.resize(max_size);
      program_ = ouro::Decode(bytes_.data(), max_size);
    }
    std::copy(bytes_.begin(), bytes_.end(), data);
    return bytes_.size();
  }

 private:
  ouro::Program program_;
  std::vector<uint8_t> bytes_;
};
Draft draft;

// Operations of a program that fits, with room for the heads of its scripts.
size_t MaxOps(size_t max_size) { return std::max<size_t>(max_size / 4, 12) - 8; }

}  // namespace

// Called by AddressSanitizer, if it is linked. Its usual quarantine of 256 MiB would make every
// allocation touch new memory; 8 MiB hold a thousand programs, and runs take a third less time. Of
// vectors it is told the size by code that is instrumented alone, and only collectors are.
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=8:malloc_context_size=5:detect_container_overflow=0";
}

// Called by UndefinedBehaviorSanitizer, whose runtime comes with libFuzzer: the campaign must see
// the signal itself.
extern "C" const char* __ubsan_default_options() {
  return "handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0";
}

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  session = new ouro::FuzzSession(argc, argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  session->Run(draft.Read(data, size), data, size);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  ouro::Mutate(seed, MaxOps(max_size), &draft.Read(data, size));
  return draft.Write(data, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_size, unsigned int seed) {
  ouro::Program& program = draft.Read(data1, size1);
  program = ouro::Cross(seed, program, ouro::Decode(data2, size2), MaxOps(max_size));
  return draft.Write(out, max_size);
}
