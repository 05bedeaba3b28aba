# SPDX-License-Identifier: Apache-2.0
"""Experiment B3b: may a stale entry of a WeakValueDictionary remove a newer one of the same key?

In 2.6: the callback of the old entry deletes whatever has its key (issue 28427).
"""

from prelude import *

table = weakref.WeakValueDictionary()
new = Node("new")
first = cycle(Node)
weak = weakref.ref(first, lambda _: table.__setitem__("key", new))  # runs first
table["key"] = cycle(Node)
del first
gc.collect()
show("the newer entry is there:", table.get("key") is new)

# On 2.6:
#   the newer entry is there: False
# On 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   the newer entry is there: True
