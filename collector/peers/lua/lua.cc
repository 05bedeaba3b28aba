// SPDX-License-Identifier: Apache-2.0

// The adapter of Lua 5.4: mark and sweep, incremental or generational, with finalizers (__gc) that
// run in reverse order of birth, and with weak tables.
//
// Place: a peer (peer.h), a shared object of its own. OURO_GENERATIONAL chooses the mode.
//
// A node is a userdata with user values, a table, a closure with upvalues or a coroutine with a
// stack: every kind of object with references, each with its own write barrier. The register of its
// birth selects the kind, so random programs contain them all, and shrinking keeps the kind. Only
// userdata and tables can have finalizers. A leaf is a userdata without user values. A weak
// reference is a table with one weak value; a map is a table with weak keys, which Lua calls an
// ephemeron table.
//
// An allocation that has to fail is refused by Lua's allocator, twice: in between Lua collects, an
// emergency in which it runs no finalizers, even in the middle of a collection's finalizer. That is
// reported as an automatic collection.
//
// Every program has its own Lua state, whose allocator observes each released block: that is
// `free`. No reference of an operation stays on Lua's stack, and automatic collection is stopped.
// What a program pushes is on that stack: main's in the frame of the host, a finalizer's in its own
// call, whose room Lua takes back after it.
// In the incremental mode a young collection is part of a full one: one step of it (generation 0)
// or several (generation 1), so that the following operations run in the middle of a collection. In
// the generational mode it is a young one (generation 0), or what Lua chooses by its growth
// (generation 1).

#include "collector/peers/peer.h"

#ifdef OURO_HAVE_LUA

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <lua.hpp>
#include <utility>

#include "collector/peers/peer_alloc.h"

namespace ouro {

extern const LibraryKinds kLuaKinds;  // lua_kinds.cc

namespace {

// Lua's registry: its own roots first, then sixteen registers, self and the metatables.
constexpr int kFirst = LUA_RIDX_LAST + 1;
constexpr int kFinalized = kFirst + kSelf + 1;
constexpr int kWeakValues = kFinalized + 1;
constexpr int kWeakKeys = kWeakValues + 1;

constexpr int kGrowth = 20;  // percent, after which a young collection becomes a full one

constexpr int kAll = -1;  // blocks are granted

class Lua final : public Peer {
 public:
  explicit Lua(Observer& observer) : Peer(observer) { Open(); }
  ~Lua() override { Close(); }

  void Reset() override {
    Close();
    if (memory_.TakeBytes() != 0) Broken("Lua leaked memory: lua_close did not free it");
    ForgetIds();
    Open();
  }

 private:
  // Lua 5.5 has other parameters than 5.4, for the same. Its seed is fixed: addresses decide
  // nothing. The work of a step is in bytes: 2^6 are one or two traversals, 2^11 most of a cycle.
#if LUA_VERSION_NUM >= 505
  lua_State* NewState() { return lua_newstate(Allocate, this, 0); }
  void BeGenerational() {
    lua_gc(lua_, LUA_GCGEN);
    lua_gc(lua_, LUA_GCPARAM, LUA_GCPMINORMAJOR, kGrowth);
  }
  void SetWork(int exponent) {
    lua_gc(lua_, LUA_GCPARAM, LUA_GCPSTEPMUL, 100);
    lua_gc(lua_, LUA_GCPARAM, LUA_GCPSTEPSIZE, 1 << exponent);
  }
#else
  lua_State* NewState() { return lua_newstate(Allocate, this); }
  void BeGenerational() { lua_gc(lua_, LUA_GCGEN, 0, kGrowth); }
  void SetWork(int exponent) { lua_gc(lua_, LUA_GCINC, 0, 1, exponent); }
#endif

  void Open() {
    failures_ = 0;
    lua_ = NewState();
    lua_gc(lua_, LUA_GCSTOP);
#ifdef OURO_GENERATIONAL
    BeGenerational();
#endif
    for (int i = 0; i <= kSelf; ++i) {
      lua_pushnil(lua_);
      Pop(i);
    }
    lua_createtable(lua_, 0, 1);
    lua_pushlightuserdata(lua_, this);
    lua_pushcclosure(lua_, RunFinalizer, 1);
    lua_setfield(lua_, -2, "__gc");
    lua_rawseti(lua_, LUA_REGISTRYINDEX, kFinalized);
    for (const int key : {kWeakValues, kWeakKeys}) {
      lua_createtable(lua_, 0, 1);
      lua_pushstring(lua_, key == kWeakValues ? "v" : "k");
      lua_setfield(lua_, -2, "__mode");
      lua_rawseti(lua_, LUA_REGISTRYINDEX, key);
    }
  }

