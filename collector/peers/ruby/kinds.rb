# SPDX-License-Identifier: Apache-2.0

# The adapter of CRuby with kinds, run by the interpreter under test (3.0 and later) behind
# kinds_table.rb and kinds_snippets.rb: slots, objects and registers are what an annotation
# `as NAME` says.
#
# Place: a peer of collector/protocol_collector, which starts and drives it; or of ruby_kinds.cc,
# which embeds the interpreter. It executes and reports; it parses no scripts and judges nothing.
#
# Ruby marks and sweeps, in two generations; it treats every word on a machine stack that looks like
# an address as a reference. Finalizers run at the end of the collection, after their object is
# gone: there is no `self`, and no resurrection. An instrument must not disturb what it measures:
#
# * A death is observed in an ObjectSpace::WeakMap from ids to objects, through `key?`, which is
#   false as soon as the object's slot is swept. It is read at the end of every collection and
#   before every finalizer: what a collection frees is reported before the first of its finalizers.
#   Objects die only in a collection (`GC.disable`), and GC.count tells whether there was one.
# * Code that touches an object runs in a Fiber of its own, for one operation, and returns only text
#   and numbers. The stack of a finished fiber is no longer scanned: no word that the interpreter
#   leaves there keeps an object alive. But a fiber that is born later has that stack again, and if
#   it is a holder, it waits, and is scanned: so each fiber wipes its stack at its end, and what
#   may end holders wipes theirs. Collections, and so finalizers, run on the main stack, all
#   at the same depth, except those that an action causes: until its end, the fiber of the poke
#   holds the holder.
# * A finalizer belongs to a node with `del`, and knows an id, not the node. (The WeakMap of Ruby
#   3.2 and earlier defines one for every object; as they run after the death, that changes
#   nothing.)
# * What a slot is held by is remembered by the object's id: numbers and kinds, no references.
# * The adapter's own garbage, text and fibers, is not part of any program; a reset collects it.

GC.disable
$stdout.sync = true
$VERBOSE = nil # An exception in a finalizer would be printed.
Thread.report_on_exception = false
MAX_COLLECTIONS = 8 # Tried by a reset.
WIPED_STACKS = 24 # At once; a program rarely has more fibers that wait.

# The finalizer of what displaces an object, see below.
NOTHING = Object.new
def NOTHING.call(_id) = nil

Kinds.load

# Runs after the death of a node.
Finalizer = Struct.new(:number) do
  def call(_id) = Heap.silent || Heap.script(number)
end

REGISTER = '(r\d|r1[0-5])'.freeze
NAME = '([a-z][a-z0-9-]*)'.freeze
OPERATIONS = {
  node: /\A#{REGISTER} = node [0-8](?: as #{NAME})?( del \d+)?\z/,
  leaf: /\A#{REGISTER} = leaf\z/,
  weak: /\A#{REGISTER} = weak #{REGISTER}\z/,
  copy: /\A#{REGISTER} = (r\d|r1[0-5]|none)\z/,
  load: /\A#{REGISTER} = #{REGISTER}\.([0-7])\z/,
  dereference: /\A#{REGISTER} = #{REGISTER}\(\)\z/,
  store: /\A#{REGISTER}\.([0-7]) = (r\d|r1[0-5]|none)(?: as #{NAME})?\z/,
  hold: /\A#{REGISTER} = #{REGISTER} as #{NAME}\z/,
  poke: /\Apoke #{REGISTER}\.([0-7]) (\d+)\z/,
  collect: /\Acollect ([0-2])\z/,
  hello: /\Ahello\z/,
  notes: /\Anotes on\z/,
  prelude: /\Aprelude( .*)?\z/,
  reset: /\Areset\z/
}.freeze
ON_MAIN_STACK = %i[collect hello notes prelude reset].freeze

