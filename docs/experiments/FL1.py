# SPDX-License-Identifier: Apache-2.0
"""Experiment FL1: do objects from free lists count?

No: lists, frames and a few others that were freed lie ready, and pass by the counters. A model
counts every object; with thresholds of a few, real counts are off by such objects.
"""

from prelude import *

pad = [[] for _ in range(200)]  # nothing lies ready now


def moved(action):
    before = gc.get_count()[0]
    action()
    return gc.get_count()[0] - before


held = []
first = moved(lambda: held.extend([[] for _ in range(50)]))
del held[:]
again = moved(lambda: held.extend([[] for _ in range(50)]))
show("50 lists count:", first >= 50, "again, from the free list:", again >= 50)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   50 lists count: True again, from the free list: False
# On 3.14.2:
#   50 lists count: True again, from the free list: True
