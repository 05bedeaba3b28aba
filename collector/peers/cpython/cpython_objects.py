# SPDX-License-Identifier: Apache-2.0

"""What objects of programs are in CPython: classes of nodes and of weak references, and sentinels.

Place: a part of the adapter in cpython.py; the build puts this text before it.
"""

import ctypes
import weakref

MAX_SLOTS = 8
SLOTS = ['a%d' % k for k in range(MAX_SLOTS)]
SENTINEL = 'z'  # After all of SLOTS.

new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype = ctypes.py_object
new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
untrack = ctypes.pythonapi.PyObject_GC_UnTrack
untrack.restype = None
untrack.argtypes = [ctypes.py_object]


def make_classes(finalize):
    """The classes of nodes with that many slots, without and with a finalizer, which CPython looks
    up only on the class."""
    plain, finalized = [], []
    for count in range(MAX_SLOTS + 1):
        slots = tuple(SLOTS[:count]) + (SENTINEL, '__weakref__')
        base = type('Node%d' % count, (object,), {'__slots__': slots})
        plain.append(base)
        finalized.append(type('Final%d' % count, (base,), {'__slots__': (), '__del__': finalize}))
    return plain, finalized


class Weak(weakref.ref):
    """A subclass, because CPython shares plain weak references that have no callback."""
    __slots__ = (SENTINEL,)


class Holder(weakref.ref):
    """As weakref.KeyedRef is one."""
    __slots__ = (SLOTS[0], SENTINEL)
