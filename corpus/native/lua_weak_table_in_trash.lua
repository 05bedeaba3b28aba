-- SPDX-License-Identifier: Apache-2.0

-- Lua 5.4: the manual (2.5.4) says that objects are removed from weak values before their
-- finalizers run. Not if the weak table is trash itself: a finalizer can resurrect it with them.
--
--     lua5.4 lua_weak_table_in_trash.lua                exits 1 where the table has it
--
-- Ouroboros showed it; under its contract `lua`, a weak reference in trash may yield either.

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
