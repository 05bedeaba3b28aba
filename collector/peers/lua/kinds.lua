-- SPDX-License-Identifier: Apache-2.0

-- The adapter of Lua with kinds, over the line protocol, run by the interpreter under test (5.4,
-- whose collector is incremental by default) behind kinds_table.lua: slots, objects and registers
-- are what an annotation `as NAME` says.
--
-- Place: a peer of collector/protocol_collector, which starts and drives it. It executes and
-- reports; it parses no scripts and judges nothing.
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

collectgarbage 'stop'

local SLOTS = {}  -- Even slots are in a table's array, the others in its hash part: the collector
for k = 0, 7 do   -- traverses both.
  SLOTS[k] = k % 2 == 0 and k // 2 + 1 or 'slot' .. k
end
local MAX_COLLECTIONS = 8  -- Tried by a reset.
local MAX_NOTE = 300

local names = {}  -- Of registers that may be assigned.
for k = 0, 15 do
  names['r' .. k] = k
end

local edges, roots, nodes = {}, {}, {}  -- Kinds by name.
local PLACES = {edge = edges, root = roots, node = nodes}

local registers = {}                    -- By name; `self` is the innermost script's object.
local root_of = {}                      -- Register -> root kind: its value is the holder.
local numbers = setmetatable({}, {__mode = 'k'})  -- Object -> id.
local alive = {}                        -- Ids of objects not reported dead.
local node_of = {}                      -- Id -> node kind.
local edge_of = {}                      -- Id -> slot -> edge kind.
local content_of = {}                   -- Id -> slot -> id, of kinds without get.
local born = 0
local answer = {}                       -- Lines not written yet.
local silent = false                    -- During a reset: no events, no scripts.
local noting = false
local noted = {}                        -- Words of notes: what the prelude must define.
local serve

