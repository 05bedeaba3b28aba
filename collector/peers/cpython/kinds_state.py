# SPDX-License-Identifier: Apache-2.0

"""The state of the adapter is its registers, and what it knows of objects: births, deaths, holders.

Place: a part of the CPython specimen, before kinds.py, which changes it.
"""

import ctypes
import gc
import os
import sys
import warnings
import weakref

REGISTERS = 16
MAX_KNOWN = 100000  # Lines whose parse is cached.
MAX_CONTEXTS = 16  # Exceptions in the context of one whose frames are forgotten.
SELF = REGISTERS
OPTIONS = os.environ.get('OURO_OPTIONS', '')

registers = [None] * (REGISTERS + 1)  # The last one is `self`. An object, or the holder of a root.
roots = [None] * (REGISTERS + 1)  # The kinds of those holders.
passing = [None]  # The old value of an assignment, about to be released.
edges = {}  # 8 * id of a node + slot -> kind of the holder in that slot.
inside = {}  # The same key -> id of the content, for kinds that cannot be read.
stuffed = set()  # The same keys: an action was given the content, and may have put it in again.
numbers = {}  # Address of an object -> its id. Stale once the object is dead.
addresses = []  # Id -> address.
sentinels = {}  # Address of a sentinel -> id of its object, which is alive.
alive = []  # By id.
answer = []  # Lines not written yet.
known = {}  # Line -> index in `operations`.
operations = []  # (handler, argument, argument, argument)
keep = []  # Weak references that pokes made, until the next reset.
silent = False  # During a reset there are no events and no scripts.
noting = False


class Raised(Exception):
    """What `raise` raises."""


# ---- Births and deaths ---------------------------------------------------------------------------


class Sentinel(object):
    """Its death is that of the object whose last slot it is in. It is not tracked, so it is in no
    trash, and its finalizer runs when it is released. Unlike the destructor of a capsule that may
    run while an exception is set: the interpreter puts that aside."""
    __slots__ = ()

    def __del__(self):
        number = sentinels.pop(id(self))
        alive[number] = False
        if not silent:
            answer.append('> free %d\n' % number)


untrack = ctypes.pythonapi.PyObject_GC_UnTrack
untrack.restype = None
untrack.argtypes = [ctypes.py_object]


def new_sentinel():
    sentinel = Sentinel()
    if gc.is_tracked(sentinel):  # From 3.8 on, even without slots.
        untrack(sentinel)
    return sentinel


def born(register, thing, sentinel):
    number = len(alive)
    alive.append(True)
    addresses.append(id(thing))
    numbers[id(thing)] = number
    sentinels[id(sentinel)] = number
    answer.append('> new %d\n' % number)
    write(register, thing)
    passing[0] = None


def finalize(self):
    """__del__ of nodes. The exception leaves from here, so that its traceback references what that
    of any __del__ does: this frame, and with it `self`."""
    if not silent and script('> finalize', self):
        raise Raised


def callback(self):
    if not silent and script('> callback', self):
        raise Raised


def script(kind, self):
    """Runs a script and returns whether it raised. The caller, a finalizer or callback, references
    `self` meanwhile, so a reference from here changes nothing."""
    number = numbers.get(id(self))
    if number is None or not alive[number]:
        return False  # A copy that an action made: no object of the program.
    outer = registers[SELF]
    registers[SELF] = self
    answer.append('%s %d\n' % (kind, number))
    raised = serve(True)
    answer.append('> end %d raised\n' % number if raised else '> end %d\n' % number)
    registers[SELF] = outer
    return raised


class Weak(weakref.ref):
    """A subclass, because CPython shares plain weak references that have no callback."""
    __slots__ = ('z',)
    __hash__ = object.__hash__
    __eq__ = object.__eq__
    __ne__ = object.__ne__


# ---- Reading and writing -------------------------------------------------------------------------


def read(register):
    kind = roots[register]
    return registers[register] if kind is None else kind.get(registers[register])


def write(register, value, kind=None):
    """The old value is released by the caller, by emptying `passing`."""
    old = roots[register]
    passing[0] = registers[register]
    registers[register] = value
    roots[register] = kind
    if old is not None and old.take:
        drop_root(old)


def drop_root(kind):
    """Empties the holder in `passing`, and has the content released last in its place."""
    holder = passing[0]
    passing[0] = kind.get(holder)
    kind.take(holder)


def executing_content(key):
    """What a generator that is being executed holds: it cannot be asked."""
    if not str(sys.exc_info()[1]).endswith('already executing'):
        return None
    return remembered(key)


def remembered(key):
    number = inside.get(key)
    if number is None or not alive[number] or is_dying(addresses[number]):
        return None
    return ctypes.cast(addresses[number], ctypes.py_object).value


def is_dying(address):
    """Whether an object is being released: whoever referenced it would release it once more. Its
    count is in front of its type; since 3.14 other things are in its upper half."""
    return not ctypes.c_ssize_t.from_address(address + COUNT_AT).value & 0xffffffff


COUNT_AT = object.__basicsize__ - 2 * ctypes.sizeof(ctypes.c_ssize_t)


def content(kind, key, holder):
    """What a holder holds: an object of the program, or None."""
    if kind.get is None:
        return remembered(key)
    try:
        value = kind.get(holder)
    except Exception:
        return executing_content(key)
    number = numbers.get(id(value))
    return value if number is not None and alive[number] else None


def got(value):
    answer.append('> got none\n' if value is None else '> got %d\n' % numbers[id(value)])
