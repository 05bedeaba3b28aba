# SPDX-License-Identifier: Apache-2.0
"""Experiment P9: what do weak references yield after their target was brought back from trash?

They were cleared and called all the same, and are not restored. Since 3.15 those without a callback
still yield it.
"""

from prelude import *

x = cycle(Mortal, "x")
plain, called = weakref.ref(x), weakref.ref(x, says("cb"))
scripts["x"] = kept.append
del x
tell("collect", gc.collect(), *alive(plain, called))

# On 2.6 - 2.7:
#   collect: 1 alive alive
# On 3.6:
#   collect: 1 dead dead cb del x
# On 3.7.5 - 3.13, 3.14.2, 3.14.5 - 3.14:
#   collect: 0 dead dead cb del x
# On 3.15:
#   collect: 0 alive dead cb del x
