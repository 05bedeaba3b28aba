# SPDX-License-Identifier: Apache-2.0
"""Experiment P7: what if a finalizer brings back a child, and not its object?

Since 3.9 the child alone lives; before, all of the trash does, until the next collection.
"""

from prelude import *

scripts["x"] = lambda node: kept.append(node.b)
x = cycle(Mortal, "x")
x.b = Node("child")
x.b.a = Node("grandchild")
del x
tell("collect", gc.collect(), sorted(names(gc.get_objects())))
tell("again", gc.collect(), sorted(names(gc.get_objects())))

# On 2.6 - 2.7:
#   collect: 3 ['child', 'grandchild', 'x']
#   again: 0 ['child', 'grandchild', 'x']
# On 3.6:
#   collect: 3 ['child', 'grandchild', 'x'] del x
#   again: 1 ['child', 'grandchild']
# On 3.7.5 - 3.8:
#   collect: 0 ['child', 'grandchild', 'x'] del x
#   again: 1 ['child', 'grandchild']
# On 3.9 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 1 ['child', 'grandchild'] del x
#   again: 0 ['child', 'grandchild']
