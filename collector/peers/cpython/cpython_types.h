// SPDX-License-Identifier: Apache-2.0

// The types of the objects of programs, in C, like those of an extension module: nodes, leaves,
// weak references. A node may be derived from a type of the interpreter's: its part follows its
// base's, and its functions call its base's.
//
// Place: below the adapters in this folder. What the functions of the types see goes to the
// Witness.

#ifndef COLLECTOR_PEERS_CPYTHON_CPYTHON_TYPES_H_
#define COLLECTOR_PEERS_CPYTHON_CPYTHON_TYPES_H_

#include "collector/peers/peer.h"

#if defined(OURO_HAVE_CPYTHON) || defined(OURO_HAVE_CPYTHON_DEBUG)

#include <Python.h>

// Others have rules of their own, which this adapter was not tried on: 3.14.0 to 3.14.4, whose
// generations are others, are driven by cpython.py alone.
#define OURO_TRIED                                                  \
  ((PY_VERSION_HEX >= 0x03090000 && PY_VERSION_HEX < 0x030E0000) || \
   (PY_VERSION_HEX >= 0x030E0500 && PY_VERSION_HEX < 0x03100000))

#endif

#if OURO_TRIED

#include <cstdint>

namespace ouro {

// The part common to all objects of a program.
struct Life {
  ObjectId id;
  enum State : uint8_t {
    kForeign,  // no object of a program: a copy that an action made; all bytes are 0
    kAlive,
    kOver,  // reported as freed
  } state;
};

struct Leaf {
  PyObject_HEAD;
  Life life;
};

struct Weak {
  PyWeakReference base;
  Life life;
  PyObject* held;  // its slot, if it has one
};

// The part of a node after that of its base. Where the base has a list of weak references or a
// dictionary, that of the part is not used.
struct NodePart {
  Life life;
  bool attributes;  // the slots are attributes of the node, in its dictionary
  PyObject* weak_references;
  PyObject* dictionary;
  PyObject* slots[kMaxSlots];
};

// Receives what the types' functions see. The only one receives all.
class Witness {
 public:
  Witness() { live = this; }
  virtual ~Witness() { live = nullptr; }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  virtual void Over(ObjectId id) = 0;  // the object was freed
  virtual void Released() = 0;         // so was its storage
  // Whether the script raised. CPython keeps `self` alive while it runs.
  virtual bool FinalizeNode(PyObject* self, ObjectId id) = 0;
  virtual bool CallBack(PyObject* weak, ObjectId id) = 0;

  inline static Witness* live = nullptr;
};

// CPython fails only without memory, or because of a bug in these files.
[[noreturn]] void GiveUp();  // says which exception is set
template <typename T>
T* Must(T* result) {
  if (result == nullptr) GiveUp();
  return result;
}

// Whether its functions are those of nodes.
bool IsNode(PyObject* object);

// REQUIRES: IsNode(object).
inline NodePart* PartOf(PyObject* node) {
  const Py_ssize_t base = Py_TYPE(node)->tp_base->tp_basicsize;
  constexpr Py_ssize_t kAlign = alignof(NodePart);
  return reinterpret_cast<NodePart*>(reinterpret_cast<char*>(node) +
                                     (base + kAlign - 1) / kAlign * kAlign);
}

// Whether it is a node whose slots are attributes.
inline bool HasAttributes(PyObject* object) { return IsNode(object) && PartOf(object)->attributes; }

// A slot of a node, or that of a weak reference.
inline PyObject*& SlotIn(PyObject* object, int slot) {
  return IsNode(object) ? PartOf(object)->slots[slot] : reinterpret_cast<Weak*>(object)->held;
}

// Made once in a process; never examined by the collector.
struct Types {
  PyTypeObject* leaf;
  PyTypeObject* node[2];  // without and with a finalizer
  PyTypeObject* weak;
  PyObject* callback;  // what weak references call
};

Types MakeTypes();

// A type of nodes, or null and an exception, if nothing can be derived from that base in C.
// `dictionary`: it has one.
PyTypeObject* NewNodeType(const char* name, PyTypeObject* base, bool finalizer, bool dictionary);

}  // namespace ouro

#endif  // OURO_TRIED

#endif  // COLLECTOR_PEERS_CPYTHON_CPYTHON_TYPES_H_
