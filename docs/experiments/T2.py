# SPDX-License-Identifier: Apache-2.0
"""Experiment T2: when is a dictionary tracked?

Since 2.7: from the first value on that can be in a cycle; full collections may untrack it. Since
3.14 always (gh-127010).
"""

from prelude import *

if hasattr(gc, "is_tracked"):
    x = {}
    log.append("empty %s" % gc.is_tracked(x))
    x[1] = []
    log.append("list %s" % gc.is_tracked(x))
    x[1] = None
    for generation in range(3):
        gc.collect(generation)
        log.append("none, %d %s" % (generation, gc.is_tracked(x)))
    tell("tracked")
else:
    show("gc.is_tracked is not here")

# On 2.6:
#   gc.is_tracked is not here
# On 2.7, 3.6 - 3.13:
#   tracked: empty False list True none, 0 True none, 1 True none, 2 False
# On 3.14.2, 3.14.5 - 3.15:
#   tracked: empty True list True none, 0 True none, 1 True none, 2 True
