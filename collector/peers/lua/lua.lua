-- SPDX-License-Identifier: Apache-2.0

-- The adapter of Lua over the line protocol: one file, run by the interpreter under test (5.4 or
-- 5.5), that reads operations from its standard input and writes events to its output. The
-- collector works incrementally; the stand-alone interpreter begins in the generational mode.
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
--   collection runs, except the dying one, the argument of its own finalizer.
-- * A finalizer is the __gc of a metatable that only nodes with a finalizer have. The adapter's own
--   garbage, mostly text, is not part of any program; a reset collects it.

-- 5.5 calls finalizers one by one between steps, so that some may wait for the next collection.
local CONTRACT = _VERSION == 'Lua 5.4' and 'lua' or 'lua,queued=yes'

collectgarbage 'incremental'
collectgarbage 'stop'

local SLOTS = {}  -- Even slots are in a table's array, the others in its hash part: the collector
for k = 0, 7 do   -- traverses both.
  SLOTS[tostring(k)] = k % 2 == 0 and k // 2 + 1 or 'slot' .. k
end
local MAX_COLLECTIONS = 8  -- Tried by a reset.

local names = {}  -- Of registers that may be assigned.
for k = 0, 15 do
  names['r' .. k] = true
end

local registers = {}                            -- By name; `self` is the innermost script's object.
local numbers = setmetatable({}, {__mode = 'k'})  -- Object -> id.
local alive = {}                                -- Ids of objects not reported dead.
local born = 0
local answer = {}                               -- Lines not written yet.
local silent = false                            -- During a reset: no events, no scripts.
local serve

local function say(...)
  answer[#answer + 1] = string.format(...)
end

-- ---- Births and deaths --------------------------------------------------------------------------

local function report_deaths()
  local seen = {}
  for _, number in pairs(numbers) do
    seen[number] = true
  end
  for number = 0, born - 1 do
    if alive[number] and not seen[number] then
      alive[number] = nil
      say('> free %d', number)
    end
  end
end

local function birth(register, thing)
  numbers[thing] = born
  alive[born] = true
  registers[register] = thing
  say('> new %d', born)
  born = born + 1
end

local FINALIZED = {
  __gc = function(dying)
    if silent then
      return
    end
    report_deaths()
    local number, outer = numbers[dying], registers.self
    say('> finalize %d', number)
    registers.self = dying
    local raised = serve(true)
    registers.self = outer
    say(raised and '> end %d raised' or '> end %d', number)
    if raised then
      error('raised')
    end
  end,
}
local WEAK = {__mode = 'v'}

-- ---- Operations ---------------------------------------------------------------------------------

-- The name of a register; `self` too if it is read.
local function check(register, read)
  if not names[register] and not (read and register == 'self') then
    error('no register ' .. register, 0)
  end
  return register
end

-- The value of a register: an object, or nil for `none`.
local function at(register)
  return register ~= 'none' and registers[check(register, true)] or nil
end

local function give(register, thing)
  say('> got %s', thing and numbers[thing] or 'none')
  registers[register] = thing
end

local function collect(generation)
  say('> collect %s', generation)
  collectgarbage()
  report_deaths()
  say('> done 0')  -- Lua does not provide the number.
end

-- Lua measures work in bytes: 2^6 are one or two traversals, 2^16 a whole collection. The adapter's
-- own objects take part in it.
local function step(work)
  say '> collect 0'
  local exponent = math.min(6 + 2 * math.floor(math.log(tonumber(work), 2)), 20)
  if _VERSION == 'Lua 5.4' then
    collectgarbage('incremental', 0, 1, exponent)
  else  -- 5.5
    collectgarbage('param', 'stepmul', 100)
    collectgarbage('param', 'stepsize', 1 << exponent)
  end
  local ended = collectgarbage('step', 0)
  report_deaths()
  say('> done %d', ended and 1 or 0)
end

-- Drops everything and proves it: a surviving object would affect the next program.
local function reset()
  if registers.self then
    error('a script is running', 0)
  end
  silent = true
  for name in pairs(names) do
    registers[name] = nil
  end
  for _ = 1, MAX_COLLECTIONS do
    collectgarbage()
    if not next(numbers) then
      break
    end
  end
  if next(numbers) then
    say('error objects survive a reset')
  end
  alive, born, silent = {}, 0, false
end

-- ---- The protocol -------------------------------------------------------------------------------

-- Patterns of lines, and their handlers.
local OPERATIONS = {
  {'^(r%d+) = node [0-8]$', function(d) birth(check(d), {}) end},
  {'^(r%d+) = node [0-8] del %d+$', function(d) birth(check(d), setmetatable({}, FINALIZED)) end},
  {'^(r%d+) = leaf$', function(d) birth(check(d), {}) end},
  {'^(r%d+) = weak (%w+)$', function(d, r) birth(check(d), setmetatable({at(r)}, WEAK)) end},
  {'^(r%d+) = (%w+)$', function(d, r) registers[check(d)] = at(r) end},
  {'^(r%d+) = (%w+)%.([0-7])$', function(d, r, k) give(check(d), at(r)[SLOTS[k]]) end},
  {'^(r%d+) = (%w+)%(%)$', function(d, r) give(check(d), at(r)[1]) end},
  {'^(%w+)%.([0-7]) = (%w+)$', function(r, k, v) at(r)[SLOTS[k]] = at(v) end},
  {'^collect ([0-2])$', collect},
  {'^step (%d+)$', step},
  {'^hello$', function()
    say('> hello lua %s contract=%s weak finalizer step', _VERSION:match '%S+$', CONTRACT)
  end},
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
    io.write(table.concat(answer, '\n'), answer[1] and '\n' or '')
    io.flush()
    answer = {}
    local line = io.read()
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

serve(false)
