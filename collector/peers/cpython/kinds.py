# SPDX-License-Identifier: Apache-2.0

"""The adapter of kinds is the part of the CPython specimen that executes programs whose slots,
objects and registers are kinds: ways of the interpreter's own to hold a reference (3.7 and later).

Place: a peer of collector/protocol_collector. The harness concatenates kinds_*.py, in the order of
their names, and this file, and has the interpreter under test run the text; so nothing is imported
between them. It executes and reports; it judges nothing.

As in cpython.py an instrument must not disturb what it measures: a death is seen by an untracked
sentinel in the node (kinds_state.py), old values are released last, and what the adapter owns is
frozen. Most of the tables is never compiled in a process: a kind is, when it is first used.

Options in the environment variable OURO_OPTIONS, `kinds=generator,list-item&gc=10`: the names or
families of kinds, a threshold for automatic collections, `crashing=1` for pokes that are known to
crash or to leak, `noweak=1` for kinds of nodes that cannot be weakly referenced.
"""

import gc
import os
import sys
import warnings

# ---- Operations ----------------------------------------------------------------------------------
# A handler takes small integers, or a kind, and returns None, or how the script ends if it ends
# one.


def node(register, kind, has_finalizer):
    if noting:
        note(name_of(register), ' = ', kind.note(len(alive), has_finalizer))
    write(register, None)
    passing[0] = None
    new_node(register, kind, has_finalizer)


def new_node(register, kind, has_finalizer):
    thing = (kind.makers or kind.compile())[has_finalizer]()
    if kind.has_dict:
        for name in SLOTS:
            setattr(thing, name, None)
    sentinel = new_sentinel()
    thing.z = sentinel  # In a dict it is the last one to be cleared, and so it is among slots.
    born(register, thing, sentinel)


def leaf(register, _b, _c):
    if noting:
        note(name_of(register), ' = born(Leaf(), %d)' % len(alive))
    write(register, None)
    passing[0] = None
    thing = new_sentinel()
    born(register, thing, thing)


def new_weak(source, has_callback):
    thing = Weak(read(source), callback) if has_callback else Weak(read(source))
    sentinel = new_sentinel()
    thing.z = sentinel
    return thing, sentinel


def weak(register, source, has_callback):
    if noting:
        arguments = (name_of(register), reading(source), len(alive))
        note('%s = weakref.ref(%s, callbacks[%d])' % arguments if has_callback else
             '%s = weakref.ref(%s)' % arguments[:2])
    pair = new_weak(source, has_callback)
    write(register, None)
    passing[0] = None
    born(register, *pair)


def copy_register(register, source, kind):
    value = read(source)
    if noting:
        text = reading(source)
        note(name_of(register), ' = ', fill(kind.texts['make'], x=text) if kind else text)
    assign(register, value, kind)
    del value
    passing[0] = None


def assign(register, value, kind):
    holder = value
    if kind is not None:
        try:
            holder = kind.make(value)
        except Exception:  # A content of this kind of node cannot be held so.
            kind = None
    if noting and roots[register] is not None and roots[register].take:
        note(fill(roots[register].texts['take'], h=name_of(register)))
    write(register, holder, kind)


def load(register, source, slot):
    thing = read(source)
    value = load_value(thing, slot)
    if value is None:
        drop_empty(thing, slot, source)
    del thing
    got_one(register, value)
    passing[0] = None


def drop_empty(thing, slot, target):
    """Nothing can be read from a holder: by an action, or the collector. It is not kept: its frame
    may still have the content, though a generator has ended."""
    if edges.get(numbers[id(thing)] * 8 + slot) is None:
        return
    if noting and registers[target] is not None and read(target) is thing:
        note(place_of(target, slot), ' = None')
    replace(thing, slot, None)


def load_value(thing, slot):
    number = numbers[id(thing)]
    holder = getattr(thing, SLOTS[slot], None)
    kind = edges.get(number * 8 + slot)
    if kind is not None:
        holder = content(kind, number * 8 + slot, holder)
    return holder


def got_one(register, value):
    if noting:
        note_load(register, value)
    got(value)
    assign(register, value, None)


def dereference(register, source, _c):
    value = read(source)()
    if noting:
        note(name_of(register), ' = ', reading(source), '()')
    got(value)
    assign(register, value, None)
    del value
    passing[0] = None


def store(target, slot, source):
    if noting:
        note(place_of(target, slot), ' = ', reading(source))
    replace(read(target), slot, read(source))
    passing[0] = None


def empty_slot(target, slot, _c):
    thing = read(target)
    key = numbers[id(thing)] * 8 + slot
    kind = edges.get(key)
    if kind is None or kind.take is None or key in stuffed:
        if noting:
            note(place_of(target, slot), ' = None')
        replace(thing, slot, None)
    else:
        if noting:
            note(fill(kind.texts['take'], h=place_of(target, slot)))
        if not take_out(kind, key, getattr(thing, SLOTS[slot], None)):
            replace(thing, slot, None)
    del thing
    passing[0] = None