  // lua_close calls all finalizers and frees everything.
  void Close() {
    set_silent(true);
    lua_close(lua_);
    set_silent(false);
  }

  void NewNode(int dest, int slots, bool finalizer, ObjectId id) override {
    switch (dest % (finalizer ? 2 : 4)) {
      case 0:
        NewUserdata(slots, id);
        break;
      case 1:
        NewTable(slots, id);
        break;
      case 2:
        lua_pushinteger(lua_, id);
        for (int i = 0; i < slots; ++i) lua_pushnil(lua_);
        lua_pushcclosure(
            lua_, [](lua_State*) { return 0; }, 1 + slots);
        newest_[LUA_TFUNCTION]->id = id;
        break;
      default:
        lua_State* const coroutine = lua_newthread(lua_);
        lua_pushinteger(coroutine, id);
        lua_settop(coroutine, 1 + slots);
        newest_[LUA_TTHREAD]->id = id;
    }
    if (finalizer) SetMetatable(kFinalized);
    Pop(dest);
  }

  void NewLeaf(int dest, ObjectId id) override {
    NewUserdata(0, id);
    Pop(dest);
  }

  void NewWeak(int dest, int target, bool, ObjectId id) override {
    NewTable(1, id);
    SetMetatable(kWeakValues);
    Push(target);
    PopSlot(0);
    Pop(dest);
  }

  void Copy(int dest, int from) override {
    Push(from);
    Pop(dest);
  }

  void Load(int dest, int from, int slot) override {
    Push(from);
    PushSlot(slot);
    lua_remove(lua_, -2);
    Got(TopId());
    Pop(dest);
  }

  void Dereference(int dest, int weak) override { Load(dest, weak, 0); }

  void Store(int into, int slot, int from) override {
    Push(into);
    Push(from);
    PopSlot(slot);
    lua_pop(lua_, 1);
  }

  // `getmetatable(object).__gc(object)`. Lua's stack holds the object.
  void Dispose(int from) override {
    Push(from);
    luaL_getmetafield(lua_, -1, "__gc");
    lua_pushvalue(lua_, -2);
    if (lua_pcall(lua_, 1, 0, 0) != LUA_OK) lua_pop(lua_, 1);
    lua_pop(lua_, 1);
  }

  // Mostly the first of its allocations, or the second, if there is one.
  void FailTo(int dest, ObjectId id, const std::function<void()>& attempt) override {
    for (int nth = failures_++ % 3 == 2 ? 1 : 0; !Fails(attempt, nth); nth = 0) {
      for (PeerMemory::Header* const made : newest_) {
        if (made != nullptr && made->id == id) made->id = kNone;
      }
      Disown(dest);
    }
  }

  bool Fails(const std::function<void()>& attempt, int nth) {
    // Within the call: what that allocates itself is granted.
    const std::function<void()> refused = [&] {
      granted_ = nth;
      attempt();
    };
    std::fill(std::begin(newest_), std::end(newest_), nullptr);
    lua_pushcfunction(lua_, [](lua_State* lua) {
      (*static_cast<const std::function<void()>*>(lua_touserdata(lua, 1)))();
      return 0;
    });
    lua_pushlightuserdata(lua_, const_cast<std::function<void()>*>(&refused));
    const bool failed = lua_pcall(lua_, 1, 0, 0) != LUA_OK;
    granted_ = kAll;
    if (failed) lua_pop(lua_, 1);
    if (std::exchange(emergency_, false)) Report(Event::Done(0));
    return failed;
  }

  // What was made in spite of all is of no program: it has no id for its finalizer.
  void Disown(int dest) {
    Push(dest);
    if (lua_isuserdata(lua_, -1)) {
      *static_cast<ObjectId*>(lua_touserdata(lua_, -1)) = kNone;
    } else if (lua_istable(lua_, -1)) {
      lua_pushinteger(lua_, kNone);
      lua_rawseti(lua_, -2, 1);
    }
    lua_pop(lua_, 1);
    EmptyRegister(dest);
  }

