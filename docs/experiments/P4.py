# SPDX-License-Identifier: Apache-2.0
"""Experiment P4: does a finalizer see the rest of its cycle intact?

Yes: all finalizers run before anything is cleared.
"""

from prelude import *


def look(node):
    log.append("sees " + node.a.name + (" back at it" if node.a.a is node else " changed"))


scripts["one"] = scripts["two"] = look
one, two = ring(Mortal("one"), Mortal("two"))
del one, two
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 2
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 2 del one sees two back at it del two sees one back at it
