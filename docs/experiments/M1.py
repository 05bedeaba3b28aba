# SPDX-License-Identifier: Apache-2.0
"""Experiment M1: in which generation is the dictionary of an old instance that is tracked late?

In generation 0, though the dictionary is old (2.7 on): but the instance holds it, and is a root for
young collections.
"""

from prelude import *


class Open(object):
    pass


x = Open()
x.number = 1
gc.collect()
x.items = [x]
weak = weakref.ref(x)
del x
show("found by", found_by(weak))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   found by 2
