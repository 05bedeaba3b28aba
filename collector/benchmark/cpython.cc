// SPDX-License-Identifier: Apache-2.0

// CPython as a peer of the benchmark: a type in C with two slots, driven from C, so that this
// measures its collector and its allocator, not its interpreter.
//
// Place: beside the other peers. One interpreter per process.

#if OURO_HAVE_CPYTHON

// It must be the first include.
#include <Python.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "collector/benchmark/measure.h"
#include "collector/benchmark/workloads.h"

#endif

#include "collector/benchmark/suite.h"

namespace ouro::benchmarks {

#if OURO_HAVE_CPYTHON

namespace {

struct PyNode {
  PyObject_HEAD PyObject* slots[2];
};

PyTypeObject node_type;
int64_t live = 0;

int Traverse(PyObject* self, visitproc visit, void* arg) {
  auto* node = reinterpret_cast<PyNode*>(self);
  Py_VISIT(node->slots[0]);
  Py_VISIT(node->slots[1]);
  return 0;
}

int Clear(PyObject* self) {
  auto* node = reinterpret_cast<PyNode*>(self);
  Py_CLEAR(node->slots[0]);
  Py_CLEAR(node->slots[1]);
  return 0;
}

void Deallocate(PyObject* self) {
  PyObject_GC_UnTrack(self);
  Py_TRASHCAN_BEGIN(self, Deallocate);
  Clear(self);
  PyObject_GC_Del(self);
  --live;
  Py_TRASHCAN_END;
}

class CPython {
 public:
  static constexpr const char* kName = "cpython";
  static constexpr int64_t kSlack = 0;
  using Node = PyNode*;

  explicit CPython(size_t places) : places_(places, nullptr) {
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    // So that Debian's library finds its own modules, whichever python3 is on PATH.
    PyConfig_SetString(&config, &config.home, L"/usr");
    config.site_import = 0;
    Expect(!PyStatus_Exception(Py_InitializeFromConfig(&config)), "CPython starts");
    PyConfig_Clear(&config);

    Py_SET_REFCNT(&node_type, 1);
    node_type.tp_name = "node";
    node_type.tp_basicsize = sizeof(PyNode);
    node_type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC;
    node_type.tp_traverse = Traverse;
    node_type.tp_clear = Clear;
    node_type.tp_dealloc = Deallocate;
    Expect(PyType_Ready(&node_type) == 0, "CPython takes the type");

    // Excludes the interpreter's own objects.
    Expect(PyRun_SimpleString("import gc; gc.collect(); gc.freeze()") == 0, "CPython freezes");
    PyGC_Disable();
  }

  Node New() {
    Node node = PyObject_GC_New(PyNode, &node_type);
    node->slots[0] = node->slots[1] = nullptr;
    PyObject_GC_Track(node);
    ++live;
    return node;
  }
  void Release(Node node) { Py_DECREF(node); }
  void Set(Node node, int slot, Node value) {
    Py_INCREF(value);
    PyObject* old = node->slots[slot];
    node->slots[slot] = reinterpret_cast<PyObject*>(value);
    Py_XDECREF(old);
  }
  bool Refers(Node node, int slot, Node value) {
    return node->slots[slot] == reinterpret_cast<PyObject*>(value);
  }
  Node SetAndRelease(Node node, int slot, Node value) {
    node->slots[slot] = reinterpret_cast<PyObject*>(value);
    return node;
  }

  void Keep(size_t place, Node node) {
    const Node old = places_[place];
    places_[place] = node;
    Py_XDECREF(old);
  }
  Node Borrow(size_t place) { return places_[place]; }
  void Return(Node) {}
  void Drop(size_t place) { Keep(place, nullptr); }

  void SetAutomatic(bool automatic) {
    if (automatic) {
      PyGC_Enable();
    } else {
      PyGC_Disable();
    }
  }
  void Collect() {
    const bool automatic = PyGC_Enable();  // it collects nothing while disabled
    benchmark::DoNotOptimize(PyGC_Collect());
    SetAutomatic(automatic);
  }
  int64_t Live() { return live; }

 private:
  std::vector<Node> places_;
};

}  // namespace

void AddCPython(Suite& suite) { AddPeer<CPython>(suite); }

#else

void AddCPython(Suite& suite) { suite.absent.push_back("cpython (libpython3-dev)"); }

#endif

}  // namespace ouro::benchmarks
