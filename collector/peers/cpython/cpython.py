# SPDX-License-Identifier: Apache-2.0

"""The adapter of CPython over the line protocol, run by the interpreter under test (2.7 and 3.4 to
3.15), that reads operations from standard input and writes events to its output.

Place: a peer of collector/protocol_collector, which starts and drives it. It executes and reports;
it parses no scripts and judges nothing. cpython_objects.py and cpython_versions.py are parts of it.

An instrument must not disturb what it measures:

* A node is one tracked object: an instance of a class with __slots__, hence without a dict.
* A death is observed by a sentinel in the node's last slot (by name, the order in which CPython
  clears them): a PyCapsule with a destructor. Capsules are not tracked, so they are in no trash, no
  census and no result of gc.collect(). A leaf is such a capsule alone.
* An assignment releases the old value last, from `passing`, when no reference of the operation is
  left in a local variable, in an argument or on the evaluation stack: a script that runs then, and
  a collection in it, must see exactly the references of the program.
* Everything that the adapter itself owns is hidden from the collector before the first program.
"""

import ctypes
import gc
import os
import sys
import types

if 'probe_contract' not in globals():  # Started as a file.
    from cpython_objects import MAX_SLOTS, SLOTS, Holder, Weak, make_classes, new_capsule, untrack
    from cpython_versions import (Generations, probe_contract, tracked_by_interpreter,
                                  two_generations)

REGISTERS = 16
MAX_KNOWN = 100000  # Lines whose parse is cached.
SELF = REGISTERS
PYTHON2 = sys.version_info[0] == 2

registers = [None] * (REGISTERS + 1)  # The last one is `self`.
pushed = []  # As arguments are: main's stack, and those of scripts on top of it.
passing = [None]  # The old value of an assignment, about to be released.
dropped = []  # The old values of several slots, likewise: an emptied list releases the last first.
numbers = {}  # Address of an object -> its id. Stale once the object is dead.
sentinels = {}  # Address of a sentinel -> id of its object, which is alive.
alive = []  # By id.
answer = []  # Lines not written yet.
known = {}  # Line -> index in `operations`.
operations = []  # (handler, argument, argument, argument)
kept = []  # See hide_from_collector.
silent = False  # During a reset: no events, no scripts.
reported = 0  # Elements of gc.garbage that have been reported.
FORKS = hasattr(os, 'fork') and sys.platform != 'emscripten'  # There, os.fork always fails.
leaving = False  # In a fork that exits: what is reported is written at once.
# Their modules are cleared while the interpreter exits.
write, garbage = os.write, gc.garbage


class Raised(Exception):
    """What `raise` raises."""


# ---- Births and deaths ---------------------------------------------------------------------------


def freed(address):
    """The destructor of sentinels. It gets a bare address: the capsule must not be touched."""
    number = sentinels.pop(address)
    alive[number] = False
    if not silent:
        answer.append('> free %d\n' % number)
        if leaving:
            flush()


FREED = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(freed)
FREED_ADDRESS = ctypes.cast(FREED, ctypes.c_void_p).value


def born(register, thing, sentinel):
    number = len(alive)
    alive.append(True)
    numbers[id(thing)] = number
    sentinels[id(sentinel)] = number
    answer.append('> new %d\n' % number)
    registers[register] = thing


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
    number = numbers[id(self)]
    outer = registers[SELF]
    registers[SELF] = self
    answer.append('%s %d\n' % (kind, number))
    raised = serve(True)
    answer.append('> end %d raised\n' % number if raised else '> end %d\n' % number)
    registers[SELF] = outer
    return raised


PLAIN, FINALIZED = make_classes(finalize)
SLOTS_OF = dict((c, SLOTS[:k]) for classes in (PLAIN, FINALIZED) for k, c in enumerate(classes))
SLOTS_OF[Weak] = []
SLOTS_OF[Holder] = SLOTS[:1]


# ---- Operations ----------------------------------------------------------------------------------
# A handler takes three small integers and returns None, or how the script ends if it ends one.


