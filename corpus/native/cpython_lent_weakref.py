"""CPython 3.6 to 3.12: use after free in PyObject_ClearWeakRefs. The target's only weak reference
is lent to its callback, not held for it; a callback that lets go of the weak reference is handed
memory that is free.

    PYTHONMALLOC=debug python3 cpython_lent_weakref.py      crashes where the bug is there

Ouroboros found it through the C API, law `no-free-while-held`; shrunk:

    def 0:
      r0 = none
    main:
      r0 = node 0
      r1 = weak r0 call 0
      ...

The adapter holds the weak reference for its callbacks since, so programs do not meet it any more.
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
