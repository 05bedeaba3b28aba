# SPDX-License-Identifier: Apache-2.0
"""Experiment O1: in which order do attributes in an instance's dictionary die?

2.x: the order of the hash table; 3.6 to 3.10: of insertion; since 3.11: of the keys that all
instances of the class share, that is, of the first insertion in any of them.
"""

from prelude import *


class Open(object):
    pass


for order in ("abc", "cba"):
    x = Open()
    for letter in order:
        setattr(x, letter, Mortal(letter))
    del x
    tell("set " + order)
x = Open()
x.a, x.b, x.c = Mortal("a"), Mortal("b"), Mortal("c")
del x.a
x.a = Mortal("a again")
del x
tell("a set again")

# On 2.6 - 2.7:
#   set abc: del a del c del b
#   set cba: del a del c del b
#   a set again: del a del a again del c del b
# On 3.6 - 3.10:
#   set abc: del a del b del c
#   set cba: del c del b del a
#   a set again: del a del b del c del a again
# On 3.11 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   set abc: del a del b del c
#   set cba: del a del b del c
#   a set again: del a del a again del b del c
