// SPDX-License-Identifier: Apache-2.0

// Operations as C++ expressions: `Store(0, 1, 2)` is `r0.1 = r2`, `Put(0, 1, 2)` is
// `r0[r1] = r2`.
//
// Place: tests of collectors only.

#ifndef COLLECTOR_TESTING_OPS_H_
#define COLLECTOR_TESTING_OPS_H_

#include <cstdint>

#include "model/collector.h"
#include "model/program.h"

namespace ouro {

inline Op Node(uint8_t dest, int32_t slots, int8_t del = kNoScript) {
  return {.code = OpCode::kNode, .dest = dest, .script = del, .count = slots};
}
inline Op Leaf(uint8_t dest) { return {.code = OpCode::kLeaf, .dest = dest}; }
inline Op Weak(uint8_t dest, Ref ref, int8_t call = kNoScript) {
  return {.code = OpCode::kWeak, .dest = dest, .ref = ref, .script = call};
}
inline Op Copy(uint8_t dest, Ref ref) { return {.code = OpCode::kCopy, .dest = dest, .ref = ref}; }
inline Op Load(uint8_t dest, Ref ref, uint8_t slot) {
  return {.code = OpCode::kLoad, .dest = dest, .ref = ref, .slot = slot};
}
inline Op Deref(uint8_t dest, Ref ref) {
  return {.code = OpCode::kDeref, .dest = dest, .ref = ref};
}
inline Op Store(Ref ref, uint8_t slot, Ref value) {
  return {.code = OpCode::kStore, .ref = ref, .value = value, .slot = slot};
}
inline Op EmptySlot(Ref ref, uint8_t slot) {
  return {.code = OpCode::kEmptySlot, .ref = ref, .slot = slot};
}
inline Op Map(uint8_t dest) { return {.code = OpCode::kMap, .dest = dest}; }
inline Op Lookup(uint8_t dest, Ref map, Ref key) {
  return {.code = OpCode::kMapGet, .dest = dest, .ref = map, .key = key};
}
inline Op Put(Ref map, Ref key, Ref value) {
  return {.code = OpCode::kMapPut, .ref = map, .value = value, .key = key};
}
inline Op RemoveEntry(Ref map, Ref key) {
  return {.code = OpCode::kMapRemove, .ref = map, .key = key};
}
inline Op Empty(uint8_t dest) { return {.code = OpCode::kEmptyRegister, .dest = dest}; }
inline Op Collect(int32_t generation) { return {.code = OpCode::kCollect, .count = generation}; }
inline Op TakeGarbage(uint8_t dest, int32_t index) {
  return {.code = OpCode::kTakeGarbage, .dest = dest, .count = index};
}
inline Op Fail(int32_t n) { return {.code = OpCode::kFail, .count = n}; }
inline Op Threshold(int32_t a, int32_t b, int32_t c) {
  return {.code = OpCode::kThreshold, .count = a, .count1 = b, .count2 = c};
}
inline const Op kCensusOp = {.code = OpCode::kCensus};
inline const Op kClearGarbageOp = {.code = OpCode::kClearGarbage};
inline const Op kSaveallOnOp = {.code = OpCode::kSaveallOn};

// Whether the collector must run a script for it.
inline bool IsScript(const Event& e) {
  return e.kind == Event::Kind::kFinalize || e.kind == Event::Kind::kCallback;
}

}  // namespace ouro

#endif  // COLLECTOR_TESTING_OPS_H_
