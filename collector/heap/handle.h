// SPDX-License-Identifier: Apache-2.0

// A Handle is a smart pointer to an object of a heap: a counted reference from outside, typed by
// the C++ struct that is the object's payload.
//
// Place: on top of heap.h, whose contract holds here too; a convenience that costs nothing extra.
//
//   struct Node {                       // a payload: references are Slots; the rest is yours
//     Slot<Node> next = {};
//     int value = 0;
//   };
//   const TypeOf<Node> kNode = Register<Node>(heap, {.name = "Node"}, &Node::next);
//   Handle<Node> node = New(heap, kNode);
//   node->value = 7;
//   node.Set(&Node::next, node);        // a cycle: it references itself
//   node.Reset();                       // releases it: the cycle is now trash
//   heap.Collect();                     // frees it

#ifndef COLLECTOR_HEAP_HANDLE_H_
#define COLLECTOR_HEAP_HANDLE_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "collector/heap/heap.h"

namespace ouro::heap {

// A reference within a payload, to an object with payload `T`. Change it only by Handle::Set or
// Heap::Store, which count it.
template <typename T>
struct Slot {
  Object object = kNull;
};

// A registered type with payload `T`.
template <typename T>
struct TypeOf {
  TypeId id = 0;
};

// Owns one reference, or none. Copies own one each. O(1), apart from deaths. Throws nothing.
// REQUIRES: a Handle with a reference outlives neither its heap nor a Heap::Reset.
template <typename T>
class Handle {
 public:
  Handle() = default;
  // The constructor adds a reference to `object`, which may be kNull; Adopt takes the caller's.
  Handle(Heap& heap, Object object) : heap_(&heap), object_(object) {
    if (object != kNull) heap.Retain(object);
  }
  static Handle Adopt(Heap& heap, Object object) {
    Handle handle;
    handle.heap_ = &heap;
    handle.object_ = object;
    return handle;
  }
  Handle(const Handle& other) : heap_(other.heap_), object_(other.object_) {
    if (object_ != kNull) heap_->Retain(object_);
  }
  Handle(Handle&& other) noexcept
      : heap_(other.heap_), object_(std::exchange(other.object_, kNull)) {}
  // Retains the new object before it releases the old one, as Heap::Store does.
  Handle& operator=(Handle other) noexcept {
    std::swap(heap_, other.heap_);
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() { Reset(); }

  void Reset() {
    if (object_ != kNull) heap_->Release(std::exchange(object_, kNull));
  }

  // Gives its reference to the caller: the reverse of Adopt.
  Object Detach() { return std::exchange(object_, kNull); }

  explicit operator bool() const { return object_ != kNull; }
  Object object() const { return object_; }
  // REQUIRES: it has an object.
  T* get() const { return static_cast<T*>(heap_->Payload(object_)); }
  T* operator->() const { return get(); }
  T& operator*() const { return *get(); }

  // The object in a slot, or none.
  template <typename U>
  Handle<U> Get(Slot<U> T::*slot) const {
    return Handle<U>(*heap_, (get()->*slot).object);
  }
  // Stores the object of `value`, or none, in a slot.
  template <typename U>
  void Set(Slot<U> T::*slot, const Handle<U>& value) const {
    heap_->Store((get()->*slot).object, value.object());
  }
  void Set(auto T::*slot, std::nullptr_t) const { heap_->Store((get()->*slot).object, kNull); }

  // Whether both have the same object of the same heap, or none.
  friend bool operator==(const Handle& a, const Handle& b) {
    return a.object_ == b.object_ && (a.heap_ == b.heap_ || a.object_ == kNull);
  }

 private:
  Heap* heap_ = nullptr;
  Object object_ = kNull;
};

// The payload of a weak reference to a `T`: opaque.
template <typename T>
class WeakTo {};

// Registers `T`, whose references are the members `slots`; `type` describes the rest. The
// destructor of `T` runs as Type::destroy, unless that is given. Throws std::bad_alloc, without
// effect.
template <typename T, typename... U>
TypeOf<T> Register(Heap& heap, Type type, Slot<U> T::*... slots) {
  static_assert(alignof(T) <= 16);
  alignas(T) std::byte place[sizeof(T)] = {};
  T* const at = reinterpret_cast<T*>(place);  // to compute offsets; no T is constructed
  type.size = sizeof(T);
  type.alignment = alignof(T);
  (type.references.push_back(
       static_cast<uint32_t>(reinterpret_cast<std::byte*>(&(at->*slots)) - place)),
   ...);
  if (type.destroy == nullptr && !std::is_trivially_destructible_v<T>) {
    type.destroy = [](Heap& h, Object object) { static_cast<T*>(h.Payload(object))->~T(); };
  }
  return {heap.Register(type)};
}

// A new object with payload T{arguments...}; an empty Handle if there is no memory. REQUIRES: the
// slots of that payload are empty.
//
// A payload whose construction may throw is constructed before the object and then moved, so that
// an exception propagates without effect. If its move may throw too, it is constructed in place,
// and an exception calls std::terminate.
template <typename T, typename... Arguments>
Handle<T> New(Heap& heap, TypeOf<T> type, Arguments&&... arguments) {
  const auto put = [&]<typename... Parts>(Parts&&... parts) noexcept {
    const Object object = heap.New(type.id);
    if (object != kNull) new (heap.Payload(object)) T{std::forward<Parts>(parts)...};
    return Handle<T>::Adopt(heap, object);
  };
  constexpr bool kThrows = !noexcept(T{std::forward<Arguments>(arguments)...});
  if constexpr (kThrows && std::is_nothrow_move_constructible_v<T>) {
    return put(T{std::forward<Arguments>(arguments)...});
  } else {
    return put(std::forward<Arguments>(arguments)...);
  }
}

// A weak reference: see Heap::NewWeak. An empty Handle if there is no memory.
template <typename T>
Handle<WeakTo<T>> NewWeak(Heap& heap, const Handle<T>& target, WeakCallback callback = nullptr,
                          void* context = nullptr) {
  return Handle<WeakTo<T>>::Adopt(heap, heap.NewWeak(target.object(), callback, context));
}

// Its target, or an empty Handle: see Heap::Target.
template <typename T>
Handle<T> Lock(Heap& heap, const Handle<WeakTo<T>>& weak) {
  return Handle<T>(heap, heap.Target(weak.object()));
}

}  // namespace ouro::heap

#endif  // COLLECTOR_HEAP_HANDLE_H_
