-- SPDX-License-Identifier: Apache-2.0

-- The adapter of Lua with kinds, run by the interpreter under test (5.4, whose collector is
-- incremental by default) behind kinds_table.lua and kinds_heap.lua: slots, objects and registers
-- are what an annotation `as NAME` says.
--
-- Place: a peer of collector/protocol_collector, which starts and drives it; or of lua_kinds.cc,
-- which embeds the interpreter. It executes and reports; it parses no scripts and judges nothing.
--
-- Lua marks and sweeps. A full collection clears weak values that are trash, marks what finalizers
-- can reach, clears weak keys that are still unmarked, sweeps, and then runs the finalizers; what
-- they do not resurrect is freed by the next collection. An instrument must not disturb what it
-- measures:
--
-- * A death is observed in a table with every object as a weak key: such an entry outlives
--   finalizers and resurrections, and is cleared by the collection that frees the object. The
--   values are numbers, so the table leads nowhere. Reading it references each key briefly; that is
--   harmless, because no collection can begin then (`collectgarbage 'stop'`) and the collector
--   erases the dead part of the stack.
-- * It is read before every finalizer and after every operation. In a collection the sweep is
--   complete when the first finalizer runs: what that collection frees is reported before it.
-- * Handlers take names of registers, not objects: no local variable references an object while a
--   collection runs, except the dying one, the argument of its own finalizer, and, in a poke, the
--   holder.
-- * What a slot is held by is remembered by the object's id: numbers and kinds, no references.
-- * The adapter's own garbage, mostly text, is not part of any program; a reset collects it.

-- ---- Operations ---------------------------------------------------------------------------------

-- Writes a register whose present value may be held by a root kind.
local function write(register, value, text)
  local kind, k = root_of[register], names[register]
  if kind then
    if noting then
      local take = word(word(kind.text.take or '', 'k', tostring(k)), 'h', register)
      note('do local v = %s; %s; %s = v end', text, take, register)
    end
    if kind.take then
      kind.take(registers[register], nil, k)
    end
    root_of[register] = nil
  else
    note('%s = %s', register, text)
  end
  registers[register] = value
end

local function birth(register, thing)
  numbers[thing] = born
  alive[born] = true
  registers[register] = thing
  say('> new %d', born)
  born = born + 1
end

-- Snippets of nodes say `n` if they are statements.
local function note_birth(register, text, finalizer)
  if not noting then
    return
  end
  if load('return ' .. text) then
    note('%s', register .. ' = ' .. (finalizer and ('final(%s, %d)'):format(text, born) or text))
  else
    note('%s', word(text, 'n', register)
         .. (finalizer and ('; final(%s, %d)'):format(register, born) or ''))
  end
end

local function new_node(register, words)
  local name, del = words:match ' as ([a-z0-9-]+)', words:match ' del %d+'
  local kind = name and (nodes[name] or error('no node kind ' .. name, 0))
  note_birth(register, kind and kind.text.make or '{}', del)
  local thing = kind and kind.make() or {}
  node_of[born] = kind
  if del then
    local own = debug.getmetatable(thing)
    if own then
      own.__gc = finalize
    end
    debug.setmetatable(thing, own or FINALIZED)
  end
  birth(register, thing)
end

local function new_leaf(register)
  note_birth(register, '{}')
  birth(register, {})
end

local function new_weak(register, target)
  note_birth(register, noting and ('setmetatable({%s}, {__mode = "v"})'):format(name_of(target)))
  birth(register, setmetatable({at(target)}, WEAK))
end

local function give(register, thing, text)
  if thing and not numbers[thing] then
    error('a stranger: ' .. tostring(thing), 0)
  end
  say('> got %s', thing and numbers[thing] or 'none')
  write(register, thing, text)
end

local function load_slot(register, source, slot)
  slot = tonumber(slot)
  local thing = at(source)
  local kind, text = edge_at(thing, slot), ''
  if noting then
    text = slot_text(source, slot)
    text = kind and word(kind.text.get or 'nil', 'h', text) or text
  end
  give(register, content(thing, slot), text)
end

local function store(target, slot, source)
  slot = tonumber(slot)
  local thing = at(target)
  local kind = edge_at(thing, slot)
  if source == 'none' and kind and kind.text.take then
    note_slot(target, slot, kind.text.take, source)
    kind.take(load_raw(thing, slot))
    set_edge(thing, slot, kind)
    if not content(thing, slot) then
      return
    end  -- The coroutine is running: it cannot be resumed to be emptied.
  end
  if noting then
    note('%s', store_text(target, slot, name_of(source)))
  end
  store_raw(thing, slot, at(source))
  set_edge(thing, slot)
end

local function store_as(target, slot, source, name)
  slot = tonumber(slot)
  local kind = edges[name] or error('no edge kind ' .. name, 0)
  local thing, value = at(target), at(source)
  local filled = edge_at(thing, slot) == kind and kind.text.put
  if filled then
    note_slot(target, slot, kind.text.put, source)
    filled = pcall(kind.put, load_raw(thing, slot), value) and content(thing, slot) == value
  end
  if not filled then
    note_slot(target, slot, kind.text.make, source, true)
    store_raw(thing, slot, kind.make(nil, value))
  end
  set_edge(thing, slot, kind, value)
end

local function hold_as(register, source, name)
  local kind = roots[name] or error('no root kind ' .. name, 0)
  local value = at(source)
  write(register, value, name_of(source))
  if noting then
    local make = word(word(kind.text.make, 'k', tostring(names[register])), 'x', register)
    note('%s', load('return ' .. make) and register .. ' = ' .. make
         or 'do local h; ' .. make .. '; ' .. register .. ' = h end')
  end
  registers[register] = kind.make(nil, value, names[register])
  root_of[register] = kind
