// SPDX-License-Identifier: Apache-2.0

// Lua 5.4 as a peer of the benchmark: its incremental collector, with default settings.
//
// Place: beside the other peers.
//
// A node is a full userdata with two user values, made from C: a table with two elements takes two
// allocations instead of one, and about 1.3 times as long to collect and 1.7 times as long to make.
// Nodes owned by the caller are on Lua's stack; references from outside are in a table.

#include "collector/benchmark/suite.h"

#if OURO_HAVE_LUA

#include <lua.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "collector/benchmark/measure.h"
#include "collector/benchmark/workloads.h"

#endif

namespace ouro::benchmarks {

#if OURO_HAVE_LUA

namespace {

class Lua {
 public:
  static constexpr const char* kName = "lua";
  static constexpr int64_t kSlack = 0;
  using Node = int;  // its index on the stack

  explicit Lua(size_t places) : lua_(luaL_newstate()) {
    Expect(lua_ != nullptr, "Lua starts");
    lua_gc(lua_, LUA_GCSTOP);
    lua_createtable(lua_, static_cast<int>(places), 0);
    // The number of nodes is computed from the bytes in use.
    Collect();
    const double before = Bytes();
    const Node node = New();
    node_bytes_ = Bytes() - before;
    Release(node);
    Collect();
    empty_bytes_ = Bytes();
  }

  Node New() {
    lua_newuserdatauv(lua_, 0, 2);
    return lua_gettop(lua_);
  }
  void Release(Node) { lua_pop(lua_, 1); }
  void Set(Node node, int slot, Node value) {
    lua_pushvalue(lua_, value);
    lua_setiuservalue(lua_, node, slot + 1);
  }
  bool Refers(Node node, int slot, Node value) {
    lua_getiuservalue(lua_, node, slot + 1);
    const bool same = lua_rawequal(lua_, -1, value);
    lua_pop(lua_, 1);
    return same;
  }
  Node SetAndRelease(Node node, int slot, Node value) {
    Set(node, slot, value);
    lua_replace(lua_, value);  // the node, which was above it
    return value;
  }

  void Keep(size_t place, Node) { lua_rawseti(lua_, kPlaces, Index(place)); }
  Node Borrow(size_t place) {
    lua_rawgeti(lua_, kPlaces, Index(place));
    return lua_gettop(lua_);
  }
  void Return(Node) { lua_pop(lua_, 1); }
  void Drop(size_t place) {
    lua_pushnil(lua_);
    lua_rawseti(lua_, kPlaces, Index(place));
  }

  void SetAutomatic(bool automatic) { lua_gc(lua_, automatic ? LUA_GCRESTART : LUA_GCSTOP); }
  void Collect() { lua_gc(lua_, LUA_GCCOLLECT); }
  int64_t Live() { return std::llround((Bytes() - empty_bytes_) / node_bytes_); }

 private:
  static constexpr int kPlaces = 1;  // the table of places, at the bottom of the stack

  static lua_Integer Index(size_t place) { return static_cast<lua_Integer>(place) + 1; }
  double Bytes() { return lua_gc(lua_, LUA_GCCOUNT) * 1024.0 + lua_gc(lua_, LUA_GCCOUNTB); }

  // Never closed, which would take longer than many workloads: the process ends.
  lua_State* const lua_;
  double node_bytes_ = 0;
  double empty_bytes_ = 0;
};

}  // namespace

void AddLua(Suite& suite) { AddPeer<Lua>(suite); }

#else

void AddLua(Suite& suite) { suite.absent.push_back("lua (liblua5.4-dev)"); }

#endif

}  // namespace ouro::benchmarks
