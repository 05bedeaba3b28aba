# SPDX-License-Identifier: Apache-2.0
"""Experiment G1: what are the thresholds, if nobody sets them?"""

from prelude import *

show(gc.get_threshold())

# On 2.6 - 2.7, 3.6 - 3.12:
#   (700, 10, 10)
# On 3.13, 3.14.5 - 3.15:
#   (2000, 10, 10)
# On 3.14.2:
#   (2000, 10, 0)
