# SPDX-License-Identifier: Apache-2.0
"""Experiment R1: how often does the finalizer of an object that it brings back run?

At each death (2.x), or once in the object's life (PEP 442). Contract: finalizers.
"""

from prelude import *

scripts["x"] = lambda node: kept.append(node) if len(log) < 6 else None
x = Mortal("x")
del x
for _ in range(4):
    log.append("|")
    del kept[:]
tell("four more deaths")

# On 2.6 - 2.7:
#   four more deaths: del x | del x | del x | del x |
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   four more deaths: del x | | | |
