// SPDX-License-Identifier: Apache-2.0

// The heap of QuickJS, a JavaScript engine, executes programs without kinds: reference counts, a
// collector of cycles, and finalizers that run after the death, as jobs of FinalizationRegistry.
//
// Place: the base of the adapters in quickjs.cc; both of Bellard's engine and of quickjs-ng.
//
// A node or leaf is an object of a class in C, whose slots its mark function shows; a weak
// reference is one with a WeakRef. The finalizer of the class tells the death. Jobs run when the
// outermost operation is over, as in the loop of a host.
//
// Collections are only those that programs ask for; in Bellard's engine also after a death with a
// finalizer, as only a collection finds out there that it is due. All programs of a process have
// one runtime, unless one leaves an object behind.

#ifndef COLLECTOR_PEERS_QUICKJS_HEAP_H_
#define COLLECTOR_PEERS_QUICKJS_HEAP_H_

#include <malloc.h>
#include <quickjs/quickjs.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "collector/peers/peer.h"

namespace ouro {

// An allocator that fails when it is told to.
class QuickJsMemory {
 public:
  // The k-th allocation from now on fails; 0: none does.
  void Arm(long k) {
    left_ = k;
    tripped_ = false;
  }
  bool tripped() const { return tripped_; }

  JSRuntime* NewRuntime() { return JS_NewRuntime2(&kFunctions, this); }

 private:
#ifdef QUICKJS_NG
  using State = void;
  static QuickJsMemory& Of(void* opaque) { return *static_cast<QuickJsMemory*>(opaque); }
  static void* Calloc(void* opaque, size_t count, size_t size) {
    return Of(opaque).Fails() ? nullptr : std::calloc(count, size);
  }
#else
  using State = JSMallocState;
  static QuickJsMemory& Of(State* state) { return *static_cast<QuickJsMemory*>(state->opaque); }
#endif
  static void* Malloc(State* state, size_t size) {
    return Of(state).Fails() ? nullptr : std::malloc(size);
  }
  static void* Realloc(State* state, void* block, size_t size) {
    if (size == 0) {
      std::free(block);
      return nullptr;
    }
    return Of(state).Fails() ? nullptr : std::realloc(block, size);
  }
  static void Free(State*, void* block) { std::free(block); }
  static size_t Usable(const void* block) { return malloc_usable_size(const_cast<void*>(block)); }

  static constexpr JSMallocFunctions kFunctions = {
#ifdef QUICKJS_NG
      Calloc,
#endif
      Malloc, Free, Realloc, Usable};

  bool Fails() {
    if (left_ == 0 || --left_ != 0) return false;
    tripped_ = true;
    return true;
  }

  long left_ = 0;
  bool tripped_ = false;
};

class QuickJsHeap : public Peer {
 public:
  // `fails`: each birth is first tried with each of its allocations failing, unreported.
  explicit QuickJsHeap(Observer& observer, const std::vector<KindId>& kinds = {},
                       bool fails = false)
      : Peer(observer, kinds), fails_(fails) {
    Open();
  }
  ~QuickJsHeap() override { Close(); }

  void Reset() override {
    set_silent(true);
    for (JSValue& value : registers_) Set(&value, JS_UNDEFINED);
    draining_ = false;
    Drain();
    JS_RunGC(runtime_);
    Drain();
    set_silent(false);
    if (alive_ != 0) {
      Close();
      alive_ = 0;
      Open();
    }
    ForgetIds();
  }

 protected:
  // What an object of the class has: one of the program's, or a part of it that dies with it.
  struct Cell {
    QuickJsHeap* heap = nullptr;
    ObjectId id = kNone;
    bool finalizer = false;
    std::array<JSValue, kMaxSlots> slots;  // of a weak reference: [0] is the WeakRef
  };

  void NewNode(int dest, int, bool finalizer, ObjectId id) override {
    Attempt([&] { return MakeNode(kNone, finalizer); });
    JSValue made = MakeNode(id, finalizer);
    Born(dest, id, Checked(made));
  }

  void NewLeaf(int dest, ObjectId id) override { NewNode(dest, 0, false, id); }

  void NewWeak(int dest, int target, bool, ObjectId id) override {
    JSValue made = NewCell(id);
    JSValue of = Read(target);
    JSValueConst arguments[] = {of};
    CellOf(made)->slots[0] = Checked(JS_CallConstructor(context_, weak_ref_, 1, arguments));
    JS_FreeValue(context_, of);
    Born(dest, id, made);
  }

  void Copy(int dest, int from) override { Write(dest, Read(from)); }

  void Load(int dest, int from, int slot) override {
    JSValue node = Read(from);
    JSValue value = Content(node, slot);
    JS_FreeValue(context_, node);
    Got(IdOf(value));
    Write(dest, value);
  }

