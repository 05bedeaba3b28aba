# SPDX-License-Identifier: Apache-2.0
"""Experiment F4: how is uncollectable trash got rid of?

By breaking the cycle and emptying `gc.garbage`: then counts do the rest, finalizers included.
"""

from prelude import *

one, two = ring(Mortal("one"), Mortal("two"))
one.b = Mortal("leaf")
del one, two
tell("collect", gc.collect(), "garbage", names(gc.garbage))
if gc.garbage:
    gc.garbage[0].a = None
    del gc.garbage[:]
    tell("broken", gc.collect(), names(gc.garbage))

# On 2.6 - 2.7:
#   collect: 3 garbage ['one', 'two', 'leaf']
#   broken: 0 [] del two del one del leaf
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3 garbage [] del one del two del leaf
