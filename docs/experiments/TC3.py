# SPDX-License-Identifier: Apache-2.0
"""Experiment TC3: in which order do several deaths that were put off happen?

Last put off first: so deep children of a container die the other way round than shallow ones.
"""

from prelude import *


def chain(name, depth):
    node = Mortal(name)
    for _ in range(depth):
        node = (node,)
    return node


for depth in (5, 200):
    x = [chain("0", depth), chain("1", depth), chain("2", depth)]
    del x
    tell("%d deep" % depth)

# On 2.6 - 2.7, 3.6 - 3.12:
#   5 deep: del 2 del 1 del 0
#   200 deep: del 0 del 1 del 2
# On 3.13, 3.14.2, 3.14.5 - 3.15:
#   5 deep: del 2 del 1 del 0
#   200 deep: del 2 del 1 del 0
