# SPDX-License-Identifier: Apache-2.0
"""Experiment F3: what becomes of a finalizer that merely hangs off a collectable cycle?

2.x sets it apart, but the clearing of the cycle drops its count to zero: the finalizer runs, it is
not in `gc.garbage`, and the result counts it nowhere. PEP 442 counts it as trash.
"""

from prelude import *

one, _ = ring(Node(), Node())
one.b = Mortal("x")
del one, _
tell("collect", gc.collect(), "garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   collect: 2 garbage [] del x
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3 garbage [] del x
