# SPDX-License-Identifier: Apache-2.0
"""Experiment P25: when exactly does an automatic full collection come?

When the count of generation 2 is above its threshold and (since 2.7) the objects that survived the
middle generation since the last full one are at least a quarter of those that survived that. The
debug output tells the sizes; the rule is compared with each collection that happened.
"""

import re

from prelude import *


class Lines(object):
    """Takes text without making a tracked object."""

    def __init__(self):
        self.lines, self.used = [None] * 100000, 0

    def write(self, text):
        self.lines[self.used] = text
        self.used += 1

    def flush(self):
        pass


old, held = [Node() for _ in range(4000)], [None] * 12000
sys.stderr = Lines()
gc.set_threshold(50, 3, 3)
gc.collect()
gc.set_debug(gc.DEBUG_STATS)
gc.enable()
for i in range(12000):
    held[i] = Node()
gc.disable()
gc.set_debug(0)
text = "".join(sys.stderr.lines[:sys.stderr.used])
found = re.findall(r"generation (\d)\.\.\.\ngc: objects in each generation:([ \d]+)", text)
sizes = [[int(size) for size in line.split()] for _, line in found]
total, counts = sizes[0][2], [0, 1, 0]
differ = {True: 0, False: 0}
for (generation, _), size in list(zip(found, sizes))[1:]:
    wait = size[2] - total < total // 4
    rule = 2 if counts[2] > 3 and not wait else 1 if counts[1] > 3 else 0
    differ[rule == int(generation)] += 1
    counts = {"0": [0, counts[1] + 1, counts[2]], "1": [0, 0, counts[2] + 1],
              "2": [0, 0, 0]}[generation]
    if generation == "2":
        total = sum(size)
show("collections:", len(found), "the rule of the quarter differs from:",
     "nearly none" if differ[False] <= 1 else "one for each full collection" if differ[False] > 8
     else differ[False])

# On 2.6, 3.14.2:
#   collections: 235 the rule of the quarter differs from: one for each full collection
# On 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   collections: 235 the rule of the quarter differs from: nearly none