def to_register(handler):
    """Puts a value into a register, and releases the old one when that has ended."""
    def operation(register, a, b):
        passing[0] = registers[register]
        handler(register, a, b)
        passing[0] = None
    return operation


@to_register
def node(register, count, has_finalizer):
    thing = (FINALIZED if has_finalizer else PLAIN)[count]()
    sentinel = new_capsule(1, None, FREED_ADDRESS)
    thing.z = sentinel
    born(register, thing, sentinel)


@to_register
def leaf(register, _b, _c):
    thing = new_capsule(1, None, FREED_ADDRESS)
    born(register, thing, thing)


@to_register
def weak(register, source, has_callback):
    target = registers[source]
    thing = Weak(target, callback) if has_callback else Weak(target)
    sentinel = new_capsule(1, None, FREED_ADDRESS)
    thing.z = sentinel
    born(register, thing, sentinel)


@to_register
def holder(register, source, held):
    new_holder(register, held, Holder(registers[source]))


@to_register
def called_holder(register, source, held):
    new_holder(register, held, Holder(registers[source], callback))


def new_holder(register, held, thing):
    thing.a0 = registers[held]
    sentinel = new_capsule(1, None, FREED_ADDRESS)
    thing.z = sentinel
    born(register, thing, sentinel)


@to_register
def copy(register, source, _c):
    registers[register] = registers[source]


def got(register):
    if registers[register] is None:
        answer.append('> got none\n')
    else:
        answer.append('> got %d\n' % numbers[id(registers[register])])


@to_register
def load(register, source, slot):
    registers[register] = getattr(registers[source], SLOTS[slot], None)
    got(register)


@to_register
def dereference(register, source, _c):
    registers[register] = registers[source]()
    got(register)


def store(target, slot, source):
    passing[0] = getattr(registers[target], SLOTS[slot], None)
    setattr(registers[target], SLOTS[slot], registers[source])
    passing[0] = None


def empty_slot(target, slot, _c):
    passing[0] = getattr(registers[target], SLOTS[slot], None)
    setattr(registers[target], SLOTS[slot], None)
    passing[0] = None


@to_register
def node_with(register, count, operands):
    even, odd, has_finalizer = operands
    thing = (FINALIZED if has_finalizer else PLAIN)[count]()
    for slot in range(count):
        setattr(thing, SLOTS[slot], registers[odd if slot % 2 else even])
    sentinel = new_capsule(1, None, FREED_ADDRESS)
    thing.z = sentinel
    born(register, thing, sentinel)


def slots_of(source):
    return SLOTS_OF[type(registers[source])]


def clear(target, _b, _c):
    for slot in slots_of(target):
        dropped.append(getattr(registers[target], slot, None))
        setattr(registers[target], slot, None)
    del dropped[:]


def copy_slots(target, source, _c):
    for slot in SLOTS[:min(len(slots_of(target)), len(slots_of(source)))]:
        dropped.append(getattr(registers[target], slot, None))
        setattr(registers[target], slot, getattr(registers[source], slot, None))
    del dropped[:]


def empty_register(register, _b, _c):
    registers[register] = None


def dispose(source, _b, _c):
    try:
        registers[source].__del__()
    except Raised:
        pass


def report_garbage():
    """Reports what collections have appended to gc.garbage, after their last scripts had run."""
    global reported
    while reported < len(garbage):
        answer.append('> garbage %d\n' % numbers[id(garbage[reported])])
        reported += 1


def collect(generation, _b, _c):
    answer.append('> collect %d\n' % generation)
    count = gc.collect(EXAMINED[generation])
    report_garbage()
    answer.append('> done %d\n' % count)


@to_register
def take_garbage(register, index, _c):
    registers[register] = garbage[index] if index < len(garbage) else None
    got(register)


def clear_garbage(_a, _b, _c):
    global reported
    reported = 0
    del garbage[:]


def take_census(_a, _b, _c):
    for generation, addresses in tracked():
        for address in addresses:
            number = numbers.get(address)
            if number is not None and alive[number]:
                answer.append('> tracked %d %d\n' % (number, generation))


