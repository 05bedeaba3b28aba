# SPDX-License-Identifier: Apache-2.0
"""Experiment W8: can a callback bring trash back through another weak reference?

No, as W3 says; since 3.15 yes, through one without a callback, and then nothing is cleared.
"""

from prelude import *

one, two = ring(Node("one"), Node("two"))
plain = weakref.ref(two)
weak = weakref.ref(one, lambda _: kept.append(plain()))
del one, two
tell("collect", gc.collect(), "brought back", ["nothing" if x is None else x.name for x in kept])

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.14:
#   collect: 2 brought back ['nothing']
# On 3.15:
#   collect: 0 brought back ['two']
