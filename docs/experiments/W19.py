# SPDX-License-Identifier: Apache-2.0
"""Experiment W19: can a weak reference hand out an object of the trash that is being cleared?

One that a finalizer made to it can, as it came after the clearing of weak references (gh-91636).
Releases with GH-136401 clear once more.
"""

from prelude import *


class Looks(object):
    """No finalizer of the trash: it is made by one, and dies when the trash is cleared."""

    def __del__(self):
        log.append("it is " + alive(*kept)[0])


def watch_it(node):
    kept.append(weakref.ref(node))
    node.b = Looks()


x = cycle(Mortal, "x")
scripts["x"] = watch_it
del x
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 1
# On 3.6 - 3.13.5, 3.14.2:
#   collect: 1 del x it is alive
# On 3.14.5 - 3.15:
#   collect: 1 del x it is dead
