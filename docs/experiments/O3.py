# SPDX-License-Identifier: Apache-2.0
"""Experiment O3: in which order do the elements of containers die?

Lists and tuples release the last first. Dictionaries go by their table, a key before its value.
"""

from prelude import *


def three():
    return [Mortal(name) for name in "012"]


x = three()
del x
tell("list dies")
x = three()
x[:] = []
tell("list is emptied")
x = tuple(three())
del x
tell("tuple dies")
x = dict((i, Mortal(str(i))) for i in (2, 0, 1))
del x
tell("dictionary with keys 2, 0, 1 dies")

# On 2.6 - 2.7:
#   list dies: del 2 del 1 del 0
#   list is emptied: del 2 del 1 del 0
#   tuple dies: del 2 del 1 del 0
#   dictionary with keys 2, 0, 1 dies: del 0 del 1 del 2
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   list dies: del 2 del 1 del 0
#   list is emptied: del 2 del 1 del 0
#   tuple dies: del 2 del 1 del 0
#   dictionary with keys 2, 0, 1 dies: del 2 del 0 del 1
