# SPDX-License-Identifier: Apache-2.0
"""Experiment P6: is trash that a finalizer makes found by the same collection?

No, by the next one: it is born young.
"""

from prelude import *

scripts["x"] = lambda node: cycle(Node, "new") and None
cycle(Mortal, "x")
tell("collect", gc.collect())
tell("the next one", gc.collect(0))

# On 2.6 - 2.7:
#   collect: 1
#   the next one: 0
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 1 del x
#   the next one: 1
