# SPDX-License-Identifier: Apache-2.0
"""Experiment R11: what does a collection that a finalizer asks for do?

At a death by count it is an ordinary collection: it finds the trash that is there, and not the
object that is being finalized.
"""

from prelude import *

scripts["x"] = lambda node: log.append("collect: %d" % gc.collect())
x = Mortal("x")
x.b = Node()
cycle(Node)
del x
tell("one cycle is trash")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   one cycle is trash: del x collect: 1
