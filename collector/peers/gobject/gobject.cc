// SPDX-License-Identifier: Apache-2.0

// The adapter of GObject, the object system of GLib. It counts references and has no collector, so
// a cycle lives until it is broken. A node's finalizer is its `dispose`, which may resurrect it and
// then runs again at its next death; its death is `finalize`. A weak reference is an object that
// owns a GWeakRef.
//
// Place: a peer (peer.h). Types are registered once, for the life of the process; there is no other
// state.

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_GOBJECT

#include <glib-object.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace ouro {
namespace {

// The head of every object of a program.
struct Named {
  GObject parent;
  ObjectId id;
};

struct Node {
  Named named;
  int size;
  GObject* slots[kMaxSlots];
};

struct Weak {
  Named named;
  GWeakRef target;
};

Named* AsNamed(void* object) { return static_cast<Named*>(object); }
Node* AsNode(void* object) { return static_cast<Node*>(object); }
Weak* AsWeak(void* object) { return static_cast<Weak*>(object); }

class GObjects : public Peer {
 public:
  explicit GObjects(Observer& observer) : Peer(observer), types_(TheTypes()) { live_ = this; }

  ~GObjects() override {
    Drop();
    live_ = nullptr;
  }

  void Reset() override {
    Drop();
    if (objects_ != 0) Broken("GObject: objects survive a reset");
    alive_.clear();
    objects_ = 0;
    ForgetIds();
  }

 protected:
  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    AsNode(New(types_.node[finalizer ? 1 : 0], dest, id))->size = slots;
  }

  void NewLeaf(int dest, ObjectId id) override { New(types_.leaf, dest, id); }

  void NewWeak(int dest, int target, bool, ObjectId id) override {
    g_weak_ref_init(&AsWeak(New(types_.weak, dest, id))->target, registers_[target]);
  }

  void Copy(int dest, int from) override { Assign(registers_[dest], registers_[from]); }

  void Load(int dest, int from, int slot) override {
    GObject* const value = AsNode(registers_[from])->slots[slot];
    Take(dest, value == nullptr ? nullptr : Hold(value));
  }

  void Dereference(int dest, int weak) override {
    Take(dest, static_cast<GObject*>(g_weak_ref_get(&AsWeak(registers_[weak])->target)));
  }

  void Store(int into, int slot, int from) override {
    Assign(AsNode(registers_[into])->slots[slot], registers_[from]);
  }

  void EmptySlot(int into, int slot) override {
    Assign(AsNode(registers_[into])->slots[slot], nullptr);
  }

  void EmptyRegister(int dest) override { Assign(registers_[dest], nullptr); }

  int Collect(int) override { return 0; }

 private:
  struct Types {
    GType leaf;
    GType node[2];  // without and with a finalizer
    GType weak;
  };

  // ---- The functions of the types --------------------------------------------------------------

  // Runs at every death. A reference taken meanwhile resurrects the node, with its slots: they are
  // emptied only in `finalize`, which is final. GObject's own dispose clears all weak references,
  // so it is called first: those that the script makes to a node that it resurrects stay.
  static void DisposeNode(GObject* self) {
    Parent()->dispose(self);
    GObject* const outer = std::exchange(live_->registers_[kSelf], self);
    live_->Finalize(AsNamed(self)->id);
    live_->registers_[kSelf] = outer;
  }

  // Final, with weak references cleared: the node is reported before its references are released.
  static void FinalizeNode(GObject* self) {
    End(self);
    Node* const node = AsNode(self);
    for (int i = 0; i < node->size; ++i) g_clear_object(&node->slots[i]);
    Parent()->finalize(self);
  }

  static void FinalizeLeaf(GObject* self) {
    End(self);
    Parent()->finalize(self);
  }

  static void FinalizeWeak(GObject* self) {
    End(self);
    g_weak_ref_clear(&AsWeak(self)->target);
    Parent()->finalize(self);
  }

  static void End(GObject* self) {
    const ObjectId id = AsNamed(self)->id;
    live_->alive_[static_cast<size_t>(id)] = nullptr;
    --live_->objects_;
    live_->Freed(id);
  }

  static GObjectClass* Parent() {
    return static_cast<GObjectClass*>(g_type_class_peek(G_TYPE_OBJECT));
  }

  template <void (*Finalize)(GObject*), void (*Dispose)(GObject*) = nullptr>
  static void InitClass(void* type_class, void*) {
    G_OBJECT_CLASS(type_class)->finalize = Finalize;
    if (Dispose != nullptr) G_OBJECT_CLASS(type_class)->dispose = Dispose;
  }

  static GType Register(const char* name, size_t size, GClassInitFunc init) {
    GTypeInfo info = {};
    info.class_size = sizeof(GObjectClass);
    info.class_init = init;
    info.instance_size = static_cast<guint16>(size);
    return g_type_register_static(G_TYPE_OBJECT, name, &info, G_TYPE_FLAG_NONE);
  }

  static const Types& TheTypes() {
    static const Types types = {
        .leaf = Register("OuroLeaf", sizeof(Named), InitClass<FinalizeLeaf>),
        .node = {Register("OuroNode", sizeof(Node), InitClass<FinalizeNode>),
                 Register("OuroFinal", sizeof(Node), InitClass<FinalizeNode, DisposeNode>)},
        .weak = Register("OuroWeak", sizeof(Weak), InitClass<FinalizeWeak>)};
    return types;
  }

  // ---- Assignments -----------------------------------------------------------------------------

  GObject* New(GType type, int dest, ObjectId id) {
    registers_[dest] = static_cast<GObject*>(g_object_new(type, nullptr));
    AsNamed(registers_[dest])->id = id;
    alive_.resize(static_cast<size_t>(id) + 1);
    alive_.back() = registers_[dest];
    ++objects_;
    return registers_[dest];
  }

  static GObject* Hold(GObject* object) { return static_cast<GObject*>(g_object_ref(object)); }

  static void Assign(GObject*& place, GObject* value) {
    GObject* const old = std::exchange(place, value == nullptr ? nullptr : Hold(value));
    if (old != nullptr) g_object_unref(old);
  }

  // Takes ownership of a reference to `value`.
  void Take(int dest, GObject* value) {
    GObject* const old = std::exchange(registers_[dest], value);
    Got(value == nullptr ? kNone : AsNamed(value)->id);
    if (old != nullptr) g_object_unref(old);
  }

  // Breaks cycles, which GObject does not.
  void Drop() {
    set_silent(true);
    for (int i = 0; i < kRegisters; ++i) EmptyRegister(i);
    for (size_t i = 0; objects_ != 0 && i < alive_.size(); ++i) {
      GObject* const object = alive_[i];
      if (object == nullptr || !IsNode(object)) continue;
      Hold(object);
      for (int slot = 0; slot < AsNode(object)->size; ++slot) {
        Assign(AsNode(object)->slots[slot], nullptr);
      }
      g_object_unref(object);
    }
    set_silent(false);
  }

  bool IsNode(GObject* object) const {
    const GType type = G_OBJECT_TYPE(object);
    return type == types_.node[0] || type == types_.node[1];
  }

  inline static GObjects* live_ = nullptr;  // receives the reports of the types' functions

  const Types& types_;
  GObject* registers_[kRegisters + 1] = {};  // the last one is `self`, not counted
  std::vector<GObject*> alive_;              // by id, not counted; null once freed
  int objects_ = 0;                          // not null in alive_
};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::GObjects>(
    ouro::kPeerAbilities, "GObject of GLib 2: reference counting, and a dispose that may resurrect",
    "gobject");

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian's libglib2.0-dev");

#endif  // OURO_HAVE_GOBJECT
