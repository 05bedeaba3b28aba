// SPDX-License-Identifier: Apache-2.0

// The heap with kinds, `quickjs?kinds`, is QuickJS whose slots and registers have holders, and
// whose nodes are objects of every sort.
//
// Place: an adapter, over heap.h. The functions of a kind are compiled in a runtime when a program
// first names it.
//
// A node that is not of the class in C has, in a hidden property, a part that is, and that dies
// with it. No script runs before the operation is over, so it may hold what it likes.

#ifndef COLLECTOR_PEERS_QUICKJS_KINDS_H_
#define COLLECTOR_PEERS_QUICKJS_KINDS_H_

#include <quickjs/quickjs.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collector/peers/javascript/kinds.h"
#include "collector/peers/javascript/kinds_table_js.h"
#include "collector/peers/quickjs/heap.h"
#include "collector/peers/quickjs/kinds_table_js.h"

namespace ouro {

class QuickJsKinds final : public QuickJsHeap {
 public:
  QuickJsKinds(Observer& observer, const std::vector<KindId>& kinds, bool fails)
      : QuickJsHeap(observer, kinds, fails) {}
  ~QuickJsKinds() override { Forget(); }

  void Reset() override {
    set_silent(true);
    for (int ref = 0; ref < kRegisters; ++ref) LetGo(ref);
    set_silent(false);
    QuickJsHeap::Reset();
    nodes_.clear();
    numbers_.clear();
  }

  // The kinds that this version can make, with something that nobody else has as the content.
  static const JsTable& Table() {
    static const JsTable* const table = [] {
      auto* const all = new JsTable;
      ReadJsTable(kSharedKinds, kEngine, all);
      ReadJsTable(kQuickJsKinds, kEngine, all);
      return all;
    }();
    return *table;
  }

  // Whether this version understands the kind, and can make it of something that nobody else has.
  bool Usable(int kind) {
    JSValue content = NewCell(kNone);
    JSValue key = JS_NewInt32(context(), 0);
    JSValue made = Call(kind, JsKind::kMake, {content, key});
    const bool usable = !JS_IsException(made) && !JS_IsUndefined(made);
    if (JS_IsException(made)) JS_FreeValue(context(), JS_GetException(context()));
    if (KindOf(kind).place == KindRow::Place::kRoot && usable) {
      JS_FreeValue(context(), Call(kind, JsKind::kTake, {made, key}));
    }
    JS_FreeValue(context(), made);
    JS_FreeValue(context(), content);
    return usable;
  }

 private:
  struct Hold {
    int kind = -1;  // -1: plain
    ObjectId content = kNone;
  };
  struct Node {
    int kind = -1;
    void* where = nullptr;  // null: it died
    std::array<Hold, kMaxSlots> slots = {};
  };

  // ---- Operations ----

  void NewNodeAs(int dest, int slots, bool finalizer, ObjectId id, int kind) override {
    FunctionsOf(kind);  // compiled while nothing fails
    Attempt([&] { return Call(kind, JsKind::kMake, {}); });
    JSValue made = Call(kind, JsKind::kMake, {});
    JSValue part = NewCell(id);
    if (JS_IsException(made) ||
        JS_DefinePropertyValueStr(context(), made, kPart, JS_DupValue(context(), part), 0) < 0) {
      JS_FreeValue(context(), JS_GetException(context()));
      JS_FreeValue(context(), made);
      const bool was_silent = silent();
      set_silent(true);
      JS_FreeValue(context(), part);
      set_silent(was_silent);
      return NewNode(dest, slots, finalizer, id);
    }
    CellOf(part)->finalizer = finalizer;
    JS_FreeValue(context(), part);
    NodeOf(id).kind = kind;
    Born(dest, id, finalizer ? Checked(Register(made, id)) : made);
  }

  void Store(int into, int slot, int from) override {
    JSValue node = Read(into);
    HoldOf(node, slot) = {};
    SetSlot(node, slot, Read(from));
    JS_FreeValue(context(), node);
    Drain();
  }

  void StoreAs(int into, int slot, int from, int kind) override {
    JSValue node = Read(into);
    JSValue value = Read(from);
    const Hold hold = {kind, IdOf(value)};
    if (HoldOf(node, slot).kind == kind && Tell(JsKind::kPut, node, slot, hold, value)) {
      HoldOf(node, slot) = hold;
      JS_FreeValue(context(), value);
    } else {
      FunctionsOf(kind);  // compiled while nothing fails
      Attempt([&] { return Call(kind, JsKind::kMake, {value, Key(slot)}); });
      Hold made = hold;
      JSValue holder = MakeHolder(value, &made, slot);
      HoldOf(node, slot) = made;
      SetSlot(node, slot, holder);
    }
    JS_FreeValue(context(), node);
    Drain();
  }

