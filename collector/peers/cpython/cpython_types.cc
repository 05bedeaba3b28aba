// SPDX-License-Identifier: Apache-2.0

#include "collector/peers/cpython/cpython_types.h"

#if OURO_TRIED

#include <structmember.h>

#include <cstddef>
#include <cstring>
#include <vector>

namespace ouro {
namespace {

// A cleared object is deallocated later.
void End(Life& life) {
  if (life.state != Life::kAlive) return;
  life.state = Life::kOver;
  Witness::live->Over(life.id);
}

void Release(const Life& life) {
  if (life.state != Life::kForeign) Witness::live->Released();
}

// ---- Nodes -------------------------------------------------------------------------------------

// The functions of a class that is written in Python look for the first base that has others; so
// those of ours must skip them, too.
const PyTypeObject* PythonClass() {
  static const PyObject* const type =
      Must(PyObject_CallFunction(reinterpret_cast<PyObject*>(&PyType_Type), "s(){}", "Class"));
  return reinterpret_cast<const PyTypeObject*>(type);
}

// The base whose functions end an instance.
PyTypeObject* NativeBase(PyObject* self) {
  static const PyTypeObject* const in_python = PythonClass();
  PyTypeObject* base = Py_TYPE(self)->tp_base;
  while (base->tp_dealloc == in_python->tp_dealloc) base = base->tp_base;
  return base;
}

bool OnHeap(const PyTypeObject* type) { return (type->tp_flags & Py_TPFLAGS_HEAPTYPE) != 0; }

// Since 3.9 an object of a type that was made at run time visits its type: once, so the function of
// a base that was made at run time does it.
int TraverseNode(PyObject* self, visitproc visit, void* arg) {
  const PyTypeObject* const base = NativeBase(self);
  if (base->tp_traverse == nullptr || !OnHeap(base)) Py_VISIT(Py_TYPE(self));
  NodePart* const part = PartOf(self);
  for (PyObject* slot : part->slots) Py_VISIT(slot);
  Py_VISIT(part->dictionary);
  return base->tp_traverse == nullptr ? 0 : base->tp_traverse(self, visit, arg);
}

void ClearPart(NodePart* part) {
  for (PyObject*& slot : part->slots) Py_CLEAR(slot);
  Py_CLEAR(part->dictionary);
}

int ClearNode(PyObject* self) {
  const PyTypeObject* const base = NativeBase(self);
  ClearPart(PartOf(self));
  if (base->tp_clear != nullptr) base->tp_clear(self);
  End(PartOf(self)->life);
  return 0;
}

void FinalizeNode(PyObject* self) {
  const Life& life = PartOf(self)->life;
  if (life.state != Life::kAlive) return;
  PyObject* type;
  PyObject* value;
  PyObject* traceback;
  PyErr_Fetch(&type, &value, &traceback);
  if (Witness::live->FinalizeNode(self, life.id)) {
    PyErr_SetNone(PyExc_RuntimeError);
    PyErr_WriteUnraisable(self);
  }
  PyErr_Restore(type, value, traceback);
}

bool Resurrected(PyObject* self) {
  if (Py_TYPE(self)->tp_finalize == nullptr) return false;
  PyObject_GC_Track(self);
  if (PyObject_CallFinalizerFromDealloc(self) < 0) return true;
  PyObject_GC_UnTrack(self);
  return false;
}

// The same steps as CPython's for instances of classes: a dying object is in the youngest
// generation when its finalizer runs, and not part of a running collection.
void DeallocateNode(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_TRASHCAN_BEGIN(self, DeallocateNode);
  if (!Resurrected(self)) {
    PyTypeObject* const base = NativeBase(self);
    NodePart* const part = PartOf(self);
    if (part->weak_references != nullptr) PyObject_ClearWeakRefs(self);
    ClearPart(part);
    End(part->life);
    const Life life = part->life;
    if (PyType_IS_GC(base)) PyObject_GC_Track(self);  // its function expects that
    base->tp_dealloc(self);
    // The function of a base that was made at run time releases the type.
    if (!OnHeap(base)) Py_DECREF(type);
    Release(life);
  }
  Py_TRASHCAN_END;
}

int IsTrue(PyObject*) { return 1; }

// ---- Leaves and weak references ----------------------------------------------------------------

void DeallocateLeaf(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  Life& life = reinterpret_cast<Leaf*>(self)->life;
  End(life);
  const Life over = life;
  PyObject_Free(self);
  Py_DECREF(type);
  Release(over);
}

int TraverseWeak(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(reinterpret_cast<Weak*>(self)->held);
  return _PyWeakref_RefType.tp_traverse(self, visit, arg);
}

int ClearWeak(PyObject* self) {
  _PyWeakref_RefType.tp_clear(self);
  Py_CLEAR(reinterpret_cast<Weak*>(self)->held);
  End(reinterpret_cast<Weak*>(self)->life);
  return 0;
}

// Detached before it releases: a class in Python does it the other way round, and a collection that
// a finalizer runs meanwhile crashes (experiment X6).
void DeallocateWeak(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_TRASHCAN_BEGIN(self, DeallocateWeak);
  _PyWeakref_RefType.tp_clear(self);
  Py_CLEAR(reinterpret_cast<Weak*>(self)->held);
  Life& life = reinterpret_cast<Weak*>(self)->life;
  End(life);
  const Life over = life;
  _PyWeakref_RefType.tp_dealloc(self);
  Py_DECREF(type);
  Release(over);
  Py_TRASHCAN_END;
}

// CPython passes a weak reference that is the only one with a callback as a borrowed reference. A
// callback in Python owns its argument, and so does this one.
PyObject* CallBack(PyObject*, PyObject* weak) {
  const Life& life = reinterpret_cast<Weak*>(weak)->life;
  if (life.state != Life::kAlive) Py_RETURN_NONE;
  Py_INCREF(weak);
  const bool raised = Witness::live->CallBack(weak, life.id);
  Py_DECREF(weak);
  if (!raised) Py_RETURN_NONE;
  PyErr_SetNone(PyExc_RuntimeError);
  return nullptr;
}

// ---- Types -------------------------------------------------------------------------------------

template <typename Function>
PyType_Slot At(int slot, Function* function) {
  return {slot, reinterpret_cast<void*>(function)};
}

PyTypeObject* NewType(PyType_Spec spec, PyTypeObject* base) {
  PyObject* const bases = base == nullptr ? nullptr : Must(PyTuple_Pack(1, base));
  PyObject* const type = PyType_FromSpecWithBases(&spec, bases);
  Py_XDECREF(bases);
  return reinterpret_cast<PyTypeObject*>(type);
}

}  // namespace

void GiveUp() {
  PyObject* type;
  PyObject* value;
  PyObject* traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyObject* const text = value == nullptr ? nullptr : PyObject_Repr(value);
  const char* const words = text == nullptr ? nullptr : PyUnicode_AsUTF8(text);
  Py_FatalError(words == nullptr ? "the adapter could not go on" : words);
}

bool IsNode(PyObject* object) { return Py_TYPE(object)->tp_dealloc == DeallocateNode; }

PyTypeObject* NewNodeType(const char* name, PyTypeObject* base, bool finalizer, bool dictionary) {
  constexpr Py_ssize_t kAlign = alignof(NodePart);
  const Py_ssize_t start = (base->tp_basicsize + kAlign - 1) / kAlign * kAlign;
  const auto member = [start](const char* key, size_t offset) {
    return PyMemberDef{key, T_PYSSIZET, start + static_cast<Py_ssize_t>(offset), READONLY, nullptr};
  };
  std::vector<PyMemberDef> members;
  if (base->tp_weaklistoffset == 0) {
    members.push_back(member("__weaklistoffset__", offsetof(NodePart, weak_references)));
  }
  if (dictionary && base->tp_dictoffset == 0) {
    members.push_back(member("__dictoffset__", offsetof(NodePart, dictionary)));
  }
  members.push_back({});
  std::vector<PyType_Slot> slots = {At(Py_tp_traverse, TraverseNode),
                                    At(Py_tp_clear, ClearNode),
                                    At(Py_tp_dealloc, DeallocateNode),
                                    {Py_tp_members, members.data()}};
  if (finalizer) slots.push_back(At(Py_tp_finalize, FinalizeNode));
  if (base != &PyBaseObject_Type) {  // by identity, whatever the base compares
    slots.push_back(At(Py_tp_hash, PyBaseObject_Type.tp_hash));
    slots.push_back(At(Py_tp_richcompare, PyBaseObject_Type.tp_richcompare));
    slots.push_back(At(Py_nb_bool, IsTrue));
  }
  slots.push_back({});
  return NewType({strdup(name), static_cast<int>(start + sizeof(NodePart)), 0,
                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots.data()},
                 base);
}

Types MakeTypes() {
  static PyMethodDef callback = {"callback", CallBack, METH_O, nullptr};
  PyType_Slot leaf[] = {At(Py_tp_dealloc, DeallocateLeaf), {}};
  PyType_Slot weak[] = {At(Py_tp_traverse, TraverseWeak),
                        At(Py_tp_clear, ClearWeak),
                        At(Py_tp_dealloc, DeallocateWeak),
                        {}};
  Types types = {};
  PythonClass();  // not in a deallocation, where an exception may be set
  types.leaf = Must(NewType({"ouro.Leaf", sizeof(Leaf), 0, Py_TPFLAGS_DEFAULT, leaf}, nullptr));
  types.node[0] = Must(NewNodeType("ouro.Node", &PyBaseObject_Type, false, false));
  types.node[1] = Must(NewNodeType("ouro.Final", &PyBaseObject_Type, true, false));
  types.weak =
      Must(NewType({"ouro.Weak", sizeof(Weak), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, weak},
                   &_PyWeakref_RefType));
  types.callback = Must(PyCFunction_New(&callback, nullptr));
  return types;
}

}  // namespace ouro

#endif  // OURO_TRIED
