-- SPDX-License-Identifier: Apache-2.0

-- A kind is a way in which Lua holds a reference, or makes an object: a name and snippets of Lua.
--
-- Place: the table of kinds.lua, in front of which it is pasted. To add a kind, add an entry.
--
--   edge(name, make, get, put, take, more)   how a slot holds its content
--   root(name, make, get, put, take, more)   how a register holds its content
--   node(name, make, slot, more)             what an object is
--
-- Snippets are expressions or statements of Lua with these names, each a word of its own:
--   x  the content         h  the holder: `make` is its value, or statements that assign to h
--   n  the node            k  of a root its register, 0 to 15; of a slot its key
--   w  the value stored, in `store`
-- get: an expression. Without put a holder cannot be refilled, without take it cannot be emptied;
-- another is made then. slot: an expression that can be assigned to; or load and store in `more`.
-- more: acts = a list of actions (statements that use h), words = promises that are less than
-- those of a plain slot. A kind whose make fails in the running interpreter is left out.
--
-- Helpers are functions that snippets call. A native script has those that it needs.

local KINDS, HELPERS = {}, {}

local function kind(place, name, make, get, put, take, more)
  more = more or {}
  KINDS[#KINDS + 1] = {place = place, name = name, make = make, get = get, put = put, take = take,
                       acts = more.acts, words = more.words}
end
local function edge(...) kind('edge', ...) end
local function root(...) kind('root', ...) end
local function node(name, make, slot, more)
  more = more or {}
  KINDS[#KINDS + 1] = {place = 'node', name = name, make = make, slot = slot, load = more.load,
                       store = more.store, words = more.words}