  void Dereference(int dest, int weak) override {
    JSValue from = Read(weak);
    JSValue value = Checked(JS_Call(context_, deref_, CellOf(from)->slots[0], 0, nullptr));
    JS_FreeValue(context_, from);
    Got(IdOf(value));
    Write(dest, value);
  }

  void Store(int into, int slot, int from) override {
    JSValue node = Read(into);
    SetSlot(node, slot, Read(from));
    JS_FreeValue(context_, node);
    Drain();
  }

  void EmptySlot(int into, int slot) override {
    JSValue node = Read(into);
    SetSlot(node, slot, JS_UNDEFINED);
    JS_FreeValue(context_, node);
    Drain();
  }

  void EmptyRegister(int dest) override { Write(dest, JS_UNDEFINED); }

  int Collect(int) override {
    JS_RunGC(runtime_);
    Drain();
    return 0;
  }

  virtual void Born(int dest, ObjectId, JSValue value) { Write(dest, value); }
  virtual void Died(ObjectId id) { Freed(id); }
  virtual ObjectId IdOf(JSValueConst value) const {
    const Cell* const cell = CellOf(value);
    return cell == nullptr ? kNone : cell->id;
  }

  // A new reference to what a register holds.
  virtual JSValue Read(int ref) { return JS_DupValue(context_, registers_[At(ref)]); }
  // Takes the reference.
  virtual void Write(int dest, JSValue value) {
    Set(&registers_[At(dest)], value);
    Drain();
  }
  // A new reference to what a slot holds.
  virtual JSValue Content(JSValueConst node, int slot) { return GetSlot(node, slot); }
  virtual JSValue GetSlot(JSValueConst node, int slot) {
    return JS_DupValue(context_, CellOf(node)->slots[At(slot)]);
  }
  // Takes the reference to the value.
  virtual void SetSlot(JSValueConst node, int slot, JSValue value) {
    Set(&CellOf(node)->slots[At(slot)], value);
  }
  virtual void Closing() {}

  // Jobs may run scripts, whose operations run none.
  void Drain() {
    if (std::exchange(draining_, true)) return;
    JSContext* context = nullptr;
    for (int done = 1; done != 0;) {
      if (std::exchange(due_, false) && kFinalizersWait) JS_RunGC(runtime_);
      done = JS_ExecutePendingJob(runtime_, &context);
      if (done < 0) JS_FreeValue(context_, JS_GetException(context));
    }
    draining_ = false;
  }

  // Makes something with each allocation failing in turn, if that is asked for.
  template <typename Make>
  void Attempt(Make make) {
    const bool was_silent = silent();
    set_silent(true);
    for (long k = 1; fails_ && k < kMaxAllocations; ++k) {
      memory_.Arm(k);
      JSValue made = make();
      const bool failed = memory_.tripped();
      memory_.Arm(0);
      if (JS_IsException(made)) JS_FreeValue(context_, JS_GetException(context_));
      JS_FreeValue(context_, made);
      if (!failed) break;
    }
    set_silent(was_silent);
  }

  JSValue NewCell(ObjectId id) {
    JSValue made = JS_NewObjectClass(context_, static_cast<int>(Class()));
    if (JS_IsException(made)) return made;
    auto* const cell = new Cell{.heap = this, .id = id, .slots = {}};
    cell->slots.fill(JS_UNDEFINED);
    JS_SetOpaque(made, cell);
    if (id != kNone) ++alive_;
    return made;
  }

  // Takes the reference; returns it, or JS_EXCEPTION. The held value is the number.
  JSValue Register(JSValue value, ObjectId id) {
    JSValueConst arguments[] = {value, JS_NewInt32(context_, id)};
    JSValue done = JS_Call(context_, register_, registry_, 2, arguments);
    if (!JS_IsException(done)) return value;
    JS_FreeValue(context_, value);
    return done;
  }

  // The value; undefined, and said to be a fault, if it is an exception.
  JSValue Checked(JSValue value) {
    if (!JS_IsException(value)) return value;
    JSValue exception = JS_GetException(context_);
    const char* const text = JS_ToCString(context_, exception);
    Broken(text == nullptr ? "an exception" : text);
    JS_FreeCString(context_, text);
    JS_FreeValue(context_, exception);
    return JS_UNDEFINED;
  }

  void Set(JSValue* place, JSValue value) {
    JSValue old = std::exchange(*place, value);
    JS_FreeValue(context_, old);
  }

  Cell* CellOf(JSValueConst value) const {
    return static_cast<Cell*>(JS_GetOpaque(value, Class()));
  }

  static size_t At(int index) { return static_cast<size_t>(index); }

  JSContext* context() const { return context_; }
  JSRuntime* runtime() const { return runtime_; }

 private:
  static constexpr long kMaxAllocations = 2000;
#ifdef QUICKJS_NG
  static constexpr bool kFinalizersWait = false;
#else
  static constexpr bool kFinalizersWait = true;
#endif

