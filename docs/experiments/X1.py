# SPDX-License-Identifier: Apache-2.0
"""Experiment X1: what is finalized at the interpreter's exit?

2.x: what the names of the main module held, and no cycle that is still alive or uncollectable.
Since 3.4 the collector runs once more after that, and finalizers are called.
"""

from prelude import *

import atexit


class Last(object):
    def __init__(self, name):
        self.name = name

    def __del__(self, write=sys.__stdout__.write):
        write(self.name + "\n")


held = Last("held by a name")
live = Last("in a live cycle")
live.me = live
lost = Last("in a lost cycle")
lost.me = lost
del lost
atexit.register(sys.__stdout__.write, "exit\n")

# On 2.6 - 2.7:
#   exit
#   held by a name
# On 3.6 - 3.13, 3.14.5 - 3.15:
#   exit
#   held by a name
#   in a live cycle
#   in a lost cycle
