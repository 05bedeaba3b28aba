# SPDX-License-Identifier: Apache-2.0
"""Experiment G5b: what does a negative threshold mean?

Every count is above it, so every allocation collects.
"""

from prelude import *

show("collections in 30 births, all of them:", len(automatic((-1, 10, 10), 30)) == 30)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   collections in 30 births, all of them: True
# On 3.14.2:
#   collections in 30 births, all of them: False
