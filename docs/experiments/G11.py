# SPDX-License-Identifier: Apache-2.0
"""Experiment G11: what finds a cycle of an old object and a young one?

Only a collection that takes both: objects of older generations are roots.
"""

from prelude import *

old = Node("old")
gc.collect()
young = Node("young")
ring(old, young)
weak = weakref.ref(young)
del old, young
show("found by", found_by(weak))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   found by 2
