# SPDX-License-Identifier: Apache-2.0
"""Experiment C4: does a census show trash that is being cleared?

No: it is in a list of the collector's own. (A finalizer that runs meanwhile must not get at it.)
"""

from prelude import *


def look(node):
    log.append("sees %s" % [name for name in names(gc.get_objects()) if name.startswith("trash")])


scripts["x"] = look
one, two = ring(Node("trash one"), Node("trash two"))
one.b = Mortal("x")
del one, two
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 2 del x sees []
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3 del x sees []
