# SPDX-License-Identifier: Apache-2.0
"""Experiment F9: does DEBUG_SAVEALL save a finalizer that hangs off collectable trash (F3)?

Yes, for nothing is cleared that could free it.
"""

from prelude import *

gc.set_debug(gc.DEBUG_SAVEALL)
cycle(Node, "plain").b = Mortal("x")
tell("collect", gc.collect(), "garbage", names(gc.garbage))
gc.set_debug(0)

# On 2.6 - 2.7:
#   collect: 2 garbage ['plain', 'x']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 2 garbage ['x', 'plain'] del x
