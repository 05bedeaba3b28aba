# SPDX-License-Identifier: Apache-2.0
"""Experiment R4: which comes first at a death by reference count, finalizer or callbacks?

And what does a weak reference yield inside either? Contract: death_order.
"""

from prelude import *

x = Mortal("x")
plain = weakref.ref(x)
called = weakref.ref(x, lambda weak: log.append("cb: " + alive(weak, plain)[1]))
scripts["x"] = lambda node: log.append("sees %s, %s" % tuple(alive(plain, called)))
del x
tell("death")

# On 2.6 - 2.7:
#   death: cb: dead del x sees dead, dead
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: del x sees alive, alive cb: dead
