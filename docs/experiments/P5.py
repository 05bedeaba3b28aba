# SPDX-License-Identifier: Apache-2.0
"""Experiment P5: what if a finalizer of trash frees another object of the trash?

That one dies by count, at once, and its finalizer runs, once.
"""

from prelude import *


def drop(node):
    node.a.a = None
    node.a = None
    log.append("dropped")


scripts["one"] = drop
one, two = ring(Mortal("one"), Mortal("two"))
del one, two
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 2
# On 3.6:
#   collect: 2 del one del two dropped
# On 3.7.5 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 0 del one del two dropped
