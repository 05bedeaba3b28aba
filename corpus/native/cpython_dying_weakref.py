# SPDX-License-Identifier: Apache-2.0

"""CPython 2.7 to 3.12: a null pointer in PyObject_ClearWeakRefs. A weak reference of a subclass
that dies releases its attributes while it is still attached to its target. If it alone held the
target, it is found among the target's weak references, without a reference and without a callback;
and Py_DECREF(current->wr_callback) expects one.

    python3 cpython_dying_weakref.py      crashes where the bug is present
"""

import weakref


class Ref(weakref.ref):
    __slots__ = ("held",)


class Node(object):
    pass


target = Node()
first = Ref(target)
first.held = target
second = Ref(target, lambda _: None)
del target
del first
print("passes")
