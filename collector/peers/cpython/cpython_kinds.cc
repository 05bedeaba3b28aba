// SPDX-License-Identifier: Apache-2.0

#include "collector/peers/cpython/cpython_kinds.h"

#if OURO_TRIED

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/peers/cpython/cpython_api.h"
#include "collector/peers/cpython/cpython_tables.h"

namespace ouro {
namespace {

constexpr int kNoKind = -1;

// What the adapter knows of a slot.
struct SlotState {
  int kind = kNoKind;       // of the holder in it
  ObjectId inside = kNone;  // what was put into the holder
  bool stuffed = false;     // an action was given the content, and may have put it in again
};

class CPythonWithKinds final : public CPython {
 public:
  CPythonWithKinds(Observer& observer, const std::string& options, const std::vector<KindId>& kinds)
      : CPython(observer, kinds, /*checked=*/true), tables_(TablesOf(options)) {
    live_ = this;
    for (int& kind : roots_) kind = kNoKind;
  }

  ~CPythonWithKinds() override {
    set_silent(true);
    Empty();
    set_silent(false);
    live_ = nullptr;
  }

  void Reset() override {
    set_silent(true);
    Empty();
    set_silent(false);
    CPython::Reset();
    objects_.clear();
    slots_.clear();
    tables_.Hide();
  }

  // One for each text of options, for the rest of the process.
  static Tables& TablesOf(const std::string& options) {
    static std::map<std::string, std::unique_ptr<Tables>> all;
    static PyMethodDef is_content = {"is_content", IsContent, METH_O, nullptr};
    TheInterpreter(/*checked=*/true);
    std::unique_ptr<Tables>& tables = all[options];
    if (tables == nullptr) tables = std::make_unique<Tables>(options, &is_content);
    return *tables;
  }

 protected:
  // ---- Births ----------------------------------------------------------------------------------

  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    if (noting()) Note(NameOf(dest) + " = " + tables_.NodeText(kNoKind, id, finalizer));
    CPython::NewNode(dest, slots, finalizer, id);
    Know(registers_[dest], id);
  }

  void NewNodeAs(int dest, int, bool finalizer, ObjectId id, int kind) override {
    if (noting()) Note(NameOf(dest) + " = " + tables_.NodeText(kind, id, finalizer));
    const NodeMaker& maker = tables_.MakerOf(kind);
    PyObject* const node = Must(PyObject_CallNoArgs(maker.make[finalizer ? 1 : 0]));
    PartOf(node)->attributes = maker.attributes;
    Bear(PartOf(node)->life, id);
    registers_[dest] = node;
    Know(node, id);
  }

  void NewLeaf(int dest, ObjectId id) override {
    if (noting()) Note(NameOf(dest) + " = born(Leaf(), " + std::to_string(id) + ")");
    CPython::NewLeaf(dest, id);
    Know(registers_[dest], id);
  }

  void NewWeak(int dest, int target, bool callback, ObjectId id) override {
    if (noting()) {
      const std::string call = callback ? ", callbacks[" + std::to_string(id) + "])" : ")";
      Note(NameOf(dest) + " = weakref.ref(" + Reading(target) + call);
    }
    Owned thing = Read(target);
    Refer(dest, thing.get(), callback, id);
    Know(registers_[dest], id);
  }

  void NewWeakWith(int dest, int target, int value, bool callback, ObjectId id) override {
    NewWeak(dest, target, callback, id);
    Store(dest, 0, value);
  }

  // ---- Registers -------------------------------------------------------------------------------

  void Copy(int dest, int from) override { CopyAs(dest, from, kNoKind); }

  void CopyAs(int dest, int from, int kind) override {
    Owned old;
    Owned value = Read(from);
    if (noting()) {
      const std::string text = Reading(from);
      Note(NameOf(dest) + " = " +
           (kind == kNoKind ? text : tables_.Snippet(kind, "make", "h", text)));
    }
    Owned holder = kind == kNoKind ? Owned() : Call(tables_.HoldingOf(kind).make, value);
    if (!holder) kind = kNoKind;  // a content of this kind of node cannot be held so
    old = Write(dest, kind == kNoKind ? Owned::Share(value.get()) : std::move(holder), kind);
    value.Drop();
  }

