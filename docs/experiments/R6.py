# SPDX-License-Identifier: Apache-2.0
"""Experiment R6: is a weak reference called that a finalizer made to its dying object?

2.x clears it silently after the finalizer; since 3.4 clearing comes later and calls it.
"""

from prelude import *


def watch(node):
    kept.append(weakref.ref(node, says("cb")))


x = Mortal("x")
scripts["x"] = watch
del x
tell("death", *alive(kept[0]))

# On 2.6 - 2.7:
#   death: dead del x
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: dead del x cb
