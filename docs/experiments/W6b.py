# SPDX-License-Identifier: Apache-2.0
"""Experiment W6b: the same without a callback (W6): is it counted?

2.x: yes, as it stays in the set.
"""

from prelude import *


class Ref(weakref.ref):  # plain references without callback are shared
    __slots__ = ()


x = cycle(Mortal, "x")
other = cycle(Node)
x.b = Ref(other)
del x, other
tell("collect", gc.collect(), "garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   collect: 3 garbage ['x']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3 garbage [] del x
