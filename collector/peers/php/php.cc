// SPDX-License-Identifier: Apache-2.0

// The adapter of PHP 8.2's Zend Engine, embedded. It counts references and frees at once; its cycle
// collector buffers possible roots and tries what would remain without their internal references.
// It runs the finalizers of its trash, once in an object's life, and then looks again.
//
// Place: a peer (peer.h), a shared object. One engine serves all adapters of a process; at most one
// adapter exists at a time.
//
// An object of a program is an instance of a class as an extension would define it. Nodes of even
// size keep their slots in PHP's own property table, those of odd size in the C struct, behind a
// get_gc handler, so that the judge sees both ways by which the engine finds references. A leaf is
// flagged as not collectable, as a string is, and the collector never examines it. PHP shares one
// WeakReference among all users of a target; a weak reference of a program has an identity, so it
// is an object that owns PHP's. So is a map, of a WeakMap.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_PHP

#include <sapi/embed/php_embed.h>
#include <zend_exceptions.h>
#include <zend_gc.h>
#include <zend_weakrefs.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collector/peers/php/php_kinds.h"
#include "collector/peers/signals.h"
#include "model/check.h"

namespace ouro {
namespace {

// An object of a program. PHP's part is last, because its property table follows it.
struct Thing {
  ObjectId id;
  int owned;  // Entries of `own` in use: slots of a node, or the one WeakReference or WeakMap.
  zval own[kMaxSlots];
  zend_object object;
};

Thing* ThingOf(zend_object* object) {
  return reinterpret_cast<Thing*>(reinterpret_cast<char*>(object) - offsetof(Thing, object));
}

class Php;
Php* living = nullptr;

class Php final : public Peer {
 public:
  explicit Php(Observer& observer) : Peer(observer) {
    living = this;
    Reset();  // drops what starting the engine left in the buffer of roots
  }
  ~Php() override {
    Reset();
    living = nullptr;
  }

  void Reset() override;

  // Called by the engine's handlers.
  bool RunFinalizer(zend_object* object);
  void Died(ObjectId id) {
    --alive_;
    Freed(id);
  }

 protected:
  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override;
  void NewLeaf(int dest, ObjectId id) override;
  void NewWeak(int dest, int target, bool callback, ObjectId id) override;
  void Copy(int dest, int from) override { Assign(&registers_[dest], &registers_[from]); }
  void Load(int dest, int from, int slot) override;
  void Dereference(int dest, int weak) override;
  void Dispose(int from) override;
  void End() override;
  void PushScope(int from) override { ZVAL_COPY(&pushed_.emplace_back(), &registers_[from]); }
  void PopScope() override;
  void NewMap(int dest, ObjectId id) override;
  void MapGet(int dest, int map, int key) override;
  void MapPut(int map, int key, int from) override;
  void MapRemove(int map, int key) override;
  void Store(int into, int slot, int from) override { Assign(Slot(into, slot), &registers_[from]); }
  void EmptySlot(int into, int slot) override { Empty(Slot(into, slot)); }
  void EmptyRegister(int dest) override { Empty(&registers_[dest]); }
  int Collect(int generation) override;

 private:
  zval* Slot(int node, int slot);
  Thing* NewThing(int dest, zend_class_entry* type, int owned, ObjectId id);
  zend_object* WeakMapOf(int map) { return Z_OBJ(ThingOf(Z_OBJ(registers_[map]))->own[0]); }
  void Fetched(int dest, zval* value);  // takes ownership of `value`

  // An assignment as PHP does it. An exception from a finalizer is caught after each operation.
  static void Assign(zval* where, const zval* value);
  static void Empty(zval* where);

