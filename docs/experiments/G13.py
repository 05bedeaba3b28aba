# SPDX-License-Identifier: Apache-2.0
"""Experiment G13: where in a program does an automatic collection run?

Up to 3.11 within the allocation; since 3.12 (gh-97922) at the next check of the interpreter, so
one C call may allocate as much as it likes.
"""

from prelude import *

if hasattr(gc, "callbacks"):
    ran = []
    gc.callbacks.append(lambda phase, info: ran.append(phase) if phase == "start" else None)
    gc.set_threshold(700, 10, 10)
    gc.collect()
    del ran[:]
    gc.enable()
    made = list(zip(range(20000)))
    gc.disable()
    show("20000 tuples in one call:", "many collections" if len(ran) > 20 else "at most one")
else:
    show("gc.callbacks is not here")

# On 2.6 - 2.7:
#   gc.callbacks is not here
# On 3.6 - 3.11:
#   20000 tuples in one call: many collections
# On 3.12 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   20000 tuples in one call: at most one
