# SPDX-License-Identifier: Apache-2.0
"""Experiment W14: does a weak reference yield the end of a chain that the trashcan puts off?

Up to 3.12 the end of a deep chain is put off (TC2), so it is alive when a sibling's finalizer runs.
"""

from prelude import *

x = Node()
weak = weakref.ref(x)
scripts["sibling"] = lambda node: log.append(alive(weak)[0])
for _ in range(60):
    x = (x,)
pair = (Mortal("sibling"), x)
del x
del pair
tell("the end is")

# On 2.6 - 2.7, 3.6 - 3.12:
#   the end is: del sibling alive
# On 3.13, 3.14.2, 3.14.5 - 3.15:
#   the end is: del sibling dead