local function say(...)
  answer[#answer + 1] = string.format(...)
end

-- ---- Snippets -----------------------------------------------------------------------------------

-- An expression, or statements after which `result` is returned.
local function compile(text, parameters, result)
  local head = 'local ' .. parameters .. ' = ... '
  local code = load(head .. 'return ' .. text, '=kind')
  if code then
    return code
  end
  return assert(load(head .. text .. ' return ' .. (result or 'nil'), '=kind'))
end

-- Compiles the snippets of a kind when one of them is first needed.
local COMPILED = {__index = function(kind, key)
  local text = kind.text[key]
  if not text then
    return nil
  end
  local code
  if key == 'load' or key == 'store' then
    code = compile(text, 'n, k, w')
  elseif kind.text.place == 'node' then
    code = compile(text, 'n', 'n')
  else
    code = compile(text, 'h, x, k', key == 'make' and 'h')
  end
  rawset(kind, key, code)
  return code
end}

local function prepare(kind)
  if kind.slot then
    kind.load, kind.store = kind.slot, kind.slot .. ' = w'
  end
  local acts = {}
  for _, list in ipairs {kind.acts or {}, kind.place == 'edge' and GENERAL or {}} do
    table.move(list, 1, #list, #acts + 1, acts)
  end
  return setmetatable({name = kind.name, words = kind.words, text = kind, acts = acts}, COMPILED)
end

-- Whether OURO_OPTIONS asks for this name: `kinds=NAME,FAMILY`, where a family is a prefix.
local function wanted(name, list)
  if not list or list == '' or list == 'all' then
    return true
  end
  for one in list:gmatch '[^,]+' do
    if name == one or name:sub(1, #one + 1) == one .. '-' then
      return true
    end
  end
  return false
end

-- Raises if the running interpreter cannot make it.
local function probe(kind, content)
  local made = kind.make(nil, content, 0)
  if kind.text.get then
    assert(kind.get(made, nil, 0) == content)
  end
  if kind.text.place == 'root' and kind.take then
    kind.take(made, nil, 0)
  end
end

local function load_kinds()
  local list = ('&' .. (os.getenv 'OURO_OPTIONS' or '') .. '&'):match '&kinds=([^&]*)&'
  for _, one in ipairs(HELPERS) do
    load(one.text, '=kind')()
  end
  for _, one in ipairs(KINDS) do
    if wanted(one.name, list) then
      local kind = prepare(one)
      if pcall(probe, kind, {}) then
        PLACES[one.place][one.name] = kind
      end
    end
  end
end

-- ---- Births and deaths --------------------------------------------------------------------------

local function report_deaths()
  local seen = {}
  for _, number in pairs(numbers) do
    seen[number] = true
  end
  for number = 0, born - 1 do
    if alive[number] and not seen[number] then
      alive[number], node_of[number], edge_of[number], content_of[number] = nil, nil, nil, nil
      say('> free %d', number)
    end
  end
end

local function finalize(dying)
  if silent then
    return
  end
  report_deaths()
  local number, outer, outer_root = numbers[dying], registers.self, root_of.self
  say('> finalize %d', number)
  registers.self = dying
  local raised = serve(true)
  registers.self = outer
  say(raised and '> end %d raised' or '> end %d', number)
  if raised then
    error('raised')
  end
end

local FINALIZED = {__gc = finalize}
local WEAK = {__mode = 'v'}

-- ---- Values -------------------------------------------------------------------------------------

-- The name of a register; `self` too if it is read.
local function check(register, read)
  if not names[register] and not (read and register == 'self') then
    error('no register ' .. register, 0)
  end
  return register
end

-- The value of a register: an object, or nil for `none`.
local function at(register)
  if register == 'none' then
    return nil
  end
  local kind = root_of[check(register, true)]
  if kind then
    return kind.get(registers[register], nil, names[register])
  end
  return registers[register]
end

local function object(number)
  for thing, found in pairs(numbers) do
    if found == number then
      return thing
    end
  end
end

local function load_raw(thing, slot)
  local kind = node_of[numbers[thing]]
  if kind then
    return kind.load(thing, slot + 1)
  end
  return thing[SLOTS[slot]]
end

local function store_raw(thing, slot, value)
  local kind = node_of[numbers[thing]]
  if kind then
    kind.store(thing, slot + 1, value)
  else
    thing[SLOTS[slot]] = value
  end
end

local function edge_at(thing, slot)
  return (edge_of[numbers[thing]] or {})[slot]
end

local function set_edge(thing, slot, kind, content)
  local number = numbers[thing]
  edge_of[number] = edge_of[number] or {}
  content_of[number] = content_of[number] or {}
  edge_of[number][slot] = kind
  content_of[number][slot] = kind and not kind.text.get and content and numbers[content] or nil
end

-- What a slot holds, through its holder; an action may have left something else there.
local function content(thing, slot)
  local kind = edge_at(thing, slot)
  if not kind then
    return load_raw(thing, slot)
  end
  if not kind.text.get then
    return object(content_of[numbers[thing]][slot])
  end
  local holder = load_raw(thing, slot)
  local fine, found = pcall(kind.get, holder)
  return fine and found and numbers[found] and found or nil
end

-- ---- Notes --------------------------------------------------------------------------------------

local function needs(text, done)
  for name in text:gmatch '[%a_][%w_]*' do
    done[name] = true
  end
end

local function note(text, ...)
  if not noting then
    return
  end
  text = (select('#', ...) > 0 and text:format(...) or text):gsub('%s+', ' ')
  needs(text, noted)
  say('%s', '> note ' .. text:sub(1, MAX_NOTE))
end

local function word(text, name, by)
  return (text:gsub('%f[%w_]' .. name .. '%f[^%w_]', (by:gsub('%%', '%%%%'))))
end

-- The text of the value in a register.
local function name_of(register)
  local kind = root_of[register]
  if kind then
    return word(word(kind.text.get, 'k', tostring(names[register])), 'h', register)
  end
  return register == 'none' and 'nil' or register
end

-- The text of a slot, and whether it can be assigned to.
local function slot_text(register, slot)
  local kind, name = node_of[numbers[at(register)]], name_of(register)
  if kind then
    local text = word(kind.text.load, 'k', tostring(slot + 1))
    return word(text, 'n', name), kind.text.slot
  end
  local key = SLOTS[slot]
  return type(key) == 'string' and name .. '.' .. key or name .. '[' .. key .. ']', true
end

local function store_text(register, slot, value)
  local text, assignable = slot_text(register, slot)
  if assignable then
    return text .. ' = ' .. value
  end
  text = node_of[numbers[at(register)]].text.store
  text = word(text, 'k', tostring(slot + 1))
  return word(word(text, 'n', name_of(register)), 'w', value)
end

-- A snippet in which `h` is the holder of a slot, or, for `make`, becomes it.
local function note_slot(register, slot, text, source, making)
  if not noting then
    return
  end
  local place, assignable = slot_text(register, slot)
  text = word(text, 'x', name_of(source))
  if making and load('return ' .. text) then
    note('%s', store_text(register, slot, text))
  elseif assignable then
    note('%s', word(text, 'h', place))
  elseif making then
    note('do local h; %s; %s end', text, store_text(register, slot, 'h'))
  else
    note('do local h = %s; %s end', place, text)
  end
end

-- The helpers that the notes so far need, with those that these need.
local function prelude()
  local needed = {}
  for name in pairs(noted) do
    needed[name] = true
  end
  for k = #HELPERS, 1, -1 do  -- A helper uses only those above it.
    if needed[HELPERS[k].name] then
      needs(HELPERS[k].text, needed)
    end
  end
  say('> note collectgarbage "stop"')
  for _, one in ipairs(HELPERS) do
    if needed[one.name] then
      say('%s', '> note ' .. one.text:gsub('%s*\n%s*', ' '))
    end
  end
end

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

local function birth(register, thing, text)
  numbers[thing] = born
  alive[born] = true
  write(register, thing, text)
  say('> new %d', born)
  born = born + 1
end

local function new_node(register, words)
  local name, del = words:match ' as ([a-z0-9-]+)', words:match ' del %d+'
  local thing, text = nil, '{}'
  if name then
    local kind = nodes[name] or error('no node kind ' .. name, 0)
    thing, text = kind.make(), kind.text.make
    node_of[born] = kind
  else
    thing = {}
  end
  if del then
    local own = debug.getmetatable(thing)
    if own then
      own.__gc = finalize
    end
    debug.setmetatable(thing, own or FINALIZED)
    text = ('final(%s, %d)'):format(text, born)
  end
  birth(register, thing, text)
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
    return
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
  if edge_at(thing, slot) == kind and kind.text.put then
    note_slot(target, slot, kind.text.put, source)
    kind.put(load_raw(thing, slot), value)
  else
    note_slot(target, slot, kind.text.make, source, true)
    store_raw(thing, slot, kind.make(nil, value))
  end
  set_edge(thing, slot, kind, value)
end

local function hold_as(register, source, name)
  local kind = roots[name] or error('no root kind ' .. name, 0)
  local value = at(source)
  write(register, value, name_of(source))
  local make = word(word(kind.text.make, 'k', tostring(names[register])), 'x', register)
  note('%s', load('return ' .. make) and register .. ' = ' .. make
       or 'do local h; ' .. make .. '; ' .. register .. ' = h end')
  registers[register] = kind.make(nil, value, names[register])
  root_of[register] = kind
end

-- Runs an action of the kind that holds a slot. Reports what the slot holds then.
local function poke(target, slot, number)
  slot = tonumber(slot)
  local thing = at(target)
  local kind = edge_at(thing, slot) or error('a plain slot', 0)
  local text = kind.acts[tonumber(number) % #kind.acts + 1]
  note_slot(target, slot, 'pcall(function() ' .. text .. ' end); collectgarbage("stop")', 'none')
  kind.compiled = kind.compiled or {}
  kind.compiled[text] = kind.compiled[text] or compile(text, 'h')
  pcall(kind.compiled[text], load_raw(thing, slot))
  collectgarbage 'stop'
  local found = content(thing, slot)
  if not found and edge_at(thing, slot) then
    store_raw(thing, slot, nil)
    set_edge(thing, slot)
  end
  say('> got %s', found and numbers[found] or 'none')
end

local function collect(generation)
  note('collectgarbage()')
  say('> collect %s', generation)
  collectgarbage()
  report_deaths()
  say('> done 0')  -- Lua does not provide the number.
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
  collectgarbage('incremental', 200, 100, 13)  -- Lua's own numbers.
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
  say('> hello lua %s weak finalizer kinds', _VERSION:match '%S+$')
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
  {'^(r%d+) = leaf$', function(d) birth(check(d), {}, '{}') end},
  {'^(r%d+) = weak (%w+)$', function(d, r)
    local text = noting and ('setmetatable({%s}, {__mode = "v"})'):format(name_of(r))
    birth(check(d), setmetatable({at(r)}, WEAK), text)
  end},
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
  {'^prelude$', prelude},
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

-- Executes operations until the script ends and returns whether it raised; in main, forever.
function serve(in_script)
  while true do
    io.stdout:write(table.concat(answer, '\n'), answer[1] and '\n' or '')
    io.stdout:flush()
    answer = {}
    local line = io.stdin:read()
    if not line then
      os.exit(0, false)  -- No last collection, no finalizers.
    end
    if in_script and (line == 'end' or line == 'raise') then
      return line == 'raise'
    end
    local done, why = pcall(execute, line)
    if done then
      report_deaths()
      say('ok')
    else
      say('error in "%s": %s', line:sub(1, 80), why)
    end
  end
end

load_kinds()
serve(false)
