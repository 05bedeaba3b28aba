// SPDX-License-Identifier: Apache-2.0

#include "collector/peers/cpython/cpython_tables.h"

#include <string_view>

#if OURO_TRIED

#include "collector/peers/cpython/cpython_kinds_py.h"

namespace ouro {
namespace {

std::string TextOf(PyObject* text) {
  Owned holder = Owned::Take(Must(text));
  return Must(PyUnicode_AsUTF8(holder.get()));
}

PyObject* Untrack(PyObject*, PyObject* object) {
  PyObject_GC_UnTrack(object);
  Py_RETURN_NONE;
}

// node_type(name, base, dictionary, finalizer)
PyObject* NodeType(PyObject*, PyObject* arguments) {
  const char* name;
  PyObject* base;
  int dictionary, finalizer;
  if (!PyArg_ParseTuple(arguments, "sO!pp", &name, &PyType_Type, &base, &dictionary, &finalizer)) {
    return nullptr;
  }
  return reinterpret_cast<PyObject*>(NewNodeType((std::string("ouro.") + name).c_str(),
                                                 reinterpret_cast<PyTypeObject*>(base),
                                                 finalizer != 0, dictionary != 0));
}

void Define(PyObject* space, const char* name, PyObject* value) {
  if (PyDict_SetItemString(space, name, Must(value)) != 0) GiveUp();
  Py_DECREF(value);
}

PyObject* OrNull(PyObject* function) { return function == Py_None ? nullptr : function; }

}  // namespace

bool BeingExecuted() {
  PyObject* type;
  PyObject* value;
  PyObject* traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  Owned text = Owned::Take(value == nullptr ? nullptr : PyObject_Str(value));
  const char* const words = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  const bool executed = words != nullptr && std::string_view(words).ends_with("already executing");
  PyErr_Clear();
  Py_XDECREF(type);
  Py_XDECREF(value);
  Py_XDECREF(traceback);
  return executed;
}

PyObject* SlotName(int slot) {
  static PyObject* const* const names = [] {
    static PyObject* all[kMaxSlots];
    for (int i = 0; i < kMaxSlots; ++i) {
      all[i] = Must(PyUnicode_InternFromString(("s" + std::to_string(i)).c_str()));
    }
    return all;
  }();
  return names[slot];
}

Tables::Tables(const std::string& options, PyMethodDef* is_content) : space_(Must(PyDict_New())) {
  static PyMethodDef untrack = {"untrack", Untrack, METH_O, nullptr};
  static PyMethodDef node_type = {"node_type", NodeType, METH_VARARGS, nullptr};
  Define(space_, "__builtins__", Must(PyImport_ImportModule("builtins")));
  Define(space_, "__name__", PyUnicode_FromString("kinds"));
  Define(space_, "OPTIONS", PyUnicode_FromString(options.c_str()));
  Define(space_, "untrack", PyCFunction_New(&untrack, nullptr));
  Define(space_, "node_type", PyCFunction_New(&node_type, nullptr));
  Define(space_, "is_content", PyCFunction_New(is_content, nullptr));
  Owned code = Owned::Take(Must(Py_CompileString(kCPythonKindsHereText, "<kinds>", Py_file_input)));
  Owned::Take(Must(PyEval_EvalCode(code.get(), space_, space_)));
  const Py_ssize_t count = PyList_Size(Must(Named("order")));
  for (Py_ssize_t kind = 0; kind < count; ++kind) {
    Owned actions = Owned::Take(Must(PyObject_CallFunction(Named("actions"), "n", kind)));
    entries_.emplace_back().actions.resize(PyLong_AsSize_t(actions.get()));
  }
  Hide();
}

PyObject* Tables::Named(const char* name) const { return Must(PyDict_GetItemString(space_, name)); }

std::vector<std::string> Tables::Lines() const {
  PyObject* const all = Named("lines");
  std::vector<std::string> lines;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(all); ++i) {
    lines.emplace_back(Must(PyUnicode_AsUTF8(PyList_GET_ITEM(all, i))));
  }
  return lines;
}

// The tuples that the functions return live on in `entries_`.
const Holding& Tables::HoldingOf(int kind) {
  Entry& entry = entries_[kind];
  if (!entry.compiled) {
    PyObject* const all = PyObject_CallFunction(Named("functions"), "i", kind);
    if (all == nullptr) {  // not here: it imports what cannot be imported
      PyErr_Clear();
      return entry.holding;
    }
    const auto at = [all](int i) { return OrNull(PyTuple_GET_ITEM(all, i)); };
    entry.holding = {at(0), at(1), at(2), at(3)};
    entry.compiled = true;
    PyObject_GC_UnTrack(all);
  }
  return entry.holding;
}

const NodeMaker& Tables::MakerOf(int kind) {
  Entry& entry = entries_[kind];
  if (!entry.compiled) {
    PyObject* const all = Must(PyObject_CallFunction(Named("makers"), "i", kind));
    entry.maker = {{PyTuple_GET_ITEM(all, 0), PyTuple_GET_ITEM(all, 1)},
                   PyTuple_GET_ITEM(all, 2) == Py_True};
    entry.compiled = true;
    PyObject_GC_UnTrack(all);
  }
  return entry.maker;
}

const Action& Tables::ActionOf(int kind, int number) {
  Action& action = entries_[kind].actions[number];
  if (action.function == nullptr) {
    PyObject* const pair = PyObject_CallFunction(Named("action"), "ii", kind, number);
    if (pair == nullptr) {  // likewise
      PyErr_Clear();
      return action;
    }
    action = {PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1) == Py_True};
    PyObject_GC_UnTrack(pair);
  }
  return action;
}

void Tables::Forget() {
  PyObject* const keep = Named("keep");
  PyList_SetSlice(keep, 0, PyList_GET_SIZE(keep), nullptr);
}

void Tables::Hide() {
  if (Named("loaded") != Py_True) return;
  Py_DECREF(Must(PyObject_CallNoArgs(Named("hide_from_collector"))));
}

std::string Tables::Snippet(int kind, const char* part, const std::string& holder,
                            const std::string& content) const {
  return TextOf(
      PyObject_CallFunction(Named("snippet"), "isss", kind, part, holder.c_str(), content.c_str()));
}

std::string Tables::PokeText(int kind, int number) const {
  return TextOf(PyObject_CallFunction(Named("poke_note"), "ii", kind, number));
}

std::string Tables::NodeText(int kind, ObjectId id, bool finalizer) const {
  return TextOf(PyObject_CallFunction(Named("node_text"), "iii", kind, static_cast<int>(id),
                                      finalizer ? 1 : 0));
}

std::string Tables::Prelude(const std::vector<std::string>& notes) const {
  Owned list = Owned::Take(Must(PyList_New(0)));
  for (const std::string& note : notes) {
    Owned text = Owned::Take(Must(PyUnicode_FromString(note.c_str())));
    PyList_Append(list.get(), text.get());
  }
  return TextOf(PyObject_CallFunctionObjArgs(Named("prelude_of"), list.get(), nullptr));
}

}  // namespace ouro

#endif  // OURO_TRIED