# The registers, and the operations on them.
module Heap
  LIVING = ObjectSpace::WeakMap.new # Id => object.
  @registers = {}
  @roots = {}    # Register => root kind; the register has the holder.
  @nodes = {}    # Id => node kind.
  @edges = {}    # [Id, slot] => edge kind.
  @contents = {} # [Id, slot] => id, of kinds without get.
  @alive = [] # Ids of objects not reported dead, ascending.
  @born = 0
  @answer = +'' # Lines not written yet.
  @silent = false # During a reset there are no events and no scripts.
  @scripts = 0    # Running.
  @collections = GC.count # At the last check for deaths.

  class << self
    attr_reader :silent

    def say(line) = @answer << line << "\n"

    # In a fiber of its own.
    def aside
      Fiber.new { yield; Lines.wipe; nil }.resume
    end

    # So many stacks that no fiber has now, which are those that the next ones get.
    def wipe_stacks(count)
      aside { wipe_stacks(count - 1) } if count.positive?
    end

    def flush
      answer = @answer
      @answer = +''
      Lines.write(answer)
    end

    # -- Births and deaths

    def birth(register, thing)
      thing.number = @born
      LIVING[@born] = @registers[register] = thing
      @alive << @born
      say("> new #{@born}")
      @born += 1
    end

    def report_deaths
      return if GC.count == @collections

      @collections = GC.count
      dead = []
      aside { dead.concat(@alive.reject { |number| LIVING.key?(number) }) }
      @alive -= dead
      dead.each { |number| say("> free #{number}") }
    end

    def script(number)
      stress = GC.stress
      GC.stress = false
      enabled = !GC.disable
      report_deaths
      say("> finalize #{number}")
      @scripts += 1
      raised = serve(true)
      @scripts -= 1
      say("> end #{number}#{' raised' if raised}")
      GC.enable if enabled
      GC.stress = stress
      raise 'raised' if raised
    end

    # -- Values

    def at(register)
      kind = @roots[register]
      kind ? kind.run(:get, @registers[register], nil, index(register)) : @registers[register]
    end

    def index(register) = register.delete('r').to_i

    # None of what is not an object of the program.
    def number_of(thing)
      thing.number if Named === thing && LIVING[thing.number].equal?(thing)
    end

    def load_raw(thing, slot)
      kind = @nodes[thing.number]
      kind ? kind.load(thing, slot) : thing.__send__("s#{slot}")
    end

    def store_raw(thing, slot, value)
      kind = @nodes[thing.number]
      kind ? kind.store(thing, slot, value) : thing.__send__("s#{slot}=", value)
      nil
    end

    def set_edge(thing, slot, kind, content = nil)
      key = [thing.number, slot]
      kind ? @edges[key] = kind : @edges.delete(key)
      @contents[key] = (number_of(content) if kind && !kind.text(:get))
    end

    # What a slot holds, through its holder; an action may have left something else there.
    def content(thing, slot)
      kind = @edges[[thing.number, slot]]
      return load_raw(thing, slot) unless kind
      return LIVING[@contents[[thing.number, slot]]] unless kind.text(:get)

      found = kind.run(:get, load_raw(thing, slot))
      found if number_of(found)
    rescue Exception
      nil
    end

    # -- Texts of values, for notes

    def text_of(register)
      kind = @roots[register]
      return register == 'none' ? 'nil' : "$#{register}" unless kind

      Notes.word(Notes.word(kind.text(:get), 'k', index(register).to_s), 'h', "$#{register}")
    end

    def slot_text(register, slot, part = :load, value = nil)
      kind = @nodes[at(register).number]
      unless kind
        return "#{text_of(register)}.s#{slot}" if part == :load

        return "#{text_of(register)}.s#{slot} = #{value}"
      end
      text = Notes.word(kind.text(part), 'k', slot.to_s)
      text = Notes.word(text, 'n', text_of(register))
      value ? Notes.word(text, 'w', value) : text
    end

    # A snippet in which h is the holder of a slot.
    def note_slot(register, slot, text, source = 'none')
      return unless Notes.on

      text = Notes.word(text, 'x', text_of(source))
      Notes.say(Notes.word(text, 'h', slot_text(register, slot)))
    end

    # -- Operations on objects, each in a fiber

    def write(register, value, text = nil)
      kind = @roots.delete(register)
      if kind&.text(:take)
        take = Notes.word(kind.text(:take), 'k', index(register).to_s) if Notes.on
        take &&= Notes.word(take, 'h', "$#{register}")
        Notes.say("$old = #{text}; #{take}; $#{register} = $old; $old = nil")
        kind.run(:take, @registers[register], nil, index(register))
      elsif Notes.on
        Notes.say("$#{register} = #{text}")
      end
      @registers[register] = value
    end

    def node(register, name, finalizer)
      kind = name && Kinds.get('node', name)
      if Notes.on
        text = kind ? kind.text(:make) : 'Node.new'
        Notes.say("$#{register} = #{finalizer ? "final(#{text}, #{@born})" : text}")
      end
      thing = kind ? kind.make(nil) : Node.new
      @nodes[@born] = kind if kind
      ObjectSpace.define_finalizer(thing, Finalizer.new(@born)) if finalizer
      birth(register, thing)
    end

    def leaf(register)
      Notes.say("$#{register} = Node.new")
      birth(register, Node.new)
    end

    def weak(register, source)
      Notes.say("$#{register} = weak(#{text_of(source)})") if Notes.on
      birth(register, self.weak_to(at(source)))
    end

    def weak_to(target) = Node.new.tap { |thing| TARGETS[thing] = target }

    def copy(register, source)
      write(register, source == 'none' ? nil : at(source), Notes.on && text_of(source))
    end

    def give(register, thing, text)
      say("> got #{thing ? number_of(thing) : 'none'}")
      write(register, thing, text)
    end

    def load(register, source, slot)
      slot = slot.to_i
      thing = at(source)
      if Notes.on
        text = slot_text(source, slot)
        kind = @edges[[thing.number, slot]]
        text = kind.text(:get) ? Notes.word(kind.text(:get), 'h', text) : 'nil' if kind
      end
      give(register, content(thing, slot), text)
    end

    def dereference(register, source)
      give(register, TARGETS[at(source)], Notes.on && "TARGETS[#{text_of(source)}]")
    end

    def store(target, slot, source, name = nil)
      slot = slot.to_i
      thing = at(target)
      kind = @edges[[thing.number, slot]]
      return store_as(target, thing, slot, source, Kinds.get('edge', name)) if name
      return if source == 'none' && kind&.text(:take) && change(:take, target, thing, slot, source)

      Notes.say(slot_text(target, slot, :store, text_of(source))) if Notes.on
      store_raw(thing, slot, source == 'none' ? nil : at(source))
      set_edge(thing, slot, nil)
    end

    def store_as(target, thing, slot, source, kind)
      value = at(source)
      same = @edges[[thing.number, slot]].equal?(kind) && kind.text(:put)
      unless same && change(:put, target, thing, slot, source)
        if Notes.on
          make = Notes.word(kind.text(:make), 'x', text_of(source))
          Notes.say(slot_text(target, slot, :store, "(#{make})"))
        end
        store_raw(thing, slot, kind.make(value))
      end
      set_edge(thing, slot, kind, value)
    end

    # Fills or empties the holder of a slot. False if it refuses, as a frozen one does.
    def change(part, target, thing, slot, source)
      kind = @edges[[thing.number, slot]]
      note_slot(target, slot, "#{kind.text(part)} rescue 1", source)
      kind.run(part, load_raw(thing, slot), source == 'none' ? nil : at(source))
      true
    rescue Exception
      false
    end

    def hold(register, source, name)
      kind = Kinds.get('root', name)
      value = at(source)
      write(register, value, Notes.on && text_of(source))
      make = Notes.word(kind.text(:make), 'k', index(register).to_s) if Notes.on
      Notes.say("$#{register} = (#{Notes.word(make, 'x', "$#{register}")})") if Notes.on
      @registers[register] = kind.make(value, index(register))
      @registers[register] = nil if @registers[register].equal?(value)
      @roots[register] = kind
    end

    # Runs an action of the kind that holds a slot, and reports what the slot holds then.
    def poke(target, slot, number)
      slot = slot.to_i
      thing = at(target)
      kind = @edges[[thing.number, slot]] # None: an action around this one has emptied it.
      act(kind, target, thing, slot, number.to_i) if kind
      found = content(thing, slot)
      if !found && @edges[[thing.number, slot]]
        store_raw(thing, slot, nil)
        set_edge(thing, slot, nil)
      end
      say("> got #{found ? number_of(found) : 'none'}")
    end

    def act(kind, target, thing, slot, number)
      action = kind.acts[number % kind.acts.size]
      note_slot(target, slot, "begin; #{action}; rescue Exception; end")
      begin
        kind.act(number, load_raw(thing, slot))
      rescue Exception
        nil
      end
      GC.disable
      report_deaths # Of collections by the action.
    end

    # -- Operations on the main stack

    # As in ruby.rb: the object whose finalizer was defined last must not stay on a fiber's stack.
    def displace
      aside { ObjectSpace.define_finalizer(Object.new, NOTHING) }
    end

    def collect(generation)
      displace
      text = generation == '2' ? 'GC.start' : 'GC.start(full_mark: false)'
      Notes.say(text)
      say("> collect #{generation}")
      GC.start(full_mark: generation == '2')
      report_deaths
      wipe_stacks(WIPED_STACKS) # Of holders that have died.
      say('> done 0') # Ruby does not provide the number.
    end

    def hello
      say("> hello ruby #{RUBY_VERSION} weak finalizer generations kinds")
      Kinds::PLACES.each_value { |kinds| kinds.each_value { |kind| say(kind.greeting) } }
    end

    def notes = Notes.on = true

    def prelude(note = nil) = Notes.prelude(note)

    def let_go_of_roots
      @roots.each do |register, kind|
        kind.run(:take, @registers[register], nil, index(register)) if kind.text(:take)
      end
      @roots.clear
      nil
    end

    # Drops everything and proves it: a surviving object would affect the next program.
    def reset
      raise 'a script is running' if @scripts.positive?

      @silent = true
      aside { let_go_of_roots }
      [@registers, @nodes, @edges, @contents].each(&:clear)
      $kept&.clear
      Notes.forget
      tries = 0 # The frames of a block would cover what earlier collections left on the stack.
      while LIVING.size.positive? && (tries += 1) <= MAX_COLLECTIONS
        displace
        GC.start
      end
      wipe_stacks(WIPED_STACKS)
      say("error #{LIVING.size} objects survive a reset") if LIVING.size.positive?
      @alive.clear
      @born = 0
      @collections = GC.count
      @silent = false
    end

    # -- The protocol

    def execute(line)
      name, pattern = OPERATIONS.find { |_, candidate| candidate.match?(line) }
      raise 'no operation' unless name
      words = pattern.match(line).captures
      return send(name, *words) if ON_MAIN_STACK.include?(name)

      aside { send(name, *words) }
      wipe_stacks(WIPED_STACKS) if name == :poke # Of holders that have ended.
    end

    # Executes an operation and says what it did.
    def perform(line)
      begin
        execute(line)
        report_deaths
        say('ok')
      rescue StandardError => e
        say("error in #{line[0, 80].inspect}: #{e.message.tr("\n", ' ')[0, 200]}")
      end
      flush
    end

    # Performs operations until the script ends and returns whether it raised; in main, forever.
    def serve(in_script)
      flush
      loop do
        line = Lines.read
        return line == 'raise' if in_script && %w[end raise].include?(line)

        perform(line)
      end
    end
  end
end

# A host that embeds the interpreter has defined it, and calls `perform`; in a script it has done so
# by the time that `write` returns.
unless defined?(Lines)
  # Standard input and output.
  module Lines
    def self.read = $stdin.gets&.chomp || exit!(0) # No last collection, no finalizers.
    def self.write(text) = $stdout.write(text)

    # Covers what was left on the stack below its caller, but for gaps in the frames.
    def self.wipe(depth = 40) = depth.zero? || [depth - 1].each { |less| wipe(less) }
  end
  Heap.serve(false)
end
