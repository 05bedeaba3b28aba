# SPDX-License-Identifier: Apache-2.0
"""Experiment I1: what do the questions of the gc module tell?

Referents as often as they are referenced; referrers once each, never weak references; a census
without its own result.
"""

from prelude import *

x = Node("x")
y = Node("y")
y.a = y.b = x
weak = weakref.ref(x)
show("referents:", names(gc.get_referents(y)))
show("referrers:", names(gc.get_referrers(x)), any(r is weak for r in gc.get_referrers(x)))
objects = gc.get_objects()
show("census has itself:", any(thing is objects for thing in objects))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   referents: ['x', 'x']
#   referrers: ['y'] False
#   census has itself: False