def hello(_a, _b, _c):
    answer.append('> hello cpython %d.%d.%d' % sys.version_info[:3] + ' contract=' + CONTRACT +
                  ' weak callback finalizer generations garbage saveall dispose scope fill held' +
                  ('' if two_generations() else ' census') +
                  (' end' if hasattr(gc, 'freeze') and FORKS else '') + '\n')


def reset(_a, _b, _c):
    """Drops everything and proves it: a surviving object would affect the next program."""
    global silent
    if registers[SELF] is not None:
        raise ValueError('a script is running')
    silent = True
    gc.set_debug(0)
    registers[:REGISTERS] = [None] * REGISTERS
    del pushed[:]
    clear_garbage(0, 0, 0)
    if sentinels:
        break_cycles()
        gc.collect()
    left = len(list(filter(is_ours, gc.get_objects())))
    if sentinels or left or garbage:
        answer.append('error %d objects survive a reset\n' % max(len(sentinels), left))
    numbers.clear()
    del alive[:]
    silent = False


def break_cycles():
    """Before PEP 442 a cycle with a finalizer is never collectable."""
    for thing in list(filter(is_ours, gc.get_objects())):
        for slot in SLOTS_OF[type(thing)]:
            setattr(thing, slot, None)


def is_ours(thing):
    """Neither the result of gc.get_objects() nor its elements are kept in a variable: a frame or
    list among them would then reference itself and become trash, which is counted."""
    return type(thing) in SLOTS_OF


# ---- The end -------------------------------------------------------------------------------------


class Last(object):
    """Dies when the interpreter clears its modules: the collection that can be judged is over."""

    def __del__(self):
        global silent
        report_garbage()
        flush()
        silent = True


def end():
    """A fork really exits, while this process waits for it. Being frozen, the adapter outlives the
    last collection. Nobody sees what that returns."""
    global leaving
    answer.append('> collect 2\n')
    flush()
    child = os.fork()
    if child == 0:
        leaving = True
        module = types.ModuleType('last')
        module.last = Last()
        sys.modules['last'] = module
        kept.extend((module, sys.stdin))  # A stdin that dies closes what it reads from.
        raise SystemExit
    status = os.waitpid(child, 0)[1]
    answer.append('> done 0\n' if status == 0 else 'error it exits with status %d\n' % status)


# ---- The protocol --------------------------------------------------------------------------------

PLAIN_LINES = {
    'end': (lambda *_: False, 0, 0, 0),
    'raise': (lambda *_: True, 0, 0, 0),
    'hello': (hello, 0, 0, 0),
    'reset': (reset, 0, 0, 0),
    'census': (take_census, 0, 0, 0),
    'garbage clear': (clear_garbage, 0, 0, 0),
    'saveall on': (lambda *_: gc.set_debug(gc.DEBUG_SAVEALL), 0, 0, 0),
    'saveall off': (lambda *_: gc.set_debug(0), 0, 0, 0),
    'pop': (lambda *_: pushed.__delitem__(-1), 0, 0, 0),
}
PLAIN_LINES.update(('collect %d' % k, (collect, k, 0, 0)) for k in range(3))
REFERENCES = dict(('r%d' % k, k) for k in range(REGISTERS))
TARGETS = dict(REFERENCES)  # What may be assigned: a register, never `self`.
REFERENCES['self'] = SELF
PLAIN_LINES.update(('dispose ' + ref, (dispose, k, 0, 0)) for ref, k in REFERENCES.items())
PLAIN_LINES.update(('push ' + ref, (lambda k, *_: pushed.append(registers[k]), k, 0, 0))
                   for ref, k in REFERENCES.items())
DIGITS = dict((str(k), k) for k in range(MAX_SLOTS + 1))


