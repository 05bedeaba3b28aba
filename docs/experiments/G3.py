# SPDX-License-Identifier: Apache-2.0
"""Experiment G3: which allocation makes the collector run: that which reaches the threshold?

No, the next: the count has to be greater. The new object is not tracked yet, and survives.
"""

from prelude import *

weak = weakref.ref(cycle(Node))
held = [None] * 500
gc.set_threshold(100, 10, 10)
gc.collect(1)
weak = weakref.ref(cycle(Node))
start = gc.get_count()[0]
gc.enable()
births = 0
while weak() is not None:
    held[births] = Node()
    births += 1
gc.disable()
show("count at the collection:", start + births)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   count at the collection: 101
