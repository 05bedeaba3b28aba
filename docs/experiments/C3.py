# SPDX-License-Identifier: Apache-2.0
"""Experiment C3: how does a tuple in trash die, which cannot be cleared?

By count, when what it references in the cycle is cleared.
"""

from prelude import *

x = Node()
x.a = (x, Mortal("in the tuple"))
x = None
tell("collect", gc.collect())

# On 2.6 - 2.7:
#   collect: 2 del in the tuple
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 3 del in the tuple
