# SPDX-License-Identifier: Apache-2.0
"""Experiment W9: what becomes of trash that a callback makes?

It is young, and of the next collection: a nested one does nothing.
"""

from prelude import *


def busy(_):
    cycle(Node)
    log.append("nested collect: %d" % gc.collect())


weak = weakref.ref(cycle(Node), busy)
tell("collect", gc.collect())
tell("the next one", gc.collect(0))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 1 nested collect: 0
#   the next one: 1
