# SPDX-License-Identifier: Apache-2.0
"""Experiment M3: does a reference from something that is neither trash nor a name hold a cycle?

An iterator on the stack does: any reference that the traversal of the trash does not explain.
"""

from prelude import *

x = cycle(Node)
iterator = iter([x])
del x
show("held by an iterator:", gc.collect())
del iterator
show("after its death:", gc.collect())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   held by an iterator: 0
#   after its death: 1
