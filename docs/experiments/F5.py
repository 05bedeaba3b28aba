# SPDX-License-Identifier: Apache-2.0
"""Experiment F5: is uncollectable trash found again once `gc.garbage` is emptied?

Yes, by the first collection of the generation that it was moved to, and it is appended again.
"""

from prelude import *

cycle(Mortal, "x")
show("collect", gc.collect(), "garbage", names(gc.garbage))
del gc.garbage[:]
for generation in (0, 1, 2, 2):
    show("collect", generation, ":", gc.collect(generation), "garbage", names(gc.garbage))

# On 2.6 - 2.7:
#   collect 1 garbage ['x']
#   collect 0 : 0 garbage []
#   collect 1 : 0 garbage []
#   collect 2 : 1 garbage ['x']
#   collect 2 : 0 garbage ['x']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect 1 garbage []
#   collect 0 : 0 garbage []
#   collect 1 : 0 garbage []
#   collect 2 : 0 garbage []
#   collect 2 : 0 garbage []
