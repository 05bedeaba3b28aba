# SPDX-License-Identifier: Apache-2.0
"""Experiment P11: in which generation is an object that its finalizer brought back from trash?

One up from the collection, as any survivor (compare R7).
"""

from prelude import *

scripts["x"] = lambda node: kept.append(node.b)
x = cycle(Mortal, "x")
x.b = cycle(Node, "child")
del x
gc.collect(0)
tell("brought back", names(kept))
weaks = watch(*kept)
del kept[:]
show("found by", [found_by(weak) for weak in weaks])

# On 2.6 - 2.7:
#   brought back: []
#   found by []
# On 3.6 - 3.13, 3.14.5 - 3.15:
#   brought back: ['child'] del x
#   found by [1]
# On 3.14.2:
#   brought back: ['child'] del x
#   found by [2]
