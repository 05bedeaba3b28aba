# SPDX-License-Identifier: Apache-2.0
"""Experiment G9: what do explicit collections do to the counts, and which generations are there?"""

from prelude import *

gc.collect()
for generation in (2, 0, 0, 1, 1, 0, 2):
    gc.collect(generation)
    log.append(str(gc.get_count()[1:]))
tell("counts after 2, 0, 0, 1, 1, 0, 2")
for generation in (3, -1):
    try:
        gc.collect(generation)
    except ValueError:
        show(generation, sys.exc_info()[1])

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.5 - 3.15:
#   counts after 2, 0, 0, 1, 1, 0, 2: (0, 0) (1, 0) (2, 0) (0, 1) (0, 2) (1, 2) (0, 0)
#   3 invalid generation
#   -1 invalid generation
# On 3.14.2:
#   counts after 2, 0, 0, 1, 1, 0, 2: (0, 0) (1, 0) (2, 0) (2, 0) (2, 0) (3, 0) (0, 0)
#   3 invalid generation
#   -1 invalid generation
