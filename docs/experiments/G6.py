# SPDX-License-Identifier: Apache-2.0
"""Experiment G6: does a large old heap keep full collections away?

2.6 runs one whenever the counts say so. Since 2.7 it waits until the objects that came of age since
the last one are a quarter of the old heap (issue 4074).
"""

from prelude import *

old = [Node() for _ in range(20000)]
full = automatic((10, 2, 2), 9000, 10000).count("2")
show("full collections in 9000 births:", "many" if full > 20 else full)

# On 2.6:
#   full collections in 9000 births: many
# On 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   full collections in 9000 births: 1
# On 3.14.2:
#   full collections in 9000 births: 0
