# SPDX-License-Identifier: Apache-2.0
"""Experiment F7: does the collector follow when `gc.garbage` is bound to another list?

No: it keeps its own.
"""

from prelude import *

own = gc.garbage
gc.garbage = []
cycle(Mortal, "x")
gc.collect()
show("the collector's:", names(own), "the new one:", names(gc.garbage))

# On 2.6 - 2.7:
#   the collector's: ['x'] the new one: []
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   the collector's: [] the new one: []