def replace(thing, slot, value):
    key = numbers[id(thing)] * 8 + slot
    passing[0] = getattr(thing, SLOTS[slot], None)
    edges.pop(key, None)
    inside.pop(key, None)
    stuffed.discard(key)
    setattr(thing, SLOTS[slot], value)


def take_out(kind, key, holder):
    passing[0] = content(kind, key, holder)
    inside.pop(key, None)
    try:
        kind.take(holder)
    except Exception:
        return False
    return True


def store_kind(target, slot, source, kind):
    thing, value = read(target), read(source)
    key = numbers[id(thing)] * 8 + slot
    fits = edges.get(key) is kind and key not in stuffed
    if not fits or not refill(kind, key, thing, slot, value, target, source):
        holder, kind = make_holder(kind, value, target, slot, source)
        replace(thing, slot, holder)
        if getattr(thing, SLOTS[slot], None) is not holder:  # A descriptor, in a class.
            holder, kind = make_holder(FALLBACK, value, target, slot, source)
            setattr(thing, SLOTS[slot], holder)
        del holder
        edges[key] = kind
    inside[key] = numbers[id(value)]
    del thing, value
    passing[0] = None


def make_holder(kind, value, target, slot, source):
    """Some kinds cannot hold every kind of node, a foreign structure for instance. Then it is in a
    list."""
    for kind in (kind, FALLBACK):
        if noting:
            note(place_of(target, slot), ' = ', fill(kind.texts['make'], x=reading(source)))
        try:
            return kind.make(value), kind
        except Exception:
            pass
    return value, None


def refill(kind, key, thing, slot, value, target, source):
    """Puts a value into the holder that is there already; False if it cannot."""
    if kind.put is None:
        return False
    holder = getattr(thing, SLOTS[slot], None)
    passing[0] = content(kind, key, holder)
    if noting:
        note(fill(kind.texts['put'], h=place_of(target, slot), x=reading(source)))
    try:
        kind.put(holder, value)
    except Exception:
        return False
    return True


def poke(target, slot, number):
    """The operation holds the node until it has reported. So the judge has it."""
    thing = read(target)
    identity = numbers[id(thing)]
    key = identity * 8 + slot
    kind = edges.get(key)
    if kind is None:
        got(load_value(thing, slot))
        return
    number %= len(kind.pokes)
    if noting:
        note_poke(kind, number, place_of(target, slot))
    holder = getattr(thing, SLOTS[slot], None)  # None: the collector has cleared the node.
    act(kind, key, number, holder)
    del holder
    if not after_poke(target, slot, thing):
        passing[0] = None
        answer.append('> got none\n')
    del thing  # A traceback in the holder may keep this frame.


def act(kind, key, number, holder):
    try:
        function = kind.function(number)
        if function.__code__.co_argcount == 2:
            stuffed.add(key)
            function(holder, content(kind, key, holder))
        else:
            function(holder)
    except BaseException as error:
        forget_frames(error)


def forget_frames(error):
    """A traceback keeps the frames of all callers: that of a finalizer, too, which has its self."""
    for _ in range(MAX_CONTEXTS):
        error.__traceback__ = None
        error = error.__context__
        if error is None:
            break


def after_poke(target, slot, thing):
    """Reports what the slot of the node holds now. Scripts may have changed all, the register too;
    an action may have destroyed the content, and then the holder is dropped. False: nothing."""
    value = load_value(thing, slot)
    if value is not None:
        got(value)
        return True
    drop_empty(thing, slot, target)
    return False


def collect(generation, _b, _c):
    if noting:
        note('gc.collect(%d)' % generation)
    answer.append('> collect %d\n' % generation)
    count = gc.collect(generation)
    answer.append('> done %d\n' % count)


def end(_a, _b, _c):
    return False


def throw(_a, _b, _c):
    return True


def hello(_a, _b, _c):
    answer.append('> hello cpython %d.%d.%d contract=cpython' % sys.version_info[:3] +
                  ' weak finalizer generations kinds\n')
    for key in kinds:
        answer.append('> kind %s\n' % kinds[key].line())


def reset(_a, _b, _c):
    """Drops everything and proves it: a surviving object would affect the next program. It would
    also be hidden by a freeze."""
    global silent
    if registers[SELF] is not None:
        raise ValueError('a script is running')
    silent = True
    for register in range(REGISTERS):
        write(register, None)
        passing[0] = None
    del keep[:]
    if sentinels:
        gc.collect()
    if sentinels:
        break_cycles()
        gc.collect()
    left = len(sentinels)
    if left:
        answer.append('error %d objects survive a reset\n' % left)
    numbers.clear()
    edges.clear()
    inside.clear()
    stuffed.clear()
    del alive[:]
    del addresses[:]
    if loaded and not left:
        hide_from_collector()
    silent = False


