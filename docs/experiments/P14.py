# SPDX-License-Identifier: Apache-2.0
"""Experiment P14: do finalizers run under DEBUG_SAVEALL?

Since PEP 442, yes; then the trash is saved.
"""

from prelude import *

gc.set_debug(gc.DEBUG_SAVEALL)
cycle(Mortal, "x")
tell("collect", gc.collect(), "garbage", names(gc.garbage))
gc.set_debug(0)

# On 2.6 - 2.7:
#   collect: 1 garbage ['x']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 1 garbage ['x'] del x