  zval registers_[kRegisters + 1] = {};  // The last one is `self`, without a reference of its own.
  std::vector<zval> pushed_;             // As arguments of calls, or what a C function holds.
  int alive_ = 0;
};

// ---- The classes --------------------------------------------------------------------------------

zend_object_handlers table_handlers;  // The slots are properties.
zend_object_handlers own_handlers;    // They are in Thing::own.
zend_class_entry* nodes[2][kMaxSlots + 1];
zend_class_entry* leaf;
zend_class_entry* weak;
zend_class_entry* map_class;
zend_class_entry* weak_map;  // PHP's, which its headers do not declare
zend_function* weak_create;
zend_function* weak_get;

// A caller for calls from here: without one, PHP treats an exception as uncaught.
zend_execute_data frame;

void Free(zend_object* object) {
  Thing* const thing = ThingOf(object);
  living->Died(thing->id);
  zend_object_std_dtor(object);  // clears weak references first
  for (int i = 0; i < thing->owned; ++i) zval_ptr_dtor(&thing->own[i]);
}

HashTable* GetGc(zend_object* object, zval** table, int* count) {
  Thing* const thing = ThingOf(object);
  *table = thing->own;
  *count = thing->owned;
  return nullptr;
}

// __destruct.
void Destruct(zend_execute_data* execute_data, zval*) {
  if (living->RunFinalizer(Z_OBJ_P(ZEND_THIS))) zend_throw_exception(nullptr, "raise", 0);
}

ZEND_BEGIN_ARG_INFO_EX(kNoArguments, 0, 0, 0)
ZEND_END_ARG_INFO()

const zend_function_entry kFinalizer[] = {
    ZEND_FENTRY(__destruct, Destruct, kNoArguments, ZEND_ACC_PUBLIC) ZEND_FE_END};

zend_class_entry* Declare(const std::string& name, const zend_function_entry* methods) {
  zend_class_entry entry;
  INIT_CLASS_ENTRY_EX(entry, name.c_str(), name.size(), methods);
  return zend_register_internal_class(&entry);
}

zend_result DeclareAll(int, int) {
  table_handlers = *zend_get_std_object_handlers();
  table_handlers.offset = offsetof(Thing, object);
  table_handlers.free_obj = Free;
  own_handlers = table_handlers;
  own_handlers.get_gc = GetGc;
  for (int slots = 0; slots <= kMaxSlots; ++slots) {
    nodes[0][slots] = Declare("Node" + std::to_string(slots), nullptr);
    nodes[1][slots] = Declare("Finalized" + std::to_string(slots), kFinalizer);
    if (slots % 2 == 1) continue;
    for (int i = 0; i < slots; ++i) {
      const std::string name = "s" + std::to_string(i);
      for (zend_class_entry* type : {nodes[0][slots], nodes[1][slots]}) {
        zend_declare_property_null(type, name.c_str(), name.size(), ZEND_ACC_PUBLIC);
      }
    }
  }
  leaf = Declare("PlainLeaf", nullptr);  // an adapter in PHP has a Leaf
  weak = Declare("PlainWeak", nullptr);
  map_class = Declare("PlainMap", nullptr);
  return SUCCESS;
}

int request = 0;

// A request has begun.
void Enter() {
  EG(current_execute_data) = &frame;
  gc_enable(false);
}

// Classes of an extension can only be declared while the engine starts. No php.ini: a system's
// loads extensions.
bool Start() {
  static zend_module_entry module = {STANDARD_MODULE_HEADER,
                                     "ouroboros",
                                     nullptr,
                                     DeclareAll,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     "1",
                                     STANDARD_MODULE_PROPERTIES};
  const SignalsKept signals;
  php_embed_module.php_ini_ignore = 1;
  php_embed_module.startup = [](sapi_module_struct* sapi) -> int {
    return php_module_startup(sapi, &module);
  };
  if (php_embed_init(0, nullptr) != SUCCESS) return false;
  const auto method = [](const char* name) {
    return static_cast<zend_function*>(
        zend_hash_str_find_ptr(&zend_ce_weakref->function_table, name, std::strlen(name)));
  };
  constexpr std::string_view kWeakMap = "weakmap";
  weak_map = static_cast<zend_class_entry*>(
      zend_hash_str_find_ptr(CG(class_table), kWeakMap.data(), kWeakMap.size()));
  weak_create = method("create");
  weak_get = method("get");
  frame.func =
      const_cast<zend_function*>(reinterpret_cast<const zend_function*>(&zend_pass_function));
  Enter();
  return true;
}

// ---- Operations ---------------------------------------------------------------------------------

zval* Php::Slot(int node, int slot) {
  zend_object* const object = Z_OBJ(registers_[node]);
  return object->handlers == &own_handlers ? &ThingOf(object)->own[slot]
                                           : OBJ_PROP_NUM(object, slot);
}

Thing* Php::NewThing(int dest, zend_class_entry* type, int owned, ObjectId id) {
  auto* const thing = static_cast<Thing*>(zend_object_alloc(sizeof(Thing), type));
  thing->id = id;
  thing->owned = owned;
  zend_object_std_init(&thing->object, type);
  object_properties_init(&thing->object, type);
  thing->object.handlers = owned > 0 ? &own_handlers : &table_handlers;
  ZVAL_OBJ(&registers_[dest], &thing->object);
  ++alive_;
  return thing;
}

void Php::NewNode(int dest, int slots, bool finalizer, ObjectId id) {
  NewThing(dest, nodes[finalizer ? 1 : 0][slots], slots % 2 == 1 ? slots : 0, id);
}

void Php::NewLeaf(int dest, ObjectId id) {
  Thing* const thing = NewThing(dest, leaf, 0, id);
  // Never a possible root, nor does the collector follow references to it.
  GC_ADD_FLAGS(&thing->object, GC_NOT_COLLECTABLE);
  Z_TYPE_INFO(registers_[dest]) &= ~(IS_TYPE_COLLECTABLE << Z_TYPE_FLAGS_SHIFT);
}

void Php::NewWeak(int dest, int target, bool, ObjectId id) {
  Thing* const thing = NewThing(dest, weak, 1, id);
  zend_call_known_function(weak_create, nullptr, zend_ce_weakref, &thing->own[0], 1,
                           &registers_[target], nullptr);
}

// `$object->__destruct()`. The call holds the object.
void Php::Dispose(int from) {
  zval object;
  ZVAL_COPY(&object, &registers_[from]);
  zend_call_known_instance_method_with_0_params(Z_OBJCE(object)->destructor, Z_OBJ(object),
                                                nullptr);
  zend_clear_exception();
  Empty(&object);
}

// The engine ends its request: all destructors run, until one throws, then everything is freed.
// What registers held is gone. The next program has a request of its own.
void Php::End() {
  EG(error_reporting) = 0;  // that of an uncaught exception is of no interest
  php_request_shutdown(nullptr);
  for (zval& value : registers_) ZVAL_UNDEF(&value);
  pushed_.clear();
  if (alive_ != 0) Broken(std::to_string(alive_) + " objects survive a request");
  const bool started = php_request_startup() == SUCCESS;
  CHECK(started);
  ++request;
  Enter();
  ForgetIds();
}

// The script of its death may push.
void Php::PopScope() {
  zval popped = pushed_.back();
  pushed_.pop_back();
  Empty(&popped);
}

void Php::NewMap(int dest, ObjectId id) {
  Thing* const thing = NewThing(dest, map_class, 1, id);
  object_init_ex(&thing->own[0], weak_map);
}

// The engine's own operators: `isset($map[$key])`, `$map[$key]`, `$map[$key] = $value`, `unset`.
void Php::MapGet(int dest, int map, int key) {
  zend_object* const object = WeakMapOf(map);
  zval value;
  ZVAL_UNDEF(&value);
  if (object->handlers->has_dimension(object, &registers_[key], 0) != 0) {
    zval storage;
    ZVAL_COPY(&value,
              object->handlers->read_dimension(object, &registers_[key], BP_VAR_R, &storage));
  }
  Fetched(dest, &value);
}

void Php::MapPut(int map, int key, int from) {
  zend_object* const object = WeakMapOf(map);
  object->handlers->write_dimension(object, &registers_[key], &registers_[from]);
  zend_clear_exception();
}

void Php::MapRemove(int map, int key) {
  zend_object* const object = WeakMapOf(map);
  object->handlers->unset_dimension(object, &registers_[key]);
  zend_clear_exception();
}

void Php::Fetched(int dest, zval* value) {
  const bool found = Z_TYPE_P(value) == IS_OBJECT;
  zval old;
  ZVAL_COPY_VALUE(&old, &registers_[dest]);
  ZVAL_COPY_VALUE(&registers_[dest], value);
  Got(found ? ThingOf(Z_OBJ_P(value))->id : kNone);
  Empty(&old);
}

void Php::Load(int dest, int from, int slot) {
  zval value;
  ZVAL_COPY(&value, Slot(from, slot));
  Fetched(dest, &value);
}

void Php::Dereference(int dest, int reference) {
  zval value;
  zend_object* const php = Z_OBJ(ThingOf(Z_OBJ(registers_[reference]))->own[0]);
  zend_call_known_function(weak_get, php, php->ce, &value, 0, nullptr, nullptr);
  Fetched(dest, &value);
}

void Php::Assign(zval* where, const zval* value) {
  zval old;
  ZVAL_COPY_VALUE(&old, where);
  ZVAL_COPY(where, value);
  Empty(&old);
}

void Php::Empty(zval* where) {
  zval old;
  ZVAL_COPY_VALUE(&old, where);
  ZVAL_UNDEF(where);
  zval_ptr_dtor(&old);
  zend_clear_exception();
}

int Php::Collect(int) {
  const int count = gc_collect_cycles();
  zend_clear_exception();
  return count;
}

bool Php::RunFinalizer(zend_object* object) {
  zval outer;
  ZVAL_COPY_VALUE(&outer, &registers_[kSelf]);
  ZVAL_OBJ(&registers_[kSelf], object);
  const bool raised = Finalize(ThingOf(object)->id);
  ZVAL_COPY_VALUE(&registers_[kSelf], &outer);
  return raised;
}

// Finalizers do nothing now. A collection that has run some looks again only once, and objects with
// a finalizer that are found then wait for the next one: hence several.
void Php::Reset() {
  constexpr int kCollections = 8;
  set_silent(true);
  for (int i = 0; i < kRegisters; ++i) Empty(&registers_[i]);
  while (!pushed_.empty()) PopScope();
  for (int i = 0; i < kCollections && alive_ > 0; ++i) Collect(kGenerations - 1);
  // One more possible root, which proves not to be garbage, makes the collector compact its buffer.
  // Finalizers run in the order of roots, which otherwise would depend on earlier programs.
  zval probe;
  object_init(&probe);
  Z_ADDREF(probe);
  zval_ptr_dtor(&probe);
  Collect(kGenerations - 1);
  zval_ptr_dtor(&probe);
  zend_gc_status status;
  zend_gc_get_status(&status);
  set_silent(false);
  if (alive_ != 0 || status.num_roots != 0) {
    Broken(std::to_string(alive_) + " objects and " + std::to_string(status.num_roots) +
           " possible roots survive a reset");
  }
  ForgetIds();
}

std::unique_ptr<Collector> Make(Observer& observer) {
  CHECK(StartPhp() && living == nullptr);
  return std::make_unique<Php>(observer);
}

}  // namespace

int PhpRequest() { return request; }

bool StartPhp() {
  static const bool started = Start();
  return started;
}

}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = {
    .abilities =
        ouro::kPeerAbilities | ouro::kMaps | ouro::kDisposal | ouro::kEnding | ouro::kScopes,
    .summary = "PHP " PHP_VERSION "'s Zend Engine: reference counts and a cycle collector",
    .contract = "php",
    .make = ouro::Make,
    .kinds = &ouro::kPhpKinds,
};

#else

extern "C" const ouro::LibraryEntry ouro_library =
    ouro::AbsentPeer("Debian's php-dev and libphp-embed");

#endif  // OURO_HAVE_PHP
