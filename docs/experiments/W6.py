# SPDX-License-Identifier: Apache-2.0
"""Experiment W6: what of a weak reference to collectable trash that uncollectable trash holds?

2.x: it is called, and with that it leaves the uncollectable set and is not counted. PEP 442: it is
trash like the rest, not called and counted.
"""

from prelude import *

x = cycle(Mortal, "x")
other = cycle(Node)
x.b = weakref.ref(other, says("cb"))
del x, other
tell("collect", gc.collect(), "garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   collect: 2 garbage ['x'] cb
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3 garbage [] del x
