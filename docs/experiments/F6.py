# SPDX-License-Identifier: Apache-2.0
"""Experiment F6: in which order are objects appended to `gc.garbage`?

That of the merged list: the oldest generation, then 0, then 1 (G16).
"""

from prelude import *

held = [cycle(Mortal, "old")]
gc.collect()
held.append(cycle(Mortal, "middle"))
gc.collect(0)
held += [cycle(Mortal, "young"), cycle(Mortal, "younger")]
del held
gc.collect()
tell("garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   garbage: ['old', 'young', 'younger', 'middle']
# On 3.6 - 3.13, 3.14.5 - 3.15:
#   garbage: [] del old del young del younger del middle
# On 3.14.2:
#   garbage: [] del middle del old del young del younger
