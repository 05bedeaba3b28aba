# SPDX-License-Identifier: Apache-2.0
"""Experiment T3: is an untracked object counted in the result of a collection?

No: a tuple in trash counts while it is tracked, which since 3.14 one of numbers never is.
"""

from prelude import *

pair = tuple([1, 2])
gc.collect()
x = [pair]
x.append(x)
del x, pair
show("an old tuple:", gc.collect())
x = [tuple([1, 2])]
x.append(x)
del x
show("a new tuple:", gc.collect())

# On 2.6:
#   an old tuple: 2
#   a new tuple: 2
# On 2.7, 3.6 - 3.13:
#   an old tuple: 1
#   a new tuple: 2
# On 3.14.2, 3.14.5 - 3.15:
#   an old tuple: 1
#   a new tuple: 1
