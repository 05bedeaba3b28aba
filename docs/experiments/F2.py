# SPDX-License-Identifier: Apache-2.0
"""Experiment F2: what else is uncollectable with an object that has a finalizer?

What it reaches, which does not enter `gc.garbage`; not what reaches it.
"""

from prelude import *

x = cycle(Mortal, "x")
x.b = Node("below")
above = cycle(Node, "above")
above.b = x
weaks = watch(x, x.b, above)
del x, above
tell("collect", gc.collect(), "garbage", names(gc.garbage), *alive(*weaks))

# On 2.6 - 2.7:
#   collect: 3 garbage ['x'] alive alive dead
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3 garbage [] dead dead dead del x
