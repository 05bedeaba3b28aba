// SPDX-License-Identifier: Apache-2.0

// The tables in the embedded interpreter: which kinds there are, the functions of each, compiled
// when they are first used, and their text for notes.
//
// Place: between cpython_kinds.cc, which executes programs, and cpython_kinds.py, the same in
// Python.

#ifndef COLLECTOR_PEERS_CPYTHON_CPYTHON_TABLES_H_
#define COLLECTOR_PEERS_CPYTHON_CPYTHON_TABLES_H_

#include "collector/peers/cpython/cpython_types.h"

#if OURO_TRIED

#include <string>
#include <utility>
#include <vector>

namespace ouro {

// A reference that is owned, or null.
class Owned {
 public:
  Owned() = default;
  static Owned Take(PyObject* object) { return Owned(object); }
  static Owned Share(PyObject* object) {
    Py_XINCREF(object);
    return Owned(object);
  }
  Owned(Owned&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  // Releases the old object last.
  Owned& operator=(Owned&& other) noexcept {
    PyObject* const old = std::exchange(object_, std::exchange(other.object_, nullptr));
    Py_XDECREF(old);
    return *this;
  }
  ~Owned() { Py_XDECREF(object_); }

  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  void Drop() { Py_CLEAR(object_); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Owned(PyObject* object) : object_(object) {}
  PyObject* object_ = nullptr;
};

// A kind of holder. Null functions are those that it does not have, or that cannot be compiled.
struct Holding {
  PyObject* make;
  PyObject* get;
  PyObject* put;
  PyObject* take;
};

struct Action {
  PyObject* function;  // null if it cannot be compiled
  bool of_content;     // it is called with the holder and the content
};

struct NodeMaker {
  PyObject* make[2];  // without and with a finalizer
  bool attributes;    // the slots are attributes
};

// Whether the pending exception says that a generator is being executed. Clears it.
bool BeingExecuted();

// The name of a slot that is an attribute: interned, and borrowed.
PyObject* SlotName(int slot);

class Tables {
 public:
  // Executes the text of the tables under those options. `is_content`: a function of an object.
  // REQUIRES: the interpreter was started. The tables are never freed.
  Tables(const std::string& options, PyMethodDef* is_content);
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  // The kinds, as ReadKind takes them. Below, a kind is an index in that; `fallback` is that of
  // contents that cannot be held otherwise.
  std::vector<std::string> Lines() const;
  int fallback() const { return static_cast<int>(entries_.size()) - 1; }

  const Holding& HoldingOf(int kind);
  const NodeMaker& MakerOf(int kind);
  int Actions(int kind) const { return static_cast<int>(entries_[kind].actions.size()); }
  const Action& ActionOf(int kind, int number);

  // Lets go of what actions remember, and hides from the collector what was compiled.
  void Forget();
  void Hide();

  // Text. `part` is "make", "get", "put" or "take".
  std::string Snippet(int kind, const char* part, const std::string& holder,
                      const std::string& content) const;
  std::string PokeText(int kind, int number) const;
  // kind < 0: a plain node.
  std::string NodeText(int kind, ObjectId id, bool finalizer) const;
  std::string Prelude(const std::vector<std::string>& notes) const;

 private:
  struct Entry {
    bool compiled = false;
    Holding holding = {};
    NodeMaker maker = {};
    std::vector<Action> actions;
  };

  PyObject* Named(const char* name) const;

  PyObject* space_;  // what the text has defined
  std::vector<Entry> entries_;
};

}  // namespace ouro

#endif  // OURO_TRIED

#endif  // COLLECTOR_PEERS_CPYTHON_CPYTHON_TABLES_H_
