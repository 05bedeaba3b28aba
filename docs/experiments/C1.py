# SPDX-License-Identifier: Apache-2.0
"""Experiment C1: in which order do the elements of a trash list die when it is cleared?

2.x: last first, as at a death by count (O3). Since 3.4 their finalizers have run before, in the
order of the trash.
"""

from prelude import *


def looped(name):
    items = [Mortal(name + " 0"), Mortal(name + " 1")]
    items.append(items)


looped("one")
looped("two")
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 2 del one 1 del one 0 del two 1 del two 0
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 6 del one 0 del one 1 del two 0 del two 1