  void EmptyRegister(int dest) override {
    if (noting()) Note(NameOf(dest) + " = None");
    Owned old = Write(dest, Owned(), kNoKind);
  }

  void Dereference(int dest, int weak) override {
    Owned old;
    Owned value = Owned::Take(Must(PyObject_CallNoArgs(Read(weak).get())));
    if (value.get() == Py_None) value = Owned();
    if (noting()) Note(NameOf(dest) + " = " + Reading(weak) + "()");
    Got(IdOf(value));
    old = Write(dest, std::move(value), kNoKind);
  }

  void Load(int dest, int from, int slot) override {
    Owned old, empty;
    Owned thing = Read(from);
    Owned value = Loaded(thing, slot);
    if (!value) empty = DropEmpty(thing, slot, from);
    thing.Drop();
    if (noting()) Note(NameOf(dest) + " = " + (value ? TextOfLoad(from, slot, value) : "None"));
    Got(IdOf(value));
    old = Write(dest, std::move(value), kNoKind);
  }

  // ---- Slots -----------------------------------------------------------------------------------

  void Store(int into, int slot, int from) override {
    Owned old;
    if (noting()) Note(PlaceOf(into, slot) + " = " + Reading(from));
    Owned thing = Read(into);
    old = Replace(thing, slot, Read(from));
    thing.Drop();
  }

  void EmptySlot(int into, int slot) override {
    Owned old;
    Owned thing = Read(into);
    const int kind = StateOf(thing, slot).kind;
    const bool drop = kind == kNoKind || StateOf(thing, slot).stuffed;
    if (drop || tables_.HoldingOf(kind).take == nullptr) {
      if (noting()) Note(PlaceOf(into, slot) + " = None");
      old = Replace(thing, slot, Owned());
    } else {
      if (noting()) Note(tables_.Snippet(kind, "take", PlaceOf(into, slot), "x"));
      if (!TakeOut(kind, thing, slot, &old)) old = Replace(thing, slot, Owned());
    }
    thing.Drop();
  }

  // Single operations, while the old values are held: so all slots are written before one dies.
  void Clear(int into) override {
    std::array<Owned, kMaxSlots> old;
    HoldOld(into, SlotsIn(into), &old);
    for (int slot = 0; slot < SlotsIn(into); ++slot) EmptySlot(into, slot);
    DropLastFirst(&old);
  }

  void CopySlots(int into, int from) override {
    const int slots = std::min(SlotsIn(into), SlotsIn(from));
    std::array<Owned, kMaxSlots> old;
    HoldOld(into, slots, &old);
    for (int slot = 0; slot < slots; ++slot) {
      Owned node = Read(from);
      Owned value = Loaded(node, slot);
      node.Drop();
      Owned thing = Read(into);
      if (noting())
        Note(PlaceOf(into, slot) + " = " + (value ? TextOfLoad(from, slot, value) : "None"));
      Owned holder = Replace(thing, slot, std::move(value));
      thing.Drop();
    }
    DropLastFirst(&old);
  }

  void NewNodeWith(int dest, int slots, int even, int odd, bool finalizer, ObjectId id) override {
    NewNode(dest, slots, finalizer, id);
    for (int slot = 0; slot < slots; ++slot) Store(dest, slot, slot % 2 == 0 ? even : odd);
  }

  void StoreAs(int into, int slot, int from, int kind) override {
    Owned old;
    Owned thing = Read(into);
    Owned value = Read(from);
    const SlotState& state = StateOf(thing, slot);
    if (state.kind != kind || state.stuffed ||
        !PutInto(kind, thing, slot, value, into, from, &old)) {
      Owned holder = MakeHolder(&kind, value, into, slot, from);
      old = Replace(thing, slot, Owned::Share(holder.get()));
      if (SlotOf(thing, slot).get() != holder.get()) {  // a descriptor, in a class
        kind = tables_.fallback();
        holder = MakeHolder(&kind, value, into, slot, from);
        Replace(thing, slot, std::move(holder));
      }
      holder.Drop();
      StateOf(thing, slot).kind = kind;
    }
    StateOf(thing, slot).inside = IdOf(value);
    thing.Drop();
    value.Drop();
  }

