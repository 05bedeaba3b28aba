-- SPDX-License-Identifier: Apache-2.0

-- The heap of the adapter of Lua with kinds: registers, objects and their holders, how they are
-- read and written, and notes, which say the same in Lua.
--
-- Place: between kinds_table.lua, whose snippets it compiles, and kinds.lua, whose operations call
-- it; the three are pasted together in that order. kinds.lua says why it is as it is.

collectgarbage 'stop'

local SLOTS = {}  -- Even slots are in a table's array, the others in its hash part: the collector
for k = 0, 7 do   -- traverses both.
  SLOTS[k] = k % 2 == 0 and k // 2 + 1 or 'slot' .. k
end
local MAX_COLLECTIONS = 8  -- Tried by a reset.
local MAX_NOTE = 300

-- OURO_OPTIONS is `KEY=VALUE&KEY=VALUE`. With `gc=incremental` or `gc=generational` collections of
-- generations 0 and 1 are steps in that mode; without, every collection is a full one.
local function option(key)
  return ('&' .. (os.getenv 'OURO_OPTIONS' or '') .. '&'):match('&' .. key .. '=([^&]*)&')
end
local MODE = option 'gc'

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

-- A host that embeds the interpreter passes its own, and calls what this text returns, `perform`;
-- in a script it has done so by the time that `write` returns.
local host = ...
local read, write
if host then
  read, write = host.read, host.write
else
  function read()
    return io.stdin:read() or os.exit(0, false)  -- No last collection, no finalizers.
  end
  function write(text)
    io.stdout:write(text)
    io.stdout:flush()
  end
end

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
  local list = option 'kinds'
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

local function flush()
  local text = table.concat(answer, '\n') .. (answer[1] and '\n' or '')
  answer = {}
  write(text)
end

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
  flush()  -- What follows may crash.
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

-- The helpers that the notes so far, and this one, need, with those that these need.
local function prelude(text)
  needs(text, noted)
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
