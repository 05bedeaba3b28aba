// collector_fuzzer: programs that libFuzzer or AFL++ makes, under the judge. Its inputs are the
// byte form of programs; its mutations are those of programs; the coverage is the collector's, and
// the features that the judge counts.
//
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

// A program beside its bytes. libFuzzer runs what the mutator has just made, and mostly mutates it
// again, so that the bytes are seldom decoded.
class Draft {
 public:
  // The program that the bytes are; it may be changed, and is then to be written.
  ouro::Program& Read(const uint8_t* data, size_t size) {
    if (!std::equal(bytes_.begin(), bytes_.end(), data, data + size)) {
      bytes_.assign(data, data + size);
      program_ = ouro::Decode(data, size);
    }
    return program_;
  }

  // Returns how many bytes it has.
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

// Of a program that fits: the heads of its scripts take room, too.
size_t MaxOps(size_t max_size) { return std::max<size_t>(max_size / 4, 12) - 8; }

}  // namespace

// Asked by AddressSanitizer, if it is there. Its quarantine of 256 MiB would put every allocation
// in memory that has never been touched; 8 are a thousand programs, and a third faster.
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=8:malloc_context_size=5";
}

// Asked by UndefinedBehaviorSanitizer, whose runtime libFuzzer brings: how we die is for the
// campaign to see.
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
