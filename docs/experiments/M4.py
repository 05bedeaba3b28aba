# SPDX-License-Identifier: Apache-2.0
"""Experiment M4: does `gc.disable` stop explicit collections?"""

from prelude import *

gc.disable()
cycle(Node)
show("enabled:", gc.isenabled(), "collect:", gc.collect())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   enabled: False collect: 1
