# SPDX-License-Identifier: Apache-2.0
"""Experiment W5: what becomes of weak references to uncollectable trash?

2.x: nothing; they yield it, and are not called. PEP 442: cleared and called before the finalizers.
"""

from prelude import *

x = cycle(Mortal, "x")
x.b = Node("below")
weaks = [weakref.ref(x, says("cb x")), weakref.ref(x.b, says("cb below"))]
del x
tell("collect", gc.collect(), *alive(*weaks))

# On 2.6 - 2.7:
#   collect: 2 alive alive
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 2 dead dead cb x cb below del x
