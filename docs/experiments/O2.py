# SPDX-License-Identifier: Apache-2.0
"""Experiment O2: in which order are the slots of a dying object released?

By name within a class, whatever the order of their declaration; the derived class's slots first.
"""

from prelude import *


class Base(object):
    __slots__ = ("z", "m", "a")


class Derived(Base):
    __slots__ = ("y", "b")


for kind in (Base, Derived):
    x = kind()
    for slot in ("z", "m", "a", "y", "b"):
        if hasattr(kind, slot):
            setattr(x, slot, Mortal(slot))
    del x
    tell(kind.__name__)

# On 2.6 - 2.7, 3.6 - 3.13, 3.14.2, 3.14.5 - 3.15:
#   Base: del a del m del z
#   Derived: del b del y del a del m del z
