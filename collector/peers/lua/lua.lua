-- A Lua as a collector under test: one file, run by the very interpreter that is tested (5.4, whose
-- collector is incremental unless asked otherwise), that speaks the line protocol on its standard
-- input and output.
--
-- Place: a peer of collector/process, which starts it and drives it. It executes and reports; it
-- parses no scripts and judges nothing.
--
-- Lua marks and sweeps. A full collection clears weak values that are trash, marks what finalizers
-- can reach, clears weak keys that are still unmarked, sweeps, and then runs the finalizers; what
-- they do not bring back goes in the next collection. A measuring instrument must not disturb what
-- it measures. In this file that means:
--
-- * A death is seen in a table that has every object as a weak key: such an entry outlives
--   finalizers and resurrections, and goes in the collection that releases the object. The values
--   are numbers, so that the table leads nowhere. Looking holds each key for a moment; that is
--   harmless, because no collection can begin then (`collectgarbage 'stop'`) and the collector
--   erases the dead part of the stack.
-- * It is looked at before every finalizer and after every operation. In a collection the sweep is
--   over when the first finalizer runs: what that collection releases is reported before.
-- * Handlers pass names of registers, not objects: no local variable holds an object while a
--   collection runs, but the dying one, which its own finalizer's argument holds.
-- * A finalizer is the __gc of a metatable that only nodes with a finalizer have. The adapter's own
--   garbage, text above all, is no program's object; a reset collects it.

collectgarbage 'stop'

local SLOTS = {}  -- Even slots are keys in a table's array, the others in its hash: the collector
for k = 0, 7 do   -- walks both.
  SLOTS[tostring(k)] = k % 2 == 0 and k // 2 + 1 or 'slot' .. k
end
local MAX_COLLECTIONS = 8  -- That a reset tries.

local names = {}  -- Of registers that may be written.
for k = 0, 15 do
  names['r' .. k] = true
end

local registers = {}                            -- By name; `self` is the innermost script's object.
local numbers = setmetatable({}, {__mode = 'k'})  -- Object -> number.
local alive = {}                                -- Numbers of objects that are not reported dead.
local born = 0
local answer = {}                               -- Lines that are not written yet.
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

-- The name of a register: with `self`, if it is read.
local function check(register, read)
  if not names[register] and not (read and register == 'self') then
    error('no register ' .. register, 0)
  end
  return register
end

-- What is there: an object, or nil for `none`.
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
  say('> done 0')  -- Lua does not say how many.
end

-- Drops everything, and proves it: an object that survived would haunt the next program.
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

-- A pattern of a line, and what it does.
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
  {'^hello$', function() say('> hello lua %s weak finalizer', _VERSION:match '%S+$') end},
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

-- Executes operations until the script ends, and says whether it raised; or for ever.
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
