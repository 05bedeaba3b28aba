# SPDX-License-Identifier: Apache-2.0
"""Experiment W11: does `weakref.ref` make a new object each time?

Without a callback the existing one is shared; a model whose weak references have identity has to
use a subclass, or callbacks.
"""

from prelude import *


class Ref(weakref.ref):
    __slots__ = ()


x = Node()
show("plain:", weakref.ref(x) is weakref.ref(x), "callback:",
     weakref.ref(x, says("cb")) is weakref.ref(x, says("cb")), "subclass:", Ref(x) is Ref(x))

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   plain: True callback: False subclass: False
