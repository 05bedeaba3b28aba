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

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/peers/gobject/kinds_table.h"

namespace ouro {
namespace {

// The head of every object of a program.
struct Named {
  GObject parent;
  ObjectId id;
};

// What a slot or a register holds by: a kind's holder. A poke keeps it, too.
struct Holder {
  const GObjectKind* kind;
  void* body;
  int uses;
};

struct Node {
  Named named;
  int size;
  GObject* slots[kMaxSlots];
  Holder* holders[kMaxSlots];  // null where the slot is plain
};

struct Weak {
  Named named;
  GWeakRef target;
};

Named* AsNamed(void* object) { return static_cast<Named*>(object); }
Node* AsNode(void* object) { return static_cast<Node*>(object); }
Weak* AsWeak(void* object) { return static_cast<Weak*>(object); }

constexpr const char* kNodeKinds[] = {"floating", "floating-deep", "deep", "private-data",
                                      "interface"};

class GObjects : public Peer {
 public:
  explicit GObjects(Observer& observer, const std::vector<KindId>* ids = nullptr)
      : Peer(observer, ids == nullptr ? std::vector<KindId>() : *ids), types_(TheTypes()) {
    live_ = this;
  }

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

  // Edges, then roots, which hold by the holders of edges, then nodes.
  static std::vector<std::string> ListKinds(const std::string&) {
    std::vector<std::string> lines;
    for (const GObjectKind& kind : kGObjectEdges) {
      const std::string pokes = " pokes=" + std::to_string(kind.actions.size());
      lines.push_back(kind.name + std::string(" edge") + (kind.actions.empty() ? "" : pokes));
    }
    for (const GObjectKind& kind : kGObjectEdges) {
      lines.push_back(std::string("root-") + kind.name + " root");
    }
    for (const char* const name : kNodeKinds) lines.push_back(std::string(name) + " node");
    return lines;
  }

 protected:
  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    AsNode(New(types_.node[finalizer ? 1 : 0], dest, id))->size = slots;
  }

  void NewNodeAs(int dest, int slots, bool finalizer, ObjectId id, int kind) override {
    const size_t index = static_cast<size_t>(kind) - 2 * kGObjectEdges.size();
    AsNode(New(types_.kinds[index][finalizer ? 1 : 0], dest, id))->size = slots;
  }

  void NewLeaf(int dest, ObjectId id) override { New(types_.leaf, dest, id); }

  void NewWeak(int dest, int target, bool, ObjectId id) override {
    g_weak_ref_init(&AsWeak(New(types_.weak, dest, id))->target, registers_[target]);
  }

  void Copy(int dest, int from) override { Write(dest, registers_[from], nullptr); }

  void CopyAs(int dest, int from, int kind) override {
    Write(dest, registers_[from], &kGObjectEdges[static_cast<size_t>(kind) % kGObjectEdges.size()]);
  }

  void Load(int dest, int from, int slot) override {
    GObject* const value = Content(AsNode(registers_[from]), slot);
    Take(dest, value == nullptr ? nullptr : Hold(value));
  }

  void Dereference(int dest, int weak) override {
    Take(dest, static_cast<GObject*>(g_weak_ref_get(&AsWeak(registers_[weak])->target)));
  }

  void Store(int into, int slot, int from) override {
    Fill(AsNode(registers_[into]), slot, registers_[from], nullptr);
  }

  void StoreAs(int into, int slot, int from, int kind) override {
    Fill(AsNode(registers_[into]), slot, registers_[from],
         &kGObjectEdges[static_cast<size_t>(kind)]);
  }

  void EmptySlot(int into, int slot) override {
    Node* const node = AsNode(registers_[into]);
    Holder* const holder = node->holders[slot];
    if (holder == nullptr || holder->kind->take == nullptr)
      return Fill(node, slot, nullptr, nullptr);
    GObject* const old = OldContent(node, slot);
    holder->kind->take(holder->body);
    if (old != nullptr) g_object_unref(old);
  }

  void EmptyRegister(int dest) override { Write(dest, nullptr, nullptr); }

  void Poke(int from, int slot, int action) override {
    GObject* const self = Hold(registers_[from]);
    Node* const node = AsNode(self);
    Holder* const holder = node->holders[slot];
    GObject* guarded = nullptr;
    if (holder != nullptr) {
      ++holder->uses;
      const auto& actions = holder->kind->actions;
      if (holder->kind->guarded) guarded = OldContent(node, slot);
      if (!actions.empty()) actions[static_cast<size_t>(action) % actions.size()](holder->body);
    }
    GObject* const now = Content(node, slot);
    Got(now == nullptr ? kNone : AsNamed(now)->id);
    if (guarded != nullptr) g_object_unref(guarded);
    if (holder != nullptr) Drop(holder);
    g_object_unref(self);
  }

