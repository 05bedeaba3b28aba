# SPDX-License-Identifier: Apache-2.0
"""Experiment F1: what becomes of a cycle with a finalizer?

2.x: uncollectable; the object goes to `gc.garbage`, which then holds it. PEP 442: finalized, freed.
"""

from prelude import *

weak = weakref.ref(cycle(Mortal, "x"))
tell("collect", gc.collect(), "garbage", names(gc.garbage), *alive(weak))
tell("collect again", gc.collect(), "garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   collect: 1 garbage ['x'] alive
#   collect again: 0 garbage ['x']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 1 garbage [] dead del x
#   collect again: 0 garbage []
