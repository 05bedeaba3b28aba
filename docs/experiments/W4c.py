# SPDX-License-Identifier: Apache-2.0
"""Experiment W4c: is a weak reference called that hangs off the same trash as its target?"""

from prelude import *

x = cycle(Node)
x.b = Node("leaf")
x.c = weakref.ref(x.b, says("cb"))
del x
tell("collect", gc.collect())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3
