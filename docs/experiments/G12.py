# SPDX-License-Identifier: Apache-2.0
"""Experiment G12: does old trash keep young trash alive?

Yes, until the old generation is collected: whatever is older is a root, trash or not.
"""

from prelude import *

old = cycle(Node, "old")
gc.collect()
old.b = cycle(Node, "young")
weak = weakref.ref(old.b)
del old
show("found by", found_by(weak))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   found by 2
