# SPDX-License-Identifier: Apache-2.0
"""Experiment W10: in which generation is a weak reference that the collection has called?

In the older one, as any survivor.
"""

from prelude import *


class Ref(weakref.ref):
    __slots__ = ("me", "__weakref__")


weak = Ref(cycle(Node), says("cb"))
tell("collect", gc.collect(0), *alive(weak))
weak.me = weak
watcher = weakref.ref(weak)
del weak
show("found by", found_by(watcher))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   collect: 1 dead cb
#   found by 1
# On 3.14.2:
#   collect: 1 dead cb
#   found by 2