  // Refuses a block if that has to fail: the first attempt begins an emergency collection, and the
  // second ends it.
  bool Refuses() {
    if (granted_ == kAll || granted_-- > 0) return false;
    granted_ = 0;
    emergency_ = !emergency_;
    Report(emergency_ ? Event::Collect(kGenerations - 1, true) : Event::Done(0));
    return true;
  }

  // lua_close: all finalizers run, in reverse order of birth, and then everything is freed.
  void End() override {
    lua_close(lua_);
    ForgetIds();
    Open();
  }

  // The room is for the temporaries above, too.
  void PushScope(int from) override {
    if (lua_checkstack(lua_, LUA_MINSTACK) == 0) return Broken("Lua has no room on its stack");
    Push(from);
  }

  void PopScope() override { lua_pop(lua_, 1); }

  void NewMap(int dest, ObjectId id) override {
    NewTable(0, id);
    SetMetatable(kWeakKeys);
    Pop(dest);
  }

  void MapGet(int dest, int map, int key) override {
    Push(map);
    Push(key);
    lua_rawget(lua_, -2);
    lua_remove(lua_, -2);
    Got(TopId());
    Pop(dest);
  }

  void MapPut(int map, int key, int from) override {
    Push(map);
    Push(key);
    Push(from);
    lua_rawset(lua_, -3);
    lua_pop(lua_, 1);
  }

  void MapRemove(int map, int key) override {
    Push(map);
    Push(key);
    lua_pushnil(lua_);
    lua_rawset(lua_, -3);
    lua_pop(lua_, 1);
  }

  void EmptySlot(int into, int slot) override {
    Push(into);
    lua_pushnil(lua_);
    PopSlot(slot);
    lua_pop(lua_, 1);
  }

  void EmptyRegister(int dest) override {
    lua_pushnil(lua_);
    Pop(dest);
  }

  // Lua ignores it within a finalizer.
  int Collect(int generation) override {
    if (generation == 2) {
      lua_gc(lua_, LUA_GCCOLLECT);
      return 0;
    }
#ifdef OURO_GENERATIONAL
    lua_gc(lua_, LUA_GCSTEP,
           generation);  // 0: a young one; otherwise simulates that many KiB of growth
#else
    SetWork(generation == 0 ? 6 : 11);
    lua_gc(lua_, LUA_GCSTEP, 0);
#endif
    return 0;
  }

  // A traversal or two for the least work, a cycle for the most. In the generational mode a young
  // collection, after which Lua mostly does not say that one has ended.
  bool Step([[maybe_unused]] int work) override {
#ifndef OURO_GENERATIONAL
    int exponent = 6;  // as above
    while (exponent < 16 && work > 1) ++exponent, work /= 2;
    SetWork(exponent);
#endif
    return lua_gc(lua_, LUA_GCSTEP, 0) == 1;
  }

  void NewUserdata(int slots, ObjectId id) {
    *static_cast<ObjectId*>(lua_newuserdatauv(lua_, sizeof(ObjectId), slots)) = id;
    newest_[LUA_TUSERDATA]->id = id;
  }

  void NewTable(int slots, ObjectId id) {
    lua_createtable(lua_, 1 + slots, 0);
    newest_[LUA_TTABLE]->id = id;
    lua_pushinteger(lua_, id);
    lua_rawseti(lua_, -2, 1);
  }

  void SetMetatable(int key) {
    lua_rawgeti(lua_, LUA_REGISTRYINDEX, key);
    lua_setmetatable(lua_, -2);
  }

  // Registers and self. An empty one holds `false`: a table may drop keys without values, and must
  // not grow here, when an object has been made whose birth may fail no more.
  void Push(int ref) { lua_rawgeti(lua_, LUA_REGISTRYINDEX, kFirst + ref); }
  void Pop(int ref) {
    if (lua_isnil(lua_, -1)) {
      lua_pop(lua_, 1);
      lua_pushboolean(lua_, 0);
    }
    lua_rawseti(lua_, LUA_REGISTRYINDEX, kFirst + ref);
  }