end
local function helper(name, text) HELPERS[#HELPERS + 1] = {name = name, text = text} end

-- ---- Helpers ------------------------------------------------------------------------------------

helper('cell', [[function cell(v) return function(s, w) if s then v = w end return v end end]])
helper('ask', [[function ask(co, ...)
  local fine, v = coroutine.resume(co, ...)
  return fine and v or nil
end]])
helper('parked', [[function parked(f, ...)
  local co = coroutine.create(f)
  coroutine.resume(co, ...)
  return co
end]])
-- The loop of a coroutine: yields what v is, stores, or calls a function with it.
helper('loop', [[function loop(v)
  while true do
    local s, w = coroutine.yield(v)
    if s == true then v = w elseif s then s(v) end
  end
end]])
helper('peek', [[function peek(co, level, index)
  if not debug.getinfo(co, level, 'l') then return nil end
  local _, v = debug.getlocal(co, level, index)
  return v
end]])
helper('poke', [[function poke(co, level, index, w)
  if debug.getinfo(co, level, 'l') then debug.setlocal(co, level, index, w) end
end]])
helper('up', [[function up(f, index) local _, v = debug.getupvalue(f, index) return v end]])
helper('churn', [[function churn(n)
  for i = 1, n do local t = {{}, function() return i end, 'a' .. i} end
end]])
helper('kept', [[kept = {}]])  -- Weak tables that actions leave behind.
-- The content if it is a table, or a table with it.
helper('boxed', [[function boxed(v)
  return type(v) == 'table' and v or setmetatable({v}, boxed_mt)
end
boxed_mt = {}]])
helper('unboxed', [[function unboxed(t)
  if debug.getmetatable(t) == boxed_mt then return rawget(t, 1) end
  return t
end]])
helper('crowd', [[function crowd(v)
  local t = {}
  for i = 1, 40 do t['k' .. i] = {} end
  t.k17 = v
  for i = 1, 40 do if i ~= 17 then t['k' .. i] = nil end end
  return t
end]])
helper('rekey', [[function rekey(t, v)
  local old = next(t)
  if old ~= nil then t[old] = nil end
  if v ~= nil then t[v] = true end
end]])
helper('ephemerons', [[ephemerons = setmetatable({}, {__mode = 'k'})]])
-- A full userdata without a finalizer: the state of an iterator.
helper('userdata', [[function userdata(meta)
  local _, state = debug.getupvalue(string.gmatch('', ''), 3)
  return debug.setmetatable(state, meta)
end]])
helper('ops', [[ops = {}
for name in ('add concat eq lt le len unm index newindex call close bnot'):gmatch '%w+' do
  ops['__' .. name] = coroutine.yield
end]])
-- An operand whose operators wait.
helper('op', [[function op(v) return setmetatable({v = v}, ops) end]])
helper('v_of', [[function v_of(t) return type(t) == 'table' and rawget(t, 'v') or nil end]])
helper('set_v', [[function set_v(t, v) if type(t) == 'table' then rawset(t, 'v', v) end end]])
helper('closer', [[function closer(v, f)
  return setmetatable({v = v}, {__close = f or function() end})
end]])
helper('deep', [[function deep(n, b)
  if n == 0 then return loop(table.remove(b)) end
  local r = deep(n - 1, b)
  return r
end]])
helper('relay', [[function relay(inner)
  local s, w
  while true do s, w = coroutine.yield(ask(inner, s, w)) end
end]])
helper('eight', [[function eight()
  local a, b, c, d, e, f, g, i
  return function() return a, b, c, d, e, f, g, i end
end]])
helper('eight_open', [[function eight_open()
  local made
  parked(function()
    local a, b, c, d, e, f, g, i
    made = function() return a, b, c, d, e, f, g, i end
    coroutine.yield()
  end)
  return made
end]])
helper('eight_locals', [[function eight_locals()
  local a, b, c, d, e, f, g, i
  coroutine.yield()
  return a, b, c, d, e, f, g, i
end]])
helper('eight_dead', [[function eight_dead()
  local a, b, c, d, e, f, g, i
  error(a)
end]])
helper('shelf', [[function shelf(s, k, w)
  local t = {}
  while true do
    if s and k then t[k] = w end
    s, k, w = coroutine.yield(t[k])
  end
end]])
helper('fixed', [[fixed = {}
for k = 0, 15 do fixed[k] = {} end]])
helper('main_locals', [[local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p
function main_locals() return a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p end]])
helper('main_hook', [[function main_hook()
  local f = debug.gethook()
  if not f then
    local held = {}
    f = function(get) if get == main_hook then return held end end
    debug.sethook(f, '', 1 << 30)
  end
  return f(main_hook)
end]])
helper('meta_of', [[function meta_of(value)
  local meta = debug.getmetatable(value)
  if not meta then
    meta = {}
    debug.setmetatable(value, meta)
  end
  return meta
end]])
helper('scripts', [[scripts = {}]])
-- An object of a native script whose finalizer is script `number`.
helper('final', [[function final(thing, number)
  local meta = debug.getmetatable(thing) or {}
  meta.__gc = function(self) if scripts[number] then scripts[number](self) end end
  return debug.setmetatable(thing, meta)
end]])
helper('sentinel', [[function sentinel(f) setmetatable({}, {__gc = f}) end]])

-- ---- Actions ------------------------------------------------------------------------------------

-- Of every kind: collections of all sorts around the holder, and what knows it without holding it.
local GENERAL = {
  'collectgarbage()',
  'collectgarbage("step")',
  'collectgarbage("incremental", 0, 1, 6); collectgarbage("step", 0)',
  'collectgarbage("incremental", 0, 1, 10); for _ = 1, 5 do collectgarbage("step", 0) end',
  'collectgarbage("generational")',
  'collectgarbage("incremental")',
  'collectgarbage("generational"); collectgarbage("step", 0); collectgarbage("step", 0)',
  'collectgarbage("restart"); collectgarbage("incremental", 50, 400, 8); churn(60)',
  'collectgarbage("restart"); collectgarbage("generational", 1, 10); churn(60)',
  'kept[#kept + 1] = setmetatable({[h] = h}, {__mode = "k"})',
  'kept[#kept + 1] = setmetatable({h, [h] = 1}, {__mode = "kv"})',
  'local w = setmetatable({h}, {__mode = "v"}); sentinel(function() pcall(tostring, w[1]) end)',
  'local t = setmetatable({}, {__mode = "k"}); t[h] = {h}; collectgarbage("step", 0); t[h] = nil',
  'local t = {h}; for i = 1, 200 do t[i + 1] = h end; collectgarbage("step", 0)',
  'for _ = 1, 3 do local t <close> = setmetatable({h}, {__close = function() end}) end',
}
local TABLE = {
  'for i = 1, 100 do h[i + 50] = i end; for i = 1, 100 do h[i + 50] = nil end',
  'for key in next, h do collectgarbage("step", 0) end',
  'table.move(h, 1, 8, 1, {}); table.move(h, 1, 8, 9); for i = 9, 16 do h[i] = nil end',
  'pcall(table.sort, h, function(a, b) collectgarbage() return false end)',
  'pcall(table.insert, h, {}); pcall(table.remove, h)',
  'for i = 1, 30 do h["z" .. i] = {} end; for i = 1, 30 do h["z" .. i] = nil end',
  'pcall(table.unpack, h, 1, 5000)',
  'setmetatable(h, debug.getmetatable(h))',
  'string.gsub("abc", ".", function() collectgarbage("step", 0) end)',
  'string.gsub("abc", "%w", setmetatable({}, {__index = function() collectgarbage() end}))',
}
local CLOSURE = {
  'pcall(h)',
  'debug.getinfo(h); pcall(string.dump, h)',
  'local g = load(string.dump(h)); if g then debug.upvaluejoin(g, 1, h, 1) end',
  'debug.setupvalue(h, 1, up(h, 1)); collectgarbage("step", 0)',
  'debug.upvaluejoin(h, 1, h, 1)',
  'coroutine.wrap(h)()',
  'table.sort({3, 1, 2}, function(a, b) h() collectgarbage("step", 0) return a < b end)',
}
local COROUTINE = {
  'coroutine.resume(h)',
  'coroutine.resume(h, collectgarbage)',
  'coroutine.resume(h, error)',
  'coroutine.resume(h, coroutine.yield)',
  'coroutine.resume(h, function() coroutine.resume(h) coroutine.close(h) end)',
  'coroutine.resume(h, function(v) collectgarbage("step", 0) table.unpack({v}, 1, 9000) end)',
  'coroutine.resume(h, function(v) local t <close> = v end)',
  'coroutine.close(h)',
  'coroutine.close(h); coroutine.resume(h); coroutine.close(h)',
  'debug.traceback(h); coroutine.status(h); coroutine.isyieldable(h)',
  'coroutine.wrap(function() coroutine.resume(h) coroutine.yield(h) end)()',
  'debug.sethook(h, function() collectgarbage("step", 0) end, "l"); coroutine.resume(h); '
  .. 'debug.sethook(h)',
  'debug.sethook(h, function() coroutine.yield() end, "", 1); coroutine.resume(h); '
  .. 'debug.sethook(h)',
  'debug.sethook(h)',
  'for i = 0, 4 do pcall(debug.getinfo, h, i) end',
  'coroutine.resume(h, function() error(setmetatable({}, {__tostring = error})) end)',
}

-- ---- Edges: tables ------------------------------------------------------------------------------

edge('array', '{x}', 'h[1]', 'h[1] = x', 'h[1] = nil', {acts = TABLE})
edge('array-end', '{1, 2, 3, 4, 5, 6, 7, x}', 'h[8]', 'h[8] = x', 'h[8] = nil', {acts = TABLE})
edge('array-packed', 'table.pack(nil, x)', 'h[2]', 'h[2] = x', 'h[2] = nil', {acts = TABLE})
edge('array-nested', '{{{x}}}', 'h[1][1][1]', 'h[1][1][1] = x', 'h[1][1][1] = nil',
     {acts = TABLE})
edge('hash', '{v = x}', 'h.v', 'h.v = x', 'h.v = nil', {acts = TABLE})
edge('hash-float', '{[0.5] = x}', 'h[0.5]', 'h[0.5] = x', 'h[0.5] = nil', {acts = TABLE})
edge('hash-dead-keys', 'crowd(x)', 'h.k17', 'h.k17 = x', 'h.k17 = nil', {acts = TABLE})
edge('hash-object-key', 'h = {key = {}}; h[h.key] = x', 'h[h.key]', 'h[h.key] = x',
     'h[h.key] = nil', {acts = TABLE})
edge('key', '{[x] = true}', '(next(h))', 'rekey(h, x)', 'rekey(h)',
     {acts = {'for key in next, h do h[key] = false end',
              'local key = next(h); h[key] = nil; collectgarbage("step", 0); h[key] = true',
              'local key = next(h); h[key] = nil; collectgarbage("step"); h[key] = true'}})
edge('key-and-value', '{[x] = x}', '(next(h))', 'h[next(h) or 0] = nil; h[x] = x',
     'h[next(h) or 0] = nil')
edge('key-of-weak-values', 'setmetatable({[x] = true}, {__mode = "v"})', '(next(h))',
     'rekey(h, x)', 'rekey(h)')

-- ---- Edges: weak tables that hold what they say they hold ---------------------------------------

edge('weak-keys-array', 'setmetatable({x}, {__mode = "k"})', 'h[1]', 'h[1] = x', 'h[1] = nil',
     {acts = TABLE})
edge('weak-keys-string', 'setmetatable({v = x}, {__mode = "k"})', 'h.v', 'h.v = x', 'h.v = nil',
     {acts = TABLE})
edge('ephemeron', 'h = {key = {}, map = setmetatable({}, {__mode = "k"})}; h.map[h.key] = x',
     'h.map[h.key]', 'h.map[h.key] = x', 'h.map[h.key] = nil', {acts = {
     'local map = setmetatable({}, {__mode = "k"}); map[h.key] = h.map[h.key]; h.map = map',
     'for i = 1, 50 do h.map[{}] = {} end; collectgarbage("step", 0)'}})
edge('ephemeron-global', 'h = {}; ephemerons[h] = x', 'ephemerons[h]', 'ephemerons[h] = x',
     'ephemerons[h] = nil', {acts = {
     'for i = 1, 50 do ephemerons[{}] = {} end; collectgarbage("step", 0)',
     'for key in next, ephemerons do collectgarbage("step", 0) end'}})
edge('ephemeron-chain', 'h = {}; local a, b = {}, {}; ephemerons[b] = x; ephemerons[a] = b; '
     .. 'ephemerons[h] = a', 'ephemerons[ephemerons[ephemerons[h]]]',
     'ephemerons[ephemerons[ephemerons[h]]] = x', 'ephemerons[ephemerons[ephemerons[h]]] = nil')
edge('ephemeron-closure', 'h = cell(); ephemerons[h] = cell(x)', 'ephemerons[h]()',
     'ephemerons[h](true, x)', 'ephemerons[h](true)')

-- ---- Edges: metatables --------------------------------------------------------------------------

edge('metatable-field', 'setmetatable({}, {v = x})', 'getmetatable(h).v', 'getmetatable(h).v = x',
     'getmetatable(h).v = nil', {acts = TABLE})
edge('metatable-itself', 'setmetatable({}, boxed(x))', 'unboxed(debug.getmetatable(h))',
     'debug.setmetatable(h, boxed(x))')
edge('metatable-index', 'setmetatable({}, {__index = {v = x}})', 'h.v',
     'getmetatable(h).__index.v = x', 'getmetatable(h).__index.v = nil', {acts = {
     'getmetatable(h).__index = setmetatable({}, {__index = getmetatable(h).__index})'}})
edge('metatable-index-object', 'setmetatable({}, {__index = x})', 'getmetatable(h).__index',
     'getmetatable(h).__index = x', 'getmetatable(h).__index = nil',
     {acts = {'pcall(function() return h.v end)', 'pcall(function() return #h, h.v.v end)'}})
edge('metatable-newindex', 'setmetatable({}, {__newindex = {v = x}})',
     'getmetatable(h).__newindex.v', 'h.v = x', 'h.v = nil')
edge('metatable-metatable', 'setmetatable({}, {__metatable = x})', 'getmetatable(h)',
     'debug.getmetatable(h).__metatable = x', 'debug.getmetatable(h).__metatable = false',
     {acts = {'pcall(setmetatable, h, nil)'}})
edge('metatable-mode', 'setmetatable({}, {__mode = x})', 'getmetatable(h).__mode',
     'getmetatable(h).__mode = x', 'getmetatable(h).__mode = nil',
     {acts = {'local m = getmetatable(h); m.__index = "k"; collectgarbage(); m.__index = nil'}})
edge('metatable-call', 'setmetatable({}, {__call = x})', 'getmetatable(h).__call',
     'getmetatable(h).__call = x', 'getmetatable(h).__call = nil', {acts = {'pcall(h)'}})
edge('metatable-shared', 'local m = {v = x}; h = {setmetatable({}, m), setmetatable({}, m)}',
     'getmetatable(h[2]).v', 'getmetatable(h[1]).v = x', 'getmetatable(h[1]).v = nil',
     {acts = {'h[1] = setmetatable({}, getmetatable(h[2]))'}})
edge('metatable-cyclic', 'h = {}; h.__index = h; setmetatable(h, h); h.v = x', 'h.v', 'h.v = x',
     'h.v = nil', {acts = {'pcall(function() return h.missing end)'}})
edge('userdata-metatable', 'userdata({v = x})', 'debug.getmetatable(h).v',
     'debug.getmetatable(h).v = x', 'debug.getmetatable(h).v = nil',
     {acts = {'tostring(h)',
              'debug.setmetatable(h, debug.getmetatable(h))'}})

-- ---- Edges: closures ----------------------------------------------------------------------------

edge('upvalue', 'cell(x)', 'h()', 'h(true, x)', 'h(true)', {acts = CLOSURE})
edge('upvalue-set', 'cell(x)', 'up(h, 1)', 'debug.setupvalue(h, 1, x)',
     'debug.setupvalue(h, 1, nil)', {acts = CLOSURE})
edge('upvalue-shared', 'local v = x; h = {function() return v end, function(w) v = w end}',
     'h[1]()', 'h[2](x)', 'h[2]()', {acts = {
     'debug.upvaluejoin(h[1], 1, h[2], 1); collectgarbage("step", 0)',
     'local v = h[1](); h[2](); collectgarbage("step", 0); h[2](v)'}})
edge('upvalue-joined', 'h = {cell(), cell(x)}; debug.upvaluejoin(h[1], 1, h[2], 1)', 'h[1]()',
     'h[2](true, x)', 'h[2](true)', {acts = {'local f = cell(h[1]()); '
     .. 'debug.upvaluejoin(h[1], 1, f, 1); debug.upvaluejoin(h[2], 1, f, 1)'}})
edge('upvalue-nested', 'local v = x; h = function() return function() return v end end', 'h()()')
edge('upvalue-loop', 'for i = 1, 3 do local v = x; h = function() return v end end', 'h()')
edge('upvalue-control', 'for key in next, {[x] = 1} do h = function() return key end end', 'h()')
edge('upvalue-argument', 'h = (function(v) return function() return v end end)(x)', 'h()')
edge('upvalue-open', 'local g; local co = parked(function(v) g = function(s, w) if s then v = '
     .. 'w end '
     .. 'return v end; coroutine.yield() end, x); h = {co, g}', 'h[2]()', 'h[2](true, x)',
     'h[2](true)', {acts = {'coroutine.resume(h[1])', 'coroutine.close(h[1])',
     'h[1] = nil; collectgarbage("step", 0)', 'pcall(debug.setlocal, h[1], 1, 1, h[2]())'}})
edge('upvalue-open-orphan',
     'local co = parked(function(v) h = function(s, w) if s then v = w end return v '
     .. 'end; coroutine.yield() end, x)', 'h()', 'h(true, x)', 'h(true)', {acts = CLOSURE})
edge('environment', 'load("return v", "", "t", {v = x})', 'h()', 'up(h, 1).v = x',
     'up(h, 1).v = nil', {acts = CLOSURE})
edge('environment-itself', 'h = load("return v"); debug.setupvalue(h, 1, boxed(x))',
     'unboxed(up(h, 1))', 'debug.setupvalue(h, 1, boxed(x))', nil, {acts = CLOSURE})
edge('c-closure', 'h = string.gmatch("", ""); debug.setupvalue(h, 1, x)', 'up(h, 1)',
     'debug.setupvalue(h, 1, x)', 'debug.setupvalue(h, 1, nil)', {acts = {'pcall(h)'}})

-- ---- Edges: coroutines --------------------------------------------------------------------------

edge('coroutine-upvalue', 'coroutine.create(cell(x))', nil, nil, nil,
     {acts = {'debug.traceback(h)'}})
edge('coroutine-local', 'parked(loop, x)', 'ask(h)', 'ask(h, true, x)', 'ask(h, true)',
     {acts = COROUTINE})
edge('coroutine-wrap', 'h = coroutine.wrap(loop); h(x)', 'h()', 'h(true, x)', 'h(true)', {acts = {
     'pcall(h)', 'pcall(h, error)', 'pcall(h, collectgarbage)',
     'coroutine.close(up(h, 1))', 'pcall(h, h)', 'pcall(h, coroutine.yield)',
     'for v in coroutine.wrap(function() h(coroutine.yield) end) do collectgarbage("step") end'}})
edge('coroutine-vararg', 'parked(function(...) while true do coroutine.yield(...) end end, x)',
     'ask(h)', nil, nil, {acts = COROUTINE})
edge('coroutine-vararg-many',
     'parked(function(...) while true do coroutine.yield((select(-1, ...)))'
     .. ' end end, table.unpack({[250] = x}, 1, 250))', 'ask(h)', nil, nil, {acts = COROUTINE})
edge('coroutine-pcall', 'parked(pcall, loop, x)', 'ask(h)', 'ask(h, true, x)', 'ask(h, true)',
     {acts = COROUTINE})
edge('coroutine-xpcall-handler', 'parked(xpcall, coroutine.yield, cell(x))',
     'peek(h, 1, 2)()', 'peek(h, 1, 2)(true, x)',
     'peek(h, 1, 2)(true)', {acts = COROUTINE})
edge('coroutine-tail', 'parked(function(b) return loop(table.remove(b)) end, {x})', 'ask(h)',
     'ask(h, true, x)', 'ask(h, true)', {acts = COROUTINE})
edge('coroutine-deep', 'parked(deep, 150, {x})', 'ask(h)', 'ask(h, true, x)', 'ask(h, true)',
     {acts = COROUTINE})
edge('coroutine-shrunk', 'parked(function(b) select("#", table.unpack({}, 1, 9000)); '
     .. 'loop(table.remove(b)) end, {x})', 'ask(h)', 'ask(h, true, x)', 'ask(h, true)',
     {acts = COROUTINE})
edge('coroutine-chain', 'parked(relay, parked(relay, parked(loop, x)))', 'ask(h)',
     'ask(h, true, x)', 'ask(h, true)', {acts = COROUTINE})
edge('coroutine-for-state',
     'parked(function(b) for _ in coroutine.yield, table.remove(b) do end end,'
     .. ' {x})', 'ask(h, 1)', 'poke(h, 1, 3, x)', 'poke(h, 1, 3)', {acts = COROUTINE})
edge('coroutine-for-control',
     'parked(function(b) for _ in coroutine.yield, nil, table.remove(b) do '
     .. 'end end, {x})', 'peek(h, 1, 4)', 'poke(h, 1, 4, x)', 'poke(h, 1, 4)', {acts = COROUTINE})
edge('coroutine-for-closing', 'parked(function(b) for _ in coroutine.yield, nil, nil, '
     .. 'closer(table.remove(b)) do end end, {x})', 'v_of(peek(h, 1, 5))',
     'set_v(peek(h, 1, 5), x)',
     'set_v(peek(h, 1, 5))', {acts = COROUTINE})
edge('coroutine-for-wrap', 'parked(function(v) for w in coroutine.wrap(function() while true do '
     .. 'coroutine.yield(v) end end) do coroutine.yield(w) end end, x)', 'ask(h)', nil, nil,
     {acts = COROUTINE})
edge('coroutine-for-body', 'parked(function(b) for key in next, {[table.remove(b)] = 1} do '
     .. 'coroutine.yield() end end, {x})', 'peek(h, 1, 6)', nil, nil, {acts = COROUTINE})
edge('coroutine-temporary',
     'parked(function(b) select(table.remove(b), coroutine.yield()) end, {x})',
     'peek(h, 1, 3)', 'poke(h, 1, 3, x)', 'poke(h, 1, 3)', {acts = COROUTINE})
edge('coroutine-constructor', 'parked(function(b) local t = {table.remove(b), coroutine.yield()} '
     .. 'end, {x})', 'peek(h, 1, 3)', 'poke(h, 1, 3, x)', 'poke(h, 1, 3)', {acts = COROUTINE})
edge('coroutine-setlist', 'parked(function(b) local t = {[9] = table.remove(b), coroutine.yield()} '
     .. 'end, {x})', 'peek(h, 1, 2)[9]', 'peek(h, 1, 2)[9] = x', 'peek(h, 1, 2)[9] = nil',
     {acts = COROUTINE})
edge('coroutine-self', 'parked(function(b) table.remove(b):m(coroutine.yield()) end, '
     .. '{{v = x, m = loop}})', 'v_of(peek(h, 1, 3))', 'set_v(peek(h, 1, 3), x)',
     'set_v(peek(h, 1, 3))', {acts = COROUTINE})
edge('coroutine-return', 'parked(function(b) return table.remove(b), coroutine.yield() end, {x})',
     'peek(h, 1, 2)', 'poke(h, 1, 2, x)', 'poke(h, 1, 2)', {acts = COROUTINE})
edge('coroutine-dead', 'parked(function(v) error("") end, x)', 'peek(h, 1, 1)', 'poke(h, 1, 1, x)',
     'poke(h, 1, 1)', {acts = COROUTINE})
edge('coroutine-dead-pcall',
     'parked(function(v) pcall(function(b) error(b) end, v) error() end, x)',
     'peek(h, 1, 1)', 'poke(h, 1, 1, x)', 'poke(h, 1, 1)', {acts = COROUTINE})
edge('coroutine-hook', 'h = coroutine.create(print); debug.sethook(h, cell(x), "", 1 << 30)',
     'debug.gethook(h)()', 'debug.gethook(h)(true, x)', 'debug.gethook(h)(true)', {acts = {
     'debug.sethook(h, debug.gethook(h), "crl")', 'coroutine.close(h)',
     'debug.sethook(h, cell(debug.gethook(h)()), "r", 7)', 'debug.sethook(h)'}})
edge('metamethod-add', 'parked(function(b) return table.remove(b) + 1 end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('metamethod-concat', 'parked(function(b) return "a" .. table.remove(b) .. "c" end, {op(x)})',
     'v_of(peek(h, 1, 3))', 'set_v(peek(h, 1, 3), x)', 'set_v(peek(h, 1, 3))', {acts = COROUTINE})
edge('metamethod-compare', 'parked(function(b) return table.remove(b) < {} end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('metamethod-equal', 'parked(function(b) return table.remove(b) == {} end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('metamethod-index', 'parked(function(b) return table.remove(b).missing end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('metamethod-newindex', 'parked(function(b) table.remove(b).missing = 1 end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('metamethod-length', 'parked(function(b) return #table.remove(b) end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('metamethod-call', 'parked(function(b) table.remove(b)() end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('close-variable', 'parked(function(b) local c <close> = closer(table.remove(b)) '
     .. 'coroutine.yield() end, {x})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('close-block', 'parked(function(b) do local c <close> = table.remove(b) end end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('close-break', 'parked(function(b) while 1 do local c <close> = table.remove(b) break end '
     .. 'end, {op(x)})',
     'v_of(peek(h, 1, 2))', 'set_v(peek(h, 1, 2), x)', 'set_v(peek(h, 1, 2))', {acts = COROUTINE})
edge('close-return', 'parked(function(b) local c <close> = op() return table.remove(b), 1 end, '
     .. '{x})',
     'peek(h, 1, 3)', 'poke(h, 1, 3, x)', 'poke(h, 1, 3)', {acts = COROUTINE})
edge('close-return-many', 'parked(function(b) local c <close> = op() local d <close> = op() '
     .. 'return table.unpack({[60] = table.remove(b)}, 1, 60) end, {x})', 'peek(h, 1, 63)',
     'poke(h, 1, 63, x)', 'poke(h, 1, 63)', {acts = COROUTINE})
edge('close-error', 'parked(pcall, function(b) local c <close> = op() error(table.remove(b)) end, '
     .. '{x})', 'peek(h, 1, 4)', 'poke(h, 1, 4, x)', 'poke(h, 1, 4)', {acts = COROUTINE})
edge('close-error-twice', 'parked(pcall, function(b) local c <close> = op() '
     .. 'local d <close> = closer(b, function(t) error(table.remove(t.v)) end) error() end, {x})',
     'peek(h, 1, 4)', nil, nil, {acts = COROUTINE})
edge('close-closing', 'h = parked(function(v) local c <close> = op() coroutine.yield() return '
     .. 'v end, '
     .. 'x); coroutine.resume(h)', 'peek(h, 1, 1)', 'poke(h, 1, 1, x)', 'poke(h, 1, 1)',
     {acts = COROUTINE})

-- ---- Roots --------------------------------------------------------------------------------------

root('global', '_G["g" .. k] = x', '_G["g" .. k]', nil, '_G["g" .. k] = nil')
root('registry', 'debug.getregistry()["g" .. k] = x', 'debug.getregistry()["g" .. k]', nil,
     'debug.getregistry()["g" .. k] = nil')
root('registry-array', 'debug.getregistry()[k + 10] = x', 'debug.getregistry()[k + 10]', nil,
     'debug.getregistry()[k + 10] = nil')
root('package-loaded', 'package.loaded["g" .. k] = x', 'package.loaded["g" .. k]', nil,
     'package.loaded["g" .. k] = nil')
root('package-preload', 'package.preload["g" .. k] = cell(x)', 'package.preload["g" .. k]()', nil,
     'package.preload["g" .. k] = nil')
root('package-searcher', 'package.searchers[k + 9] = cell(x)', 'package.searchers[k + 9]()', nil,
     'package.searchers[k + 9] = nil')
root('main-local', 'debug.setupvalue(main_locals, k + 1, x)', 'up(main_locals, k + 1)', nil,
     'debug.setupvalue(main_locals, k + 1, nil)')
root('main-hook', 'main_hook()[k] = x', 'main_hook()[k]', nil, 'main_hook()[k] = nil')
root('frame-local', 'parked(loop, x)', 'ask(h)')
root('frame-open-upvalue', 'local co = parked(function(v) h = function() return v end; '
     .. 'coroutine.yield() end, x)', 'h()')
root('closure-upvalue', 'cell(x)', 'h()')
root('fixed-ephemeron', 'ephemerons[fixed[k]] = x', 'ephemerons[fixed[k]]', nil,
     'ephemerons[fixed[k]] = nil')
root('nil-metatable', 'meta_of(nil)[k] = x', 'meta_of(nil)[k]', nil, 'meta_of(nil)[k] = nil')
root('boolean-metatable', 'meta_of(true)[k] = x', 'meta_of(true)[k]', nil,
     'meta_of(true)[k] = nil')
root('number-metatable', 'meta_of(0)[k] = x', 'meta_of(0)[k]', nil, 'meta_of(0)[k] = nil')
root('string-metatable', 'meta_of("")[k] = x', 'meta_of("")[k]', nil, 'meta_of("")[k] = nil')
root('function-metatable', 'meta_of(print)[k] = x', 'meta_of(print)[k]', nil,
     'meta_of(print)[k] = nil')
root('thread-metatable', 'meta_of(coroutine.running())[k] = x',
     'meta_of(coroutine.running())[k]', nil, 'meta_of(coroutine.running())[k] = nil')

-- ---- Nodes --------------------------------------------------------------------------------------

node('table-array', 'table.pack(nil, nil, nil, nil, nil, nil, nil, nil)', 'n[k]')
node('table-hash', 'crowd()', 'n["s" .. k]')
node('table-metatable', 'setmetatable({}, {})', 'debug.getmetatable(n)[k]')
node('table-proxy', 'local t = {}; n = setmetatable({}, {__index = t, __newindex = t})', 'n[k]')
node('table-own-metatable', 'n = {}; n.__index = n; setmetatable(n, n)', nil,
     {load = 'rawget(n, k)', store = 'rawset(n, k, w)'})
node('table-weak-keys', 'setmetatable({}, {__mode = "k"})', 'n["s" .. k]')
node('table-weak-keys-array', 'setmetatable({nil, nil, nil, nil, nil, nil, nil, nil}, '
     .. '{__mode = "k"})', 'n[k]')
node('table-ephemeron', 'n = {}; ephemerons[n] = {}', 'ephemerons[n][k]')
node('userdata', 'userdata({})', 'debug.getmetatable(n)[k]')
node('closure', 'eight()', nil,
     {load = 'up(n, k)', store = 'debug.setupvalue(n, k, w)', words = 'nofinal'})
node('closure-open', 'eight_open()', nil,
     {load = 'up(n, k)', store = 'debug.setupvalue(n, k, w)', words = 'nofinal'})
node('closure-environment', 'load("v = v", "", "t", {})', 'up(n, 1)[k]', {words = 'nofinal'})
node('closure-in-c', 'n = string.gmatch("", ""); debug.setupvalue(n, 1, {})', 'up(n, 1)[k]',
     {words = 'nofinal'})
node('coroutine', 'parked(eight_locals)', nil,
     {load = 'peek(n, 1, k)', store = 'poke(n, 1, k, w)', words = 'nofinal'})
node('coroutine-failed', 'parked(eight_dead)', nil,
     {load = 'peek(n, 1, k)', store = 'poke(n, 1, k, w)', words = 'nofinal'})
node('coroutine-wrapped', 'n = coroutine.wrap(shelf); n()', nil,
     {load = 'n(nil, k)', store = 'n(true, k, w)', words = 'nofinal'})