  void EmptySlot(int into, int slot) override {
    JSValue node = Read(into);
    Hold& hold = HoldOf(node, slot);
    const Hold empty = {hold.kind, kNone};
    if (hold.kind >= 0 && Tell(JsKind::kTake, node, slot, empty, Key(slot))) {
      HoldOf(node, slot) = empty;
    } else {
      HoldOf(node, slot) = {};
      SetSlot(node, slot, JS_UNDEFINED);
    }
    JS_FreeValue(context(), node);
    Drain();
  }

  void CopyAs(int dest, int from, int kind) override {
    JSValue value = Read(from);
    LetGo(dest);
    Hold hold = {kind, IdOf(value)};
    JSValue holder = MakeHolder(value, &hold, dest);
    roots_[At(dest)] = hold;
    QuickJsHeap::Write(dest, holder);
  }

  // The action holds the node until it has said what the slot holds.
  void Poke(int from, int slot, int action) override {
    JSValue node = Read(from);
    const int kind = HoldOf(node, slot).kind;
    const int actions = kind < 0 ? 0 : KindOf(kind).actions();
    if (actions != 0) {
      JSValue holder = GetSlot(node, slot);
      Void(Call(kind, JsKind::kActions + action % actions, {holder, Key(slot)}));
      JS_FreeValue(context(), holder);
      // Nothing tells whether a kind that cannot be read still holds it.
      if (!KindOf(kind).has(JsKind::kGet)) HoldOf(node, slot).content = kNone;
    }
    JSValue content = Content(node, slot);
    const ObjectId id = IdOf(content);
    JS_FreeValue(context(), content);
    Hold& hold = HoldOf(node, slot);
    hold.content = id;
    if (id == kNone && hold.kind >= 0) {
      hold = {};
      SetSlot(node, slot, JS_UNDEFINED);
    }
    Got(id);
    JS_FreeValue(context(), node);
    Drain();
  }

  // ---- Holders ----

  // Makes a holder of the value, whose reference it takes; the value itself, plain, if this kind
  // cannot hold it.
  JSValue MakeHolder(JSValue value, Hold* hold, int key) {
    JSValue holder = Call(hold->kind, JsKind::kMake, {value, Key(key)});
    const bool made = !JS_IsException(holder) && !JS_IsUndefined(holder);
    if (made && Holds(holder, *hold, key)) {
      JS_FreeValue(context(), value);
      return holder;
    }
    Void(holder);
    *hold = {};
    return value;
  }

  // Fills or empties the holder of a slot. Returns whether it could.
  bool Tell(JsKind::Part part, JSValueConst node, int slot, Hold then, JSValueConst with) {
    if (!KindOf(then.kind).has(part)) return false;
    JSValue holder = GetSlot(node, slot);
    JSValue told = Call(then.kind, part, {holder, with});
    const bool done = !JS_IsException(told);
    Void(told);
    const bool holds = done && Holds(holder, then, slot);
    JS_FreeValue(context(), holder);
    return holds;
  }

  bool Holds(JSValueConst holder, Hold hold, int key) {
    if (!KindOf(hold.kind).has(JsKind::kGet)) return true;
    JSValue content = Within(JS_DupValue(context(), holder), hold, key);
    const ObjectId id = IdOf(content);
    JS_FreeValue(context(), content);
    return id == hold.content;
  }

  // Empties the holder of a register, if that needs to be told.
  void LetGo(int ref) {
    const Hold hold = std::exchange(roots_[At(ref)], {});
    if (hold.kind < 0 || !KindOf(hold.kind).has(JsKind::kTake)) return;
    JSValue holder = QuickJsHeap::Read(ref);
    Void(Call(hold.kind, JsKind::kTake, {holder, Key(ref)}));
    JS_FreeValue(context(), holder);
  }

  // What the holder, whose reference it takes, holds.
  JSValue Within(JSValue holder, Hold hold, int key) {
    if (hold.kind < 0) return holder;
    JSValue content = JS_UNDEFINED;
    if (KindOf(hold.kind).has(JsKind::kGet)) {
      content = Call(hold.kind, JsKind::kGet, {holder, Key(key)});
    } else if (hold.content != kNone && NodeOf(hold.content).where != nullptr) {
      content = JS_DupValue(context(), JS_MKPTR(JS_TAG_OBJECT, NodeOf(hold.content).where));
    }
    JS_FreeValue(context(), holder);
    if (IdOf(content) != kNone) return content;
    Void(content);
    return JS_UNDEFINED;
  }

