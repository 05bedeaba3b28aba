# SPDX-License-Identifier: Apache-2.0
"""Experiment O4: does a finalizer that runs because a place is overwritten see the new value there?

The new value is stored before the old one is released: a store that released first would show the
dying object to its own finalizer.
"""

from prelude import *

x = Node()
scripts["slot"] = lambda node: log.append("sees %r" % getattr(x, "a", "nothing"))
x.a = Mortal("slot")
x.a = 5
tell("slot = 5")
x.a = Mortal("slot")
del x.a
tell("del slot")
items = [None]
scripts["item"] = lambda node: log.append("sees %r" % items)
items[0] = Mortal("item")
items[0] = 7
tell("item = 7")
items.extend([Mortal("item"), Mortal("item")])
del items[:]
tell("del all items")
table = {}
scripts["value"] = lambda node: log.append("sees %r" % table)
table[1] = Mortal("value")
table.clear()
tell("clear a dictionary")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   slot = 5: del slot sees 5
#   del slot: del slot sees 'nothing'
#   item = 7: del item sees [7]
#   del all items: del item sees [] del item sees []
#   clear a dictionary: del value sees {}
