# SPDX-License-Identifier: Apache-2.0
"""Experiment T1: when is a tuple untracked?

Since 2.7: when it survives a collection and nothing in it can be in a cycle; one level for each
collection if the outer tuple comes first. Since 3.14 (GH-140262) it may not be tracked at all.
"""

from prelude import *

if hasattr(gc, "is_tracked"):
    inner = tuple([1])
    outer = tuple([inner])
    held = tuple([[]])
    for _ in range(2):
        show("inner, outer, with a list:", [gc.is_tracked(t) for t in (inner, outer, held)])
        gc.collect()
else:
    show("gc.is_tracked is not here")

# On 2.6:
#   gc.is_tracked is not here
# On 2.7, 3.6 - 3.13:
#   inner, outer, with a list: [True, True, True]
#   inner, outer, with a list: [False, False, True]
# On 3.14.2, 3.14.5 - 3.15:
#   inner, outer, with a list: [False, True, True]
#   inner, outer, with a list: [False, False, True]
