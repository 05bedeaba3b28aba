# SPDX-License-Identifier: Apache-2.0
"""Experiment D4: which sizes does DEBUG_STATS print?

Those before the generations are merged.
"""

import re

from prelude import *

held = [None] * 100
gc.collect()
sys.stderr = Capture()
gc.set_debug(gc.DEBUG_STATS)
for i in range(100):
    held[i] = Node()
gc.collect(0)
gc.collect(1)
gc.set_debug(0)
for line in re.findall("each generation: (.*)", sys.stderr.text):
    young, middle, _ = [int(size) for size in line.split()]
    show("young: the hundred", 100 <= young < 150, "middle: the hundred", 100 <= middle < 150)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   young: the hundred True middle: the hundred False
#   young: the hundred False middle: the hundred True
