# SPDX-License-Identifier: Apache-2.0
"""Experiment P2: what does a collection return when finalizers change the trash?

3.4 to 3.7.4: what was found. Later: what was left to clear, so nothing for a cycle that its own
finalizer broke or brought back. A finalizer runs once: the second time it is merely trash.
"""

from prelude import *


def collected(script):
    x = cycle(Mortal, "x")
    scripts["x"] = script
    del x
    return gc.collect()


tell("plain", collected(lambda node: None))
tell("breaks its cycle", collected(lambda node: setattr(node, "a", None)))
tell("brings it back", collected(kept.append))
del kept[:]
tell("again", gc.collect())

# On 2.6 - 2.7:
#   plain: 1
#   breaks its cycle: 1
#   brings it back: 1
#   again: 0
# On 3.6:
#   plain: 1 del x
#   breaks its cycle: 1 del x
#   brings it back: 1 del x
#   again: 1
# On 3.7.5 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   plain: 1 del x
#   breaks its cycle: 0 del x
#   brings it back: 0 del x
#   again: 1
