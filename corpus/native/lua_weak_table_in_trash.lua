-- Lua 5.4: that objects are removed from weak values before their finalizers run (manual, 2.5.4)
-- does not hold for a weak table that is trash itself: a finalizer can bring it back with them.
--
--     lua5.4 lua_weak_table_in_trash.lua                exits 1 where the table has it
--
-- Ouroboros showed it; its contract `lua` lets weak references that are trash yield either.

local shown, saved

local target = setmetatable({}, {__gc = function(dying)
  shown = saved[1] == dying
end})
local weak = setmetatable({target}, {__mode = 'v'})
-- Finalizers run in the reverse order of their marking, so this one is the first.
local holder = setmetatable({weak = weak}, {__gc = function(dying)
  saved = dying.weak
end})
target, weak, holder = nil, nil, nil

collectgarbage()
print(_VERSION, shown and 'FAILS: a weak table yields an object whose finalizer runs' or 'passes')
os.exit(shown and 1 or 0)
