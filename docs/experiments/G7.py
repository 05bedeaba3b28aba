# SPDX-License-Identifier: Apache-2.0
"""Experiment G7: to which generation does a survivor go?

One up, from whichever was the oldest that was collected.
"""

from prelude import *


def generation_after(*collections):
    node = cycle(Node)
    for generation in collections:
        gc.collect(generation)
    weak = weakref.ref(node)
    del node
    return found_by(weak)


for collections in ((), (0,), (0, 0), (1,), (0, 1), (2,)):
    show("after", collections, "it is in", generation_after(*collections))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   after () it is in 0
#   after (0,) it is in 1
#   after (0, 0) it is in 1
#   after (1,) it is in 2
#   after (0, 1) it is in 2
#   after (2,) it is in 2
# On 3.14.2:
#   after () it is in 0
#   after (0,) it is in 2
#   after (0, 0) it is in 2
#   after (1,) it is in 2
#   after (0, 1) it is in 2
#   after (2,) it is in 2
