// collector_fuzzer: programs that libFuzzer or AFL++ makes, under the judge. Its inputs are the
// byte form of programs; its mutations are those of programs; the coverage is the collector's, and
// the features that the judge counts.
//
//   bazel run //fuzz:collector_fuzzer_run -- --specimen=naive -max_total_time=60

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz/fuzz_session.h"
#include "fuzz/mutator.h"
#include "model/program.h"

namespace {

ouro::FuzzSession* session = nullptr;

size_t Write(const ouro::Program& program, uint8_t* data, size_t max_size) {
  const std::vector<uint8_t> bytes = ouro::Encode(program);
  const size_t size = std::min(bytes.size(), max_size);
  std::copy_n(bytes.data(), size, data);
  return size;
}

// Of a program that fits: the heads of its scripts take room, too.
size_t MaxOps(size_t max_size) { return std::max<size_t>(max_size / 4, 12) - 8; }

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  session = new ouro::FuzzSession(argc, argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  session->Run(data, size);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  ouro::Program program = ouro::Decode(data, size);
  ouro::Mutate(seed, MaxOps(max_size), &program);
  return Write(program, data, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_size, unsigned int seed) {
  const ouro::Program child =
      ouro::Cross(seed, ouro::Decode(data1, size1), ouro::Decode(data2, size2), MaxOps(max_size));
  return Write(child, out, max_size);
}
