# SPDX-License-Identifier: Apache-2.0
"""Experiment O5: what if a finalizer adds to the list that is being emptied?

What it adds stays: the elements were taken out before the first was released.
"""

from prelude import *

items = [Mortal("x"), Mortal("x")]
scripts["x"] = lambda node: items.append(len(items)) if len(items) < 3 else None
del items[:]
tell("left", items)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   left: [0, 1] del x del x
