# SPDX-License-Identifier: Apache-2.0
"""Experiment W2: in which order do callbacks run in a collection?

By object, in the order of the trash list; newest first for each.
"""

from prelude import *

one, two = ring(Node(), Node())
weaks = [weakref.ref(one, says("one 0")), weakref.ref(two, says("two 0")),
         weakref.ref(one, says("one 1")), weakref.ref(two, says("two 1"))]
del one, two
tell("collect", gc.collect())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 2 one 1 one 0 two 1 two 0
