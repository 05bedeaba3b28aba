# SPDX-License-Identifier: Apache-2.0
"""Experiment M8: what if the finalizer of F3 brings its object back?

2.x: it leaves the uncollectable set, but what it reaches stays in it, and is counted, although it
lives. 3.4 to 3.8: nothing is cleared. Since 3.9 the object and what it reaches live; since 3.15 its
weak references without callback do, too.
"""

from prelude import *

scripts["x"] = kept.append
x = Mortal("x")
x.a = Node("child")
weak = weakref.ref(x)
cycle(Node).b = x
del x
tell("collect", gc.collect(), "garbage", names(gc.garbage), *alive(weak))
show("lives:", names(kept), names([kept[0].a]))

# On 2.6 - 2.7:
#   collect: 2 garbage [] dead del x
#   lives: ['x'] ['child']
# On 3.6:
#   collect: 3 garbage [] dead del x
#   lives: ['x'] ['child']
# On 3.7.5 - 3.8:
#   collect: 0 garbage [] dead del x
#   lives: ['x'] ['child']
# On 3.9 - 3.13, 3.14.2, 3.14.5 - 3.14:
#   collect: 1 garbage [] dead del x
#   lives: ['x'] ['child']
# On 3.15:
#   collect: 1 garbage [] alive del x
#   lives: ['x'] ['child']
