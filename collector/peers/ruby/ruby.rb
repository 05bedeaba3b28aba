# SPDX-License-Identifier: Apache-2.0

# The adapter of CRuby over the line protocol: one file, run by the interpreter under test (3.0 and
# later), that reads operations from its standard input and writes events to its output.
#
# Place: a peer of collector/protocol_collector, which starts and drives it. It executes and
# reports; it parses no scripts and judges nothing.
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
#   leaves there keeps an object alive. Collections, and so finalizers, run on the main stack, all
#   at the same depth: only the collector itself leaves addresses there.
# * A finalizer belongs to a node with `del`, and knows an id, not the node. (The WeakMap of Ruby
#   3.2 and earlier defines one for every object; as they run after the death, that changes
#   nothing.)
# * The adapter's own garbage, text and fibers, is not part of any program; a reset collects it.

GC.disable
$stdout.sync = true
$VERBOSE = nil # An exception in a finalizer would be printed.
MAX_COLLECTIONS = 8 # Tried by a reset.

# The finalizer of what displaces an object, see below.
NOTHING = Object.new
def NOTHING.call(_id) = nil

class Thing
  attr_reader :number
  def initialize(number) = @number = number
end

Leaf = Class.new(Thing)
Weak = Class.new(Thing) # Its target is in Heap::TARGETS, as in Ruby's own WeakRef.

# Even slots are instance variables, the others elements of an array: Ruby's collector traverses
# both.
class Node < Thing
  def initialize(number, slots)
    super(number)
    @odd = Array.new(slots / 2) if slots > 1
  end

  def get(slot) = slot.even? ? instance_variable_get("@slot#{slot}") : @odd[slot / 2]

  def put(slot, thing)
    slot.even? ? instance_variable_set("@slot#{slot}", thing) : @odd[slot / 2] = thing
  end
end

# Runs after the death of a node.
Finalizer = Struct.new(:number) do
  def call(_id) = Heap.silent || Heap.script(number)
end

REGISTER = '(r\d|r1[0-5])'.freeze
OPERATIONS = {
  node: /\A#{REGISTER} = node ([0-8])( del \d+)?\z/,
  leaf: /\A#{REGISTER} = leaf\z/,
  weak: /\A#{REGISTER} = weak #{REGISTER}\z/,
  copy: /\A#{REGISTER} = (r\d|r1[0-5]|none)\z/,
  load: /\A#{REGISTER} = #{REGISTER}\.([0-7])\z/,
  dereference: /\A#{REGISTER} = #{REGISTER}\(\)\z/,
  store: /\A#{REGISTER}\.([0-7]) = (r\d|r1[0-5]|none)\z/,
  collect: /\Acollect ([0-2])\z/,
  hello: /\Ahello\z/,
  reset: /\Areset\z/
}.freeze
ON_MAIN_STACK = %i[collect hello reset].freeze

# The registers, and the operations on them.
module Heap
  LIVING = ObjectSpace::WeakMap.new  # Id => object.
  TARGETS = ObjectSpace::WeakMap.new # Weak reference => its target.
  @registers = {}
  @alive = [] # Ids of objects not reported dead, ascending.
  @born = 0
  @answer = +'' # Lines not written yet.
  @silent = false # During a reset there are no events and no scripts.
  @scripts = 0    # Running.
  @collections = GC.count # At the last check for deaths.

  class << self
    attr_reader :silent

    # -- Births and deaths

    def birth(register, thing)
      LIVING[@born] = @registers[register] = thing
      @alive << @born
      @answer << "> new #{@born}\n"
      @born += 1
    end

    def report_deaths
      return if GC.count == @collections

      @collections = GC.count
      dead = []
      Fiber.new { dead.concat(@alive.reject { |number| LIVING.key?(number) }); nil }.resume
      @alive -= dead
      dead.each { |number| @answer << "> free #{number}\n" }
    end

    def script(number)
      report_deaths
      @answer << "> finalize #{number}\n"
      @scripts += 1
      raised = serve(true)
      @scripts -= 1
      @answer << "> end #{number}#{' raised' if raised}\n"
      raise 'raised' if raised
    end

    # -- Operations on objects, each in a fiber

    def node(register, slots, finalizer = nil)
      thing = Node.new(@born, slots.to_i)
      ObjectSpace.define_finalizer(thing, Finalizer.new(@born)) if finalizer
      birth(register, thing)
    end

    def leaf(register) = birth(register, Leaf.new(@born))

    def weak(register, source)
      thing = Weak.new(@born)
      TARGETS[thing] = @registers.fetch(source)
      birth(register, thing)
    end

    def copy(register, source) = @registers[register] = @registers[source]

    def give(register, thing)
      @answer << "> got #{thing ? thing.number : 'none'}\n"
      @registers[register] = thing
    end

    def load(register, source, slot) = give(register, @registers[source].get(slot.to_i))

    def dereference(register, source) = give(register, TARGETS[@registers[source]])

    def store(target, slot, source) = @registers[target].put(slot.to_i, @registers[source])

    # -- Operations on the main stack

    # Ruby 4 on WebAssembly leaves the object whose finalizer was defined last in a fiber on the
    # stack that the next fiber gets. Another one takes its place there.
    def displace
      Fiber.new { ObjectSpace.define_finalizer(Object.new, NOTHING); nil }.resume
    end

    def collect(generation)
      displace
      @answer << "> collect #{generation}\n"
      GC.start(full_mark: generation == '2')
      report_deaths
      @answer << "> done 0\n" # Ruby does not provide the number.
    end

    def hello = @answer << "> hello ruby #{RUBY_VERSION} weak finalizer generations\n"

    # Drops everything and proves it: a surviving object would affect the next program.
    def reset
      raise 'a script is running' if @scripts.positive?

      @silent = true
      @registers.clear
      tries = 0 # The frames of a block would cover what earlier collections left on the stack.
      while LIVING.size.positive? && (tries += 1) <= MAX_COLLECTIONS
        displace
        GC.start
      end
      @answer << "error #{LIVING.size} objects survive a reset\n" if LIVING.size.positive?
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

      Fiber.new { send(name, *words); nil }.resume
    end

    # Executes operations until the script ends and returns whether it raised; in main, forever.
    def serve(in_script)
      loop do
        $stdout.write(@answer)
        @answer = +''
        line = $stdin.gets&.chomp || exit!(0) # No last collection, no finalizers.
        return line == 'raise' if in_script && %w[end raise].include?(line)
        begin
          execute(line)
          report_deaths
          @answer << "ok\n"
        rescue StandardError => e
          @answer << "error in #{line[0, 80].inspect}: #{e.message.tr("\n", ' ')[0, 200]}\n"
        end
      end
    end
  end
end

Heap.serve(false)
