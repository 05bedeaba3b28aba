# SPDX-License-Identifier: Apache-2.0

# A WeakMap loses entries of living keys and values: two keys had one value, the later of them died
# before the other, and a new key is where it was when the value dies. So WeakRef loses its object.
#
#     ruby ruby_weak_map_shared_value.rb       exits 1 where it does
#
# Ouroboros found it as a broken law `dereference`, in 18 operations.

def collect = GC.start(full_mark: true, immediate_sweep: true)
# What stays on the stack of the machine is not held from where this is called.
def deep(depth, &code) = depth.zero? ? code.call : deep(depth - 1, &code)

map = ObjectSpace::WeakMap.new
values = Array.new(1000) { Object.new }
first = []
deep(20) { values.each { |value| map[Object.new.tap { |key| first << key }] = value } }
deep(20) { values.each { |value| map[Object.new] = value } }
collect
first.clear
collect
living = Object.new
keys = Array.new(100_000) { Object.new.tap { |key| map[key] = living } }
values.clear
collect
lost = keys.count { |key| !map.key?(key) }
says = lost.zero? ? 'passes' : "FAILS: #{lost} entries of living keys and values are lost"
puts "#{RUBY_VERSION} #{says}"
exit lost.zero? ? 0 : 1
