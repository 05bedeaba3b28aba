// SPDX-License-Identifier: Apache-2.0

#include "collector/edge_callbacks.h"

namespace ouro {
namespace {

// Plain data: a callback may be called from a constructor, before any of ours has run.
uint8_t counters[kTracedEdges];
uintptr_t traced_begin;
uintptr_t traced_size;

}  // namespace

uint8_t* TracedCounters() { return counters; }

void TracePcsIn(const MemoryRange& code) {
  traced_begin = code.begin;
  traced_size = code.size;
}

}  // namespace ouro

#define OURO_CALLBACK extern "C" __attribute__((weak, visibility("default")))

OURO_CALLBACK void __sanitizer_cov_trace_pc() {
  const uintptr_t place =
      reinterpret_cast<uintptr_t>(__builtin_return_address(0)) - ouro::traced_begin;
  if (place >= ouro::traced_size) return;
  // Fibonacci hashing: neighbours are far apart, and all bits of the place count.
  const uint64_t mixed = uint64_t{place} * 0x9e3779b97f4a7c15u;
  ++ouro::counters[mixed >> 51];
}
static_assert(ouro::kTracedEdges == size_t{1} << (64 - 51));

// -fsanitize-coverage=inline-8bit-counters,pc-table
OURO_CALLBACK void __sanitizer_cov_8bit_counters_init(uint8_t*, uint8_t*) {}
OURO_CALLBACK void __sanitizer_cov_pcs_init(const uintptr_t*, const uintptr_t*) {}

// What -fsanitize=fuzzer-no-link has besides. Compared values say nothing about a heap.
OURO_CALLBACK void __sanitizer_cov_trace_cmp1(uint8_t, uint8_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_cmp2(uint16_t, uint16_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_cmp4(uint32_t, uint32_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_cmp8(uint64_t, uint64_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_const_cmp1(uint8_t, uint8_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_const_cmp2(uint16_t, uint16_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_const_cmp4(uint32_t, uint32_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_const_cmp8(uint64_t, uint64_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_switch(uint64_t, uint64_t*) {}
OURO_CALLBACK void __sanitizer_cov_trace_div4(uint32_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_div8(uint64_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_gep(uintptr_t) {}
OURO_CALLBACK void __sanitizer_cov_trace_pc_indir(uintptr_t) {}
extern "C" {
// Not thread_local, which would come with a function that only C++ calls.
__attribute__((weak, visibility("default"))) __thread uintptr_t __sancov_lowest_stack;
}
