// SPDX-License-Identifier: Apache-2.0

// The adapter of CPython through its C API. Nodes, leaves and weak references are types in C
// (cpython_types.h); the collector is the same as every CPython's.
//
// Place: a peer (peer.h), as it is without kinds; cpython_kinds.h adds those. cpython.py drives the
// same collector from Python, where the interpreter provides the functions that are written by hand
// here: so this also tests what authors of extension modules must get right.

#ifndef COLLECTOR_PEERS_CPYTHON_CPYTHON_API_H_
#define COLLECTOR_PEERS_CPYTHON_CPYTHON_API_H_

#include "collector/peers/cpython/cpython_types.h"

#if OURO_TRIED

#include <functional>
#include <utility>
#include <vector>

namespace ouro {

// Made once in a process, before the first program; never examined by the collector.
struct Interpreter {
  Types types;
  PyObject* collect;
  PyObject* get_objects;
  PyObject* set_debug;
  PyObject* garbage;
  PyObject* number[kGenerations];  // so that a call with one of these allocates nothing
  PyObject* saveall;
};

// A process has one interpreter for its whole life. The first call starts it: `checked`, so that
// the use of freed memory crashes.
const Interpreter& TheInterpreter(bool checked);

class CPython : public Peer, private Witness {
 public:
  explicit CPython(Observer& observer) : CPython(observer, {}, false) {}
  ~CPython() override { Drop(); }

  // Proves that nothing survived: all storage was released.
  void Reset() override;

 protected:
  CPython(Observer& observer, std::vector<KindId> kinds, bool checked)
      : Peer(observer, std::move(kinds)), python_(TheInterpreter(checked)) {}

  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override;
  void NewLeaf(int dest, ObjectId id) override;
  void NewWeak(int dest, int target, bool callback, ObjectId id) override {
    Refer(dest, registers_[target], callback, id);
  }
  void NewWeakWith(int dest, int target, int value, bool callback, ObjectId id) override {
    Refer(dest, registers_[target], callback, id);
    if (registers_[dest] != nullptr) Assign(SlotIn(registers_[dest], 0), registers_[value]);
  }
  void Copy(int dest, int from) override { Assign(registers_[dest], registers_[from]); }
  void Load(int dest, int from, int slot) override { Fetch(dest, SlotIn(registers_[from], slot)); }
  void Dereference(int dest, int weak) override;
  void Store(int into, int slot, int from) override {
    Assign(SlotIn(registers_[into], slot), registers_[from]);
  }
  void EmptySlot(int into, int slot) override { Assign(SlotIn(registers_[into], slot), nullptr); }
  void NewNodeWith(int dest, int slots, int even, int odd, bool finalizer, ObjectId id) override;
  void Clear(int into) override;
  void CopySlots(int into, int from) override;
  void EmptyRegister(int dest) override { Assign(registers_[dest], nullptr); }
  void PushScope(int from) override { pushed_.push_back(Py_NewRef(registers_[from])); }
  void PopScope() override;
  void FailTo(int dest, ObjectId id, const std::function<void()>& attempt) override;
  int Collect(int generation) override;
  void Other(const Op& op) override;

  // What is not only for plain programs.
  const Interpreter& python() const { return python_; }
  PyObject* registers_[kRegisters + 1] = {};  // the last one is `self`, not counted
  // How many objects of programs have storage.
  int objects() const { return objects_; }
  void Bear(Life& life, ObjectId id) {
    life = {id, Life::kAlive};
    ++objects_;
  }
  // Null for objects that are not a program's.
  Life* LifeOf(PyObject* object) const;
  void Refer(int dest, PyObject* target, bool callback, ObjectId id);
  // Returns what gc.collect does.
  int CollectUpTo(int generation);
  void Over(ObjectId id) override { Freed(id); }

 private:
  void Released() override { --objects_; }
  bool FinalizeNode(PyObject* self, ObjectId id) override {
    return RunScript(&CPython::Finalize, self, id);
  }
  bool CallBack(PyObject* weak, ObjectId id) override {
    return RunScript(&CPython::Callback, weak, id);
  }
  bool RunScript(bool (CPython::*run)(ObjectId), PyObject* self, ObjectId id);

  // Whether a birth has its object; else CPython had no memory.
  bool Granted(const void* made);
  void ReportGarbage();
  void TakeCensus();
  static void Assign(PyObject*& place, PyObject* value);
  void Fetch(int dest, PyObject* value);
  void SetDebug(PyObject* flags) { Py_DECREF(Must(PyObject_CallOneArg(python_.set_debug, flags))); }
  void ClearGarbage();
  void Drop();

  const Interpreter& python_;
  std::vector<PyObject*> pushed_;  // as the variables of functions in C, each owns a reference
  Py_ssize_t reported_ = 0;        // elements of the garbage list
  int objects_ = 0;
  int failures_ = 0;
  bool failed_ = false;  // the birth that FailTo attempts
};

}  // namespace ouro

#endif  // OURO_TRIED

#endif  // COLLECTOR_PEERS_CPYTHON_CPYTHON_API_H_
