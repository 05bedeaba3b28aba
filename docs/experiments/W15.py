# SPDX-License-Identifier: Apache-2.0
"""Experiment W15: what can be weakly referenced?

Not lists, tuples, dictionaries and numbers, nor an object whose slots leave no room for it.
"""

from prelude import *


class Closed(object):
    __slots__ = ("a",)


for thing in (Closed(), [], (), {}, 1, Node()):
    try:
        weakref.ref(thing)
        log.append(type(thing).__name__ + " yes")
    except TypeError:
        log.append(type(thing).__name__ + " no")
tell("weak references")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   weak references: Closed no list no tuple no dict no int no Node yes
