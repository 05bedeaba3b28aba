# SPDX-License-Identifier: Apache-2.0
"""Experiment F8: what does DEBUG_SAVEALL change?

All trash goes to `gc.garbage`, uncleared: first the collectable, then what 2.x calls uncollectable,
with all that it reaches. Weak references to collectable trash are cleared and called all the same.
"""

from prelude import *

gc.set_debug(gc.DEBUG_SAVEALL)
weak = weakref.ref(cycle(Node, "plain"), says("cb"))
x = cycle(Mortal, "x")
x.b = Node("below")
cycle(Node, "other")
del x
tell("collect", gc.collect(), "garbage", names(gc.garbage), *alive(weak))
gc.set_debug(0)
tell("collect again", gc.collect(), len(gc.garbage))
del gc.garbage[:]
tell("emptied", gc.collect(), names(gc.garbage))

# On 2.6 - 2.7:
#   collect: 4 garbage ['plain', 'other', 'x', 'below'] dead cb
#   collect again: 0 4
#   emptied: 4 ['x']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 4 garbage ['plain', 'x', 'below', 'other'] dead cb del x
#   collect again: 0 4
#   emptied: 4 []