  // Pushes the value of a slot of the node on top. A userdata stores its id in its memory, all
  // others in front of their slots.
  void PushSlot(int slot) {
    switch (lua_type(lua_, -1)) {
      case LUA_TUSERDATA:
        lua_getiuservalue(lua_, -1, slot + 1);
        return;
      case LUA_TTABLE:
        lua_rawgeti(lua_, -1, slot + 2);
        return;
      case LUA_TFUNCTION:
        lua_getupvalue(lua_, -1, slot + 2);
        return;
      default:
        lua_State* const coroutine = lua_tothread(lua_, -1);
        lua_pushvalue(coroutine, slot + 2);
        lua_xmove(coroutine, lua_, 1);
    }
  }

  // Pops a value into a slot of the node below it.
  void PopSlot(int slot) {
    switch (lua_type(lua_, -2)) {
      case LUA_TUSERDATA:
        lua_setiuservalue(lua_, -2, slot + 1);
        return;
      case LUA_TTABLE:
        lua_rawseti(lua_, -2, slot + 2);
        return;
      case LUA_TFUNCTION:
        lua_setupvalue(lua_, -2, slot + 2);
        return;
      default:
        lua_State* const coroutine = lua_tothread(lua_, -2);
        lua_xmove(lua_, coroutine, 1);
        lua_replace(coroutine, slot + 2);
    }
  }

  // The id of the object on top.
  ObjectId TopId() {
    if (lua_isnil(lua_, -1)) return kNone;
    if (lua_isuserdata(lua_, -1)) return *static_cast<ObjectId*>(lua_touserdata(lua_, -1));
    PushSlot(-1);
    const ObjectId id = static_cast<ObjectId>(lua_tointeger(lua_, -1));
    lua_pop(lua_, 1);
    return id;
  }

  // __gc. Errors in it are warnings, which are off by default.
  static int RunFinalizer(lua_State* lua) {
    Lua& peer = *static_cast<Lua*>(lua_touserdata(lua, lua_upvalueindex(1)));
    if (peer.silent()) return 0;
    peer.Push(kSelf);  // the outer one
    lua_pushvalue(lua, 1);
    peer.Pop(kSelf);
    lua_pushvalue(lua, 1);
    const ObjectId id = peer.TopId();
    lua_pop(lua, 1);
    const bool raised = id != kNone && peer.Finalize(id);
    peer.Pop(kSelf);
    if (!raised) return 0;
    lua_pushnil(lua);
    return lua_error(lua);
  }

  // Lua's allocator. For a new block `old_size` is the type of the object.
  static void* Allocate(void* context, void* block, size_t old_size, size_t size) {
    Lua& peer = *static_cast<Lua*>(context);
    if (size == 0) {
      const ObjectId id = peer.memory_.Free(block);
      if (id != kNone) peer.Freed(id);
      return nullptr;
    }
    if ((block == nullptr || size > old_size) && peer.Refuses()) return nullptr;
    void* const made = peer.memory_.Resize(block, size);
    if (block == nullptr && old_size < LUA_NUMTYPES) {
      peer.newest_[old_size] = PeerMemory::HeaderOf(made);
    }
    return made;
  }

  lua_State* lua_ = nullptr;
  PeerMemory memory_;
  PeerMemory::Header* newest_[LUA_NUMTYPES] = {};  // the last block of each type
  int granted_ = kAll;                             // blocks, before one is refused
  bool emergency_ = false;                         // one has been, and Lua collects
  int failures_ = 0;
};

}  // namespace
}  // namespace ouro

#ifdef OURO_GENERATIONAL
#define OURO_MODE ", generational mode"
#else
#define OURO_MODE ", incremental mode"
#endif
// 5.5 calls finalizers one by one between steps and after emergencies, so that what one collection
// has found may be finalized by the next.
#if LUA_VERSION_NUM >= 505
#define OURO_CONTRACT "lua,queued=yes"
#else
#define OURO_CONTRACT "lua"
#endif
extern "C" const ouro::LibraryEntry ouro_library = ouro::PeerEntry<ouro::Lua>(
    ouro::kPeerAbilities | ouro::kGenerations3 | ouro::kMaps | ouro::kDisposal | ouro::kEnding |
        ouro::kScopes | ouro::kFailures | ouro::kSteps,
    LUA_RELEASE OURO_MODE, OURO_CONTRACT, &ouro::kLuaKinds);

#else

extern "C" const ouro::LibraryEntry ouro_library =
    ouro::AbsentPeer("Debian's liblua5.4-dev or liblua5.5-dev");

#endif  // OURO_HAVE_LUA
