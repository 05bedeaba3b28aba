# SPDX-License-Identifier: Apache-2.0
"""Experiment TC4: does what a finalizer drops die before the finalizer goes on?

Not if it is nested deeper than the trashcan allows, up to 3.12.
"""

from prelude import *


def drop(node):
    deep = Mortal("leaf")
    for _ in range(500):
        deep = (deep,)
    del deep
    log.append("(goes on)")


scripts["x"] = drop
x = Mortal("x")
del x
other = [1]
other = None  # see TC5
tell("death")

# On 2.6 - 2.7, 3.6 - 3.12:
#   death: del x (goes on) del leaf
# On 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: del x del leaf (goes on)
