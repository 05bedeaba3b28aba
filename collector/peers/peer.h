// SPDX-License-Identifier: Apache-2.0

// A peer is a third-party collector, driven in this process through its library's own interface.
// This is the base class of all adapters: an operation becomes a call, and what the library does
// becomes events.
//
// Place: below the adapters, one file each, which are shared objects that `ouro` loads by name
// (specimens.h). Every adapter is always built; without its library it only says which package is
// missing.
//
// Threads: an adapter is used by the thread that made it. Exceptions: none leaves an adapter.

#ifndef COLLECTOR_PEERS_PEER_H_
#define COLLECTOR_PEERS_PEER_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/library.h"
#include "model/collector.h"
#include "model/kind.h"
#include "model/program.h"

namespace ouro {

// What most peers can do. Adapters add generations, callbacks, the census and so on.
inline constexpr uint32_t kPeerAbilities = kWeakReferences | kFinalizers;

class Peer : public Collector {
 public:
  void Execute(const Op& op) final {
    switch (op.code) {
      case OpCode::kNode:
        return Birth(op.dest, [&](ObjectId id) {
          const bool finalizer = op.script != kNoScript;
          slot_counts_.resize(static_cast<size_t>(id) + 1);
          slot_counts_.back() = op.count;
          if (op.kind == kPlain) return NewNode(op.dest, op.count, finalizer, id);
          NewNodeAs(op.dest, op.count, finalizer, id, KindOf(op));
        });
      case OpCode::kLeaf:
        return Birth(op.dest, [&](ObjectId id) { NewLeaf(op.dest, id); });
      case OpCode::kWeak:
        return Birth(op.dest,
                     [&](ObjectId id) { NewWeak(op.dest, op.ref, op.script != kNoScript, id); });
      case OpCode::kCopy:
        return op.kind == kPlain ? Copy(op.dest, op.ref) : CopyAs(op.dest, op.ref, KindOf(op));
      case OpCode::kDispose:
        return Dispose(op.ref);
      case OpCode::kPush:
        return PushScope(op.ref);
      case OpCode::kPop:
        return PopScope();
      case OpCode::kMap:
        return Birth(op.dest, [&](ObjectId id) { NewMap(op.dest, id); });
      case OpCode::kMapGet:
        return MapGet(op.dest, op.ref, op.key);
      case OpCode::kMapPut:
        return MapPut(op.ref, op.key, op.value);
      case OpCode::kMapRemove:
        return MapRemove(op.ref, op.key);
      case OpCode::kEnd:
        return End();
      case OpCode::kFail:
        fail_in_ = op.count;
        return;
      case OpCode::kLoad:
        return Load(op.dest, op.ref, op.slot);
      case OpCode::kDeref:
        return Dereference(op.dest, op.ref);
      case OpCode::kStore:
        if (op.kind == kPlain) return Store(op.ref, op.slot, op.value);
        return StoreAs(op.ref, op.slot, op.value, KindOf(op));
      case OpCode::kPoke:
        return Poke(op.ref, op.slot, op.count);
      case OpCode::kEmptySlot:
        return EmptySlot(op.ref, op.slot);
      case OpCode::kEmptyRegister:
        return EmptyRegister(op.dest);
      case OpCode::kCollect:
        observer_.On(Event::Collect(op.count, false));
        observer_.On(Event::Done(Collect(op.count)));
        return;
      default:
        return ExecuteNewer(op);
    }
  }

  void SetNotes(bool on) final { notes_ = on; }

 protected:
  // `kinds`: as LibraryKinds::make takes them.
  explicit Peer(Observer& observer, std::vector<KindId> kinds = {})
      : observer_(observer), kinds_(std::move(kinds)) {}

  // The operations. Registers are 0 ... kRegisters - 1, and kSelf where an object is read: the
  // object of the innermost running script. Assignments retain the new value first and release the
  // old one last; births find their register empty.
  virtual void NewNode(int dest, int slots, bool finalizer, ObjectId id) = 0;
  virtual void NewLeaf(int dest, ObjectId id) = 0;
  virtual void NewWeak(int dest, int target, bool callback, ObjectId id) = 0;
  virtual void Copy(int dest, int from) = 0;
  virtual void Load(int dest, int from,
                    int slot) = 0;                   // reports Got before it releases the old value
  virtual void Dereference(int dest, int weak) = 0;  // as Load
  virtual void Store(int into, int slot, int from) = 0;
  virtual void EmptySlot(int into, int slot) = 0;
  virtual void EmptyRegister(int dest) = 0;
  // Collects generations 0 ... `generation`; everything, if there are none. Returns the number of
  // unreachable objects, or 0 if the library does not provide it.
  virtual int Collect(int generation) = 0;
  // Of peers that have kSteps: a piece of a collection; larger, the more `work`. Returns whether it
  // ended one.
  virtual bool Step(int /*work*/) { std::abort(); }
  virtual void Other(const Op&) {}

  // Of peers that have kDisposal: calls the finalizer by name, which reports Finalize.
  virtual void Dispose(int /*from*/) { std::abort(); }

  // Of peers that have kFailures: attempts a birth, of object `id` in `dest`, an allocation of
  // which fails. Afterwards all is as before: there is no such object, and the register is empty.
  virtual void FailTo(int /*dest*/, ObjectId /*id*/, const std::function<void()>& /*attempt*/) {
    std::abort();
  }

  // Of peers that have kEnding: tears the collector down, and makes another one.
  virtual void End() { std::abort(); }

  // Of peers that have kScopes: the engine's own stack, or what calls hold. Scripts pop what they
  // have pushed before they end.
  virtual void PushScope(int /*from*/) { std::abort(); }
  virtual void PopScope() { std::abort(); }

