# SPDX-License-Identifier: Apache-2.0
"""Experiment P8: what do weak references to trash yield to its finalizers?

Nothing, from 3.4 on: they are cleared before. Since 3.15 (GH-136189) those without a callback are
cleared after the finalizers.
"""

from prelude import *

x = cycle(Mortal, "x")
plain, called = weakref.ref(x), weakref.ref(x, says("cb"))
scripts["x"] = lambda node: log.append("sees %s, %s" % tuple(alive(plain, called)))
del x
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 1
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.14:
#   collect: 1 cb del x sees dead, dead
# On 3.15:
#   collect: 1 cb del x sees alive, dead
