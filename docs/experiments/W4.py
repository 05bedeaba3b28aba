# SPDX-License-Identifier: Apache-2.0
"""Experiment W4: is the callback of a weak reference called that is trash itself?

No, neither if the same cycle holds it nor if other trash of the collection does.
"""

from prelude import *

one, two = ring(Node(), Node())
one.b = weakref.ref(two, says("cb"))
del one, two
tell("of its own cycle", gc.collect())
x = cycle(Node)
cycle(Node).b = weakref.ref(x, says("cb"))
del x
tell("of another", gc.collect())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   of its own cycle: 3
#   of another: 3
