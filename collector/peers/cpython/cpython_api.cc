// SPDX-License-Identifier: Apache-2.0

// The rest of cpython_api.h, and the entry of the library. With OURO_DEBUG it is the debug build of
// CPython, whose collector asserts.

#include "collector/peers/cpython/cpython_api.h"

#if OURO_TRIED

#include <dlfcn.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "collector/peers/cpython/cpython_kinds.h"
#include "collector/peers/cpython/cpython_versions_py.h"

namespace ouro {
namespace {

// Modules in shared objects expect the interpreter's symbols to be there for all.
void ShareSymbols() {
  Dl_info library;
  if (dladdr(reinterpret_cast<void*>(&Py_InitializeFromConfig), &library) == 0) return;
  dlopen(library.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
}

void Require(const PyStatus& status) {
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
}

void Start(bool checked) {
  ShareSymbols();
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  if (checked) before.allocator = PYMEM_ALLOCATOR_DEBUG;
  Require(Py_PreInitialize(&before));
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  config.pathconfig_warnings = 0;
  const PyStatus status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  Require(status);
  // Without a stderr CPython does not print the exceptions of scripts.
  PySys_SetObject("stderr", Py_None);
  PyGC_Disable();
}

// Which contract: the rules differ within versions. The text is that of the line protocol.
std::string Probe() {
  Start(false);
  PyObject* const names = Must(PyDict_New());
  Py_DECREF(Must(PyRun_String(kCPythonVersions, Py_file_input, names, names)));
  PyObject* const contract = Must(PyRun_String("probe_contract()", Py_eval_input, names, names));
  return PyUnicode_AsUTF8(contract);
}

Interpreter MakeInterpreter(bool checked) {
  Start(checked);
  Interpreter python = {};
  python.types = MakeTypes();
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

// While it exists, CPython's allocator of objects refuses all blocks but the first few.
class Refusal {
 public:
  explicit Refusal(int granted) {
    left = granted;
    PyMem_GetAllocator(PYMEM_DOMAIN_OBJ, &usual);
    PyMemAllocatorEx ours = usual;
    ours.malloc = [](void*, size_t size) -> void* {
      return left-- > 0 ? usual.malloc(usual.ctx, size) : nullptr;
    };
    ours.calloc = [](void*, size_t count, size_t size) -> void* {
      return left-- > 0 ? usual.calloc(usual.ctx, count, size) : nullptr;
    };
    ours.realloc = [](void*, void* block, size_t size) -> void* {
      return left-- > 0 ? usual.realloc(usual.ctx, block, size) : nullptr;
    };
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &ours);
    running = true;
  }
  ~Refusal() {
    PyMem_SetAllocator(PYMEM_DOMAIN_OBJ, &usual);
    running = false;
  }
  Refusal(const Refusal&) = delete;
  Refusal& operator=(const Refusal&) = delete;

  static bool Running() { return running; }

 private:
  inline static PyMemAllocatorEx usual;
  inline static int left = 0;
  inline static bool running = false;
};

}  // namespace

const Interpreter& TheInterpreter(bool checked) {
  static const Interpreter python = MakeInterpreter(checked);
  return python;
}

void CPython::Reset() {
  Drop();
  if (objects_ != 0) Broken("CPython: objects survive a reset");
  failures_ = 0;
  ForgetIds();
}

// ---- Operations --------------------------------------------------------------------------------

void CPython::NewNode(int dest, int, bool finalizer, ObjectId id) {
  PyObject* const node = PyType_GenericAlloc(python_.types.node[finalizer ? 1 : 0], 0);
  if (!Granted(node)) return;
  Bear(PartOf(node)->life, id);
  registers_[dest] = node;
}

void CPython::NewNodeWith(int dest, int slots, int even, int odd, bool finalizer, ObjectId id) {
  NewNode(dest, slots, finalizer, id);
  if (registers_[dest] == nullptr) return;  // there was no memory
  for (int slot = 0; slot < slots; ++slot) {
    PartOf(registers_[dest])->slots[slot] = Py_NewRef(registers_[slot % 2 == 0 ? even : odd]);
  }
}

// As list_clear and list_ass_slice: all is replaced, and then released from the last to the first.
void CPython::Clear(int into) {
  NodePart* const part = PartOf(registers_[into]);
  PyObject* old[kMaxSlots];
  std::copy_n(part->slots, kMaxSlots, old);
  std::fill_n(part->slots, kMaxSlots, nullptr);
  for (int slot = kMaxSlots; slot-- > 0;) Py_XDECREF(old[slot]);
}

void CPython::CopySlots(int into, int from) {
  const auto slots_of = [this](int node) { return SlotsOf(LifeOf(registers_[node])->id); };
  const int slots = std::min(slots_of(into), slots_of(from));
  PyObject** const source = PartOf(registers_[from])->slots;
  PyObject** const target = PartOf(registers_[into])->slots;
  PyObject* old[kMaxSlots];
  std::copy_n(target, slots, old);
  for (int slot = 0; slot < slots; ++slot) target[slot] = Py_XNewRef(source[slot]);
  for (int slot = slots; slot-- > 0;) Py_XDECREF(old[slot]);
}

void CPython::NewLeaf(int dest, ObjectId id) {
  Leaf* const leaf = PyObject_New(Leaf, python_.types.leaf);
  if (!Granted(leaf)) return;
  Bear(leaf->life, id);
  registers_[dest] = reinterpret_cast<PyObject*>(leaf);
}

// Of a subclass, because CPython shares plain weak references that have no callback.
void CPython::Refer(int dest, PyObject* target, bool callback, ObjectId id) {
  PyObject* const weak =
      PyObject_CallFunctionObjArgs(reinterpret_cast<PyObject*>(python_.types.weak), target,
                                   callback ? python_.types.callback : nullptr, nullptr);
  if (!Granted(weak)) return;
  Bear(reinterpret_cast<Weak*>(weak)->life, id);
  registers_[dest] = weak;
}

bool CPython::Granted(const void* made) {
  if (made != nullptr) return true;
  if (!Refusal::Running() || PyErr_ExceptionMatches(PyExc_MemoryError) == 0) GiveUp();
  PyErr_Clear();
  failed_ = true;
  return false;
}

// The first, second or third of its allocations, and all after it; the first, if there are fewer.
void CPython::FailTo(int dest, ObjectId /*id*/, const std::function<void()>& attempt) {
  failed_ = false;
  for (int nth = failures_++ % 3;; nth = 0) {
    {
      const Refusal refusal(nth);
      attempt();
    }
    if (failed_) return;
    set_silent(true);
    Assign(registers_[dest], nullptr);
    set_silent(false);
  }
}

void CPython::Dereference(int dest, int weak) {
  // A call, as it is written in Python: of the functions, 3.13 gives up one and only it has the
  // other.
  PyObject* target = Must(PyObject_CallNoArgs(registers_[weak]));
  if (target == Py_None) Py_CLEAR(target);
  // The register takes the reference over: a collection in a script that the old value's death
  // runs would otherwise find the target referenced from outside.
  PyObject* const old = registers_[dest];
  registers_[dest] = target;
  Got(target == nullptr ? kNone : LifeOf(target)->id);
  Py_XDECREF(old);
}

// The script of its death may push.
void CPython::PopScope() {
  PyObject* const popped = pushed_.back();
  pushed_.pop_back();
  Py_DECREF(popped);
}

int CPython::CollectUpTo(int generation) {
  PyObject* const count = Must(PyObject_CallOneArg(python_.collect, python_.number[generation]));
  const int found = static_cast<int>(PyLong_AsLong(count));
  Py_DECREF(count);
  return found;
}

int CPython::Collect(int generation) {
  const int found = CollectUpTo(generation);
  ReportGarbage();
  return found;
}

void CPython::Other(const Op& op) {
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

// ---- Events ------------------------------------------------------------------------------------

Life* CPython::LifeOf(PyObject* object) const {
  Life* life = nullptr;
  if (IsNode(object)) {
    life = &PartOf(object)->life;
  } else if (Py_TYPE(object) == python_.types.leaf) {
    life = &reinterpret_cast<Leaf*>(object)->life;
  } else if (Py_TYPE(object) == python_.types.weak) {
    life = &reinterpret_cast<Weak*>(object)->life;
  }
  return life == nullptr || life->state == Life::kForeign ? nullptr : life;
}

bool CPython::RunScript(bool (CPython::*run)(ObjectId), PyObject* self, ObjectId id) {
  PyObject* const outer = registers_[kSelf];
  registers_[kSelf] = self;
  const bool raised = (this->*run)(id);
  registers_[kSelf] = outer;
  return raised;
}

// A collection appends to the list after its last script has run, so this is not too late.
void CPython::ReportGarbage() {
  while (reported_ < PyList_GET_SIZE(python_.garbage)) {
    Report(Event::Garbage(LifeOf(PyList_GET_ITEM(python_.garbage, reported_++))->id));
  }
}

// CPython also lists trash that it is clearing or has cleared.
void CPython::TakeCensus() {
  for (int generation = 0; generation < kGenerations; ++generation) {
    PyObject* const all =
        Must(PyObject_CallOneArg(python_.get_objects, python_.number[generation]));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(all); ++i) {
      const Life* const life = LifeOf(PyList_GET_ITEM(all, i));
      if (life != nullptr && life->state == Life::kAlive) {
        Report(Event::Tracked(life->id, generation));
      }
    }
    Py_DECREF(all);
  }
}

// ---- Assignments -------------------------------------------------------------------------------

void CPython::Assign(PyObject*& place, PyObject* value) {
  PyObject* const old = place;
  Py_XINCREF(value);
  place = value;
  Py_XDECREF(old);
}

void CPython::Fetch(int dest, PyObject* value) {
  PyObject* const old = registers_[dest];
  Py_XINCREF(value);
  registers_[dest] = value;
  Got(value == nullptr ? kNone : LifeOf(value)->id);
  Py_XDECREF(old);
}

void CPython::ClearGarbage() {
  reported_ = 0;
  PyList_SetSlice(python_.garbage, 0, PyList_GET_SIZE(python_.garbage), nullptr);
}

void CPython::Drop() {
  set_silent(true);
  SetDebug(python_.number[0]);
  for (int i = 0; i < kRegisters; ++i) Assign(registers_[i], nullptr);
  while (!pushed_.empty()) PopScope();
  ClearGarbage();
  if (objects_ != 0) CollectUpTo(kGenerations - 1);
  set_silent(false);
}

}  // namespace ouro

#ifdef OURO_DEBUG
#define OURO_BUILD ", the debug build, which asserts"
#else
#define OURO_BUILD ""
#endif
extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::CPython>(
    ouro::kExactAbilities & ~(ouro::kThresholds | ouro::kMaps | ouro::kDisposal | ouro::kEnding),
    "CPython " PY_VERSION " through its C API" OURO_BUILD, "", &ouro::kCPythonKindsHere,
    ouro::Probe);

#else

#ifdef PY_VERSION
#define OURO_LACKS \
  "a CPython of 3.9 to 3.13 or 3.14.5 to 3.15: the adapter was not tried on " PY_VERSION
#elif defined(OURO_DEBUG)
#define OURO_LACKS "Debian's libpython3-dbg"
#else
#define OURO_LACKS "Debian's libpython3-dev"
#endif
extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer(OURO_LACKS);

#endif
