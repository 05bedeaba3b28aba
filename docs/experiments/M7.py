# SPDX-License-Identifier: Apache-2.0
"""Experiment M7: are objects born while trash is cleared examined by the same collection?

No, they are young, and for the next one.
"""

from prelude import *

scripts["x"] = lambda node: (kept.append(Node("new")), cycle(Node))
cycle(Node).b = Mortal("x")
tell("collect", gc.collect())
tell("the next one", gc.collect(0), names(kept))

# On 2.6 - 2.7:
#   collect: 1 del x
#   the next one: 1 ['new']
# On 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   collect: 2 del x
#   the next one: 1 ['new']
