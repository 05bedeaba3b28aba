# SPDX-License-Identifier: Apache-2.0
"""Experiment P12: does a finalizer that ran at a death by count run again in a collection?

Not since PEP 442: it makes its object a cycle, and the collector merely frees that.
"""

from prelude import *

scripts["x"] = lambda node: setattr(node, "a", node)
x = Mortal("x")
del x
tell("collect", gc.collect(), "garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   collect: 1 garbage ['x'] del x
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 1 garbage [] del x
