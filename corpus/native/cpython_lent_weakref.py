# SPDX-License-Identifier: Apache-2.0

"""CPython 3.6 to 3.12: use after free in PyObject_ClearWeakRefs. The callback
of the target's only weak reference gets a borrowed reference to it; if the callback releases the
weak reference, freed memory is used.

    PYTHONMALLOC=debug python3 cpython_lent_weakref.py      crashes where the bug is present

Ouroboros found it through the C API, as ../found/cpython-api-no-free-while-held-1090.gct. The
adapter has since kept the weak reference alive for its callbacks, so programs no longer trigger it.
"""

import weakref


class Emptier:
    """`list.remove` compares it with the weak reference that it was lent."""

    def __eq__(self, other):
        held.clear()  # the last reference to the weak reference
        return NotImplemented  # now the weak reference itself is asked

    __hash__ = object.__hash__


class Weak(weakref.ref):
    __slots__ = ()


class Target:
    pass


held = []
target = Target()
held.append(Emptier())
held.append(Weak(target, held.remove))
del target
print("passes")
