# SPDX-License-Identifier: Apache-2.0
"""Experiment R5: what becomes of the weak references to an object that its finalizer brings back?

In 2.x they were cleared before; since 3.4 they live on and are called at the real death.
"""

from prelude import *

x = Mortal("x")
plain, called = weakref.ref(x), weakref.ref(x, says("cb"))
scripts["x"] = kept.append
del x
tell("brought back", *alive(plain, called))
again = weakref.ref(kept[0])
tell("a new one", *alive(again))
scripts.clear()
del kept[:]
tell("dies", *alive(plain, called, again))

# On 2.6 - 2.7:
#   brought back: dead dead cb del x
#   a new one: alive
#   dies: dead dead dead del x
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   brought back: alive alive del x
#   a new one: alive
#   dies: dead dead dead cb