  // The operation holds the node until it has reported. So the judge has it.
  void Poke(int from, int slot, int action) override {
    Owned thing = Read(from);
    const ObjectId id = IdOf(thing);
    const int kind = StateOf(thing, slot).kind;
    if (kind == kNoKind || tables_.Actions(kind) == 0) return Got(IdOf(Loaded(thing, slot)));
    action %= tables_.Actions(kind);
    if (noting()) {
      Note("with suppress(BaseException): h = " + PlaceOf(from, slot) + "; " +
           tables_.PokeText(kind, action));
      Note("h = None");
    }
    Owned holder = SlotOf(thing, slot);
    if (!holder) holder = Owned::Share(Py_None);  // the collector has cleared the node
    Act(kind, id, slot, action, holder);
    holder.Drop();
    AfterPoke(from, slot, thing);
  }

  int Collect(int generation) override {
    if (noting()) Note("gc.collect(" + std::to_string(generation) + ")");
    return CollectUpTo(generation);
  }

  void Over(ObjectId id) override {
    objects_[id] = nullptr;
    CPython::Over(id);
  }

 private:
  // ---- Objects ---------------------------------------------------------------------------------

  void Know(PyObject* object, ObjectId id) {
    objects_.resize(id + 1);
    objects_[id] = object;
    slots_.resize(objects_.size() * kMaxSlots);
  }

  // Of an object that was not freed; else null.
  Life* AliveOf(PyObject* object) const {
    Life* const life = object == nullptr ? nullptr : LifeOf(object);
    return life == nullptr || life->state != Life::kAlive ? nullptr : life;
  }

  ObjectId IdOf(const Owned& object) const {
    const Life* const life = object ? LifeOf(object.get()) : nullptr;
    return life == nullptr ? kNone : life->id;
  }

  static PyObject* IsContent(PyObject*, PyObject* object) {
    return PyBool_FromLong(live_ != nullptr && live_->AliveOf(object) != nullptr ? 1 : 0);
  }

  SlotState& StateOf(ObjectId id, int slot) { return slots_[id * kMaxSlots + slot]; }
  SlotState& StateOf(const Owned& thing, int slot) { return StateOf(IdOf(thing), slot); }

  // What is in the slot: an object or a holder.
  static Owned SlotOf(const Owned& thing, int slot) {
    if (!HasAttributes(thing.get())) return Owned::Share(SlotIn(thing.get(), slot));
    Owned value = Owned::Take(PyObject_GetAttr(thing.get(), SlotName(slot)));
    if (!value) PyErr_Clear();
    return value.get() == Py_None ? Owned() : std::move(value);
  }

  // Returns the old value.
  Owned Replace(const Owned& thing, int slot, Owned value) {
    Owned old = SlotOf(thing, slot);
    StateOf(thing, slot) = {};
    if (HasAttributes(thing.get())) {
      PyObject* const attribute = value ? value.get() : Py_None;
      if (PyObject_SetAttr(thing.get(), SlotName(slot), attribute) != 0) PyErr_Clear();
    } else {
      Py_XDECREF(std::exchange(SlotIn(thing.get(), slot), value.release()));  // `old` shares it
    }
    return old;
  }

  int SlotsIn(int ref) { return SlotsOf(IdOf(Read(ref))); }
  void HoldOld(int node, int slots, std::array<Owned, kMaxSlots>* old) {
    Owned thing = Read(node);
    for (int slot = 0; slot < slots; ++slot) {
      (*old)[static_cast<size_t>(slot)] = Loaded(thing, slot);
    }
  }

