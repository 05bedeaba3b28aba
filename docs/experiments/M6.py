# SPDX-License-Identifier: Apache-2.0
"""Experiment M6: do parallel references and those to oneself count one by one?

Yes: a traversal that visits one of them once too little sees a reference from outside.
"""

from prelude import *

x = Node()
x.a = x.b = x.c = x
del x
show("three to oneself:", gc.collect())
one, two = Node(), Node()
one.a = one.b = one.c = two
two.a = two.b = one
del one, two
show("parallel:", gc.collect())
one, two = Node(), Node()
one.a = one.b = two
two.a = two.b = one
kept.append(one)
del one, two
show("held once:", gc.collect())
del kept[:]
show("not held:", gc.collect())

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   three to oneself: 1
#   parallel: 2
#   held once: 0
#   not held: 2
