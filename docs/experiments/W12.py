# SPDX-License-Identifier: Apache-2.0
"""Experiment W12: is a weak reference called that died before its target?"""

from prelude import *

x = Node()
weak = weakref.ref(x, says("cb"))
del weak, x
tell("death")

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   death:
