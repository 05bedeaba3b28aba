# SPDX-License-Identifier: Apache-2.0
"""Experiment F3b: the same for a chain of finalizers (F3): are those further down finalized?"""

from prelude import *

one, _ = ring(Node(), Node())
one.b = Mortal("x")
one.b.a = Mortal("y")
del one, _
tell("collect", gc.collect(), "garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   collect: 2 garbage [] del x del y
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 4 garbage [] del x del y
