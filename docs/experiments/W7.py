# SPDX-License-Identifier: Apache-2.0
"""Experiment W7: is a weak reference counted that its own callback drops?

Yes, in every version: the result is the trash plus the weak references that died that way.
"""

from prelude import *


def watched(hold):
    weaks = []
    node = cycle(Node)
    weaks.append(weakref.ref(node, lambda weak: weaks.remove(weak)))
    if hold:
        kept.append(weaks[0])
    del node
    return gc.collect()


show("dropped:", watched(False), "kept:", watched(True))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   dropped: 2 kept: 1
