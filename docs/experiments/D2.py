# SPDX-License-Identifier: Apache-2.0
"""Experiment D2: what does DEBUG_STATS print?

It differs by version in the dots, in the numbers of nothing, and in the permanent generation. 2.6
prints a time after each object, half of them nonsense.
"""

import re

from prelude import *

gc.collect()


def printed(generation):
    sys.stderr = Capture()
    gc.set_debug(gc.DEBUG_STATS)
    gc.collect(generation)
    gc.set_debug(0)
    for line in sys.stderr.text.splitlines():
        line = re.sub(r"\d+\.\d+s", "TIME", line)
        show(re.sub(r"(in .* generation:)[ \d]+", r"\1 SIZES", line))


printed(2)
cycle(Node)
cycle(Node)
printed(1)

# On 2.6:
#   gc: collecting generation 2...
#   gc: objects in each generation: SIZES
#   gc: done.
#   gc: collecting generation 1...
#   gc: objects in each generation: SIZES
#   gc: TIME elapsed.
#   gc: TIME elapsed.
#   gc: done, 2 unreachable, 0 uncollectable.
# On 2.7:
#   gc: collecting generation 2...
#   gc: objects in each generation: SIZES
#   gc: done, TIME elapsed.
#   gc: collecting generation 1...
#   gc: objects in each generation: SIZES
#   gc: done, 2 unreachable, 0 uncollectable, TIME elapsed.
# On 3.6:
#   gc: collecting generation 2...
#   gc: objects in each generation: SIZES
#   gc: done, TIME elapsed
#   gc: collecting generation 1...
#   gc: objects in each generation: SIZES
#   gc: done, 2 unreachable, 0 uncollectable, TIME elapsed
# On 3.7:
#   gc: collecting generation 2...
#   gc: objects in each generation: SIZES
#   gc: objects in permanent generation: SIZES
#   gc: done, TIME elapsed
#   gc: collecting generation 1...
#   gc: objects in each generation: SIZES
#   gc: objects in permanent generation: SIZES
#   gc: done, 2 unreachable, 0 uncollectable, TIME elapsed
# On 3.8 - 3.13, 3.14.5 - 3.15:
#   gc: collecting generation 2...
#   gc: objects in each generation: SIZES
#   gc: objects in permanent generation: SIZES
#   gc: done, 0 unreachable, 0 uncollectable, TIME elapsed
#   gc: collecting generation 1...
#   gc: objects in each generation: SIZES
#   gc: objects in permanent generation: SIZES
#   gc: done, 2 unreachable, 0 uncollectable, TIME elapsed
# On 3.14.2:
#   gc: collecting generation 2...
#   gc: objects in each generation: SIZES
#   gc: objects in permanent generation: SIZES
#   gc: done, 0 unreachable, 0 uncollectable, TIME elapsed
#   gc: collecting generation 1...
#   gc: objects in each generation: SIZES
#   gc: objects in permanent generation: SIZES
#   gc: done, 0 unreachable, 0 uncollectable, TIME elapsed
