# SPDX-License-Identifier: Apache-2.0
"""Experiment G16: in which order does a full collection look at the generations?

Generation 2 first, then 0, then 1: the lists are appended to the oldest in that order.
"""

from prelude import *

kept.append(cycle(Node, "old"))
gc.collect()
kept.append(cycle(Node, "middle"))
gc.collect(0)
kept.append(cycle(Node, "young"))
weaks = list(map(lambda node: weakref.ref(node, says(node.name)), kept))
del kept[:]
gc.collect()
tell("callbacks")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   callbacks: old young middle
# On 3.14.2:
#   callbacks: middle old young