  static void DropLastFirst(std::array<Owned, kMaxSlots>* old) {
    for (size_t slot = old->size(); slot-- > 0;) (*old)[slot].Drop();
  }

  // ---- Holders ---------------------------------------------------------------------------------

  // Null if the function raised, or there is none.
  static Owned Call(PyObject* function, const Owned& first, PyObject* second = nullptr) {
    if (function == nullptr) return Owned();
    Owned result =
        Owned::Take(PyObject_CallFunctionObjArgs(function, first.get(), second, nullptr));
    if (!result) PyErr_Clear();
    return result;
  }

  Owned Remembered(const SlotState& state) const {
    return state.inside == kNone ? Owned() : Owned::Share(objects_[state.inside]);
  }

  // What a holder holds: an object of the program, or nothing.
  Owned Content(int kind, ObjectId id, int slot, const Owned& holder) {
    PyObject* const get = tables_.HoldingOf(kind).get;
    if (get == nullptr) return Remembered(StateOf(id, slot));
    Owned value = Owned::Take(PyObject_CallOneArg(get, holder ? holder.get() : Py_None));
    if (!value) return BeingExecuted() ? Remembered(StateOf(id, slot)) : Owned();
    return AliveOf(value.get()) != nullptr ? std::move(value) : Owned();
  }

  Owned Loaded(const Owned& thing, int slot) {
    const int kind = StateOf(thing, slot).kind;
    Owned holder = SlotOf(thing, slot);
    return kind == kNoKind ? std::move(holder) : Content(kind, IdOf(thing), slot, holder);
  }

  // Some kinds cannot hold every kind of node, a foreign structure for instance. Then it is in a
  // list.
  Owned MakeHolder(int* kind, const Owned& value, int into, int slot, int from) {
    for (const int candidate : {*kind, tables_.fallback()}) {
      if (noting()) {
        Note(PlaceOf(into, slot) + " = " + tables_.Snippet(candidate, "make", "h", Reading(from)));
      }
      *kind = candidate;
      Owned holder = Call(tables_.HoldingOf(candidate).make, value);
      if (holder) return holder;
    }
    *kind = kNoKind;
    return Owned::Share(value.get());
  }

  // Puts a value into the holder that is there already; false if it cannot.
  bool PutInto(int kind, const Owned& thing, int slot, const Owned& value, int into, int from,
               Owned* old) {
    PyObject* const put = tables_.HoldingOf(kind).put;
    if (put == nullptr) return false;
    Owned holder = SlotOf(thing, slot);
    *old = Content(kind, IdOf(thing), slot, holder);
    if (noting()) Note(tables_.Snippet(kind, "put", PlaceOf(into, slot), Reading(from)));
    return holder && Call(put, holder, value.get());
  }

  bool TakeOut(int kind, const Owned& thing, int slot, Owned* old) {
    Owned holder = SlotOf(thing, slot);
    *old = Content(kind, IdOf(thing), slot, holder);
    StateOf(thing, slot).inside = kNone;
    return holder && Call(tables_.HoldingOf(kind).take, holder);
  }

  void Act(int kind, ObjectId id, int slot, int number, const Owned& holder) {
    const Action& action = tables_.ActionOf(kind, number);
    if (!action.of_content) {
      Call(action.function, holder);
      return;
    }
    StateOf(id, slot).stuffed = true;
    Owned content = Content(kind, id, slot, holder);
    Call(action.function, holder, content ? content.get() : Py_None);
  }

  // Reports what the slot of the node holds now. Scripts may have changed all, the register too; an
  // action may have destroyed the content, and then the holder is dropped.
  void AfterPoke(int from, int slot, const Owned& thing) {
    Owned value = Loaded(thing, slot);
    if (value) return Got(IdOf(value));
    DropEmpty(thing, slot, from).Drop();
    Got(kNone);
  }

