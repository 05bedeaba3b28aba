// SPDX-License-Identifier: Apache-2.0

// The adapter of CPython through its C API. Nodes, leaves and weak references are types in C,
// like those of an extension module; the collector is the same as every CPython's. With OURO_DEBUG
// it is the debug build of CPython, whose collector asserts.
//
// Place: a peer (peer.h). cpython.py drives the same collector from Python, where the interpreter
// provides the functions that are written by hand here: so this also tests what authors of
// extension modules must get right. A process has one interpreter for its whole life.

#include "collector/peers/peer.h"

#if defined(OURO_HAVE_CPYTHON) || defined(OURO_HAVE_CPYTHON_DEBUG)

#include <Python.h>
#include <structmember.h>

// Of other versions, no contract was tried: see ContractOfVersion in specimens.cc.
#define OURO_TRIED (PY_VERSION_HEX >= 0x03090000 && PY_VERSION_HEX < 0x030E0000)

#endif

#if OURO_TRIED

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace ouro {
namespace {

// The part common to all objects of a program.
struct Life {
  ObjectId id;
  bool over;  // reported as freed
};

struct Leaf {
  PyObject_HEAD;
  Life life;
};

struct Node {
  PyObject_HEAD;
  Life life;
  int size;
  PyObject* weak_references;
  PyObject* slots[kMaxSlots];
};

struct Weak {
  PyWeakReference base;
  Life life;
};

// Made once in a process, before the first program; never examined by the collector.
struct Interpreter {
  PyTypeObject* leaf;
  PyTypeObject* node[2];  // without and with a finalizer
  PyTypeObject* weak;
  PyObject* callback;
  PyObject* collect;
  PyObject* get_objects;
  PyObject* set_debug;
  PyObject* garbage;
  PyObject* number[kGenerations];  // so that a call with one of these allocates nothing
  PyObject* saveall;
};

// CPython fails only without memory, or because of a bug in this file.
template <typename T>
T* Must(T* result) {
  if (result == nullptr) Py_FatalError("the adapter could not go on");
  return result;
}

Node* AsNode(PyObject* object) { return reinterpret_cast<Node*>(object); }

class CPython : public Peer {
 public:
  explicit CPython(Observer& observer) : Peer(observer), python_(TheInterpreter()) { live_ = this; }

  ~CPython() override {
    Drop();
    live_ = nullptr;
  }

  // Proves that nothing survived: all storage was released.
  void Reset() override {
    Drop();
    if (objects_ != 0) Broken("CPython: objects survive a reset");
    ForgetIds();
  }

 protected:
  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    Node* const node = Must(PyObject_GC_New(Node, python_.node[finalizer ? 1 : 0]));
    node->life = {id, false};
    node->size = slots;
    node->weak_references = nullptr;
    std::fill(std::begin(node->slots), std::end(node->slots), nullptr);
    ++objects_;
    PyObject_GC_Track(node);
    registers_[dest] = reinterpret_cast<PyObject*>(node);
  }

  void NewLeaf(int dest, ObjectId id) override {
    Leaf* const leaf = Must(PyObject_New(Leaf, python_.leaf));
    leaf->life = {id, false};
    ++objects_;
    registers_[dest] = reinterpret_cast<PyObject*>(leaf);
  }

  // Of a subclass, because CPython shares plain weak references that have no callback.
  void NewWeak(int dest, int target, bool callback, ObjectId id) override {
    PyObject* const weak = Must(
        PyObject_CallFunctionObjArgs(reinterpret_cast<PyObject*>(python_.weak), registers_[target],
                                     callback ? python_.callback : nullptr, nullptr));
    reinterpret_cast<Weak*>(weak)->life = {id, false};
    ++objects_;
    registers_[dest] = weak;
  }

  void Copy(int dest, int from) override { Assign(registers_[dest], registers_[from]); }

  void Load(int dest, int from, int slot) override {
    Fetch(dest, AsNode(registers_[from])->slots[slot]);
  }

  void Dereference(int dest, int weak) override {
    // A call, as it is written in Python: of the functions, 3.13 gives up one and only it has the
    // other.
    PyObject* const target = Must(PyObject_CallNoArgs(registers_[weak]));
    Fetch(dest, target == Py_None ? nullptr : target);
    Py_DECREF(target);
  }

  void Store(int into, int slot, int from) override {
    Assign(AsNode(registers_[into])->slots[slot], registers_[from]);
  }

  void EmptySlot(int into, int slot) override {
    Assign(AsNode(registers_[into])->slots[slot], nullptr);
  }

  void EmptyRegister(int dest) override { Assign(registers_[dest], nullptr); }

  int Collect(int generation) override {
    PyObject* const count = Must(PyObject_CallOneArg(python_.collect, python_.number[generation]));
    const int found = static_cast<int>(PyLong_AsLong(count));
    Py_DECREF(count);
    ReportGarbage();
    return found;
  }

  void Other(const Op& op) override {
    switch (op.code) {
      case OpCode::kSaveallOn:
        return SetDebug(python_.saveall);
      case OpCode::kSaveallOff:
        return SetDebug(python_.number[0]);
      case OpCode::kTakeGarbage:
        return Fetch(op.dest, op.count < PyList_GET_SIZE(python_.garbage)
                                  ? PyList_GET_ITEM(python_.garbage, op.count)
                                  : nullptr);
      case OpCode::kClearGarbage:
        return ClearGarbage();
      case OpCode::kCensus:
        return TakeCensus();
      default:
        return;
    }
  }

 private:
  // ---- The functions of the types --------------------------------------------------------------

  // Since 3.9 an object of a type that was made at run time visits its type.
  static int TraverseNode(PyObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    for (int i = 0; i < AsNode(self)->size; ++i) Py_VISIT(AsNode(self)->slots[i]);
    return 0;
  }

  static int ClearNode(PyObject* self) {
    for (int i = 0; i < AsNode(self)->size; ++i) Py_CLEAR(AsNode(self)->slots[i]);
    live_->End(self);
    return 0;
  }

  static void FinalizeNode(PyObject* self) {
    PyObject* type;
    PyObject* value;
    PyObject* traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (live_->RunScript(&CPython::Finalize, self)) {
      PyErr_SetNone(PyExc_RuntimeError);
      PyErr_WriteUnraisable(self);
    }
    PyErr_Restore(type, value, traceback);
  }

  // The same steps as CPython's for instances of classes: a dying object is in the youngest
  // generation when its finalizer runs, and not part of a running collection.
  static void DeallocateNode(PyObject* self) {
    PyTypeObject* const type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, DeallocateNode);
    if (!Resurrected(self)) {
      if (AsNode(self)->weak_references != nullptr) PyObject_ClearWeakRefs(self);
      ClearNode(self);
      PyObject_GC_Del(self);
      Py_DECREF(type);
      --live_->objects_;
    }
    Py_TRASHCAN_END;
  }

  static bool Resurrected(PyObject* self) {
    if (Py_TYPE(self)->tp_finalize == nullptr) return false;
    PyObject_GC_Track(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0) return true;
    PyObject_GC_UnTrack(self);
    return false;
  }

  static void DeallocateLeaf(PyObject* self) {
    PyTypeObject* const type = Py_TYPE(self);
    live_->End(self);
    PyObject_Free(self);
    Py_DECREF(type);
    --live_->objects_;
  }

  static int TraverseWeak(PyObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    return _PyWeakref_RefType.tp_traverse(self, visit, arg);
  }

  static int ClearWeak(PyObject* self) {
    _PyWeakref_RefType.tp_clear(self);
    live_->End(self);
    return 0;
  }

  static void DeallocateWeak(PyObject* self) {
    PyTypeObject* const type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    live_->End(self);
    _PyWeakref_RefType.tp_dealloc(self);
    Py_DECREF(type);
    --live_->objects_;
  }

  // CPython passes a weak reference that is the only one with a callback as a borrowed reference. A
  // callback in Python owns its argument, and so does this one.
  static PyObject* CallBack(PyObject*, PyObject* weak) {
    Py_INCREF(weak);
    const bool raised = live_->RunScript(&CPython::Callback, weak);
    Py_DECREF(weak);
    if (!raised) Py_RETURN_NONE;
    PyErr_SetNone(PyExc_RuntimeError);
    return nullptr;
  }

  // ---- Events ----------------------------------------------------------------------------------

  // Null for objects that are not a program's.
  Life* LifeOf(PyObject* object) const {
    PyTypeObject* const type = Py_TYPE(object);
    if (type == python_.node[0] || type == python_.node[1]) return &AsNode(object)->life;
    if (type == python_.weak) return &reinterpret_cast<Weak*>(object)->life;
    return type == python_.leaf ? &reinterpret_cast<Leaf*>(object)->life : nullptr;
  }

  // A cleared object is deallocated later.
  void End(PyObject* object) {
    Life& life = *LifeOf(object);
    if (!life.over) Freed(life.id);
    life.over = true;
  }

  // CPython keeps `self` alive while this runs.
  bool RunScript(bool (CPython::*run)(ObjectId), PyObject* self) {
    PyObject* const outer = registers_[kSelf];
    registers_[kSelf] = self;
    const bool raised = (this->*run)(LifeOf(self)->id);
    registers_[kSelf] = outer;
    return raised;
  }

  // A collection appends to the list after its last script has run, so this is not too late.
  void ReportGarbage() {
    while (reported_ < PyList_GET_SIZE(python_.garbage)) {
      Report(Event::Garbage(LifeOf(PyList_GET_ITEM(python_.garbage, reported_++))->id));
    }
  }

  // CPython also lists trash that it is clearing or has cleared.
  void TakeCensus() {
    for (int generation = 0; generation < kGenerations; ++generation) {
      PyObject* const all =
          Must(PyObject_CallOneArg(python_.get_objects, python_.number[generation]));
      for (Py_ssize_t i = 0; i < PyList_GET_SIZE(all); ++i) {
        const Life* const life = LifeOf(PyList_GET_ITEM(all, i));
        if (life != nullptr && !life->over) Report(Event::Tracked(life->id, generation));
      }
      Py_DECREF(all);
    }
  }

  // ---- Assignments -----------------------------------------------------------------------------

  static void Assign(PyObject*& place, PyObject* value) {
    PyObject* const old = place;
    Py_XINCREF(value);
    place = value;
    Py_XDECREF(old);
  }

  void Fetch(int dest, PyObject* value) {
    PyObject* const old = registers_[dest];
    Py_XINCREF(value);
    registers_[dest] = value;
    Got(value == nullptr ? kNone : LifeOf(value)->id);
    Py_XDECREF(old);
  }

  void SetDebug(PyObject* flags) { Py_DECREF(Must(PyObject_CallOneArg(python_.set_debug, flags))); }

  void ClearGarbage() {
    reported_ = 0;
    PyList_SetSlice(python_.garbage, 0, PyList_GET_SIZE(python_.garbage), nullptr);
  }

  void Drop() {
    set_silent(true);
    SetDebug(python_.number[0]);
    for (int i = 0; i < kRegisters; ++i) EmptyRegister(i);
    ClearGarbage();
    if (objects_ != 0) Collect(kGenerations - 1);
    set_silent(false);
  }

  // ---- The interpreter -------------------------------------------------------------------------

  static PyTypeObject* NewType(PyType_Spec spec, PyTypeObject* base) {
    PyObject* const bases = base == nullptr ? nullptr : Must(PyTuple_Pack(1, base));
    PyObject* const type = Must(PyType_FromSpecWithBases(&spec, bases));
    Py_XDECREF(bases);
    return reinterpret_cast<PyTypeObject*>(type);
  }

  template <typename Function>
  static PyType_Slot At(int slot, Function* function) {
    return {slot, reinterpret_cast<void*>(function)};
  }

  static PyTypeObject* NewNodeType(bool finalizer) {
    static PyMemberDef members[] = {
        {"__weaklistoffset__", T_PYSSIZET, offsetof(Node, weak_references), READONLY, nullptr}, {}};
    PyType_Slot slots[] = {At(Py_tp_traverse, TraverseNode),
                           At(Py_tp_clear, ClearNode),
                           At(Py_tp_dealloc, DeallocateNode),
                           {Py_tp_members, members},
                           At(finalizer ? Py_tp_finalize : 0, FinalizeNode),
                           {}};
    return NewType({finalizer ? "ouro.Final" : "ouro.Node", sizeof(Node), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots},
                   nullptr);
  }

  static void Start() {
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.pathconfig_warnings = 0;
    const PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) Py_ExitStatusException(status);
    // Without a stderr CPython does not print the exceptions of scripts.
    PySys_SetObject("stderr", Py_None);
    PyGC_Disable();
  }

  static Interpreter MakeInterpreter() {
    static PyMethodDef callback = {"callback", CallBack, METH_O, nullptr};
    Start();
    Interpreter python = {};
    PyType_Slot leaf[] = {At(Py_tp_dealloc, DeallocateLeaf), {}};
    PyType_Slot weak[] = {At(Py_tp_traverse, TraverseWeak),
                          At(Py_tp_clear, ClearWeak),
                          At(Py_tp_dealloc, DeallocateWeak),
                          {}};
    python.leaf = NewType({"ouro.Leaf", sizeof(Leaf), 0, Py_TPFLAGS_DEFAULT, leaf}, nullptr);
    python.node[0] = NewNodeType(false);
    python.node[1] = NewNodeType(true);
    python.weak =
        NewType({"ouro.Weak", sizeof(Weak), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, weak},
                &_PyWeakref_RefType);
    python.callback = Must(PyCFunction_New(&callback, nullptr));
    PyObject* const gc = Must(PyImport_ImportModule("gc"));
    python.collect = Must(PyObject_GetAttrString(gc, "collect"));
    python.get_objects = Must(PyObject_GetAttrString(gc, "get_objects"));
    python.set_debug = Must(PyObject_GetAttrString(gc, "set_debug"));
    python.garbage = Must(PyObject_GetAttrString(gc, "garbage"));
    python.saveall = Must(PyObject_GetAttrString(gc, "DEBUG_SAVEALL"));
    for (int i = 0; i < kGenerations; ++i) python.number[i] = Must(PyLong_FromLong(i));
    // Everything that exists now is immortal and never examined: a collection then costs
    // microseconds and finds only objects of programs.
    Py_DECREF(Must(PyObject_CallNoArgs(python.collect)));
    Py_DECREF(Must(PyObject_CallMethod(gc, "freeze", nullptr)));
    Py_DECREF(gc);
    return python;
  }

  static const Interpreter& TheInterpreter() {
    static const Interpreter python = MakeInterpreter();
    return python;
  }

  inline static CPython* live_ = nullptr;  // receives the reports of the types' functions

  const Interpreter& python_;
  PyObject* registers_[kRegisters + 1] = {};  // the last one is `self`, not counted
  Py_ssize_t reported_ = 0;                   // elements of the garbage list
  int objects_ = 0;                           // of programs, whose storage is not released
};

}  // namespace
}  // namespace ouro

#ifdef OURO_DEBUG
#define OURO_BUILD ", the debug build, which asserts"
#else
#define OURO_BUILD ""
#endif
extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::CPython>(
    ouro::kAllAbilities & ~(ouro::kThresholds | ouro::kFailures),
    "CPython " PY_VERSION " through its C API" OURO_BUILD, "cpython39");

#else

#ifdef PY_VERSION
#define OURO_LACKS "a CPython of 3.9 to 3.13: no contract was tried on " PY_VERSION
#elif defined(OURO_DEBUG)
#define OURO_LACKS "Debian's libpython3-dbg"
#else
#define OURO_LACKS "Debian's libpython3-dev"
#endif
extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer(OURO_LACKS);

#endif
