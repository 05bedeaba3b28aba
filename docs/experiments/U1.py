# SPDX-License-Identifier: Apache-2.0
"""Experiment U1: how many objects does a self-referencing instance of a class without slots count?

Two up to 3.10, with its dictionary; since 3.11 one. The nodes of these experiments have slots.
"""

from prelude import *


class Open(object):
    pass


x = Open()
x.a = x
del x
show("instance:", gc.collect())
x = []
x.append(x)
del x
show("list:", gc.collect())
show("node:", cycle(Node) and gc.collect())

# On 2.6 - 2.7, 3.6 - 3.10:
#   instance: 2
#   list: 1
#   node: 1
# On 3.11 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   instance: 1
#   list: 1
#   node: 1
