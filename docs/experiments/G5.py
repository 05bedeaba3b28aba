# SPDX-License-Identifier: Apache-2.0
"""Experiment G5: what do thresholds of zero mean?

For generation 0: no automatic collection. For the others: at every second occasion.
"""

from prelude import *

show("(0, 10, 10):", automatic((0, 10, 10), 3000))
show("(50, 0, big):", automatic((50, 0, 1000000), 1525, 20))
show("(50, 10, 10):", automatic((50, 10, 10), 1600, 23))
gc.set_threshold(5)
show("set_threshold(5):", gc.get_threshold())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   (0, 10, 10):
#   (50, 0, big): 01010101010101010101
#   (50, 10, 10): 00000000000100000000000
#   set_threshold(5): (5, 10, 10)
# On 3.14.2:
#   (0, 10, 10):
#   (50, 0, big):
#   (50, 10, 10):
#   set_threshold(5): (5, 10, 0)
