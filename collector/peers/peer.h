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

#include <cstdint>
#include <memory>
#include <string>

#include "collector/library.h"
#include "model/collector.h"
#include "model/program.h"

namespace ouro {

// What most peers can do. Adapters add generations, callbacks, the census and so on.
inline constexpr uint32_t kPeerAbilities = kWeakReferences | kFinalizers;

class Peer : public Collector {
 public:
  void Execute(const Op& op) final {
    switch (op.code) {
      case OpCode::kNode:
        return Birth([&](ObjectId id) { NewNode(op.dest, op.count, op.script != kNoScript, id); });
      case OpCode::kLeaf:
        return Birth([&](ObjectId id) { NewLeaf(op.dest, id); });
      case OpCode::kWeak:
        return Birth([&](ObjectId id) { NewWeak(op.dest, op.ref, op.script != kNoScript, id); });
      case OpCode::kCopy:
        return Copy(op.dest, op.ref);
      case OpCode::kLoad:
        return Load(op.dest, op.ref, op.slot);
      case OpCode::kDeref:
        return Dereference(op.dest, op.ref);
      case OpCode::kStore:
        return Store(op.ref, op.slot, op.value);
      case OpCode::kEmptySlot:
        return EmptySlot(op.ref, op.slot);
      case OpCode::kEmptyRegister:
        return EmptyRegister(op.dest);
      case OpCode::kCollect:
        observer_.On(Event::Collect(op.count, false));
        observer_.On(Event::Done(Collect(op.count)));
        return;
      default:
        return Other(op);
    }
  }

 protected:
  explicit Peer(Observer& observer) : observer_(observer) {}

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
  virtual void Other(const Op&) {}

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
  void set_silent(bool silent) { silent_ = silent; }
  bool silent() const { return silent_; }

  // The next birth is #0 again.
  void ForgetIds() { born_ = 0; }

 private:
  template <typename Make>
  void Birth(Make make) {
    const ObjectId id = born_++;
    make(id);
    Report(Event::New(id));
  }

  Observer& observer_;
  ObjectId born_ = 0;
  bool silent_ = false;
};

// The entry of an adapter: `extern "C" const LibraryEntry ouro_library = PeerEntry<Lua>(...)`.
template <typename Adapter>
constexpr LibraryEntry PeerEntry(uint32_t abilities, const char* summary, const char* contract) {
  return {.abilities = abilities,
          .summary = summary,
          .contract = contract,
          .make = [](Observer& observer) -> std::unique_ptr<Collector> {
            return std::make_unique<Adapter>(observer);
          }};
}

// The entry of an adapter that was built without its library, which is in that package.
constexpr LibraryEntry AbsentPeer(const char* package) { return {.summary = package}; }

}  // namespace ouro

#endif  // COLLECTOR_PEERS_PEER_H_
