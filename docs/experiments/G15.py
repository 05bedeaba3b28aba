# SPDX-License-Identifier: Apache-2.0
"""Experiment G15: what does a collection within a collection do?

Nothing, and returns 0; nor does an automatic one start. Allocations are counted all the same.
"""

from prelude import *


def nested(weak):
    kept.extend([Node() for _ in range(100)])
    log.append("nested collect: %d" % gc.collect())
    log.append("counted: %s" % (gc.get_count()[0] >= 90))


gc.set_threshold(10, 10, 10)
weak = weakref.ref(cycle(Node), nested)
gc.enable()
found = gc.collect()
gc.disable()
tell("found %d" % found)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   found 1: nested collect: 0 counted: True
