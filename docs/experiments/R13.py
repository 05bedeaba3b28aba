# SPDX-License-Identifier: Apache-2.0
"""Experiment R13: do deaths that a finalizer causes end before it goes on?"""

from prelude import *


class Opens(Node):
    __slots__ = ()

    def __del__(self):
        log.append("(" + self.name)
        inner = Mortal(self.name + " inner")
        del inner
        log.append(")")


x = Opens("x")
x.a = Opens("child")
del x
tell("death")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death: (x del x inner ) (child del child inner )