  // Of peers that have kFills. All slots are written before an old value is released.
  virtual void NewNodeWith(int /*dest*/, int /*slots*/, int /*even*/, int /*odd*/,
                           bool /*finalizer*/, ObjectId) {
    std::abort();
  }
  virtual void Clear(int /*into*/) { std::abort(); }
  virtual void CopySlots(int /*into*/, int /*from*/) { std::abort(); }
  // How many slots the node has. REQUIRES: it is one.
  int SlotsOf(ObjectId node) const { return slot_counts_[static_cast<size_t>(node)]; }
  // Of peers that have kHeldValues: as NewWeak, and the weak reference has a slot, for Load, Store
  // and EmptySlot, which holds `value`.
  virtual void NewWeakWith(int /*dest*/, int /*target*/, int /*value*/, bool /*callback*/,
                           ObjectId) {
    std::abort();
  }

  // Of peers that have kMaps. MapGet reports as Load does.
  virtual void NewMap(int /*dest*/, ObjectId) { std::abort(); }
  virtual void MapGet(int /*dest*/, int /*map*/, int /*key*/) { std::abort(); }
  virtual void MapPut(int /*map*/, int /*key*/, int /*from*/) { std::abort(); }
  virtual void MapRemove(int /*map*/, int /*key*/) { std::abort(); }

  // With a kind, an index in what LibraryKinds::list gives. For peers that offer some.
  virtual void NewNodeAs(int, int, bool, ObjectId, int /*kind*/) { std::abort(); }
  virtual void CopyAs(int /*dest*/, int /*from*/, int /*kind*/) { std::abort(); }
  virtual void StoreAs(int /*into*/, int /*slot*/, int /*from*/, int /*kind*/) { std::abort(); }
  // Does the action, modulo those of the slot's kind; nothing where the slot is plain. Then reports
  // what the slot holds.
  virtual void Poke(int /*from*/, int /*slot*/, int /*action*/) { std::abort(); }

  // What the library did. Nothing is reported while `silent`, when the adapter frees everything.
  void Got(ObjectId id) { Report(Event::Got(id)); }
  void Freed(ObjectId id) { Report(Event::Free(id)); }
  // These run the script. They return whether it raised.
  bool Finalize(ObjectId id) { return Report(Event::Finalize(id)) == ScriptEnd::kRaised; }
  bool Callback(ObjectId id) { return Report(Event::Callback(id)) == ScriptEnd::kRaised; }

  ScriptEnd Report(const Event& event) {
    return silent_ ? ScriptEnd::kReturned : observer_.On(event);
  }
  void Broken(const std::string& why) { observer_.Broken(why); }
  // What the operation is in the engine's own words. Only worth making if `noting`.
  void Note(const std::string& text) { observer_.Note(text); }
  bool noting() const { return notes_; }
  void set_silent(bool silent) { silent_ = silent; }
  bool silent() const { return silent_; }

  // The next birth is #0 again.
  void ForgetIds() {
    born_ = fail_in_ = 0;
    slot_counts_.clear();
  }

 private:
  // A fill, a weak reference that holds, or a step.
  void ExecuteNewer(const Op& op) {
    switch (op.code) {
      case OpCode::kNodeWith:
        return Birth(op.dest, [&](ObjectId id) {
          slot_counts_.resize(static_cast<size_t>(id) + 1);
          slot_counts_.back() = op.count;
          NewNodeWith(op.dest, op.count, op.ref, op.value, op.script != kNoScript, id);
        });
      case OpCode::kClear:
        return Clear(op.ref);
      case OpCode::kCopySlots:
        return CopySlots(op.ref, op.value);
      case OpCode::kWeakWith:
        return Birth(op.dest, [&](ObjectId id) {
          NewWeakWith(op.dest, op.ref, op.value, op.script != kNoScript, id);
        });
      case OpCode::kStep:
        observer_.On(Event::Collect(0, false));
        observer_.On(Event::Done(Step(op.count) ? 1 : 0));
        return;
      default:
        return Other(op);
    }
  }

  template <typename Make>
  void Birth(int dest, Make make) {
    if (fail_in_ > 0 && --fail_in_ == 0) {
      const ObjectId id = born_;  // not taken
      FailTo(dest, id, [&] { make(id); });
      Report(Event::Failed());
      return;
    }
    const ObjectId id = born_++;
    make(id);
    Report(Event::New(id));
  }

  // REQUIRES: the operation has a kind, which is offered.
  int KindOf(const Op& op) const {
    return static_cast<int>(std::find(kinds_.begin(), kinds_.end(), op.kind) - kinds_.begin());
  }

  Observer& observer_;
  const std::vector<KindId> kinds_;
  ObjectId born_ = 0;
  std::vector<int32_t> slot_counts_;  // by id, of nodes; anything of others
  int32_t fail_in_ = 0;               // the birth that fails, counted down; 0: none
  bool notes_ = false;
  bool silent_ = false;
};

// The entry of an adapter: `extern "C" const LibraryEntry ouro_library = PeerEntry<Lua>(...)`.
template <typename Adapter>
constexpr LibraryEntry PeerEntry(uint32_t abilities, const char* summary, const char* contract,
                                 const LibraryKinds* kinds = nullptr,
                                 std::string (*probe)() = nullptr) {
  return {.abilities = abilities,
          .summary = summary,
          .contract = contract,
          .make = [](Observer& observer) -> std::unique_ptr<Collector> {
            return std::make_unique<Adapter>(observer);
          },
          .kinds = kinds,
          .probe = probe};
}

// The entry of an adapter that was built without its library, which is in that package.
constexpr LibraryEntry AbsentPeer(const char* package) { return {.summary = package}; }

}  // namespace ouro

#endif  // COLLECTOR_PEERS_PEER_H_
