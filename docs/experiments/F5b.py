# SPDX-License-Identifier: Apache-2.0
"""Experiment F5b: to which generation does uncollectable trash go?

One up, as survivors do: each time that the list is emptied, an older collection has to find it.
"""

from prelude import *

cycle(Mortal, "x")
for generation in (0, 0, 1, 0, 1, 2):
    log.append("%d: %d %d" % (generation, gc.collect(generation), len(gc.garbage)))
    del gc.garbage[:]
scripts.clear()
show("collect, found, in garbage:", ", ".join(part for part in log if ":" in part))

# On 2.6 - 2.7:
#   collect, found, in garbage: 0: 1 1, 0: 0 0, 1: 1 1, 0: 0 0, 1: 0 0, 2: 1 1
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect, found, in garbage: 0: 1 0, 0: 0 0, 1: 0 0, 0: 0 0, 1: 0 0, 2: 0 0