end

-- Reports what a slot holds after an action.
local function report_content(thing, slot)
  local found = content(thing, slot)
  say('> got %s', found and numbers[found] or 'none')
  return found
end

-- Runs an action of the kind that holds a slot. Reports what the slot holds then.
local function poke(target, slot, number)
  slot = tonumber(slot)
  local thing = at(target)
  local kind = edge_at(thing, slot)
  if not kind then  -- An action around this one has emptied the holder, which was dropped.
    report_content(thing, slot)
    return
  end
  local text = kind.acts[tonumber(number) % #kind.acts + 1]
  note_slot(target, slot, 'pcall(function() ' .. text .. ' end); collectgarbage("stop")', 'none')
  kind.compiled = kind.compiled or {}
  kind.compiled[text] = kind.compiled[text] or compile(text, 'h')
  pcall(kind.compiled[text], load_raw(thing, slot))
  collectgarbage 'stop'
  report_deaths()  -- Of collections by the action.
  if not report_content(thing, slot) and edge_at(thing, slot) then
    store_raw(thing, slot, nil)
    set_edge(thing, slot)
  end
end

-- What sets the work of a step, 2^%d bytes: 5.5 has other parameters than 5.4.
local SET_WORK = _VERSION == 'Lua 5.4' and 'collectgarbage("incremental", 0, 1, %d)'
  or 'collectgarbage("param", "stepmul", 100); collectgarbage("param", "stepsize", 1 << %d)'

-- In the incremental mode a step of generation 0 is one or two traversals, of 1 most of a cycle.
local function collect(generation)
  local text = 'collectgarbage()'
  if MODE and generation ~= '2' then
    text = MODE == 'generational' and ('collectgarbage("step", %s)'):format(generation)
      or (SET_WORK .. '; collectgarbage("step", 0)'):format(generation == '0' and 6 or 11)
  end
  note('%s', text)
  say('> collect %s', generation)
  load(text)()
  report_deaths()
  say('> done 0')  -- Lua does not provide the number.
end

local function set_mode()
  collectgarbage('incremental', 200, 100, 13)  -- Lua's own numbers.
  if MODE then
    collectgarbage(MODE)
  end
end

-- Drops everything and proves it: a surviving object would affect the next program.
local function reset()
  if registers.self then
    error('a script is running', 0)
  end
  silent = true
  for name, k in pairs(names) do
    if root_of[name] and root_of[name].take then
      root_of[name].take(registers[name], nil, k)
    end
    registers[name], root_of[name] = nil, nil
  end
  kept = {}
  set_mode()
  for _ = 1, MAX_COLLECTIONS do
    collectgarbage()
    if not next(numbers) then
      break
    end
  end
  if next(numbers) then
    say('error objects survive a reset')
  end
  alive, born, silent, noted = {}, 0, false, {}
  node_of, edge_of, content_of = {}, {}, {}
end

local function hello()
  -- 5.5 calls finalizers one by one between steps, so that some may wait for the next collection.
  local contract = _VERSION == 'Lua 5.4' and 'lua' or 'lua,queued=yes'
  say('> hello lua %s contract=%s weak finalizer%s kinds', _VERSION:match '%S+$', contract,
    MODE and ' generations' or '')
  for _, one in ipairs(KINDS) do
    local kind = PLACES[one.place][one.name]
    if kind then
      local words = one.words and ' ' .. one.words or ''
      words = words .. (#kind.acts > 0 and ' pokes=' .. #kind.acts or '')
      say('> kind %s %s%s', one.name, one.place, words)
    end
  end
end

-- ---- The protocol -------------------------------------------------------------------------------

-- Patterns of lines, and their handlers.
local OPERATIONS = {
  {'^(r%d+) = node [0-8](.*)$', function(d, words) new_node(check(d), words) end},
  {'^(r%d+) = leaf$', function(d) new_leaf(check(d)) end},
  {'^(r%d+) = weak (%w+)$', function(d, r) new_weak(check(d), r) end},
  {'^(r%d+) = (%w+)$', function(d, r) write(check(d), at(r), noting and name_of(r)) end},
  {'^(r%d+) = (%w+)%.([0-7])$', function(d, r, k) load_slot(check(d), r, k) end},
  {'^(r%d+) = (%w+)%(%)$', function(d, r)
    give(check(d), at(r)[1], noting and name_of(r) .. '[1]')
  end},
  {'^(%w+)%.([0-7]) = (%w+)$', store},
  {'^(%w+)%.([0-7]) = (%w+) as ([a-z0-9-]+)$', store_as},
  {'^(r%d+) = (%w+) as ([a-z0-9-]+)$', function(d, r, name) hold_as(check(d), r, name) end},
  {'^poke (%w+)%.([0-7]) (%d+)$', poke},
  {'^collect ([0-2])$', collect},
  {'^notes on$', function() noting = true end},
  {'^prelude(.*)$', prelude},
  {'^hello$', hello},
  {'^reset$', reset},
}

local function execute(line)
  for _, operation in ipairs(OPERATIONS) do
    local found = table.pack(line:match(operation[1]))
    if found[1] then
      return operation[2](table.unpack(found))
    end
  end
  error('no operation', 0)
end

-- Executes an operation and says what it did.
local function perform(line)
  local done, why = pcall(execute, line)
  if done then
    report_deaths()
    say('ok')
  else
    say('error in "%s": %s', line:sub(1, 80), why)
  end
  flush()
end

-- Performs operations until the script ends and returns whether it raised; in main, forever.
function serve(in_script)
  flush()
  while true do
    local line = read()
    if in_script and (line == 'end' or line == 'raise') then
      return line == 'raise'
    end
    perform(line)
  end
end

load_kinds()
set_mode()
if host then
  return perform
end
serve(false)
