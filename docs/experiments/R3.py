# SPDX-License-Identifier: Apache-2.0
"""Experiment R3: does an untracked object keep a mark that its finalizer has run?

A class with empty slots made untracked objects up to 3.7, which have no such bit (bpo-41984).
"""

from prelude import *


class Bare(object):
    __slots__ = ()

    def __del__(self):
        log.append("del")
        if len(log) < 6:
            kept.append(self)


bare = Bare()
show("tracked type:", bool(Bare.__flags__ >> 14 & 1))
del bare
for _ in range(3):
    log.append("|")
    del kept[:]
tell("three more deaths")

# On 2.6 - 2.7, 3.6 - 3.7:
#   tracked type: False
#   three more deaths: del | del | del | del
# On 3.8 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   tracked type: True
#   three more deaths: del | | |
