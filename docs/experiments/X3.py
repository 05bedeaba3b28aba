# SPDX-License-Identifier: Apache-2.0
"""Experiment X3: does a finalizer still see the names of its module at exit?

2.x sets them to None before; since 3.4 they are there.
"""

from prelude import *


class Last(object):
    def __del__(self, write=sys.__stdout__.write):
        write("five: %s\n" % (five,))


five = 5
last = Last()

# On 2.6 - 2.7:
#   five: None
# On 3.6 - 3.13, 3.14.5 - 3.15:
#   five: 5
