// A peer is somebody else's collector, driven in this process through its library's own interface.
// This is what the adapters of all peers share: an operation becomes a call, and what the library
// does becomes events.
//
// Place: below the adapters, one file each, which are shared objects that `ouro` loads by name
// (specimens.h). Every adapter is built, everywhere: where its library is not installed, it says
// so.

#ifndef COLLECTOR_PEERS_PEER_H_
#define COLLECTOR_PEERS_PEER_H_

#include <cstdint>
#include <string>

#include "collector/library.h"
#include "model/collector.h"
#include "model/program.h"

namespace ouro {

// What every peer can do. Generations, callbacks, the census and the rest are for who has them.
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
  // object of the innermost script that runs. Assignments take the new value first and let the old
  // one go last; births find their register empty.
  virtual void NewNode(int dest, int slots, bool finalizer, ObjectId id) = 0;
  virtual void NewLeaf(int dest, ObjectId id) = 0;
  virtual void NewWeak(int dest, int target, bool callback, ObjectId id) = 0;
  virtual void Copy(int dest, int from) = 0;
  virtual void Load(int dest, int from, int slot) = 0;  // reports Got before the old value goes
  virtual void Dereference(int dest, int weak) = 0;     // as Load
  virtual void Store(int into, int slot, int from) = 0;
  virtual void EmptySlot(int into, int slot) = 0;
  virtual void EmptyRegister(int dest) = 0;
  // Collects generations 0 ... `generation`; all, if there are none. Returns how many objects it
  // found unreachable, or 0 if the library does not say.
  virtual int Collect(int generation) = 0;
  virtual void Other(const Op&) {}

  // What the library did. Nothing is reported while `silent`: the adapter drops everything then.
  void Got(ObjectId id) { Report(Event::Got(id)); }
  void Freed(ObjectId id) { Report(Event::Free(id)); }
  // These run the script; the result says whether it raised.
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

}  // namespace ouro

#endif  // COLLECTOR_PEERS_PEER_H_
