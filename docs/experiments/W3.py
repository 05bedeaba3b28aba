# SPDX-License-Identifier: Apache-2.0
"""Experiment W3: what does a callback see of the rest of the trash?

Nothing: all weak references to trash are cleared before the first callback runs. Since 3.15
(GH-136189) this is so of those that have a callback; the others still yield it.
"""

from prelude import *

one, two = ring(Node(), Node())
weaks = watch(one, two)
weaks.append(weakref.ref(two, lambda _: log.extend(alive(*weaks[:2]))))
del one, two
tell("collect", gc.collect())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.14:
#   collect: 2 dead dead
# On 3.15:
#   collect: 2 alive alive
