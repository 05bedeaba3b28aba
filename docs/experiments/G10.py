# SPDX-License-Identifier: Apache-2.0
"""Experiment G10: are allocations counted while automatic collection is off?

Yes, so the very next allocation after it is turned on collects.
"""

from prelude import *

gc.set_threshold(10, 10, 10)
gc.collect()
held = [Node() for _ in range(100)]
show("off: above 100", gc.get_count()[0] >= 100)
gc.enable()
held.append(Node())
held.append(Node())
gc.disable()
show("on: collected", gc.get_count()[0] < 20, gc.get_count()[1])

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   off: above 100 True
#   on: collected True 1
# On 3.14.2:
#   off: above 100 True
#   on: collected True 0