def break_cycles():
    """A cycle through a `rooted` kind is never freed."""
    for number, address in enumerate(addresses):
        if alive[number]:
            thing = ctypes.cast(address, ctypes.py_object).value
            for name in SLOTS:
                if getattr(thing, name, None) is not None:
                    setattr(thing, name, None)
            del thing


# ---- The protocol --------------------------------------------------------------------------------

PLAIN_LINES = {
    'end': (end, 0, 0, 0),
    'raise': (throw, 0, 0, 0),
    'hello': (hello, 0, 0, 0),
    'reset': (reset, 0, 0, 0),
    'notes on': (notes_on, 0, 0, 0),
    'prelude': (prelude, 0, 0, 0),
    'collect 0': (collect, 0, 0, 0),
    'collect 1': (collect, 1, 0, 0),
    'collect 2': (collect, 2, 0, 0),
}
REFERENCES = dict(('r%d' % k, k) for k in range(REGISTERS))
TARGETS = dict(REFERENCES)  # What may be assigned: a register, never `self`.
REFERENCES['self'] = SELF
DIGITS = dict((str(k), k) for k in range(MAX_SLOTS + 1))


def parse(line):
    """Parses a line to an operation. Raises ValueError or LookupError if it is not one."""
    text = line.decode('ascii').strip()
    if text in PLAIN_LINES:
        return PLAIN_LINES[text]
    words = text.split()
    if words[0] == 'prelude':
        require_of_note(text[len('prelude '):])
        return prelude, 0, 0, 0
    if words[0] == 'poke':
        place, slot = words[1].split('.')
        return poke, REFERENCES[place], DIGITS[slot], int(words[2])
    if len(words) < 3 or words[1] != '=':
        raise ValueError('no operation')
    kind = None
    if 'as' in words:
        index = words.index('as')
        kind = words[index + 1]
        del words[index:index + 2]
    left, right, count = words[0], words[2], len(words)
    if '.' in left:
        return parse_store(left, right, count, kind)
    target = TARGETS[left]
    if right == 'none' and count == 3:
        return copy_none, target, 0, 0
    if right == 'node' and (count == 4 or count == 6 and words[4] == 'del'):
        return node, target, kinds['node ' + kind] if kind else PLAIN, count == 6
    if right == 'leaf' and count == 3:
        return leaf, target, 0, 0
    if right == 'weak' and (count == 4 or count == 6 and words[4] == 'call'):
        return weak, target, REFERENCES[words[3]], count == 6
    if count != 3:
        raise ValueError('no operation')
    if right.endswith('()'):
        return dereference, target, REFERENCES[right[:-2]], 0
    if '.' in right:
        place, slot = right.split('.')
        return noted_load, target, REFERENCES[place], DIGITS[slot]
    return copy_register, target, REFERENCES[right], kinds['root ' + kind] if kind else None


def copy_none(register, _b, _c):
    if noting:
        note(name_of(register), ' = None')
    assign(register, None, None)
    passing[0] = None


def parse_store(left, right, count, kind):
    place, slot = left.split('.')
    if count != 3:
        raise ValueError('no operation')
    if right == 'none':
        return empty_slot, REFERENCES[place], DIGITS[slot], 0
    source = REFERENCES[right]
    if not kind:
        return store, REFERENCES[place], DIGITS[slot], source
    kind = kinds['edge ' + kind]
    return (lambda target, slot, source: store_kind(target, slot, source, kind),
            REFERENCES[place], DIGITS[slot], source)


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
        data = data[os.write(1, data):]


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
            else:
                raise ValueError('no script is running')
        except Exception:
            report_error(line)


def report_error(line):
    kind, value = sys.exc_info()[:2]
    text = ascii('%s: %s' % (kind.__name__, value))
    answer.append('error in %r: %s\n' % (line[:80], text[:200]))


def is_content(thing):
    number = numbers.get(id(thing))
    return number is not None and alive[number]


space.update(is_content=is_content, keep=keep)
PLAIN = NodeKind('plain', 'object', '', '', [])
warnings.simplefilter('ignore')
gc.disable()
read_tables(NodeKind)
PLAIN.compile()
if int(option('gc', '0')):
    gc.set_threshold(int(option('gc', '0')))
    gc.enable()
hide_from_collector()
gc.collect()
read_line = sys.stdin.buffer.readline

# Exceptions of scripts would be printed, with a repr of the object and the source lines. Without a
# stderr CPython prints nothing.
sys.stderr = None

serve(False)
