# SPDX-License-Identifier: Apache-2.0
"""Experiment FL2: do objects that are never tracked count towards a collection?

Yes: what is counted is the allocation, tracked or not.
"""

from prelude import *

held = []
gc.collect()
before = gc.get_count()[0]
held.extend([dict() for _ in range(500)])
show("500 empty dictionaries count:", gc.get_count()[0] - before > 400)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   500 empty dictionaries count: True
