# SPDX-License-Identifier: Apache-2.0
"""Experiment W1: in which order do callbacks of one object run at a death by count?

Newest first.
"""

from prelude import *

x = Node("x")
weaks = [weakref.ref(x, says("cb %d" % i)) for i in range(3)]
weaks.append(weakref.proxy(x, says("proxy")))
weaks.append(weakref.ref(x))
del x
tell("death")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: proxy cb 2 cb 1 cb 0
