// SPDX-License-Identifier: Apache-2.0

// The adapter of CRuby, embedded: mark and sweep with two generations. An object that has survived
// three collections is old; a minor collection examines only young objects and those old ones that
// a write barrier has remembered.
//
// Place: a peer (peer.h), a shared object. One VM serves all adapters of a process; at most one
// adapter exists at a time.
//
// An object of a program is a C struct behind a Ruby object, as in extensions. Nodes promise write
// barriers (RUBY_TYPED_WB_PROTECTED): without that promise Ruby would not let them grow old, and
// the generations would not be tested. A weak reference is what Ruby's own class WeakRef is: a key
// in one ObjectSpace::WeakMap, whose value is the target. A finalizer runs after its object is
// gone, and receives only its id.
//
// Ruby treats every word on the machine stack that looks like a reference as one. So references are
// kept where it does not look, in `registers`, which are registered as roots; and each operation
// wipes the stack on which it has run.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_RUBY

#include <ruby.h>
#include <ruby/version.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collector/peers/ruby/ruby_kinds.h"
#include "collector/peers/signals.h"
#include "model/check.h"

namespace ouro {
namespace {

// The struct behind a Ruby object of a program.
struct Thing {
  ObjectId id;
  bool finalized;  // It has a finalizer.
  int count;       // slots of a node
  VALUE slots[kMaxSlots];
};

class Ruby;
Ruby* living = nullptr;

VALUE registers[kRegisters];  // Qnil: empty. Roots of the VM.

class Ruby final : public Peer {
 public:
  explicit Ruby(Observer& observer) : Peer(observer) {
    living = this;
    Reset();
  }
  ~Ruby() override {
    Reset();
    living = nullptr;
  }

  void Reset() override;

  // Called by the VM.
  bool RunFinalizer(VALUE object_id);
  void Died(const Thing& thing);

 protected:
  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override;
  void NewLeaf(int dest, ObjectId id) override;
  void NewWeak(int dest, int target, bool callback, ObjectId id) override;
  void Copy(int dest, int from) override { registers[dest] = registers[from]; }
  void Load(int dest, int from, int slot) override;
  void Dereference(int dest, int weak) override;
  void Store(int into, int slot, int from) override;
  void EmptySlot(int into, int slot) override;
  void EmptyRegister(int dest) override { registers[dest] = Qnil; }
  int Collect(int generation) override;

 private:
  void Make(int dest, int slots, bool finalizer, ObjectId id);
  void Fetched(int dest, VALUE value);
  void ReportDeaths();

