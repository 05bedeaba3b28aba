# SPDX-License-Identifier: Apache-2.0
"""Experiment W18: what does a weak reference yield that was trash and is brought back?

Its target is alive all the time, and a finalizer brings it back. Up to 3.7 it still yields its
target, and is called later; since 3.8 (bpo-38006) the collection clears weak references that are
trash; since 3.15 they are left alone again. Contract: trash_weak.
"""

from prelude import *


class Ref(weakref.ref):  # plain references without callback are shared
    __slots__ = ()


live = Node("live")
for callback in (None, says("cb")):
    x = cycle(Mortal, "x")
    x.b = Ref(live) if callback is None else Ref(live, callback)
    scripts["x"] = lambda node: kept.append(node.b)
    del x
    tell("collect", gc.collect(), *alive(*kept[-1:]))
del live
tell("the target dies")

# On 2.6 - 2.7:
#   collect: 2
#   collect: 2
#   the target dies: cb
# On 3.6:
#   collect: 2 alive del x
#   collect: 3 alive del x
#   the target dies: cb
# On 3.7.5 - 3.7:
#   collect: 0 alive del x
#   collect: 0 alive del x
#   the target dies: cb
# On 3.8:
#   collect: 0 dead del x
#   collect: 0 dead del x
#   the target dies:
# On 3.9 - 3.13, 3.14.2, 3.14.5 - 3.14:
#   collect: 1 dead del x
#   collect: 1 dead del x
#   the target dies:
# On 3.15:
#   collect: 1 alive del x
#   collect: 1 alive del x
#   the target dies: cb
