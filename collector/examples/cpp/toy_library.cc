// SPDX-License-Identifier: Apache-2.0

// The toy heap of ../c as a collector in C++: each operation becomes a call of toy_gc.h, and what
// the heap does becomes an event.
//
// Place: an example of model/collector.h and library.h. collector/GUIDE.md explains it.

#include "collector/library.h"

#include <memory>

#include "model/collector.h"
#include "model/program.h"

extern "C" {
#include "collector/examples/c/toy_gc.h"
}

namespace {

using ouro::Event;
using ouro::Op;
using ouro::OpCode;

class Toy final : public ouro::Collector {
 public:
  explicit Toy(ouro::Observer& observer) : observer_(observer) {
    heap_.roots = registers_;
    heap_.root_count = ouro::kSelf + 1;
    heap_.finalize = [](toy_heap* heap, toy_object* object) { Of(heap).Finalize(object); };
    heap_.freed = [](toy_heap* heap, toy_object* object) {
      Of(heap).observer_.On(Event::Free(object->tag));
    };
  }
  ~Toy() override { toy_clear(&heap_); }
  Toy(const Toy&) = delete;
  Toy& operator=(const Toy&) = delete;

  void Execute(const Op& op) override;

  void Reset() override {
    toy_clear(&heap_);
    for (toy_object*& object : registers_) object = nullptr;
    heap_.collecting = false;
    born_ = 0;
  }

 private:
  // The heap is a member, so its functions find the collector.
  struct Heap : toy_heap {
    Toy* toy;
  };
  static Toy& Of(toy_heap* heap) { return *static_cast<Heap*>(heap)->toy; }

  // The script runs within On, which calls Execute.
  void Finalize(toy_object* object) {
    toy_object* const outer = registers_[ouro::kSelf];
    registers_[ouro::kSelf] = object;
    observer_.On(Event::Finalize(object->tag));
    registers_[ouro::kSelf] = outer;
  }

  void Born(int dest, toy_object* object) {
    if (object == nullptr) return observer_.Broken("memory is out");
    registers_[dest] = object;
    object->tag = born_++;
    observer_.On(Event::New(object->tag));
  }

  void Got(int dest, toy_object* value) {
    registers_[dest] = value;
    observer_.On(Event::Got(value == nullptr ? ouro::kNone : value->tag));
  }

  ouro::Observer& observer_;
  Heap heap_ = {{}, this};
  toy_object* registers_[ouro::kSelf + 1] = {};  // and self: all are roots
  int born_ = 0;
};

void Toy::Execute(const Op& op) {
  toy_object* const object = registers_[op.ref];  // the object read or stored into
  switch (op.code) {
    case OpCode::kNode:
      return Born(op.dest, toy_new(&heap_, op.count, op.script != ouro::kNoScript));
    case OpCode::kLeaf:
      return Born(op.dest, toy_new(&heap_, 0, false));
    case OpCode::kWeak:
      return Born(op.dest, toy_new_weak(&heap_, object));
    case OpCode::kCopy:
      registers_[op.dest] = object;
      return;
    case OpCode::kLoad:
      return Got(op.dest, object->slots[op.slot]);
    case OpCode::kDeref:
      return Got(op.dest, object->slots[0]);
    case OpCode::kStore:
      object->slots[op.slot] = registers_[op.value];
      return;
    case OpCode::kEmptySlot:
      object->slots[op.slot] = nullptr;
      return;
    case OpCode::kEmptyRegister:
      registers_[op.dest] = nullptr;
      return;
    case OpCode::kCollect:
      observer_.On(Event::Collect(op.count, /*automatic=*/false));
      observer_.On(Event::Done(toy_collect(&heap_)));
      return;
    default:
      return;  // abilities not claimed, never called; and `raise`, which is the harness's
  }
}

}  // namespace

const ouro::LibraryEntry ouro_library = {
    .abilities = ouro::kWeakReferences | ouro::kFinalizers,
    .summary = "a toy: mark and sweep, with finalizers and weak references",
    .contract = "lua,touched=freed-at-once,weak=when-freed",
    .make = [](ouro::Observer& observer) -> std::unique_ptr<ouro::Collector> {
      return std::make_unique<Toy>(observer);
    },
};