  int alive_ = 0;
  // Ruby sweeps, and runs finalizers after a sweep, in the order of addresses, which differs
  // between processes. Nothing can run within a sweep, so its deaths are reported in the order of
  // birth; and each call of a finalizer is attributed to the oldest object that is owed one.
  std::vector<ObjectId> died_;
  std::set<ObjectId> owed_;                                 // a call by Ruby
  std::set<ObjectId> due_;                                  // a report; as many as owed_
  std::unordered_map<unsigned long long, ObjectId> named_;  // by Ruby's object_id
};

// ---- The VM's callbacks -------------------------------------------------------------------------

Thing* ThingOf(VALUE object) { return static_cast<Thing*>(RTYPEDDATA_DATA(object)); }

void Mark(void* data) {
  const auto* const thing = static_cast<const Thing*>(data);
  for (int i = 0; i < thing->count; ++i) rb_gc_mark(thing->slots[i]);
}

// Called while Ruby sweeps: must not call Ruby.
void Free(void* data) {
  auto* const thing = static_cast<Thing*>(data);
  living->Died(*thing);
  delete thing;
}

const rb_data_type_t kType = {
    .wrap_struct_name = "ouroboros",
    .function =
        {.dmark = Mark, .dfree = Free, .dsize = nullptr, .dcompact = nullptr, .reserved = {}},
    .parent = nullptr,
    .data = nullptr,
    .flags = RUBY_TYPED_FREE_IMMEDIATELY | RUBY_TYPED_WB_PROTECTED,
};

VALUE object_class;
VALUE weak_map;
VALUE finalizer;         // Its method `call` serves all objects.
VALUE minor_collection;  // Procs: only a Ruby method may call GC.start.
VALUE full_collection;

VALUE Call(VALUE, VALUE object_id) {
  if (living->RunFinalizer(object_id)) rb_raise(rb_eRuntimeError, "raise");
  return Qnil;
}

// Evaluates `code` and keeps the result alive forever.
VALUE Constant(const char* code) {
  int failed = 0;
  const VALUE value = rb_eval_string_protect(code, &failed);
  CHECK(failed == 0);
  rb_gc_register_mark_object(value);
  return value;
}

void Start() {
  const SignalsKept signals;
  ruby_init();
  char name[] = "ouroboros", bare[] = "--disable=all", script[] = "-e", nothing[] = "";
  char* arguments[] = {name, bare, script, nothing, nullptr};
  ruby_options(4, arguments);
  rb_gc_disable();
  *rb_ruby_verbose_ptr() = Qnil;  // otherwise it prints what finalizers raise
  for (VALUE& place : registers) {
    place = Qnil;
    rb_gc_register_address(&place);
  }
  object_class = Constant("Class.new");
  rb_undef_alloc_func(object_class);
  weak_map = Constant("ObjectSpace::WeakMap.new");
  finalizer = Constant("Object.new");
  rb_define_singleton_method(finalizer, "call", Call, 1);
  minor_collection = Constant("proc { GC.start(full_mark: false, immediate_sweep: true) }");
  full_collection = Constant("proc { GC.start(full_mark: true, immediate_sweep: true) }");
}

// ---- Operations ---------------------------------------------------------------------------------

// Everything that may raise is called through this: nothing else catches it.
template <typename Body>
VALUE Protected(Body body) {
  int failed = 0;
  const VALUE value =
      rb_protect([](VALUE pointer) { return (*reinterpret_cast<Body*>(pointer))(); },
                 reinterpret_cast<VALUE>(&body), &failed);
  CHECK(failed == 0);
  return value;
}

void Ruby::Make(int dest, int slots, bool has_finalizer, ObjectId id) {
  auto* const thing = new Thing{.id = id, .finalized = has_finalizer, .count = slots, .slots = {}};
  std::fill(std::begin(thing->slots), std::end(thing->slots), Qnil);
  registers[dest] = rb_data_typed_object_wrap(object_class, thing, &kType);
  ++alive_;
}

void Ruby::NewNode(int dest, int slots, bool has_finalizer, ObjectId id) {
  Make(dest, slots, has_finalizer, id);
  if (has_finalizer) {
    const VALUE object_id = Protected([&] {
      rb_define_finalizer(registers[dest], finalizer);
      return rb_obj_id(registers[dest]);
    });
    named_[NUM2ULL(object_id)] = id;
  }
  WipeStack();
}

void Ruby::NewLeaf(int dest, ObjectId id) {
  Make(dest, 0, false, id);
  WipeStack();
}

void Ruby::NewWeak(int dest, int target, bool, ObjectId id) {
  Make(dest, 0, false, id);
  Protected([&] {
    return rb_funcall(weak_map, rb_intern("[]="), 2, registers[dest], registers[target]);
  });
  WipeStack();
}

void Ruby::Fetched(int dest, VALUE value) {
  registers[dest] = value;
  Got(value == Qnil ? kNone : ThingOf(value)->id);
}

void Ruby::Load(int dest, int from, int slot) {
  Fetched(dest, ThingOf(registers[from])->slots[slot]);
  WipeStack();
}

void Ruby::Dereference(int dest, int weak) {
  Fetched(dest,
          Protected([&] { return rb_funcall(weak_map, rb_intern("[]"), 1, registers[weak]); }));
  WipeStack();
}

void Ruby::Store(int into, int slot, int from) {
  RB_OBJ_WRITE(registers[into], &ThingOf(registers[into])->slots[slot], registers[from]);
  WipeStack();
}

void Ruby::EmptySlot(int into, int slot) { ThingOf(registers[into])->slots[slot] = Qnil; }

int Ruby::Collect(int generation) {
  CHECK(died_.empty());  // Automatic collection is off.
  WipeStack();
  Protected([&] {
    const bool full = generation == kGenerations - 1;
    return rb_funcall(full ? full_collection : minor_collection, rb_intern("call"), 0);
  });
  WipeStack();
  ReportDeaths();
  return 0;  // Ruby does not provide it.
}

void Ruby::Died(const Thing& thing) {
  --alive_;
  died_.push_back(thing.id);
  if (!thing.finalized) return;
  owed_.insert(thing.id);
  due_.insert(thing.id);
}

void Ruby::ReportDeaths() {
  std::sort(died_.begin(), died_.end());
  for (const ObjectId id : std::exchange(died_, {})) Freed(id);
}

bool Ruby::RunFinalizer(VALUE object_id) {
  ReportDeaths();
  const auto found = named_.find(NUM2ULL(object_id));
  CHECK(found != named_.end());
  ObjectId id = found->second;  // reported as it is if no call is owed
  if (owed_.erase(id) == 1) id = due_.extract(due_.begin()).value();
  const bool raised = Finalize(id);
  WipeStack();
  return raised;
}

// Makes all free slots of the heap garbage, so that the next sweep links them in the order of
// addresses. Otherwise an object's neighbours depend on earlier programs, and they matter: the loop
// over the remembered objects of a minor collection leaves the address of a neighbour on the stack,
// where Ruby then finds it.
void FillHeap() {
  static const VALUE kFree = ID2SYM(rb_intern("heap_free_slots"));
  for (size_t free = rb_gc_stat(kFree); free > 0; --free) rb_obj_alloc(rb_cObject);
}

void Ruby::Reset() {
  set_silent(true);
  std::fill(std::begin(registers), std::end(registers), Qnil);
  if (alive_ > 0) Collect(kGenerations - 1);
  if (alive_ != 0 || !owed_.empty()) {
    Broken(std::to_string(alive_) + " objects and " + std::to_string(owed_.size()) +
           " finalizers survive a reset");
  }
  FillHeap();
  Collect(kGenerations - 1);
  owed_.clear();
  due_.clear();
  named_.clear();
  ForgetIds();
  set_silent(false);
}

std::unique_ptr<Collector> Make(Observer& observer) {
  StartRuby();
  CHECK(living == nullptr);
  return std::make_unique<Ruby>(observer);
}

}  // namespace

void StartRuby() {
  static const bool started = (Start(), true);
  CHECK(started);
}

[[gnu::noinline]] void WipeStack() {
  char below[32 * 1024];
  std::memset(below, 0, sizeof below);
  asm volatile("" : : "r"(below) : "memory");
}

}  // namespace ouro

#define OURO_TEXT(macro) OURO_TEXT_OF(macro)
#define OURO_TEXT_OF(text) #text
#define OURO_VERSION OURO_TEXT(RUBY_API_VERSION_MAJOR) "." OURO_TEXT(RUBY_API_VERSION_MINOR)

extern "C" const ouro::LibraryEntry ouro_library = {
    .abilities = ouro::kPeerAbilities | ouro::kGenerations3,
    .summary = "CRuby " OURO_VERSION ": mark and sweep, two generations",
    .contract = "ruby",
    .make = ouro::Make,
    .kinds = &ouro::kRubyKinds,
};

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian's ruby-dev");

#endif  // OURO_HAVE_RUBY
