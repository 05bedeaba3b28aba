# SPDX-License-Identifier: Apache-2.0

# A kind is a way in which CRuby holds a reference, or makes an object: a name and snippets of Ruby.
#
# Place: the table of kinds.rb, in front of which it is pasted. To add a kind, add an entry.
#
#   edge name, make, get, put, take     how a slot holds its content
#   root name, make, get, nil, take     how a register holds its content
#   node name, make, load, store        what an object is
#
# Snippets are expressions with these names, each a word of its own:
#   x  the content         h  the holder, what `make` yields
#   n  the node            k  of a root its register, 0 to 15; of a slot its number, 0 to 7
#   w  the value stored, in `store`
# Without get the content cannot be read, without put a holder cannot be refilled, without take it
# cannot be emptied; another is made then. A block in a snippet sees x: where that would be a second
# reference, the snippet calls a helper.
#
# Further, by name: acts: a list of actions; words: promises that are less than those of a plain
# slot; lib: what is required first; since: a version of Ruby. A kind whose library or version is
# not here is left out. fixed: the version from which on the words are not true. alone: true, if the
# actions of every kind are too much: a copy copies the content, or reading waits. own: false, if,
# initialised with itself, it is read until the stack ends (which kills an embedded Ruby).
#
# Helpers are definitions that snippets use. A native script has those that it needs.

