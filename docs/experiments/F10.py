# SPDX-License-Identifier: Apache-2.0
"""Experiment F10: when does the collector of 2.x ask whether an object has a finalizer?

At the collection, and it asks the class: what was added or removed since the birth counts.
"""

from prelude import *


class Gains(Node):
    __slots__ = ()


class Loses(Node):
    __slots__ = ()

    def __del__(self):
        log.append("del")


cycle(Gains, "gains")
Gains.__del__ = lambda self: log.append("del")
tell("gains", gc.collect(), "garbage", names(gc.garbage))
cycle(Loses, "loses")
del Loses.__del__
tell("loses", gc.collect(), "garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   gains: 1 garbage ['gains']
#   loses: 1 garbage ['gains']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   gains: 1 garbage [] del
#   loses: 1 garbage []