def parse(line):
    """Parses a line to an operation. Raises ValueError or LookupError if it is not one."""
    text = line.decode('ascii').strip()
    if text in PLAIN_LINES:
        return PLAIN_LINES[text]
    words = [str(word) for word in text.split()]
    if len(words) < 3 or words[1] != '=':
        raise ValueError('no operation')
    left, right, count = words[0], words[2], len(words)
    if '.' in left and count == 3:
        place, slot = left.split('.')
        if slot == '*':
            return (clear, REFERENCES[place], 0, 0) if right == 'none' else (
                copy_slots, REFERENCES[place], REFERENCES[right.split('.')[0]], 0)
        place, slot = REFERENCES[place], DIGITS[slot]
        return (store, place, slot, REFERENCES[right]) if right != 'none' else (
            empty_slot, place, slot, 0)
    target = TARGETS[left]
    if right == 'none' and count == 3:
        return empty_register, target, 0, 0
    if right == 'node' and (count == 4 or count == 6 and words[4] == 'del'):
        return node, target, DIGITS[words[3]], count == 6
    if right == 'node' and words[4] == 'with' and (count == 7 or count == 9 and words[7] == 'del'):
        operands = REFERENCES[words[5]], REFERENCES[words[6]], count == 9
        return node_with, target, DIGITS[words[3]], operands
    if right == 'leaf' and count == 3:
        return leaf, target, 0, 0
    if right == 'weak' and (count == 4 or count == 6 and words[4] == 'call'):
        return weak, target, REFERENCES[words[3]], count == 6
    if right == 'weak' and (count == 6 or count == 8 and words[6] == 'call') and words[4] == 'with':
        handler = called_holder if count == 8 else holder
        return handler, target, REFERENCES[words[3]], REFERENCES[words[5]]
    if right == 'garbage' and count == 4:
        return take_garbage, target, int(words[3]), 0
    if count != 3:
        raise ValueError('no operation')
    if right.endswith('()'):
        return dereference, target, REFERENCES[right[:-2]], 0
    if '.' in right:
        place, slot = right.split('.')
        return load, target, REFERENCES[place], DIGITS[slot]
    return copy, target, REFERENCES[right], 0


def learn(line):
    """Returns the index of a line's operation in `operations`."""
    operation = parse(line)
    if len(operations) > MAX_KNOWN:
        known.clear()
        del operations[:]
    untrack(operation)
    known[line] = len(operations)
    operations.append(operation)
    return known[line]


def flush():
    data = ''.join(answer).encode('ascii')
    del answer[:]
    while data:
        data = data[write(1, data):]


def serve(in_script):
    """Executes operations until the script ends and returns whether it raised; in main, forever."""
    while True:
        flush()
        line = read_line()
        if not line:
            os._exit(0)  # No finalizers, no module teardown, no last collection.
        try:
            index = known.get(line)
            handler, a, b, c = operations[learn(line) if index is None else index]
            raised = handler(a, b, c)
            if raised is None:
                answer.append('ok\n')
            elif in_script:
                return raised
            elif raised:
                raise ValueError('no script is running')
            else:
                end()
                answer.append('ok\n')
        except Exception:
            kind, value = sys.exc_info()[:2]
            text = '%s: %s' % (kind.__name__, value)
            answer.append('error in %r: %s\n' % (line[:80], text.replace('\n', ' ')[:200]))


# ---- Out of the collector's sight ----------------------------------------------------------------


def hide_from_collector():
    """Makes all that exists now immortal and unexamined: a collection then costs nothing, and
    finds nothing of the adapter's. From 3.7 on CPython has gc.freeze for it."""
    gc.collect()
    if hasattr(gc, 'freeze'):
        gc.freeze()
        return
    for thing in gc.get_objects():
        # Frames end. The rest is never released: some deallocators require a tracked object.
        if type(thing) is not type(sys._getframe()):
            kept.append(thing)
            untrack(thing)


gc.disable()
CONTRACT = probe_contract()
EXAMINED = (0, 0, 2) if two_generations() else (0, 1, 2)  # By generation that is asked for.
tracked = tracked_by_interpreter if sys.version_info >= (3, 8) else Generations()
hide_from_collector()
gc.collect()
read_line = sys.stdin.readline if PYTHON2 else sys.stdin.buffer.readline

# Exceptions of scripts would be printed, with a repr of the object and the source lines. Without a
# stderr CPython prints nothing.
if PYTHON2:
    del sys.stderr
else:
    sys.stderr = None

serve(False)
