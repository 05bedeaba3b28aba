# SPDX-License-Identifier: Apache-2.0
"""Experiment W4b: is a weak reference called that was trash, and whose target dies later?

No: it is gone.
"""

from prelude import *

x = Node()
cycle(Node).b = weakref.ref(x, says("cb"))
gc.collect()
del x
tell("death")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death:
