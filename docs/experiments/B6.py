# SPDX-License-Identifier: Apache-2.0
"""Experiment B6: what if a weak reference holds what it refers to, and is dropped?

Its only holder is itself: both die by count, and its callback does not run (issue 3100).
"""

from prelude import *


class Ref(weakref.ref):
    __slots__ = ("target",)


for callback in (None, says("cb")):
    x = Node()
    weak = Ref(x, callback)
    weak.target = x
    other = weakref.ref(x)
    del x
    del weak
    tell("dropped", *alive(other))
    show("collect", gc.collect(), *alive(other))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   dropped: dead
#   collect 0 dead
#   dropped: dead
#   collect 0 dead
