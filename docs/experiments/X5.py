# SPDX-License-Identifier: Apache-2.0
"""Experiment X5: which cycles does the interpreter's exit finalize, and in which order?

Since 3.4 those that are lost already first, if automatic collection is on; then, in order of birth,
what the main module held. 2.x only what died by count: see X1.
"""

from prelude import *


class Last(object):
    def __init__(self, name):
        self.name = name
        self.me = self

    def __del__(self, write=sys.__stdout__.write):
        write(self.name + "\n")


gc.enable()
held = Last("alive in a cycle")
lost = Last("lost in a cycle")
later = Last("alive in a later cycle")
del lost
show("end")

# On 2.6 - 2.7, 3.14.2:
#   end
# On 3.6 - 3.13, 3.14.5 - 3.15:
#   end
#   lost in a cycle
#   alive in a cycle
#   alive in a later cycle
