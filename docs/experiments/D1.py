# SPDX-License-Identifier: Apache-2.0
"""Experiment D1: which debug flags are there?"""

from prelude import *

for name in sorted(dir(gc)):
    if name.startswith("DEBUG_"):
        show(name, getattr(gc, name))

# On 2.6 - 2.7:
#   DEBUG_COLLECTABLE 2
#   DEBUG_INSTANCES 8
#   DEBUG_LEAK 62
#   DEBUG_OBJECTS 16
#   DEBUG_SAVEALL 32
#   DEBUG_STATS 1
#   DEBUG_UNCOLLECTABLE 4
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   DEBUG_COLLECTABLE 2
#   DEBUG_LEAK 38
#   DEBUG_SAVEALL 32
#   DEBUG_STATS 1
#   DEBUG_UNCOLLECTABLE 4