  // ---- What the heap without kinds is asked for ----

  void Born(int dest, ObjectId id, JSValue value) override {
    if (JS_IsObject(value)) {
      NodeOf(id).where = JS_VALUE_GET_PTR(value);
      numbers_[NodeOf(id).where] = id;
    }
    QuickJsHeap::Born(dest, id, value);
  }
  void Died(ObjectId id) override {
    numbers_.erase(NodeOf(id).where);
    NodeOf(id).where = nullptr;
    QuickJsHeap::Died(id);
  }
  ObjectId IdOf(JSValueConst value) const override {
    if (!JS_IsObject(value)) return kNone;
    const auto found = numbers_.find(JS_VALUE_GET_PTR(value));
    return found == numbers_.end() ? kNone : found->second;
  }

  JSValue Read(int ref) override {
    JSValue held = QuickJsHeap::Read(ref);
    return ref == kSelf ? held : Within(held, roots_[At(ref)], ref);
  }
  void Write(int dest, JSValue value) override {
    LetGo(dest);
    QuickJsHeap::Write(dest, value);
  }
  JSValue Content(JSValueConst node, int slot) override {
    return Within(GetSlot(node, slot), HoldOf(node, slot), slot);
  }

  JSValue GetSlot(JSValueConst node, int slot) override {
    const int kind = NodeOf(IdOf(node)).kind;
    if (kind < 0) return QuickJsHeap::GetSlot(node, slot);
    JSValue value = Call(kind, JsKind::kGet, {node, Key(slot)});
    if (!JS_IsException(value)) return value;
    Void(value);
    return JS_UNDEFINED;
  }
  void SetSlot(JSValueConst node, int slot, JSValue value) override {
    const int kind = NodeOf(IdOf(node)).kind;
    if (kind < 0) return QuickJsHeap::SetSlot(node, slot, value);
    Void(Call(kind, JsKind::kPut, {node, Key(slot), value}));
    JS_FreeValue(context(), value);
  }
  void Closing() override { Forget(); }

  // ---- State ----

#ifdef QUICKJS_NG
  static constexpr char kEngine[] = "quickjs-ng";
#else
  static constexpr char kEngine[] = "quickjs";
#endif
  static constexpr char kPart[] = "ouro";  // the property of nodes that are not of the class

  // Calls a function of a kind.
  JSValue Call(int kind, int part, std::vector<JSValueConst> arguments) {
    JSValue function =
        JS_GetPropertyUint32(context(), FunctionsOf(kind), static_cast<uint32_t>(part));
    JSValue value = JS_Call(context(), function, JS_UNDEFINED, static_cast<int>(arguments.size()),
                            arguments.data());
    JS_FreeValue(context(), function);
    return value;
  }

  // The array of a kind's functions.
  JSValueConst FunctionsOf(int kind) {
    if (functions_.empty()) Void(Evaluate(Table().helpers));
    const auto [at, first] = functions_.try_emplace(kind, JS_UNDEFINED);
    if (first) at->second = Evaluate(Factory(KindOf(kind)));
    return at->second;
  }

  JSValue Evaluate(const std::string& text) {
    return JS_Eval(context(), text.c_str(), text.size(), "kinds", JS_EVAL_TYPE_GLOBAL);
  }

  // Frees a value or an exception.
  void Void(JSValue value) {
    if (JS_IsException(value)) JS_FreeValue(context(), JS_GetException(context()));
    JS_FreeValue(context(), value);
  }

  void Forget() {
    for (const auto& [kind, functions] : functions_) JS_FreeValue(context(), functions);
    functions_.clear();
  }

  JSValueConst Key(int key) const { return JS_NewInt32(context(), key); }

  static const JsKind& KindOf(int kind) { return Table().kinds[At(kind)]; }

  Node& NodeOf(ObjectId id) {
    if (At(id) >= nodes_.size()) nodes_.resize(At(id) + 1);
    return nodes_[At(id)];
  }
  Hold& HoldOf(JSValueConst node, int slot) { return NodeOf(IdOf(node)).slots[At(slot)]; }

  std::array<Hold, kRegisters> roots_ = {};
  std::vector<Node> nodes_;                      // by id
  std::unordered_map<void*, ObjectId> numbers_;  // of objects that are alive
  std::map<int, JSValue> functions_;
};

}  // namespace ouro

#endif  // COLLECTOR_PEERS_QUICKJS_KINDS_H_
