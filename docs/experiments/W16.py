# SPDX-License-Identifier: Apache-2.0
"""Experiment W16: is a weak reference called that a finalizer of trash makes to its object?

Up to 3.13, when the object is freed: the references made meanwhile were not cleared again. Later
releases clear once more after the finalizers (GH-136401) and call nothing.
"""

from prelude import *

x = cycle(Mortal, "x")
scripts["x"] = lambda node: kept.append(weakref.ref(node, says("late cb")))
del x
tell("collect", gc.collect(), *alive(*kept))

# On 2.6 - 2.7:
#   collect: 1
# On 3.6 - 3.13.5, 3.14.2:
#   collect: 1 dead del x late cb
# On 3.14.5 - 3.15:
#   collect: 1 dead del x