module Table
  KINDS = []
  HELPERS = []
  Entry = Struct.new(:place, :name, :make, :get, :put, :take, :load, :store, :acts, :words, :lib,
                     :since, :fixed, :alone, :own, keyword_init: true)

  def self.edge(name, make, get = nil, put = nil, take = nil, **more)
    KINDS << Entry.new(place: 'edge', name: name, make: make, get: get, put: put,
                       take: take, **more)
  end

  def self.root(name, make, get, put = nil, take = nil, **more)
    KINDS << Entry.new(place: 'root', name: name, make: make, get: get, put: put,
                       take: take, **more)
  end

  def self.node(name, make, load = 'iv(n, :"@s#{k}")', store = 'set_iv(n, w, :"@s#{k}")', **more)
    KINDS << Entry.new(place: 'node', name: name, make: make, load: load, store: store, **more)
  end

  # In the order of definition: a helper uses only those above it.
  def self.helper(names, text) = HELPERS << [names.split, text]

  # -- Helpers

  # What all objects of a program have: no method of theirs visits what they reference.
  helper 'Named', <<~'RUBY'
    module Named
      attr_accessor :number
      def inspect = "##{number}"
      def hash = 7
      def ==(other) = equal?(other)
      def eql?(other) = equal?(other)
    end
  RUBY
  # Even slots are instance variables, the others elements of an array.
  helper 'Node', <<~'RUBY'
    class Node
      include Named
      attr_accessor :s0, :s2, :s4, :s6
      def initialize = @odd = [nil] * 4
      def s1 = @odd[0]
      def s3 = @odd[1]
      def s5 = @odd[2]
      def s7 = @odd[3]
      def s1=(w) @odd[0] = w end
      def s3=(w) @odd[1] = w end
      def s5=(w) @odd[2] = w end
      def s7=(w) @odd[3] = w end
    end
  RUBY
  helper 'TARGETS weak', <<~'RUBY'
    TARGETS = ObjectSpace::WeakMap.new
    def weak(target) = Node.new.tap { |w| TARGETS[w] = target }
  RUBY
  helper '$scripts Final final', <<~'RUBY'
    $scripts = {}
    Final = Struct.new(:number) { def call(_id) = $scripts[number]&.call }
    def final(thing, number) = (ObjectSpace.define_finalizer(thing, Final.new(number)); thing)
  RUBY
  helper 'Box', <<~'RUBY'
    class Box
      attr_accessor :v
      def initialize(v = nil) = @v = v
    end
  RUBY
  helper 'Fault', <<~'RUBY'
    class Fault < StandardError
      attr_accessor :v
      def initialize(v = nil) = @v = v
    end
  RUBY
  helper 'iv', 'def iv(o, name = :@v) = o.instance_variable_get(name)'
  helper 'set_iv', 'def set_iv(o, v, name = :@v) = o.instance_variable_set(name, v)'
  helper 'with_iv', 'def with_iv(o, v) = (o.instance_variable_set(:@v, v); o)'
  helper 'many', <<~'RUBY'
    def many(v, n = 40)
      o = Object.new
      n.times { |i| o.instance_variable_set("@i#{i}", i) }
      o.instance_variable_set(:@v, v)
      o
    end
  RUBY
  helper 'thunk', 'def thunk(v) = proc { v }'
  helper 'cell', 'def cell(v) = lambda { |*a| a.empty? ? v : v = a[0] }'
  helper 'scope', 'def scope(v) = binding'
  helper 'nest', 'def nest(v) = lambda { |*a| lambda { a.empty? ? v : v = a[0] } }'
  helper 'raised', <<~'RUBY'
    def raised
      yield
    rescue Exception => e
      e
    end
  RUBY
  helper 'caused', <<~'RUBY'
    def caused(v)
      raise Fault.new(v)
    rescue Fault
      raised { raise 'second' }
    end
  RUBY
  # Waits in a fiber with `v`; resumed with a proc, calls it, with :go, goes on.
  helper 'park', <<~'RUBY'
    def park(v, a = nil)
      while (m = Fiber.yield(v)) != :go
        m.call(v, a) if Proc === m
      end
      v
    end
  RUBY
  # A fiber that runs a text, in which b is an array whose only element is `v`.
  helper 'parked', <<~'RUBY'
    def parked(v, text)
      f = Fiber.new(&eval("proc { |b| #{text} }", TOPLEVEL_BINDING))
      f.resume([v])
      f
    end
  RUBY
  # An object whose method `name` waits and then returns `r`. Its class outlives it: the
  # interpreter's caches of methods would hold what a method of its own refers to.
  helper 'Waiter waiter', <<~'RUBY'
    class Waiter
      include Comparable
      CLASSES = {}
      def initialize(a, r) = (@a = a; @r = r)
      def wait = (park(@a[0], @a); @r)
      def hash = 1
      def succ = self
    end
    def waiter(a, name, r)
      Waiter::CLASSES[name] ||= Class.new(Waiter).tap { |c| c.class_eval("def #{name}(*) = wait") }
      Waiter::CLASSES[name].new(a, r)
    end
  RUBY
  helper 'Opener', 'class Opener; def initialize(a) = park(a[0], a); end'
  helper 'Hooks hooked', <<~'RUBY'
    module Hooks
      def wait(*) = park(@a[0], @a)
      %i[inherited included method_added const_missing].each { |name| alias_method name, :wait }
    end
    def hooked(m, a) = (m.instance_variable_set(:@a, a); m.extend(Hooks))
  RUBY
  helper 'variable', <<~'RUBY'
    def variable(v)
      loop do
        m, w = Fiber.yield(v)
        case m
        when :put then v = w
        when :go then return
        when Proc then m.call(v)
        end
      end
    end
  RUBY
  helper 'generator', <<~'RUBY'
    def generator(v) = Enumerator.new { |y| loop { y << v } }
  RUBY
  helper 'advanced', 'def advanced(e) = (e.next; e)'
  helper 'peeked', 'def peeked(e) = (e.peek; e)'
  helper 'ended', <<~'RUBY'
    def ended(v)
      e = Enumerator.new { v }
      raised { e.next }
    end
  RUBY
  helper 'matched', 'def matched = /a/.match("a")'
  helper 'refined', <<~'RUBY'
    def refined(v)
      c = Class.new
      r = nil
      Module.new { r = refine(c) { define_method(:m) { v } } }
      [c, r]
    end
  RUBY
  helper 'dead', <<~'RUBY'
    def dead(&block)
      t = Thread.new(&block)
      t.report_on_exception = false
      raised { t.join }
      t
    end
  RUBY
  helper 'sleeper', <<~'RUBY'
    def sleeper
      t = Thread.new { Thread.stop }
      Thread.pass until t.stop?
      t
    end
  RUBY
  helper 'worker ask', <<~'RUBY'
    def worker(v)
      t = Thread.new([v]) do |b|
        local = b.pop
        q = Thread.current[:in] = Queue.new
        Thread.current[:out] = Queue.new
        while q.pop
          Thread.current[:out] << local
        end
      end
      Thread.pass until t.stop?
      t
    end
    def ask(t) = (t[:in] << 1; t[:out].pop)
  RUBY
  helper 'GLOBALS global', <<~'RUBY'
    GLOBALS = (0..15).map { |i| eval("->(*a) { a.empty? ? $g#{i} : $g#{i} = a[0] }") }
    def global(k, *a) = GLOBALS[k].call(*a)
  RUBY
  helper 'refs', 'def refs = $refs ||= ObjectSpace::WeakMap.new'
  helper 'FIXED', 'FIXED = Array.new(16) { Object.new }'
  helper 'signal_cell', <<~'RUBY'
    def signal_cell
      c = trap('USR2', 'IGNORE')
      c = thunk({}) unless Proc === c
      trap('USR2', c)
      c.call
    end
  RUBY
  helper 'tracer', <<~'RUBY'
    def tracer(k, v)
      t = TracePoint.new(:thread_end, &thunk(v))
      refs[k] = t
      t.enable
      nil
    end
  RUBY
  helper 'guard', <<~'RUBY'
    def guard(k, v)
      c = thunk(v)
      refs[k + 100] = c
      ObjectSpace.define_finalizer(FIXED[k], c)
      nil
    end
  RUBY
  helper 'kept', 'def kept = $kept ||= []' # Weak maps that actions leave behind.
  helper 'COLLECT', 'COLLECT = proc { |_id| GC.start }'
  # The clone of an identified closure is a crash (Bug #20250), which has a kind of its own.
  helper 'CLOSURES identify', <<~'RUBY'
    CLOSURES = [Proc, Method, UnboundMethod, Binding]
    def identify(h) = CLOSURES.include?(h.class) ? h.hash : h.object_id
  RUBY
  helper 'stressed', <<~'RUBY'
    def stressed
      GC.enable
      GC.stress = true
      yield
    ensure
      GC.stress = false
      GC.disable
    end
  RUBY
  helper 'churned', <<~'RUBY'
    def churned
      GC.enable
      3000.times { [Object.new, 'a' * 50] }
      yield
      3000.times { [Object.new, 'a' * 50] }
    ensure
      GC.disable
    end
  RUBY
  # Every object that can be moved is moved.
  helper 'move', <<~'RUBY'
    def move
      grown = $moved ? {} : { (RUBY_VERSION < '3.2' ? :double_heap : :expand_heap) => true }
      $moved = true
      GC.verify_compaction_references(toward: :empty, **grown)
    end
  RUBY

  # -- Actions

  # No action collects in another thread: scripts would run there, where they cannot resume fibers.
  GENERAL = [
    'GC.start',
    'GC.start(full_mark: false)',
    'GC.start(full_mark: false, immediate_sweep: false)',
    'GC.compact',
    'move',
    'stressed { h.dup }',
    'stressed { h.hash }',
    'churned { h.inspect }',
    'GC.auto_compact = true; begin; churned { h.hash }; ensure; GC.auto_compact = false; end',
    'h.dup.inspect',
    'h.clone.freeze.hash',
    'h.freeze',
    'h == h.dup',
    'Marshal.load(Marshal.dump(h))',
    'h.send(:initialize)',
    'h.send(:initialize, h)',
    'h.send(:initialize, nil, nil, nil)',
    'h.send(:initialize_copy, h.dup)',
    'h.send(:initialize_copy, h)',
    '30.times { |i| set_iv(h, i, "@x#{i}") }',
    '30.times { |i| set_iv(h, h, "@x#{i}") }; 30.times { |i| ' \
    'h.remove_instance_variable("@x#{i}") }',
    'h.define_singleton_method(:odd, &thunk(1)); h.method(:odd).call',
    'h.extend(Module.new); h.singleton_class.inspect',
    'identify(h); GC.compact; identify(h)',
    'kept << ObjectSpace::WeakMap.new.tap { |m| m[h] = h }',
    'm = ObjectSpace::WeakMap.new; m[h] = 1; GC.start; m.each { GC.start }',
    'ObjectSpace.define_finalizer(h, COLLECT)',
    'ObjectSpace.define_finalizer(h, thunk(1)); ObjectSpace.undefine_finalizer(h)',
    'Thread.new { h.inspect }.join; GC.start',
    'Fiber.new { h.inspect; GC.start }.resume',
    'h.to_enum.next',
    'h.method(:hash).unbind.bind_call(h)',
    'ObjectSpace.each_object(h.class) { |o| o.frozen? }',
    'h.instance_variables.each { |v| h.instance_variable_get(v) }'
  ].freeze
  OBJECT = ['h.v', 'h.itself.v.inspect'].freeze
  ARRAY = [
    'h.rotate!; h.rotate!(-1)', 'h.concat([1] * 100); h.pop(100)', 'h.uniq!', 'h.flatten',
    'h.sort_by! { GC.start(full_mark: false); 0 }', 'h.map! { |e| GC.start; e }',
    'h.each { GC.compact }', 'h.replace(h.dup)', 'h[0, 0] = []', 'h.unshift(1); h.shift',
    'h.each_slice(2).next', 'h.permutation(2).next', 'h.product(h, h)', 'h.delete_if { false }',
    'h.select! { raise }', 'h.sort { GC.start; 0 }', 'h.first(1).clear', 'h[0..].push(2)',
    'h.shuffle', 'h.clear', 'h.cycle.lazy.map { |e| e }.first(3)', 'h.transpose', 'h.freeze'
  ].freeze
  HASH = [
    'h.rehash', 'h.compare_by_identity', 'h.compact!', 'h.each { GC.start }',
    '50.times { |i| h[i] = i }; 50.times { |i| h.delete(i) }', 'h.delete_if { false }',
    'h.transform_values!(&:itself)', 'h.transform_keys!(&:itself)', 'h.to_a.flatten', 'h.invert',
    'h.each { move }', 'h.replace(h.dup)', 'h.merge!(h) { |_, a, _| GC.start; a }',
    'h.each_key.next', 'h.select! { raise }', 'h.each { h[rand] = 1 }', 'h.each { break h.rehash }',
    'h.sort_by { 0 }', 'h.clear', 'h.each { h.delete(h.first&.first) }', 'h.dup.rehash.clear',
    'h.group_by { |_, v| v }.rehash', 'h.shift', 'h.freeze'
  ].freeze
  CALL = [
    'h.call', 'h.curry.call', '(h >> h).call', 'h.dup.call', 'h.clone.call', 'h.binding.receiver',
    'h.binding.local_variable_set(:fresh, h)', 'Object.new.instance_exec(&h)', 'lambda(&h).call',
    'Class.new { define_method(:m, &h) }.new.method(:m).call', '[1].each(&h)', '[3, 1].sort(&h)',
    'h.parameters',
    'h.ruby2_keywords', 'Thread.new(&h).join', 'Fiber.new(&h).resume', 'h === 1', 'h.to_proc.hash',
    'Enumerator.new(&h).next', 'Hash.new(&h)[1]', 'h.binding.irb_missing', 'stressed { h.call }'
  ].freeze
  CLASS = [
    'Class.new(h).new', 'h.new', 'h.allocate', 'h.instance_methods(false)', 'h.name', 'h.ancestors',
    'h.class_eval { def odd = 1 }', 'h.include(Module.new)', 'h.prepend(Module.new)', 'h.constants',
    'h.send(:define_method, :w) { self }', 'h.dup.new', 'h.clone.new', 'h.freeze',
    'h.class_variables',
    'h.const_set(:EXTRA, h)', 'h.const_missing(:ZZ)', 'h.module_eval("class Inner; end")',
    'h.send(:remove_method, :m)', 'h.send(:undef_method, :m)', 'h.send(:alias_method, :m2, :m)'
  ].freeze
  ENUMERATOR = [
    'h.next', 'h.peek', 'h.rewind', 'h.next; h.rewind', 'h.size', 'h.take(2)', 'h.with_index.next',
    'h.with_object([]).next', 'h.lazy.map { |e| e }.first', '(h + h).next', 'h.dup.next',
    'h.next; h.dup', 'h.each_slice(2).next', '3.times { h.next }', 'h.each { GC.start; break }',
    'h.each { move; break }', 'h.next_values; h.peek_values', 'h.feed(1); h.next',
    'h.first(1).zip(h)',
    'h.each_entry.next', 'h.next; GC.compact; h.next', 'h.each { raise }', 'h.each { throw :no }'
  ].freeze
  FIBER = [
    'h.resume(:go)', '2.times { h.resume(:go) }', '9.times { h.resume(:go) }', 'h.raise("x")',
    'h.raise(StopIteration)', 'h.resume(->(*) { GC.start })', 'h.resume(->(*) { GC.compact })',
    'h.resume(->(*) { move }); h.resume', 'move; h.resume(:go)',
    'GC.compact; 9.times { h.resume(:go) }',
    'h.resume(->(*) { throw :no })', 'h.resume(->(*) { h.resume })',
    'h.resume(->(*) { raise "x" })',
    'h.resume(->(v, *) { Fiber.yield(v) }); h.resume', 'h.resume(->(v, *) { v.inspect })',
    'h.resume(->(_, a) { a.clear }); h.resume(:go)', 'h.backtrace', 'h.alive?; h.inspect',
    'h.resume(->(_, a) { a.clear; GC.start }); move; h.resume(:go)', 'h.kill',
    'h.resume(->(_, a) { a.replace([]) }); h.resume(:go)', 'stressed { h.resume }',
    'h.resume(->(_, a) { a.concat([1] * 99) }); 9.times { h.resume(:go) }',
    'h.resume(->(_, a) { a.freeze }); 2.times { h.resume(:go) }', 'stressed { h.resume(:go) }',
    'Thread.new { h.resume }.join', 'Fiber.new { h.resume }.resume', 'h.transfer', 'h.storage = {}',
    'h.resume(->(_, a) { a.shift; a.shift }); h.resume(:go)',
    'h.resume(->(*) { catch(:t) { h.backtrace } })'
  ].freeze

  # -- Edges: instance variables

  edge 'ivar', 'Box.new(x)', 'h.v', 'h.v = x', 'h.v = nil', acts: OBJECT
  edge 'ivar-many', 'many(x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)'
  edge 'ivar-removed', 'many(x).tap { |o| 35.times { |i| o.remove_instance_variable("@i#{i}") } }',
       'iv(h)', 'set_iv(h, x)', 'h.remove_instance_variable(:@v)'
  edge 'ivar-object-id', 'Box.new(x).tap(&:object_id)', 'h.v', 'h.v = x', 'h.v = nil', acts: OBJECT
  { 'array' => '[1]', 'string' => '+"abc"', 'hash' => '{}', 'proc' => 'thunk(1)',
    'struct' => 'Struct.new(:a).new(1)', 'module' => 'Module.new', 'class' => 'Class.new',
    'exception' => 'StandardError.new', 'method' => '1.method(:+)',
      'fiber' => 'Fiber.new(&thunk(1))',
    'thread' => 'dead(&thunk(1))', 'enumerator' => '[1].each', 'binding' => 'scope(1)',
      'time' => 'Time.now',
    'regexp' => 'Regexp.new("a".dup)', 'match' => 'matched', 'queue' => 'Queue.new',
    'mutex' => 'Mutex.new', 'condition' => 'ConditionVariable.new', 'random' => 'Random.new(1)',
    'lazy' => '[1].lazy', 'weakmap' => 'ObjectSpace::WeakMap.new', 'dir' => 'Dir.new("/")',
    'io' => 'IO.pipe[1]',     'tracepoint' => 'TracePoint.new(:raise, &thunk(1))', 'yielder' =>
    'Enumerator::Yielder.new(&thunk(1))', 'chain' => '[1].each + [2]',
      'thread-group' => 'ThreadGroup.new',
    'unbound-method' => 'Object.instance_method(:hash)', 'stat' => 'File.stat("/")',
    'iseq' => 'RubyVM::InstructionSequence.compile("1")', 'refinement' => 'refined(1)[1]' }
    .each do |name, text|
    edge "ivar-#{name}", "with_iv(#{text}, x)", 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)'
  end
  edge 'ivar-set', 'with_iv(Set[1], x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)', lib: 'set'
  edge 'ivar-monitor', 'with_iv(Monitor.new, x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)',
       lib: 'monitor'
  edge 'ivar-stringio', 'with_iv(StringIO.new, x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)',
       lib: 'stringio'
  edge 'ivar-date', 'with_iv(Date.new, x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)', lib: 'date'
  edge 'ivar-scanner', 'with_iv(StringScanner.new(""), x)', 'iv(h)', 'set_iv(h, x)',
       'set_iv(h, nil)', lib: 'strscan'
  edge 'ivar-deflate', 'with_iv(Zlib::Deflate.new, x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)',
       lib: 'zlib'
  edge 'ivar-digest', 'with_iv(Digest::MD5.new, x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)',
       lib: 'digest'

  # -- Edges: structs, arrays, ranges

  edge 'struct', 'Struct.new(:v).new(x)', 'h.v', 'h.v = x', 'h.v = nil', acts: OBJECT
  edge 'struct-big', 'Struct.new(*(:a..:p), :v).new(*[1] * 16, x)', 'h.v', 'h.v = x', 'h.v = nil',
       acts: OBJECT
  edge 'struct-keywords', 'Struct.new(:v, keyword_init: true).new(v: x)', 'h[:v]', 'h[0] = x',
       'h[0] = nil', acts: OBJECT
  edge 'data', 'Data.define(:v).new(v: x)', 'h.v', acts: OBJECT + ['h.with(v: 1)'], since: '3.2'
  edge 'array', '[x]', 'h[0]', 'h[0] = x', 'h[0] = nil', acts: ARRAY
  edge 'array-three', '[1, 2, x]', 'h[2]', 'h[2] = x', 'h[2] = nil', acts: ARRAY
  edge 'array-big', 'Array.new(40) << x', 'h[40]', 'h[40] = x', 'h[40] = nil', acts: ARRAY
  edge 'array-shared', '(Array.new(40) << x)[20..]', 'h[20]', 'h[20] = x', 'h[20] = nil',
       acts: ARRAY
  edge 'array-shifted', '(Array.new(40) << x).tap { |a| 30.times { a.shift } }', 'h[10]',
       'h[10] = x', 'h[10] = nil', acts: ARRAY
  edge 'array-unshifted', 'Array.new(40).unshift(x)', 'h[0]', 'h[0] = x', 'h[0] = nil', acts: ARRAY
  edge 'array-copy', '(Array.new(20) << x).dup', 'h[20]', 'h[20] = x', 'h[20] = nil', acts: ARRAY
  edge 'array-nested', '[[[x]]]', 'h[0][0][0]', 'h[0][0][0] = x', 'h[0][0][0] = nil', acts: ARRAY
  edge 'array-frozen', '[x].freeze', 'h[0]', acts: ARRAY
  edge 'array-cyclic', '[x].tap { |a| a << a }', 'h[0]', 'h[0] = x', 'h[0] = nil', acts: ARRAY
  edge 'range-begin', 'Range.new(x, nil)', 'h.begin', acts: ['h.first', 'h.step(1)', 'h.cover?(1)']
  edge 'range-end', 'Range.new(nil, x)', 'h.end', acts: ['h.max', 'h.include?(1)', 'h.to_s']
  edge 'set', 'Set[x]', 'h.first', 'h.clear.add(x)', 'h.clear', lib: 'set', acts: [
    'h.reset', 'h.map!(&:itself)', 'h.each { GC.start }', 'h.dup.add(1)', 'h ^ h',
    'h.classify { 1 }',
    'h.compare_by_identity', 'h.delete_if { false }', 'h.merge(h)', 'h.subset?(h)', 'h.flatten!',
    'h.sort_by { 1 }', 'h.freeze'
  ]
  edge 'set-identity', 'Set[].compare_by_identity << x', 'h.first', 'h.clear << x', 'h.clear',
       lib: 'set', acts: ['h.reset', 'move; h.reset', 'h.each { GC.compact }',
         'h.include?(h.first)']

  # -- Edges: hashes

  edge 'hash', '{ v: x }', 'h[:v]', 'h[:v] = x', 'h[:v] = nil', acts: HASH
  edge 'hash-big', '(0..20).zip([1] * 21).to_h.merge!(v: x)', 'h[:v]', 'h[:v] = x', 'h.delete(:v)',
       acts: HASH
  edge 'hash-key', '{ x => 1 }', 'h.first&.first', 'h.clear; h[x] = 1', 'h.clear', acts: HASH
  edge 'hash-key-big', '(0..20).zip([1] * 21).to_h.merge!(x => 1)', 'h.keys[21]',
       'h.delete(h.keys[21]); h[x] = 1', 'h.delete(h.keys[21])', acts: HASH
  edge 'hash-identity', '{}.compare_by_identity.merge!(x => 1)', 'h.first&.first',
       'h.clear; h[x] = 1', 'h.clear', acts: HASH
  edge 'hash-key-array', '{ [x] => 1 }', 'h.first&.first&.first', 'h.clear; h[[x]] = 1', 'h.clear',
       acts: HASH
  edge 'hash-key-and-value', '{ x => x }', 'h.first&.last', 'h.clear; h[x] = x', 'h.clear',
       acts: HASH
  edge 'hash-default', 'Hash.new(x)', 'h.default', 'h.default = x', 'h.default = nil', acts: HASH
  edge 'hash-default-proc', 'Hash.new(&cell(x))', 'h.default_proc.call', 'h.default_proc.call(x)',
       'h.default_proc.call(nil)', acts: ['h.dup', 'h.default_proc = thunk(1)', 'h.default = 1',
                                          'h.compare_by_identity', 'h.rehash', 'h.dup.clear']
  edge 'hash-deleted',
       '(0..30).to_h { |i| [i, 1] }.merge!(v: x).tap { |a| 31.times { |i| a.delete(i) } }',
       'h[:v]', 'h[:v] = x', 'h.delete(:v)', acts: HASH
  edge 'weak-key-map', 'k = Object.new; [k, ObjectSpace::WeakKeyMap.new.tap { |m| m[k] = x }]',
       'h[1][h[0]]', 'h[1][h[0]] = x', 'h[1][h[0]] = nil', since: '3.3',
       acts: ['h[1].delete(h[0])', 'h[1].clear', 'move; h[1].getkey(h[0])']

  # -- Edges: closures, bindings, methods

  edge 'closure-lambda', 'cell(x)', 'h.call', 'h.call(x)', 'h.call(nil)', acts: CALL
  edge 'closure-proc', 'thunk(x)', 'h.call', acts: CALL
  edge 'closure-identified', 'thunk(x).tap(&:object_id)', 'h.call', acts: CALL,
       words: 'crashes=Bug#20250', fixed: '3.3.1'
  edge 'closure-nested', 'nest(x)', 'h.call.call', 'h.call(x).call', 'h.call(nil).call', acts: CALL
  edge 'closure-self', 'x.instance_eval { proc { self } }', 'h.call', acts: CALL
  edge 'closure-curried', '->(a, b = 1, *c) { a }.curry(2)[x]', 'h[1]', acts: CALL
  edge 'closure-composed', 'thunk(x) >> :itself.to_proc', 'h.call', acts: CALL
  edge 'closure-of-method', 'x.method(:itself).to_proc', 'h.call', acts: CALL
  edge 'closure-bound', 'Class.new { define_method(:m, &cell(x = x)) }.new.method(:m).to_proc',
       'h.call', 'h.call(x)', 'h.call(nil)', acts: CALL
  edge 'binding', 'scope(x)', 'h.local_variable_get(:v)', 'h.local_variable_set(:v, x)',
       'h.local_variable_set(:v, nil)', acts: [
         'h.local_variable_set(:fresh, h)', 'h.eval("v")', 'h.dup.local_variables',
         'h.eval("proc { v }")',
         'h.clone', 'h.receiver', 'h.source_location', 'h.eval("raise")', 'h.eval("a = b = v; nil")'
       ]
  edge 'binding-new-variable', 'scope(1).tap { |b| b.local_variable_set(:f, x) }',
       'h.local_variable_get(:f)', 'h.local_variable_set(:f, x)', 'h.local_variable_set(:f, nil)',
       acts: ['h.eval("f")', 'h.eval("g = f; g = nil")', 'h.dup', 'h.local_variable_set(:g, 1)']
  edge 'binding-of-proc', 'thunk(x).binding', 'h.local_variable_get(:v)',
       'h.local_variable_set(:v, x)', 'h.local_variable_set(:v, nil)', acts: ['h.irb_missing']
  edge 'binding-self', 'x.instance_eval { Kernel.binding }', 'h.receiver', acts: ['h.eval("self")']
  edge 'method', 'x.method(:itself)', 'h.receiver', acts: [
    'h.unbind', 'h.call', 'h.to_proc.call', 'h.curry', 'h.owner', 'h.super_method', 'h >> h',
    'h.unbind.bind(1)', 'h.clone.call', 'h.source_location'
  ]
  edge 'method-singleton', 'Object.new.tap { |o| o.define_singleton_method(:m, &thunk(x)) }',
       'h.method(:m).call',
       acts: ['h.dup', 'h.clone.method(:m).call', 'h.method(:m).unbind',
         'h.singleton_class.send(:remove_method, :m)']
  edge 'method-unbound', 'Class.new { define_method(:m, &thunk(x)) }.instance_method(:m)',
       'h.bind_call(h.owner.new)', acts: ['h.bind(h.owner.new).to_proc.call', 'h.name',
       'h.owner.freeze']
  edge 'method-defined', 'Class.new.tap { |c| c.define_method(:m, &thunk(x)) }',
       'h.new.method(:m).call',
       'h.define_method(:m, &thunk(x))', 'h.send(:remove_method, :m)', acts: CLASS
  edge 'method-alias', 'Class.new { define_method(:o, &thunk(x)); alias m o; remove_method :o }',
       'h.new.method(:m).call', acts: CLASS
  edge 'method-refined', 'refined(x)', 'h[1].instance_method(:m).bind_call(h[0].new)',
       acts: ['h[0].new.inspect', 'h[1].instance_methods', 'h[0].define_method(:m) { 1 }']
  edge 'method-missing', 'Class.new { define_method(:method_missing, &thunk(x)) }.new',
       'h.method(:method_missing).call',
       acts: ['h.dup', 'h.frozen?']

  # -- Edges: classes and modules

  edge 'class-variable', 'Class.new.tap { |c| c.class_variable_set(:@@v, x) }',
       'h.class_variable_get(:@@v)', 'h.class_variable_set(:@@v, x)',
       'h.class_variable_set(:@@v, nil)',
       acts: CLASS
  edge 'class-constant', 'Class.new.tap { |c| c.const_set(:V, x) }', 'h.const_get(:V)',
       'h.send(:remove_const, :V); h.const_set(:V, x)',
       'h.send(:remove_const, :V); h.const_set(:V, nil)',
       acts: CLASS
  edge 'class-ivar-inherited', 'Class.new(with_iv(Class.new, x))', 'iv(h.superclass)',
       'set_iv(h.superclass, x)', 'set_iv(h.superclass, nil)', acts: CLASS
  edge 'class-of-object', 'with_iv(Class.new, x).new', 'iv(h.class)', 'set_iv(h.class, x)',
       'set_iv(h.class, nil)', acts: ['h.singleton_class.new', 'h.singleton_class; h.class.new']
  edge 'class-metaclass', 'Class.new.tap { |c| with_iv(c.singleton_class, x) }',
       'iv(h.singleton_class)', 'set_iv(h.singleton_class, x)', 'set_iv(h.singleton_class, nil)',
       acts: CLASS
  edge 'module-included', 'Class.new { include Module.new.tap { |m| m.const_set(:V, x) } }',
       'h.const_get(:V)', acts: CLASS
  edge 'module-prepended',
       'Class.new { prepend Module.new.tap { |m| m.define_method(:m, &thunk(x)) } }',
       'h.new.method(:m).call', acts: CLASS
  edge 'module-extended',
       'Object.new.extend(Module.new.tap { |m| m.define_method(:m, &thunk(x)) })',
       'h.method(:m).call', acts: ['h.dup', 'h.clone.method(:m).call',
       'h.singleton_class.include(Module.new)']
  edge 'singleton-class', 'x.singleton_class', nil, acts: ['h.instance_methods', 'h.ancestors']
  edge 'singleton-ivar', 'Object.new.tap { |o| with_iv(o.singleton_class, x) }',
       'iv(h.singleton_class)', 'set_iv(h.singleton_class, x)', 'set_iv(h.singleton_class, nil)',
       acts: ['h.dup', 'h.clone', 'h.singleton_class.new']
  edge 'autoload', 'Module.new.tap { |m| with_iv(m, x); m.autoload(:Z, "/none") }', 'iv(h)',
       acts: ['h.const_get(:Z)', 'h.autoload?(:Z)', 'h.send(:remove_const, :Z)', 'h.dup']

  # -- Edges: enumerators

  edge 'enumerator', '[x].each', 'h.first', acts: ENUMERATOR
  edge 'enumerator-receiver', 'x.to_enum(:tap)', 'h.first', acts: ENUMERATOR
  edge 'enumerator-argument', '[1].each_with_object(x)', 'h.each {}', acts: ENUMERATOR
  edge 'enumerator-size', '[].to_enum(:each, &thunk(x))', 'h.size', acts: ENUMERATOR
  edge 'enumerator-generator', 'generator(x)', 'h.first', acts: ENUMERATOR
  edge 'enumerator-next', 'advanced(generator(x))', 'h.next', acts: ENUMERATOR
  edge 'enumerator-peek', 'peeked([x].each)', 'h.peek', acts: ENUMERATOR
  edge 'enumerator-external', 'advanced([x, x, x].each)', 'h.first', acts: ENUMERATOR
  edge 'enumerator-ended', '[x].each.tap { |e| e.next; raised { e.next } }', 'h.first',
       acts: ENUMERATOR
  edge 'enumerator-produce', 'Enumerator.produce(x) { |a| a }', 'h.first', acts: ENUMERATOR
  edge 'enumerator-produce-next', 'advanced(Enumerator.produce(x) { |a| a })', 'h.next',
       acts: ENUMERATOR
  edge 'enumerator-chain', '[].each + [x]', 'h.first', acts: ENUMERATOR, own: false
  edge 'enumerator-chain-next', 'advanced(([x, x].each + [x]).each_entry)', 'h.first',
       acts: ENUMERATOR
  edge 'enumerator-product', 'Enumerator::Product.new([x])', 'h.first&.first', since: '3.2',
       acts: ENUMERATOR
  edge 'enumerator-slice', '[x].each_slice(1)', 'h.first&.first', acts: ENUMERATOR
  edge 'enumerator-with-index', '[x].each.with_index', 'h.first&.first', acts: ENUMERATOR
  edge 'enumerator-chunk', '[x].chunk { 1 }', 'h.first&.last&.first', acts: ENUMERATOR
  edge 'enumerator-slice-when', '[x, 1].slice_when { true }', 'h.first&.first', acts: ENUMERATOR
  edge 'enumerator-yielder', 'Enumerator::Yielder.new(&thunk(x))', 'h.yield',
       acts: ['h << 1 << 2', 'h.to_proc.call', 'h.dup']
  edge 'enumerator-hash', '{ v: x }.each', 'h.first&.last', acts: ENUMERATOR
  edge 'enumerator-struct', 'Struct.new(:v).new(x).each', 'h.first', acts: ENUMERATOR
  { 'each' => '', 'map' => '.map { |e| e }', 'select' => '.select { true }',
    'zip' => '.zip([1]).map { |e, _| e }',
    'flat-map' => '.flat_map { |e| [e] }', 'uniq' => '.uniq', 'take' => '.take(1)',
      'drop' => '.drop(0)',
    'with-index' => '.with_index.map { |e, _| e }', 'filter-map' => '.filter_map { |e| e }',
    'take-while' => '.take_while { true }', 'compact' => '.compact',
      'reject' => '.reject { false }',
    'chunk-while' => '.chunk_while { true }.map(&:first)',
      'slice-when' => '.slice_when { true }.map(&:first)',
    'eager' => '.map { |e| e }.eager' }.each do |name, text|
    edge "lazy-#{name}", "[x].lazy#{text}", 'h.first', acts: ENUMERATOR + ['h.force',
         'h.eager.next']
    edge "lazy-#{name}-next", "advanced([x, x].lazy#{text})", 'h.first',
         acts: ENUMERATOR + ['h.force', 'h.eager.next']
  end

  # -- Edges: exceptions

  edge 'exception-ivar', 'Fault.new(x)', 'h.v', 'h.v = x', 'h.v = nil', acts: [
    'raise h', 'h.full_message', 'h.exception("other").v', 'h.backtrace',
    'raise h rescue raise h, "z"',
    'h.set_backtrace(["a"])', 'h.detailed_message', 'begin; raise h; ensure; GC.start; end'
  ]
  edge 'exception-raised', 'raised { raise Fault.new(x) }', 'h.v', 'h.v = x', 'h.v = nil', acts: [
    'raise h', 'h.backtrace_locations', 'h.full_message', 'h.exception', 'h.backtrace; GC.compact'
  ]
  edge 'exception-message', 'RuntimeError.new(x)', nil, acts: ['h.message', 'h.full_message']
  edge 'exception-cause', 'caused(x)', 'h.cause&.v', acts: ['h.full_message', 'raise h',
       'h.cause.cause']
  edge 'exception-name', 'NameError.new("", :a, receiver: x)', 'h.receiver',
       acts: ['h.message', 'h.local_variables', 'h.full_message', 'h.dup.receiver']
  edge 'exception-no-method', 'NoMethodError.new("", :a, [x])', 'h.args[0]', acts: ['h.message']
  edge 'exception-undefined', 'raised { x.undefined_here }', 'h.receiver', acts: ['h.message',
       'h.to_s']
  edge 'exception-key', 'KeyError.new("", receiver: 1, key: x)', 'h.key', acts: ['h.message']
  edge 'exception-key-receiver', 'KeyError.new("", receiver: x, key: 1)', 'h.receiver'
  edge 'exception-frozen', 'FrozenError.new("", receiver: x)', 'h.receiver', acts: ['h.message']
  edge 'exception-matchee', 'NoMatchingPatternKeyError.new("", matchee: x, key: 1)', 'h.matchee'
  edge 'exception-stop', 'ended(x)', 'h.result', acts: ['raise h', 'loop { raise h }']
  edge 'exception-throw', 'raised { throw x }', 'h.tag', acts: ['h.message', 'h.to_s', 'raise h']
  edge 'exception-throw-value', 'raised { throw :t, x }', 'h.value', acts: ['h.message', 'raise h']
  edge 'exception-jump', 'raised { thunk(1).instance_eval { Proc.new { |v| break v }.call(x) } }',
       'h.exit_value', acts: ['h.reason', 'raise h']
  edge 'exception-backtrace', 'RuntimeError.new.tap { |e| e.set_backtrace([with_iv(+"a:1", x)]) }',
       'iv(h.backtrace[0])', 'set_iv(h.backtrace[0], x)', 'set_iv(h.backtrace[0], nil)',
       acts: ['raise h', 'h.full_message', 'h.set_backtrace(nil)']

  # -- Edges: threads, queues

  edge 'thread-value', 'dead(&thunk(x))', 'h.value', acts: ['h.join', 'h.inspect', 'h.status',
       'h.kill']
  edge 'thread-local', 'dead(&thunk(1)).tap { |t| t[:v] = x }', 'h[:v]', 'h[:v] = x', 'h[:v] = nil',
       acts: ['h.keys', 'h.key?(:v)', 'h.fetch(:v)', 'h.kill', 'h.wakeup']
  edge 'thread-variable', 'dead(&thunk(1)).tap { |t| t.thread_variable_set(:v, x) }',
       'h.thread_variable_get(:v)', 'h.thread_variable_set(:v, x)',
       'h.thread_variable_set(:v, nil)',
       acts: ['h.thread_variables', 'h.thread_variable?(:v)', 'h.raise("x")']
  edge 'thread-exception', 'dead { raise Fault.new(x) }', 'raised { h.value }.v',
       acts: ['h.join', 'h.status', 'h.backtrace']
  edge 'thread-argument', 'f = Thread.new(x) { |v| Thread.current[:r] = v }; raised { f.join }; f',
       'h[:r]', acts: ['h.join']
  edge 'queue', 'Queue.new << x', 'h.empty? ? nil : h.pop.tap { |a| h << a }', 'h.clear << x',
       'h.clear',
       acts: ['h.close', 'h.pop(true)', 'h.num_waiting', 'h.freeze', 'h.send(:initialize, [1])']
  edge 'queue-sized', 'SizedQueue.new(3) << x', 'h.empty? ? nil : h.pop.tap { |a| h << a }',
       'h.clear << x',
       'h.clear', acts: ['h.max = 9', 'h.close', 'h.pop(true)', 'h.send(:initialize, 2)']
  edge 'queue-initialized', 'Queue.new([x])', 'h.empty? ? nil : h.pop.tap { |a| h << a }'
  edge 'ractor-local-object', 'Box.new(x).tap { |b| Ractor.shareable?(b) }', 'h.v', 'h.v = x',
       'h.v = nil'
  edge 'tracepoint', 'TracePoint.new(:raise, &thunk(x))', nil, acts: [
    'h.enable { raise "a" }', 'h.enable(target: thunk(1)) { }', 'h.enabled?', 'h.inspect', 'h.path'
  ]

  # -- Edges: fibers. A fiber that waits inside each of these is held by other C code.

  edge 'fiber-local', 'parked(x, "variable(b.pop)")', 'h.resume', acts: FIBER
  edge 'fiber-argument', 'Fiber.new { |v| park(v) }.tap { |f| f.resume(x) }', 'h.resume',
       acts: FIBER
  edge 'fiber-storage', 'Fiber.new(storage: { v: x }) { park(Fiber[:v]) }.tap(&:resume)',
       'h.resume',
       since: '3.2', acts: FIBER
  edge 'fiber-thread-local',
       'parked(x, "Thread.current[:v] = b.pop; loop { park(Thread.current[:v]) }")',
       'h.resume', acts: FIBER
  edge 'fiber-nested', 'parked(x, "f = parked(b.pop, %(park(b.pop))); loop { park(f.resume) }")',
       'h.resume',
       acts: FIBER
  edge 'fiber-ensure-raise', 'parked(x, "begin; raise Fault.new(b.pop); ensure; park($!.v); end")',
       'h.resume', acts: FIBER
  edge 'fiber-ensure-throw',
       'parked(x, "catch(:t) { begin; throw :t, park(b[0]); ensure; park(b.pop); end }")',
       'h.resume',
       acts: FIBER
  edge 'fiber-ensure-return',
       'parked(x, "->(v) { begin; return v; ensure; park(v); end }.call(b.pop)")',
       'h.resume', acts: FIBER
  edge 'fiber-rescue', 'parked(x, "begin; raise Fault.new(b.pop); rescue; park($!.v); end")',
       'h.resume',
       acts: FIBER
  { 'each' => 'a.each { |e| park(e, a) }',
    'map' => 'a.map { |e| park(e, a) }',
    'map-bang' => 'a.map! { |e| park(e, a) }',
    'sort' => 'a.sort { |e, _| park(e, a); 0 }',
    'sort-bang' => 'a.sort! { |e, _| park(e, a); 0 }',
    'sort-by' => 'a.sort_by { |e| park(e, a); 0 }',
    'sort-by-bang' => 'a.sort_by! { |e| park(e, a); 0 }',
    'min-by' => 'a.min_by { |e| park(e, a); 0 }',
    'max' => 'a.max { park(a[0], a); 0 }',
    'inject' => 'a.inject { |e, _| park(e, a) }',
    'select-bang' => 'a.select! { |e| park(e, a) }',
    'delete-if' => 'a.delete_if { |e| park(e, a); true }',
    'uniq' => 'a.uniq { |e| park(e, a) }',
    'uniq-bang' => 'a.uniq! { |e| park(e, a) }',
    'group-by' => 'a.group_by { |e| park(e, a) }',
    'partition' => 'a.partition { |e| park(e, a) }',
    'each-slice' => 'a.each_slice(1) { |e| park(e[0], a) }',
    'each-cons' => 'a.each_cons(1) { |e| park(e[0], a) }',
    'each-with-object' => 'a.each_with_object(a) { |e, _| park(e, a) }',
    'each-with-index' => 'a.each_with_index { |e, _| park(e, a) }',
    'permutation' => 'a.permutation { |e| park(e[0], a) }',
    'combination' => 'a.combination(1) { |e| park(e[0], a) }',
    'repeated-permutation' => 'a.repeated_permutation(2) { |e| park(e[0], a) }',
    'product' => 'a.product(a) { |e| park(e[0], a) }',
    'cycle' => 'a.cycle(3) { |e| park(e, a) }',
    'zip' => 'a.zip(a) { |e| park(e[0], a) }',
    'flat-map' => 'a.flat_map { |e| [park(e, a)] }',
    'bsearch' => 'a.bsearch { |e| park(a[0], a); true }',
    'index' => 'a.index { |e| park(e, a); false }',
    'fill' => 'a.fill { park(a[0], a); 1 }',
    'new' => 'Array.new(3) { park(a[0], a) }',
    'sum' => 'a.sum { |e| park(e, a); 1 }',
    'to-h' => 'a.to_h { |e| [park(e, a), 1] }',
    'fetch' => 'a.fetch(9) { park(a[0], a) }',
    'delete' => 'a.delete(Object.new) { park(a[0], a) }',
    'reverse-each' => 'a.reverse_each { |e| park(a[0], a) }',
    'hash-each' => 'g = { 1 => a[0], 2 => 3 }; g.each { |_, e| park(e, g) }',
    'hash-map' => '{ 1 => a[0], 2 => 3 }.map { |_, e| park(e, a) }',
    'hash-delete-if' => '{ 1 => a[0], 2 => 3 }.delete_if { |_, e| park(e, a); true }',
    'hash-transform' => '{ 1 => a[0], 2 => 3 }.transform_values! { |e| park(e, a) }',
    'hash-transform-keys' => '{ a[0] => 1, 2 => 3 }.transform_keys! { |e| park(e, a) }',
    'hash-merge' => '{ 1 => a[0] }.merge!({ 1 => 2 }) { |_, e, _| park(e, a) }',
    'hash-default' => 'Hash.new { park(a[0], a) }[1]',
    'hash-key-hash' => 'o = waiter(a, :hash, 1); { o => a }',
    'hash-key-eql' => '{ waiter(a, :eql?, false) => a, waiter(a, :eql?, false) => 1 }',
    'hash-store' => 'g = { 1 => a }; (0..9).each { |i| g[i] = i }; g[waiter(a, :hash, 1)] = 1',
    'hash-sum' => '{ a[0] => 1, 2 => 3 }.sum { |e, _| park(e, a); 1 }',
    'struct-each' => 'Struct.new(:p, :q).new(a[0], 1).each { |e| park(e, a) }',
    'range-each' => 'o = waiter(a, :<=>, -1); Range.new(o, o).each { break }',
    'times' => '3.times { park(a[0], a) }',
    'upto' => '1.upto(3) { park(a[0], a) }',
    'step' => '1.step(9, 3) { park(a[0], a) }',
    'loop' => 'loop { park(a[0], a); break }',
    'gsub' => '"abc".gsub(/./) { park(a[0], a); "d" }',
    'gsub-hash' => '"abc".gsub(/./, Hash.new { park(a[0], a); "d" })',
    'scan' => '"abc".scan(/./) { park(a[0], a) }',
    'each-char' => '"abc".each_char { park(a[0], a) }',
    'each-line' => '"a\\nb".each_line { park(a[0], a) }',
    'format' => 'o = waiter(a, :to_s, ""); format("%s%s", o, a)',
    'interpolation' => 'o = waiter(a, :to_s, ""); "#{o}#{o}"',
    'inspect' => 'o = waiter(a, :inspect, ""); [[o], { o => 1 }].inspect',
    'join' => 'o = waiter(a, :to_s, ""); [a, o, o].join',
    'flatten' => 'o = waiter(a, :to_ary, []); [a, o, o].flatten',
    'splat' => 'o = waiter(a, :to_a, []); [*a, *o]',
    'coerce' => 'o = waiter(a, :coerce, [1, 1]); 1 + o',
    'compare' => 'o = waiter(a, :<=>, 1); [o, o].minmax',
    'equal' => 'o = waiter(a, :==, false); [o, o] == [1, 2]',
    'to-proc' => 'o = waiter(a, :to_proc, thunk(1)); a.map(&o)',
    'respond' => 'o = waiter(a, :respond_to_missing?, false); '\
                 'Array(o)',
    'method-missing' => 'o = waiter(a, :method_missing, 1); o.zz',
    'const-missing' => 'hooked(Module.new, a).const_get(:Q)',
    'inherited' => 'Class.new(hooked(Class.new, a))',
    'included' => 'Class.new.include(hooked(Module.new, a))',
    'method-added' => 'hooked(Class.new, a).define_method(:z, &thunk(1))',
    'initialize' => 'Class.new(Opener).new(a)',
    'initialize-copy' => 'waiter(a, :initialize_copy, 1).dup',
    'class-body' => 'Class.new { park(a[0], a) }',
    'class-eval' => 'Class.new.class_eval { park(a[0], a) }',
    'instance-exec' => 'Object.new.instance_exec(a[0]) { |e| park(e, a) }',
    'eval' => 'eval("park(a[0], a)")',
    'binding-eval' => 'scope(a).eval("park(v[0], v)")',
    'send' => 'send(:park, a[0], a)',
    'method-call' => 'method(:park).call(a[0], a)',
    'method-to-proc' => '[a[0]].each(&method(:park))',
    'unbound' => 'Class.new { define_method(:m) { |e| park(e, a) } ' \
      '}.instance_method(:m).bind_call(Object) rescue '\
                 'park(a[0], a)',
    'curry' => '->(e, f) { park(e, a) }.curry[a[0]][1]',
    'compose' => '(method(:park) >> :itself.to_proc).call(a[0], a)',
    'catch' => 'catch(a[0]) { |e| park(e, a) }',
    'tap' => 'a[0].tap { |e| park(e, a) }',
    'then' => 'a[0].then { |e| park(e, a) }',
    'synchronize' => 'Mutex.new.synchronize { park(a[0], a) }',
    'interrupt' => 'Thread.handle_interrupt(RuntimeError => :never) { park(a[0], a) }',
    'enumerator' => 'e = Enumerator.new { |y| y << park(a[0], a) }; e.each { |f| park(f, a) }',
    'lazy' => 'a.lazy.map { |e| park(e, a) }.to_a',
    'marshal-dump' => 'Marshal.dump([a.size, waiter(a, :marshal_dump, 1)])',
    'marshal-load' => 'Marshal.load(Marshal.dump([["a", "b"], { 1 => "c" }]), ->(e) { park(a[0], ' \
      'a); e })',
    'weakmap-each' => 'g = ObjectSpace::WeakMap.new; g[a] = a; g[1] = a[0]; g.each { |_, e| ' \
      'park(a[0], g) }',
    'each-object' => 'ObjectSpace.each_object(Module.singleton_class) { park(a[0], a); break }',
        'trace-var' => 'trace_var(:$tv, thunk(1)); untrace_var(:$tv); park(a[0], a)',
    'finalizer' => 'ObjectSpace.define_finalizer(a, thunk(1)); park(a[0], a)',
    'dir' => 'Dir.each_child("/") { park(a[0], a) }',
    'pipe-each' => 'r, q = IO.pipe; q << "a\\nb\\n"; q.close; r.each_line { park(a[0], a) }',
    'super' => 'Class.new(Class.new { define_method(:m) { |e| park(e, a) } }) { def m(e) = super ' \
      '}.new.m(a[0])',
    'define-method' => 'Class.new { define_method(:m) { |e| park(e, a) } }.new.m(a[0])',
    'keywords' => '->(v:, **r) { park(v, a) }.call(v: a[0], z: 1)',
    'optional' => '->(v = park(a[0], a)) { v }.call',
    'array-literal' => '[a[0], park(a[0], a), 1].first',
    'argument' => '[a[0]].push(a[0], park(a[0], a))',
    'opassign' => 'c = [a[0]]; c[0] &&= park(c[0], a)',
    'pattern' => 'o = waiter(a, :deconstruct, [1]); '\
                 'case o; in [1] then 1; end',
    'case' => 'o = waiter(a, :===, false); case a[0]; when o then 1; end',
    'retry' => 't = 0; begin; park(a[0], a); raise "a" if (t += 1) < 3; rescue; retry; end',
    'autoload-const' => 'm = Module.new; m.autoload(:Z, "/none"); park(a[0], a); m.const_get(:Z) ' \
      'rescue 1',
    'comparable-clamp' => 'o = waiter(a, :<=>, 0); o.clamp(o, o)' }
    .each do |name, text|
    edge "fiber-in-#{name}", "parked(x, #{"a = [b.pop, 1]; #{text}".inspect})", 'h.resume',
         acts: FIBER
  end
  edge 'fiber-in-set-each', 'parked(x, "g = Set[b.pop, 1]; g.each { |e| park(e, g) }")', 'h.resume',
       lib: 'set', acts: FIBER
  edge 'fiber-in-monitor', 'parked(x, "a = [b.pop]; Monitor.new.synchronize { park(a[0], a) }")',
       'h.resume',
       lib: 'monitor', acts: FIBER
  edge 'fiber-in-stringio',
       'parked(x, "a = [b.pop]; StringIO.new(%(a\nb)).each { park(a[0], a) }")',
       'h.resume', lib: 'stringio', acts: FIBER

  # -- Edges: the standard library

  edge 'stringio', 'StringIO.new(with_iv(+"a", x))', 'iv(h.string)', 'set_iv(h.string, x)',
       'set_iv(h.string, nil)', lib: 'stringio', acts: [
         'h.read', 'h.reopen(+"b")', 'h.close', 'h.dup.read', 'h << "more"', 'h.truncate(0)',
         'h.ungetc("z")',
         'h.string = +"c"', 'h.set_encoding("UTF-16LE")', 'h.each_line { h.string = +"" }',
         'h.write("a" * 999)'
       ]
  edge 'scanner', 'StringScanner.new(with_iv(+"a", x))', 'iv(h.string)', 'set_iv(h.string, x)',
       'set_iv(h.string, nil)', lib: 'strscan',
       acts: ['h.scan(/a/)', 'h.string = +"b"', 'h << "c"', 'h.terminate', 'h.dup.scan(/./)',
         'h.string.clear; h.getch']
  edge 'delegate', 'SimpleDelegator.new(x)', 'h.__getobj__', 'h.__setobj__(x)', 'h.__setobj__(1)',
       lib: 'delegate', alone: true,
       acts: ['h.inspect', '!h', 'h.methods', 'h.marshal_dump', 'GC.start', 'move']
  edge 'open-struct', 'OpenStruct.new(v: x)', 'h[:v]', 'h[:v] = x', 'h[:v] = nil', lib: 'ostruct',
       words: 'leaks=Bug#19436',
       acts: ['h.v', 'h.to_h', 'h.dup.v', 'h.delete_field(:v)', 'h.dig(:v)', 'h.w = 1']
  edge 'gzip-writer', 'Zlib::GzipWriter.new(with_iv(StringIO.new, x))', nil, lib: 'zlib stringio',
       acts: [
    'h.write("a" * 9999)', 'h.flush', 'h.mtime', 'h.level', 'h.sync = true', 'h.comment = "a"'
  ]
  edge 'inflate-dictionary', 'with_iv(Zlib::Inflate.new, x).tap { |z| z.add_dictionary("a" * 9) }',
       'iv(h)',
       lib: 'zlib', acts: ['h.inflate("a")', 'h.close', 'h.dup', 'h.reset', 'h.set_dictionary("a")']
  edge 'ripper', 'Ripper.new(with_iv(StringIO.new("1"), x))', nil, lib: 'ripper stringio', acts: [
    'h.lineno', 'h.inspect', 'h.error?', 'h.filename'
  ]
  edge 'emitter', 'Psych::Emitter.new(with_iv(StringIO.new, x))', nil, lib: 'psych stringio',
       acts: [
    'h.start_stream(1)', 'h.canonical = true', 'h.indentation = 3', 'h.line_width',
    'h.start_stream(1); GC.compact; h.end_stream'
  ], words: 'crashes=ruby/psych#811'
  edge 'yaml-parser', 'Psych::Parser.new(with_iv(Psych::Handler.new, x))', 'iv(h.handler)',
       lib: 'psych', acts: [
    'h.parse("a: b")', 'h.mark', 'h.handler = Psych::Handler.new', 'h.parse("a: [")',
    'h.external_encoding = 1'
  ]
  edge 'fiddle-closure', 'with_iv(Fiddle::Closure.new(0, []), x)', 'iv(h)', lib: 'fiddle', acts: [
    'Fiddle::Function.new(h, [], 0).call', 'h.to_i', 'h.free'
  ], words: 'crashes=ruby/fiddle#211'
  edge 'fiddle-pointer', 'with_iv(Fiddle::Pointer.malloc(9, Fiddle::RUBY_FREE), x)', 'iv(h)',
       'set_iv(h, x)',
       'set_iv(h, nil)', lib: 'fiddle', acts: ['h[0]', 'h.to_s', 'h.size = 3', 'h + 1', 'h.free',
       'h.call_free', 'h.ref']
  edge 'fiddle-pointer-to', 'Fiddle::Pointer[with_iv(+"abc", x)]', nil, lib: 'fiddle',
       acts: ['h.to_s', 'h.size']
  edge 'date-time', 'with_iv(DateTime.now, x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)',
       lib: 'date',
       acts: ['h + 1', 'h.to_time', 'h.strftime', 'h >> 1', 'h.jd', 'h.step(h).to_a']
  edge 'json-state', 'with_iv(JSON::State.new, x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)',
       lib: 'json',
       acts: ['h.generate([1])', 'h.configure(indent: "a")', 'h.to_h', 'h[:indent]',
         'h.dup.generate({})']
  edge 'json-parser', 'with_iv(JSON::Parser.new("[1]"), x)', 'iv(h)', 'set_iv(h, x)',
       'set_iv(h, nil)',
       lib: 'json', acts: ['h.parse', 'h.source', 'h.parse; h.parse']
  edge 'socket', 'with_iv(UNIXSocket.pair[0], x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)',
       lib: 'socket', alone: true,
       acts: ['h.close', 'h.addr', 'h.dup.close', 'h.recv_nonblock(1)', 'h.shutdown']
  edge 'ssl-context', 'OpenSSL::SSL::SSLContext.new.tap { |c| c.verify_callback = thunk(x) }',
       'h.verify_callback.call', lib: 'openssl', acts: [
         'h.setup', 'h.freeze', 'h.ciphers', 'h.session_new_cb = thunk(1); h.setup', 'h.dup',
         'h.servername_cb = thunk(1); h.setup'
       ]
  edge 'x509-store', 'OpenSSL::X509::Store.new.tap { |s| s.verify_callback = thunk(x) }',
       'h.verify_callback.call', lib: 'openssl', acts: ['h.set_default_paths', 'h.purpose = 1',
       'h.verify_callback = nil', 'h.dup']
  edge 'big-decimal', 'with_iv([BigDecimal("1")], x)', 'iv(h)', 'set_iv(h, x)', 'set_iv(h, nil)',
       lib: 'bigdecimal'
  edge 'internal-reachable', 'Box.new(x)', 'h.v', 'h.v = x', 'h.v = nil', lib: 'objspace', acts: [
    'ObjectSpace.reachable_objects_from(h)', 'ObjectSpace.memsize_of(h)', 'ObjectSpace.dump(h)',
    'ObjectSpace.trace_object_allocations { h.dup }',
    'ObjectSpace.reachable_objects_from(h).inspect',
    'ObjectSpace.count_imemo_objects', 'ObjectSpace.internal_class_of(h)',
    'ObjectSpace.reachable_objects_from_root'
  ]

  # -- Roots

  root 'global', 'global(k, x)', 'global(k)', nil, 'global(k, nil)'
  root 'constant', 'Object.const_set("G#{k}", x)', 'Object.const_get("G#{k}")', nil,
       'Object.send(:remove_const, "G#{k}")'
  root 'class-variable-root', 'Box.class_variable_set("@@g#{k}", x)',
       'Box.class_variable_get("@@g#{k}")', nil,
       'Box.remove_class_variable("@@g#{k}")'
  root 'module-ivar-root', 'set_iv(Kernel, x, "@g#{k}")', 'iv(Kernel, "@g#{k}")', nil,
       'set_iv(Kernel, nil, "@g#{k}")'
  root 'main-ivar', 'set_iv(TOPLEVEL_BINDING.receiver, x, "@g#{k}")',
       'iv(TOPLEVEL_BINDING.receiver, "@g#{k}")',
       nil, 'set_iv(TOPLEVEL_BINDING.receiver, nil, "@g#{k}")'
  root 'io-ivar', 'set_iv(STDERR, x, "@g#{k}")', 'iv(STDERR, "@g#{k}")', nil,
       'set_iv(STDERR, nil, "@g#{k}")'
  root 'toplevel-local', 'TOPLEVEL_BINDING.local_variable_set("g#{k}", x)',
       'TOPLEVEL_BINDING.local_variable_get("g#{k}")', nil,
       'TOPLEVEL_BINDING.local_variable_set("g#{k}", nil)'
  root 'main-thread-variable', 'Thread.main.thread_variable_set("g#{k}", x)',
       'Thread.main.thread_variable_get("g#{k}")', nil,
       'Thread.main.thread_variable_set("g#{k}", nil)'
  root 'sleeping-thread-local', 'sleeper.tap { |t| t[:v] = x }', 'h[:v]', nil,
       'h[:v] = nil; h.kill; h.join'
  root 'sleeping-thread-stack', 'worker(x)', 'ask(h)', nil, 'h.kill; h.join'
  root 'fiber-stack', 'parked(x, "loop { park(b[0]) }")', 'h.resume'
  root 'closure-root', 'thunk(x)', 'h.call'
  root 'trace-var', 'trace_var("$t#{k}", thunk(x)); nil',
       'untrace_var("$t#{k}").map { |c| trace_var("$t#{k}", c); c }[0].call', nil,
       'untrace_var("$t#{k}")'
  root 'signal-handler', 'signal_cell[k] = x; nil', 'signal_cell[k]', nil, 'signal_cell[k] = nil'
  root 'finalizer-table', 'guard(k, x)', 'refs[k + 100].call', nil,
       'ObjectSpace.undefine_finalizer(FIXED[k])'
  root 'global-method', 'Object.define_method("g#{k}", &thunk(x))', '1.__send__("g#{k}")', nil,
       'Object.send(:remove_method, "g#{k}")'
  root 'ractor-local', 'Ractor.current["g#{k}"] = x; nil', 'Ractor.current["g#{k}"]', nil,
       'Ractor.current["g#{k}"] = nil'
  root 'generic-ivar-root', 'set_iv(FIXED, x, "@g#{k}")', 'iv(FIXED, "@g#{k}")', nil,
       'set_iv(FIXED, nil, "@g#{k}")'

  # -- Nodes

  helper 'ArrayNode', 'class ArrayNode < Array; include Named; end'
  helper 'HashNode', 'class HashNode < Hash; include Named; end'
  helper 'StringNode', 'class StringNode < String; include Named; end'
  helper 'StructNode',
    'class StructNode < Struct.new(*(0..7).map { |i| :"s#{i}" }); include Named; end'
  helper 'FaultNode', 'class FaultNode < StandardError; include Named; end'
  helper 'RangeNode', 'class RangeNode < Range; include Named; end'
  helper 'ObjectNode', 'class ObjectNode; include Named; end'
  helper 'named', 'def named(o) = o.extend(Named)'
  helper 'eight',
    'def eight(s0 = nil, s1 = nil, s2 = nil, s3 = nil, s4 = nil, s5 = nil, s6 = nil, s7 = nil) = ' \
    'binding'
  node 'array-subclass', 'ArrayNode.new(8)', 'n[k]', 'n[k] = w'
  node 'array-long', 'ArrayNode.new(60)', 'n[k + 50]', 'n[k + 50] = w'
  node 'hash-subclass', 'HashNode.new', 'n[k]', 'n[k] = w'
  node 'hash-identity-subclass', 'HashNode.new.compare_by_identity', 'n[k]', 'n[k] = w'
  node 'string-subclass', 'StringNode.new("abc")'
  node 'struct-subclass', 'StructNode.new', 'n[k]', 'n[k] = w'
  node 'exception-subclass', 'FaultNode.new'
  node 'range-subclass', 'RangeNode.new(1, 2)'
  node 'object-variables', 'ObjectNode.new'
  node 'object-singleton', 'ObjectNode.new.tap { |o| o.define_singleton_method(:odd) { 1 } }'
  node 'object-anonymous', 'Class.new(ObjectNode).new'
  node 'object-many', 'named(many(1))'
  node 'class-object', 'named(Class.new)'
  node 'class-variables', 'named(Class.new)',
       'n.class_variable_defined?("@@s#{k}") ? n.class_variable_get("@@s#{k}") : nil',
       'n.class_variable_set("@@s#{k}", w)'
  node 'module-constants', 'named(Module.new)',
       'n.const_defined?("S#{k}", false) ? n.const_get("S#{k}") : nil',
       'n.const_set("S#{k}", w)'
  node 'proc', 'named(thunk(1))'
  node 'proc-variables', 'named(eight.eval("proc {}"))', 'n.binding.local_variable_get("s#{k}")',
       'n.binding.local_variable_set("s#{k}", w)'
  node 'binding-variables', 'named(eight)', 'n.local_variable_get("s#{k}")',
       'n.local_variable_set("s#{k}", w)'
  node 'enumerator-object', 'named([1].each)'
  node 'fiber-object', 'named(Fiber.new(&thunk(1)))'
  node 'thread-object', 'named(dead(&thunk(1)))', 'n["s#{k}"]', 'n["s#{k}"] = w'
  node 'thread-variables', 'named(dead(&thunk(1)))', 'n.thread_variable_get("s#{k}")',
       'n.thread_variable_set("s#{k}", w)'
  node 'method-object', 'named(1.method(:+))'
  node 'set-subclass', 'named(Set.new)', lib: 'set'
  node 'queue-object', 'named(Queue.new)'
  node 'io-object', 'named(IO.pipe[0])'
  node 'time-object', 'named(Time.now)'
  node 'mutex-object', 'named(Mutex.new)'
  node 'weakmap-object', 'named(ObjectSpace::WeakMap.new)'
end
