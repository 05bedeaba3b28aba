# SPDX-License-Identifier: Apache-2.0
"""Experiment R7c: is an object tracked while its finalizer runs at a death by count?

A census or a nested collection in the finalizer sees it, in generation 0.
"""

from prelude import *

scripts["x"] = lambda node: log.append("tracked: %s" % (node in gc.get_objects()))
x = Mortal("x")
del x
tell("death")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: del x tracked: True