  JSValue MakeNode(ObjectId id, bool finalizer) {
    JSValue made = NewCell(id);
    if (!finalizer || JS_IsException(made)) return made;
    CellOf(made)->finalizer = true;
    return Register(made, id);
  }

  void Open() {
    runtime_ = memory_.NewRuntime();
    JS_SetGCThreshold(runtime_, static_cast<size_t>(-1));
    static constexpr JSClassDef kClass = {.class_name = "Cell",
                                          .finalizer = Finalized,
                                          .gc_mark = Mark,
                                          .call = nullptr,
                                          .exotic = nullptr};
    JS_NewClass(runtime_, Class(runtime_), &kClass);
    context_ = JS_NewContext(runtime_);
    JS_SetContextOpaque(context_, this);
    registers_.fill(JS_UNDEFINED);
    JSValue global = JS_GetGlobalObject(context_);
    JS_SetPropertyStr(context_, global, "gc", JS_NewCFunction(context_, RunGc, "gc", 0));
    weak_ref_ = JS_GetPropertyStr(context_, global, "WeakRef");
    deref_ = MethodOf(weak_ref_, "deref");
    JSValue registries = JS_GetPropertyStr(context_, global, "FinalizationRegistry");
    register_ = MethodOf(registries, "register");
    JSValue callback = JS_NewCFunction(context_, RunFinalizer, "finalizer", 1);
    JSValueConst arguments[] = {callback};
    registry_ = JS_CallConstructor(context_, registries, 1, arguments);
    JS_FreeValue(context_, callback);
    JS_FreeValue(context_, registries);
    JS_FreeValue(context_, global);
  }

  JSValue MethodOf(JSValueConst constructor, const char* name) {
    JSValue prototype = JS_GetPropertyStr(context_, constructor, "prototype");
    JSValue method = JS_GetPropertyStr(context_, prototype, name);
    JS_FreeValue(context_, prototype);
    return method;
  }

  void Close() {
    set_silent(true);
    for (JSValue& value : registers_) Set(&value, JS_UNDEFINED);
    Closing();
    for (JSValue value : {weak_ref_, deref_, register_, registry_}) JS_FreeValue(context_, value);
    JS_FreeContext(context_);
    JS_FreeRuntime(runtime_);
    set_silent(false);
  }

  static JSClassID Class([[maybe_unused]] JSRuntime* runtime = nullptr) {
    static JSClassID id = 0;
#ifdef QUICKJS_NG
    if (runtime != nullptr) JS_NewClassID(runtime, &id);
#else
    if (runtime != nullptr) JS_NewClassID(&id);
#endif
    return id;
  }

  static void Finalized(JSRuntime* runtime, JSValue value) {
    auto* const cell = static_cast<Cell*>(JS_GetOpaque(value, Class()));
    if (cell == nullptr) return;
    QuickJsHeap& heap = *cell->heap;
    if (cell->id != kNone) {
      --heap.alive_;
      heap.due_ |= cell->finalizer;
      heap.Died(cell->id);
    }
    for (JSValue slot : cell->slots) JS_FreeValueRT(runtime, slot);
    delete cell;
  }

  static void Mark(JSRuntime* runtime, JSValueConst value, JS_MarkFunc* mark) {
    auto* const cell = static_cast<Cell*>(JS_GetOpaque(value, Class()));
    if (cell == nullptr) return;
    for (JSValue slot : cell->slots) JS_MarkValue(runtime, slot, mark);
  }

  static JSValue RunGc(JSContext* context, JSValueConst, int, JSValueConst*) {
    JS_RunGC(JS_GetRuntime(context));
    return JS_UNDEFINED;
  }

  // Nobody is `self` then.
  static JSValue RunFinalizer(JSContext* context, JSValueConst, int, JSValueConst* arguments) {
    QuickJsHeap& heap = *static_cast<QuickJsHeap*>(JS_GetContextOpaque(context));
    int32_t id = kNone;
    JS_ToInt32(context, &id, arguments[0]);
    if (heap.silent() || id == kNone) return JS_UNDEFINED;
    JSValue outer = std::exchange(heap.registers_[kSelf], JS_UNDEFINED);
    const bool raised = heap.Finalize(id);
    heap.registers_[kSelf] = outer;
    return raised ? JS_ThrowInternalError(context, "raised") : JS_UNDEFINED;
  }

  const bool fails_;
  QuickJsMemory memory_;
  JSRuntime* runtime_ = nullptr;
  JSContext* context_ = nullptr;
  std::array<JSValue, kRegisters + 1> registers_;
  JSValue weak_ref_, deref_, registry_, register_;
  int alive_ = 0;  // objects of the program
  bool draining_ = false;
  bool due_ = false;  // an object with a finalizer has died
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_QUICKJS_HEAP_H_