  void Dispose(int from) override { g_object_run_dispose(registers_[from]); }

  void PushScope(int from) override { pushed_.push_back(Hold(registers_[from])); }

  // The script of its death may push.
  void PopScope() override {
    GObject* const popped = pushed_.back();
    pushed_.pop_back();
    g_object_unref(popped);
  }

  int Collect(int) override { return 0; }

 private:
  struct Types {
    GType leaf;
    GType node[2];  // without and with a finalizer
    GType weak;
    std::vector<std::array<GType, 2>> kinds;  // of nodes: by kNodeKinds
  };

  // ---- The functions of the types --------------------------------------------------------------

  // Runs at every death. A reference taken meanwhile resurrects the node, with its slots: they are
  // emptied only in `finalize`, which is final. GObject's own dispose clears all weak references,
  // so it is called first: those that the script makes to a node that it resurrects stay.
  static void DisposeNode(GObject* self) {
    ParentOf(self)->dispose(self);
    GObject* const outer = std::exchange(live_->registers_[kSelf], self);
    live_->Finalize(AsNamed(self)->id);
    live_->registers_[kSelf] = outer;
  }

  // Final, with weak references cleared: the node is reported before its references are released.
  static void FinalizeNode(GObject* self) {
    End(self);
    Node* const node = AsNode(self);
    for (int i = 0; i < node->size; ++i) {
      g_clear_object(&node->slots[i]);
      if (node->holders[i] != nullptr) Drop(std::exchange(node->holders[i], nullptr));
    }
    ParentOf(self)->finalize(self);
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

  // The class above that of a node.
  static GObjectClass* ParentOf(GObject* self) {
    return static_cast<GObjectClass*>(g_type_class_peek_parent(G_OBJECT_GET_CLASS(self)));
  }

  template <void (*Finalize)(GObject*), void (*Dispose)(GObject*) = nullptr>
  static void InitClass(void* type_class, void*) {
    G_OBJECT_CLASS(type_class)->finalize = Finalize;
    if (Dispose != nullptr) G_OBJECT_CLASS(type_class)->dispose = Dispose;
  }

  static GType Register(const std::string& name, size_t size, GClassInitFunc init,
                        GType parent = G_TYPE_OBJECT) {
    GTypeInfo info = {};
    info.class_size = sizeof(GObjectClass);
    info.class_init = init;
    info.instance_size = static_cast<guint16>(size);
    return g_type_register_static(parent, name.c_str(), &info, G_TYPE_FLAG_NONE);
  }

  // The types of a kind of nodes. Their parents are as large as GObject, so a node's parts are
  // where those of a plain one are.
  static std::array<GType, 2> RegisterKind(const std::string& name) {
    GType parent =
        name == "floating" || name == "floating-deep" ? G_TYPE_INITIALLY_UNOWNED : G_TYPE_OBJECT;
    if (name == "deep" || name == "floating-deep") {
      for (int i = 0; i < 5; ++i) {
        parent = Register("Ouro-" + name + std::to_string(i), sizeof(GObject), nullptr, parent);
      }
    }
    const std::array<GType, 2> types = {
        Register("Ouro-" + name, sizeof(Node), InitClass<FinalizeNode>, parent),
        Register("Ouro-final-" + name, sizeof(Node), InitClass<FinalizeNode, DisposeNode>, parent)};
    if (name == "private-data") {
      for (const GType type : types) g_type_add_instance_private(type, 64);
    }
    if (name == "interface") {
      const GInterfaceInfo info = {};
      for (const GType type : types) g_type_add_interface_static(type, G_TYPE_ICON, &info);
    }
    return types;
  }

  static const Types& TheTypes() {
    static const Types types = {
        .leaf = Register("OuroLeaf", sizeof(Named), InitClass<FinalizeLeaf>),
        .node = {Register("OuroNode", sizeof(Node), InitClass<FinalizeNode>),
                 Register("OuroFinal", sizeof(Node), InitClass<FinalizeNode, DisposeNode>)},
        .weak = Register("OuroWeak", sizeof(Weak), InitClass<FinalizeWeak>),
        .kinds = [] {
          std::vector<std::array<GType, 2>> kinds;
          for (const char* const name : kNodeKinds) kinds.push_back(RegisterKind(name));
          return kinds;
        }()};
    return types;
  }

  // ---- Assignments -----------------------------------------------------------------------------

  GObject* New(GType type, int dest, ObjectId id) {
    registers_[dest] = static_cast<GObject*>(g_object_new(type, nullptr));
    if (g_object_is_floating(registers_[dest])) g_object_ref_sink(registers_[dest]);
    AsNamed(registers_[dest])->id = id;
    alive_.resize(static_cast<size_t>(id) + 1);
    alive_.back() = registers_[dest];
    ++objects_;
    return registers_[dest];
  }

  static GObject* Hold(GObject* object) { return static_cast<GObject*>(g_object_ref(object)); }

  // A register that holds by a kind has no reference of its own; `registers_` says what it holds.
  void Write(int dest, GObject* value, const GObjectKind* kind) {
    if (kind != nullptr && value == nullptr) kind = nullptr;
    Holder* const holder = kind == nullptr ? nullptr : New(kind, value);
    if (holder == nullptr && value != nullptr) Hold(value);
    Release(std::exchange(registers_[dest], value), std::exchange(roots_[dest], holder));
  }

  static Holder* New(const GObjectKind* kind, GObject* value) {
    return new Holder{.kind = kind, .body = kind->make(value), .uses = 1};
  }

  // What a register or a slot held: by its holder, or by itself.
  static void Release(GObject* value, Holder* holder) {
    if (holder != nullptr) {
      Drop(holder);
    } else if (value != nullptr) {
      g_object_unref(value);
    }
  }

  static void Drop(Holder* holder) {
    if (--holder->uses != 0) return;
    holder->kind->drop(holder->body);
    delete holder;
  }

  static GObject* Content(Node* node, int slot) {
    Holder* const holder = node->holders[slot];
    return holder == nullptr ? node->slots[slot] : holder->kind->get(holder->body);
  }

  // The content with one more reference: it is released when the holder is whole again.
  static GObject* OldContent(Node* node, int slot) {
    GObject* const content = Content(node, slot);
    return content == nullptr ? nullptr : Hold(content);
  }

  static void Fill(Node* node, int slot, GObject* value, const GObjectKind* kind) {
    GObject* const old = OldContent(node, slot);
    Holder* const holder = node->holders[slot];
    if (kind != nullptr && holder != nullptr && holder->kind == kind && kind->put != nullptr) {
      kind->put(holder->body, value);
    } else {
      Holder* const made = kind == nullptr ? nullptr : New(kind, value);
      GObject* const plain = made != nullptr || value == nullptr ? nullptr : Hold(value);
      GObject* const before = std::exchange(node->slots[slot], plain);
      node->holders[slot] = made;
      Release(before, holder);
    }
    if (old != nullptr) g_object_unref(old);
  }

  // Takes ownership of a reference to `value`.
  void Take(int dest, GObject* value) {
    GObject* const old = std::exchange(registers_[dest], value);
    Holder* const holder = std::exchange(roots_[dest], nullptr);
    Got(value == nullptr ? kNone : AsNamed(value)->id);
    Release(old, holder);
  }

  // Breaks cycles, which GObject does not.
  void Drop() {
    set_silent(true);
    for (int i = 0; i < kRegisters; ++i) EmptyRegister(i);
    while (!pushed_.empty()) PopScope();
    for (size_t i = 0; objects_ != 0 && i < alive_.size(); ++i) {
      GObject* const object = alive_[i];
      if (object == nullptr || !IsNode(object)) continue;
      Hold(object);
      for (int slot = 0; slot < AsNode(object)->size; ++slot) {
        Fill(AsNode(object), slot, nullptr, nullptr);
      }
      g_object_unref(object);
    }
    set_silent(false);
  }

  bool IsNode(GObject* object) const {
    const GType type = G_OBJECT_TYPE(object);
    return type != types_.leaf && type != types_.weak;
  }

  inline static GObjects* live_ = nullptr;  // receives the reports of the types' functions

  const Types& types_;
  GObject* registers_[kRegisters + 1] = {};  // the last one is `self`, not counted
  Holder* roots_[kRegisters + 1] = {};       // null where a register holds by itself
  std::vector<GObject*> pushed_;             // as the variables of functions in C
  std::vector<GObject*> alive_;              // by id, not counted; null once freed
  int objects_ = 0;                          // not null in alive_
};

constexpr LibraryKinds kKinds = {
    .list = GObjects::ListKinds,
    .make = [](Observer& observer, const std::string&, const std::vector<KindId>& ids)
        -> std::unique_ptr<Collector> { return std::make_unique<GObjects>(observer, &ids); }};

}  // namespace
}  // namespace ouro

extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::GObjects>(
    ouro::kPeerAbilities | ouro::kDisposal | ouro::kScopes,
    "GObject of GLib 2: reference counting, and a dispose that may resurrect", "gobject",
    &ouro::kKinds);

#else

extern "C" const ouro::LibraryEntry ouro_library = ouro::AbsentPeer("Debian's libglib2.0-dev");

#endif  // OURO_HAVE_GOBJECT
