# SPDX-License-Identifier: Apache-2.0
"""Experiment M2: is an old cycle with a finalizer found by young collections?"""

from prelude import *

x = cycle(Mortal, "x")
gc.collect()
del x
for generation in range(3):
    log.append("%d: %d" % (generation, gc.collect(generation)))
tell("collect, found", names(gc.garbage))

# On 2.6 - 2.7:
#   collect, found: ['x'] 0: 0 1: 0 2: 1
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect, found: [] 0: 0 1: 0 del x 2: 1
