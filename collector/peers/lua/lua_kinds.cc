// SPDX-License-Identifier: Apache-2.0

// The adapter of Lua with kinds, in this process: a state of the embedded interpreter runs the text
// of kinds.lua and its tables. OURO_GENERATIONAL chooses the mode, unless the option `gc` does.
//
// Place: the second source of the peers `lua` and `lua-generational`, a text peer (text_peer.h).

#ifdef OURO_HAVE_LUA

#include <malloc.h>

#include <cstdlib>
#include <lua.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/library.h"
#include "collector/peers/lua/kinds_lua.h"
#include "collector/peers/text_peer.h"

namespace ouro {
namespace {

#ifdef OURO_GENERATIONAL
constexpr char kMode[] = "gc=generational&";
#else
constexpr char kMode[] = "gc=incremental&";
#endif

class LuaKinds final : public TextPeer {
 public:
  LuaKinds(Observer& observer, const std::string& options, const std::vector<KindId>& kinds);
  ~LuaKinds() override {
    Say("reset");  // or finalizers would run
    lua_close(lua_);
  }

 protected:
  void Say(const std::string& line) override;

 private:
  static int Read(lua_State* lua);
  static int Write(lua_State* lua);

  lua_State* lua_ = luaL_newstate();  // in a script the coroutine in which its finalizer was called
  int perform_ = LUA_NOREF;
};

LuaKinds::LuaKinds(Observer& observer, const std::string& options, const std::vector<KindId>& kinds)
    : TextPeer(observer, "lua") {
  constexpr int kPoison = 165;
  mallopt(M_PERTURB, kPoison);  // freed memory is overwritten
  const bool chosen = ("&" + options).find("&gc=") != std::string::npos;
  setenv("OURO_OPTIONS", ((chosen ? "" : kMode) + options).c_str(), 1);
  luaL_openlibs(lua_);
  luaL_loadstring(lua_, (std::string(" ") + kLuaKindsText).c_str());
  lua_createtable(lua_, 0, 2);
  for (const luaL_Reg& function : {luaL_Reg{"read", Read}, luaL_Reg{"write", Write}}) {
    lua_pushlightuserdata(lua_, this);
    lua_pushcclosure(lua_, function.func, 1);
    lua_setfield(lua_, -2, function.name);
  }
  if (lua_pcall(lua_, 1, 1, 0) != LUA_OK) {
    Fail("did not load its kinds", lua_tostring(lua_, -1));
    return;
  }
  perform_ = luaL_ref(lua_, LUA_REGISTRYINDEX);
  Begin(kinds);
}

void LuaKinds::Say(const std::string& line) {
  lua_rawgeti(lua_, LUA_REGISTRYINDEX, perform_);
  lua_pushlstring(lua_, line.data(), line.size());
  if (lua_pcall(lua_, 1, 0, 0) == LUA_OK) return;
  const char* const why = lua_tostring(lua_, -1);
  Fail("left an error", why != nullptr ? why : "");
  lua_pop(lua_, 1);
}

int LuaKinds::Read(lua_State* lua) {
  auto& peer = *static_cast<LuaKinds*>(lua_touserdata(lua, lua_upvalueindex(1)));
  lua_pushstring(lua, peer.LineAfterScript());
  return 1;
}

int LuaKinds::Write(lua_State* lua) {
  auto& peer = *static_cast<LuaKinds*>(lua_touserdata(lua, lua_upvalueindex(1)));
  size_t size = 0;
  const char* const text = lua_tolstring(lua, 1, &size);
  lua_State* const outer = std::exchange(peer.lua_, lua);
  peer.Hear({text, size});
  peer.lua_ = outer;
  return 0;
}

std::vector<std::string> List(const std::string& options) {
  DeafObserver observer;
  return LuaKinds(observer, options, {}).Kinds();
}

std::unique_ptr<Collector> Make(Observer& observer, const std::string& options,
                                const std::vector<KindId>& kinds) {
  return std::make_unique<LuaKinds>(observer, options, kinds);
}

std::string Prelude(const std::vector<std::string>& notes) {
  DeafObserver observer;
  return LuaKinds(observer, "", {}).Prelude(notes);
}

}  // namespace

extern const LibraryKinds kLuaKinds;
const LibraryKinds kLuaKinds = {.list = List, .make = Make, .language = "lua", .prelude = Prelude};

}  // namespace ouro

#endif  // OURO_HAVE_LUA
