# A Ruby as a collector under test: one file, run by the very interpreter that is tested (3.0 and
# later), that speaks the line protocol on its standard input and output.
#
# Place: a peer of collector/process, which starts it and drives it. It executes and reports; it
# parses no scripts and judges nothing.
#
# Ruby marks and sweeps, in two generations; it takes every word on a machine stack that looks like
# an address for a reference. Finalizers run at the end of the collection, when their object is
# gone: there is no `self`, and no resurrection. A measuring instrument must not disturb what it
# measures. In this file that means:
#
# * A death is seen in an ObjectSpace::WeakMap from numbers to objects, asked with `key?`, which is
#   false as soon as the object's slot is swept. It is looked at at the end of every collection and
#   before every finalizer: what a collection frees is reported before the first of its finalizers.
#   Nothing dies but in a collection (`GC.disable`), and GC.count tells whether there was one.
# * Whatever touches an object does so in a Fiber of its own, for one operation, and yields nothing
#   but text and numbers. The stack of a fiber that has ended is scanned no more: no word that the
#   interpreter leaves there keeps an object alive. Collections, and thus finalizers, run on the
#   main stack, all from the same depth: only the collector itself leaves addresses there.
# * A finalizer is what a node with `del` has, and it knows a number, not the node. (The WeakMap of
#   Ruby 3.2 and earlier gives one to every object; as they come after the end, nothing changes.)
# * The adapter's own garbage, text and fibers, is no program's object; a reset collects it.

GC.disable
$stdout.sync = true
$VERBOSE = nil # An exception in a finalizer would be printed.
MAX_COLLECTIONS = 8 # That a reset tries.

class Thing
  attr_reader :number
  def initialize(number) = @number = number
end

Leaf = Class.new(Thing)
Weak = Class.new(Thing) # Its target is in Heap::TARGETS, as WeakRef of the library has it.

# Even slots are instance variables, the others elements of an array: Ruby's collector walks both.
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

# What runs after the end of a node.
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

# The registers, and what is done to them.
module Heap
  LIVING = ObjectSpace::WeakMap.new  # Number => object.
  TARGETS = ObjectSpace::WeakMap.new # Weak reference => its target.
  @registers = {}
  @alive = [] # Numbers of objects that are not reported dead, ascending.
  @born = 0
  @answer = +'' # Lines that are not written yet.
  @silent = false # During a reset there are no events and no scripts.
  @scripts = 0    # That are running.
  @collections = GC.count # When deaths were looked for.

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

    def collect(generation)
      @answer << "> collect #{generation}\n"
      GC.start(full_mark: generation == '2')
      report_deaths
      @answer << "> done 0\n" # Ruby does not say how many.
    end

    def hello = @answer << "> hello ruby #{RUBY_VERSION} weak finalizer generations\n"

    # Drops everything, and proves it: an object that survived would haunt the next program.
    def reset
      raise 'a script is running' if @scripts.positive?

      @silent = true
      @registers.clear
      tries = 0 # A block's frames would lie over what earlier collections left on the stack.
      GC.start while LIVING.size.positive? && (tries += 1) <= MAX_COLLECTIONS
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

    # Executes operations until the script ends, and says whether it raised; or for ever.
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
