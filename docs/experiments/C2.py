# SPDX-License-Identifier: Apache-2.0
"""Experiment C2: in which order are the slots of trash cleared?

By name, as at a death by count (O2).
"""

from prelude import *

x = cycle(Node)
x.c, x.b = Mortal("c"), Mortal("b")
del x
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 1 del b del c
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3 del c del b
