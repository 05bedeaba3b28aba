# SPDX-License-Identifier: Apache-2.0
"""Experiment W13: if a callback drops an older weak reference to the same object, is that called?

Yes: the pairs of reference and callback are collected, and held, before the first runs.
"""

from prelude import *


def watched(node):
    old = [weakref.ref(node, says("old"))]
    kept.append(weakref.ref(node, lambda _: (log.append("new"), old.pop())))


x = Node()
watched(x)
del x
tell("death")
x = cycle(Node)
watched(x)
del x
tell("collect", gc.collect())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: new old
#   collect: 2 new old
