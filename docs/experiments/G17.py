# SPDX-License-Identifier: Apache-2.0
"""Experiment G17: do survivors keep their order?

No: what was tentatively unreachable goes to the end of the list, in the order of discovery. So no
user may rely on the order of `gc.get_objects`.
"""

from prelude import *

a, c, e = Node("a"), None, None
b = Node("b")
b.a = a
c = Node("c")
c.a = b
d = Node("d")
e = Node("e")
e.a = d
del a, b, d
show("born:", " ".join(names(gc.get_objects())))
for generation in range(3):
    gc.collect(generation)
    show("collected %d:" % generation, " ".join(names(gc.get_objects())))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   born: a b c d e
#   collected 0: c e b d a
#   collected 1: c e b d a
#   collected 2: c e b d a
