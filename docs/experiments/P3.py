# SPDX-License-Identifier: Apache-2.0
"""Experiment P3: in which order do the finalizers of trash run?

That of the trash list: generations 2, 0, 1, and by birth within each.
"""

from prelude import *

held = [cycle(Mortal, "old")]
gc.collect()
held.append(cycle(Mortal, "middle"))
gc.collect(0)
held += [cycle(Mortal, "young"), cycle(Mortal, "younger")]
del held
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 4
# On 3.6 - 3.13, 3.14.5 - 3.15:
#   collect: 4 del old del young del younger del middle
# On 3.14.2:
#   collect: 4 del middle del old del young del younger
