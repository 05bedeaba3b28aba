# SPDX-License-Identifier: Apache-2.0
"""Experiment TC2: how deep may deaths nest before the order of deaths changes?

Up to 3.12 the trashcan puts off what is nested deeper than 50, and a sibling dies first. 3.13 has
the budget of C recursion, which none of these depths reaches.
"""

from prelude import *


def order_at(depth):
    chain = Mortal("leaf")
    for _ in range(depth):
        chain = (chain,)
    pair = (Mortal("sibling"), chain)
    del chain, pair
    order = list(log)
    del log[:]
    return order


for depth in (40, 60):
    show(depth, "tuples:", *order_at(depth))

# On 2.6 - 2.7, 3.6 - 3.12:
#   40 tuples: del leaf del sibling
#   60 tuples: del sibling del leaf
# On 3.13, 3.14.2, 3.14.5 - 3.15:
#   40 tuples: del leaf del sibling
#   60 tuples: del leaf del sibling
