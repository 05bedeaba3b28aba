# SPDX-License-Identifier: Apache-2.0
"""Experiment W20: does a death keep weak references without callbacks while its callbacks run?

Its weak references are saved in a tuple, so that no callback can let another one go. Up to 3.12 the
newest two are left out if they have no callback; they die if a callback lets go of them.
"""

from prelude import *


class Weak(weakref.ref):
    """CPython shares plain weak references without a callback, and not those of a subclass."""
    __slots__ = ("held",)


def plain(node):
    """One without a callback, as it is held by nothing but `kept`; it tells its own death."""
    weak = Weak(node)
    weak.held = Mortal("of weak %d" % len(kept))
    kept.append(weak)


for newer in range(4):
    x = Node("x")
    plain(x)
    called = Weak(x, lambda _: [log.append("cb"), kept.__delitem__(slice(None)), log.append("end")])
    for _ in range(newer):
        plain(x)
    del x
    tell("one older, %d newer" % newer)

# On 2.7, 3.6 - 3.12:
#   one older, 0 newer: cb end del of weak 0
#   one older, 1 newer: cb del of weak 1 end del of weak 0
#   one older, 2 newer: cb del of weak 2 del of weak 1 end del of weak 0
#   one older, 3 newer: cb del of weak 3 del of weak 2 end del of weak 0 del of weak 1
# On 3.13, 3.14.2, 3.14.5 - 3.15:
#   one older, 0 newer: cb end del of weak 0
#   one older, 1 newer: cb end del of weak 0 del of weak 1
#   one older, 2 newer: cb end del of weak 0 del of weak 1 del of weak 2
#   one older, 3 newer: cb end del of weak 0 del of weak 1 del of weak 2 del of weak 3