  // Nothing can be read from a holder: by an action, or the collector. It is not kept: its frame
  // may still have the content, though a generator has ended. Returns the holder.
  Owned DropEmpty(const Owned& thing, int slot, int from) {
    if (StateOf(thing, slot).kind == kNoKind) return Owned();
    const bool named = registers_[from] != nullptr && IdOf(Read(from)) == IdOf(thing);
    if (noting() && named) Note(PlaceOf(from, slot) + " = None");
    return Replace(thing, slot, Owned());
  }

  // ---- Registers -------------------------------------------------------------------------------

  Owned Read(int from) {
    if (roots_[from] == kNoKind) return Owned::Share(registers_[from]);
    Owned value = Call(tables_.HoldingOf(roots_[from]).get, Owned::Share(registers_[from]));
    if (IdOf(value) == kNone) Py_FatalError("a kind of root lost what it holds");
    return value;
  }

  // Returns what is to be released: the old holder, or its content if it is emptied instead.
  Owned Write(int dest, Owned value, int kind) {
    const int old_kind = std::exchange(roots_[dest], kind);
    Owned old = Owned::Take(std::exchange(registers_[dest], value.release()));
    if (old_kind == kNoKind) return old;
    const Holding& holding = tables_.HoldingOf(old_kind);
    if (holding.take == nullptr) return old;
    if (noting()) Note(tables_.Snippet(old_kind, "take", NameOf(dest), "x"));
    Owned content = Call(holding.get, old);
    Call(holding.take, old);
    return content;
  }

  // A cycle through a `rooted` kind is never freed.
  void BreakCycles() {
    for (size_t id = 0; id < objects_.size(); ++id) {
      if (objects_[id] == nullptr || !IsNode(objects_[id])) continue;
      Owned thing = Owned::Share(objects_[id]);
      for (int slot = 0; slot < kMaxSlots; ++slot) Replace(thing, slot, Owned());
    }
  }

  void Empty() {
    for (int i = 0; i < kRegisters; ++i) Write(i, Owned(), kNoKind);
    tables_.Forget();
    if (objects() != 0) CollectUpTo(kGenerations - 1);
    if (objects() == 0) return;
    BreakCycles();
    CollectUpTo(kGenerations - 1);
  }

  // ---- Notes -----------------------------------------------------------------------------------

  static std::string NameOf(int name) {
    return name == kSelf ? "self" : "r" + std::to_string(name);
  }

  // The expression that reads a register.
  std::string Reading(int from) const {
    return roots_[from] == kNoKind ? NameOf(from)
                                   : tables_.Snippet(roots_[from], "get", NameOf(from), "x");
  }

  std::string PlaceOf(int from, int slot) const {
    return Reading(from) + ".s" + std::to_string(slot);
  }

  std::string TextOfLoad(int from, int slot, const Owned& value) {
    const int kind = StateOf(Read(from), slot).kind;
    if (kind == kNoKind) return PlaceOf(from, slot);
    if (tables_.HoldingOf(kind).get != nullptr) {
      return tables_.Snippet(kind, "get", PlaceOf(from, slot), "x");
    }
    return "find(" + std::to_string(IdOf(value)) + ")";
  }

  inline static CPythonWithKinds* live_ = nullptr;

  Tables& tables_;
  std::vector<PyObject*> objects_;  // by id; null once freed
  std::vector<SlotState> slots_;    // by kMaxSlots * id + slot
  int roots_[kRegisters + 1];       // the kinds of the holders in registers
};

std::vector<std::string> List(const std::string& options) {
  return CPythonWithKinds::TablesOf(options).Lines();
}

std::unique_ptr<Collector> Make(Observer& observer, const std::string& options,
                                const std::vector<KindId>& kinds) {
  return std::make_unique<CPythonWithKinds>(observer, options, kinds);
}

std::string Prelude(const std::vector<std::string>& notes) {
  return CPythonWithKinds::TablesOf("kinds").Prelude(notes);
}

}  // namespace

const LibraryKinds kCPythonKindsHere = {
    .contract = "cpython", .list = List, .make = Make, .language = "python", .prelude = Prelude};

}  // namespace ouro

#endif  // OURO_TRIED
