# SPDX-License-Identifier: Apache-2.0

# The snippets of kinds_table.rb, compiled: each kind, the kinds by name, and notes, which say in
# Ruby what an operation is.
#
# Place: between kinds_table.rb and kinds.rb, which calls it; the three are pasted together in that
# order.

# A kind of the table with its snippets compiled when they are first needed.
class Kind
  attr_reader :entry, :name, :acts

  def initialize(entry)
    @entry = entry
    @name = entry.name
    @acts = entry.acts || []
    @acts += Table::GENERAL if entry.place == 'edge' && !entry.alone
    @acts = @acts.grep_v(/initialize/) unless entry.get # The content must stay; nobody can tell.
    @acts = @acts.grep_v(/:initialize, h\)/) if entry.own == false
    @acts = @acts.grep_v(/\bmove\b|compact\b|stressed/) if Kinds::OPTIONS['moves'] == 'no'
    @code = {}
  end

  def text(part) = @entry[part]

  def libraries = (@entry.lib || '').split

  # Whether notes with these words may have made a holder.
  def noted?(words) = (@entry.make.scan(/[A-Za-z_]\w*/) - %w[h x k]).all? { |word| words[word] }

  def code(text, parameters)
    @code[[text, parameters]] ||= eval("lambda { |#{parameters}| #{text} }", TOPLEVEL_BINDING.dup)
  end

  def make(content, register = nil)
    libraries.each { |lib| require(lib) }
    code(@entry.make, 'h, x, k').call(nil, content, register)
  end

  def run(part, holder, content = nil, register = nil)
    code(@entry[part], 'h, x, k').call(holder, content, register)
  end

  def act(number, holder) = code(@acts[number % @acts.size], 'h').call(holder)

  def load(node, slot) = code(@entry.load, 'n, k, w').call(node, slot, nil)

  def store(node, slot, value) = code(@entry.store, 'n, k, w').call(node, slot, value)

  # Than a version such as 3.3.1.
  def older?(version)
    (RUBY_VERSION.split('.').map(&:to_i) <=> version.split('.').map(&:to_i)).negative?
  end

  # Whether its library and version are here.
  def here?
    return false if @entry.since && older?(@entry.since)

    libraries.all? { |lib| $LOAD_PATH.resolve_feature_path(lib) }
  end

  def greeting
    words = @entry.fixed && !older?(@entry.fixed) ? [] : [@entry.words].compact
    words << "pokes=#{[@acts.size, 64].min}" unless @acts.empty?
    ["> kind #{@name} #{@entry.place}", *words].join(' ')
  end
end

# The kinds by place and name. OURO_OPTIONS is `KEY=VALUE&KEY=VALUE`: `kinds=NAME,FAMILY` limits
# them, where a family is a prefix up to a dash; `moves=no` leaves out actions that move objects or
# collect at every allocation, which take most of the time.
module Kinds
  OPTIONS = (ENV['OURO_OPTIONS'] || '').scan(/([^=&]+)=([^&]*)/).to_h.freeze
  PLACES = { 'edge' => {}, 'root' => {}, 'node' => {} }.freeze

  def self.wanted?(name, list)
    list.empty? || list == ['all'] || list.any? { |one| name == one || name.start_with?("#{one}-") }
  end

  def self.load
    list = OPTIONS['kinds'].to_s.split(',')
    Table::HELPERS.each { |_, text| eval(text, TOPLEVEL_BINDING.dup) }
    Table::KINDS.each do |entry|
      kind = Kind.new(entry) if wanted?(entry.name, list)
      PLACES[entry.place][entry.name] = kind if kind&.here?
    end
  end

  def self.get(place, name) = PLACES[place][name] || raise("no #{place} kind #{name}")
end

# What operations are in Ruby.
module Notes
  MAX = 300 # Characters.
  @noted = {}

  class << self
    attr_accessor :on

    def word(text, name, by)
      text.gsub(/(?<![\w.:@$"'])#{name}(?![\w:?!(])|(?<=#\{)#{name}(?=\})/) { by }
    end

    def say(text)
      return unless on

      text = text.gsub(/\s+/, ' ')[0, MAX]
      text.scan(/\$?[A-Za-z_]\w*/) { |name| @noted[name] = true }
      Heap.say("> note #{text}")
      Heap.flush # What follows may crash.
    end

    def forget = @noted.clear

    # The helpers that the notes so far, and this one, need, with those that these need.
    def prelude(note = nil)
      note&.scan(/\$?[A-Za-z_]\w*/) { |name| @noted[name] = true }
      needed = @noted.dup
      texts = Table::HELPERS.reverse.select do |names, text|
        names.any? { |name| needed[name] } && text.scan(/\$?[A-Za-z_]\w*/) { |n| needed[n] = true }
      end
      kinds = Kinds::PLACES.values.flat_map(&:values).select { |kind| kind.noted?(needed) }
      ['GC.disable', *kinds.flat_map(&:libraries).uniq.map { |lib| "require '#{lib}'" },
       *texts.reverse.map { |_, text| line(text) }].each { |text| Heap.say("> note #{text}") }
    end

    private

    def line(text) = text.strip.gsub(/\s*\n\s*/, '; ')
  end
end
