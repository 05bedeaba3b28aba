# SPDX-License-Identifier: Apache-2.0
"""Experiment R12: is a finalizer that stores its object in the object's own slot a resurrection?

Yes: the count is not zero afterwards. What is left is trash of the next collection, and whether
its finalizer runs there is the rule of R1 and F1.
"""

from prelude import *

scripts["x"] = lambda node: setattr(node, "a", node)
x = Mortal("x")
weak = weakref.ref(x)
del x
tell("death")
tell("collect", gc.collect(), "garbage", len(gc.garbage))

# On 2.6 - 2.7:
#   death: del x
#   collect: 1 garbage 1
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: del x
#   collect: 1 garbage 0
