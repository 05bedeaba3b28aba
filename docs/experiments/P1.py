# SPDX-License-Identifier: Apache-2.0
"""Experiment P1: what does one resurrection spare in a collection?

3.4 to 3.8: all the trash of the collection. Since 3.9 (bpo-38379): what can be reached again.
"""

from prelude import *


def trash():
    x = Mortal("x")
    ring(x, Node("partner"))
    x.b = Node("leaf")
    ring(Mortal("other"), Node("other's partner"))


def surviving():
    return sorted(names(gc.get_objects()))


scripts["x"] = kept.append
trash()
tell("collect", gc.collect(), "alive", surviving())
tell("again", gc.collect(), "alive", surviving())
del kept[:]
tell("dropped", gc.collect(), "alive", surviving())

# On 2.6 - 2.7:
#   collect: 5 alive ['leaf', 'other', "other's partner", 'partner', 'x']
#   again: 0 alive ['leaf', 'other', "other's partner", 'partner', 'x']
#   dropped: 0 alive ['leaf', 'other', "other's partner", 'partner', 'x']
# On 3.6:
#   collect: 5 alive ['leaf', 'other', "other's partner", 'partner', 'x'] del x del other
#   again: 2 alive ['leaf', 'partner', 'x']
#   dropped: 3 alive []
# On 3.7.5 - 3.8:
#   collect: 0 alive ['leaf', 'other', "other's partner", 'partner', 'x'] del x del other
#   again: 2 alive ['leaf', 'partner', 'x']
#   dropped: 3 alive []
# On 3.9 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 2 alive ['leaf', 'partner', 'x'] del x del other
#   again: 0 alive ['leaf', 'partner', 'x']
#   dropped: 3 alive []
