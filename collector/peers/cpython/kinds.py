# SPDX-License-Identifier: Apache-2.0

"""The adapter of kinds is the part of the CPython specimen that executes programs whose slots,
objects and registers are kinds: ways of the interpreter's own to hold a reference (3.7 and later).

Place: a peer of collector/protocol_collector. The harness concatenates the tables (kinds_edges*.py,
kinds_nodes.py, kinds_roots.py) and this file, in this order, and runs the text with `python -c`;
so nothing is imported between them. It executes and reports; it judges nothing.

A row of a table is `name :: make :: get :: put :: take :: pokes :: words`; an indented line goes on
with the row above. Snippets are Python: `x` is the content, `h` the holder. Pokes are separated by
` ;; `. A name in a snippet that is a chunk of a table's helpers, or a module, is defined when a
kind that needs it is first used: most of the tables is never compiled in a process.

As in cpython.py an instrument must not disturb what it measures: a death is seen by an untracked
sentinel in the node, old values are released last, and what the adapter owns is frozen.
"""

import ctypes
import gc
import os
import re
import sys
import warnings
import weakref

REGISTERS = 16
MAX_SLOTS = 8
MAX_KNOWN = 100000  # Lines whose parse is cached.
SELF = REGISTERS
SLOTS = ['s%d' % k for k in range(MAX_SLOTS)]

registers = [None] * (REGISTERS + 1)  # The last one is `self`. An object, or the holder of a root.
roots = [None] * (REGISTERS + 1)  # The kinds of those holders.
passing = [None]  # The old value of an assignment, about to be released.
edges = {}  # 8 * id of a node + slot -> kind of the holder in that slot.
inside = {}  # The same key -> id of the content, for kinds that cannot be read.
numbers = {}  # Address of an object -> its id. Stale once the object is dead.
addresses = []  # Id -> address.
sentinels = {}  # Address of a sentinel -> id of its object, which is alive.
alive = []  # By id.
answer = []  # Lines not written yet.
known = {}  # Line -> index in `operations`.
operations = []  # (handler, argument, argument, argument)
keep = []  # Weak references that pokes made, until the next reset.
silent = False  # During a reset there are no events and no scripts.
loaded = False  # Something was compiled or imported since the last freeze.
noting = False
needed = []  # Names of helpers that the notes so far need, in the order of definition.


class Raised(Exception):
    """What `raise` raises."""


# ---- Tables --------------------------------------------------------------------------------------


class Kind(object):
    """A row of a table. Snippets are compiled when they are first used."""

    def __init__(self, place, fields):
        self.name, self.place = fields[0], place
        self.texts = dict(zip(('make', 'get', 'put', 'take'), fields[1:5]))
        self.pokes = [text for text in fields[5].split(' ;; ') if text]
        self.words = fields[6].split()
        self.functions = {}

    def function(self, part):
        """The function of a part ('make' ...) or of a poke (a number), or None."""
        if part in self.functions:
            return self.functions[part]
        text = self.pokes[part] if isinstance(part, int) else self.texts[part]
        compiled = None
        if text:
            compiled = compile_snippet(text, part)
            untrack(compiled)
        self.functions[part] = compiled
        return compiled

    def compile(self):
        """After this the parts are plain attributes."""
        self.make, self.get = self.function('make'), self.function('get')
        self.put, self.take = self.function('put'), self.function('take')
        return self

    def __getattr__(self, name):
        if name not in ('make', 'get', 'put', 'take'):
            raise AttributeError(name)
        self.compile()
        return self.__dict__[name]


def compile_snippet(text, part):
    define(text)
    if part == 'make':
        return eval('lambda x: ' + text, space)
    if part == 'get':
        return eval('lambda h: ' + text, space)
    scope = {}
    # A poke that does not mention the content must not hold it meanwhile.
    arguments = 'h, x' if part == 'put' or mentions(text, 'x') else 'h'
    exec('def run(%s): %s' % (arguments, text), space, scope)
    return scope['run']


def mentions(text, name):
    return name in NAME.findall(text)


NAME = re.compile(r'''"[^"\n]*"|'[^'\n]*'|(?<![\w.])([A-Za-z_]\w*)''')


def names_in(text):
    """The names that a snippet may take from outside, each once."""
    found = []
    for name in NAME.findall(text):
        if name and name not in found:
            found.append(name)
    return found


def define(text):
    """Defines the helpers and imports the modules that a snippet needs."""
    global loaded
    loaded = True
    for name in names_in(text):
        if name in space:
            continue
        if name in helpers:
            space[name] = None  # Ends a recursion.
            define(helpers[name])
            exec(helpers[name], space)
        elif name in MODULES:
            space[name] = __import__(name)


def require(text):
    """Remembers what the prelude has to contain for a snippet."""
    for name in names_in(text):
        if name in needed or name not in helpers and name not in MODULES:
            continue
        if name in helpers:
            needed.append(name)
            require(helpers[name])
            needed.remove(name)  # After those that it needs itself.
        needed.append(name)


def chunks(text):
    """Splits helpers: chunks are separated by empty lines; the name is in a chunk's first line."""
    result = {}
    for chunk in text.strip('\n').split('\n\n'):
        first = re.sub(r'^(@.*\n)?(async )?', '', chunk)
        words = re.findall(r'\w+', first.split('\n')[0])
        if words[0] in ('def', 'class'):
            result[words[1]] = chunk
        elif words[0] in ('import', 'from'):
            result[words[-1]] = chunk
        else:
            result[words[0]] = chunk
    return result


def version_tuple(text, default):
    return tuple(map(int, text.split('.'))) if text else default


def in_range(text):
    """Whether this interpreter is in a range of versions: 3.8-3.11, -3.9, 3.12-, 3.9."""
    first, dash, last = text.partition('-')
    low = version_tuple(first, (0,))
    high = version_tuple(last, (99,)) if dash else low
    now = sys.version_info[:3]
    return low <= now and now[:len(high)] <= high


def applicable(word):
    """A word that holds for some versions, WORD@RANGE, without the range; None if for others."""
    word, at, versions = word.partition('@')
    return word if not at or in_range(versions) else None


def parse_table(place, text):
    for line in text.replace('\n    ', ' ').split('\n'):
        if not line or line[0] == '#':
            continue
        fields = [field.strip() for field in line.split(' ::')]
        fields += [''] * (7 - len(fields))
        kind = Kind(place, fields)
        words = [applicable(word) for word in kind.words]
        kind.words = [word for word in words if word]
        if 'without' in kind.words or not exists(fields[1]):
            continue
        if place == 'edge':
            add_generic_pokes(kind)
        kinds[place + ' ' + kind.name] = kind


def add_generic_pokes(kind):
    kind.pokes = [poke for poke in map(usable_poke, kind.pokes) if poke]
    # `no-POKE`: not for this kind; `skip-POKE`: it is known to crash or to leak.
    left_out = [word[3:] for word in kind.words if word.startswith('no-')]
    if not option('crashing', ''):
        left_out += [word[5:] for word in kind.words if word.startswith('skip-')]
    kind.words = [word for word in kind.words if not word.startswith(('no-', 'skip-'))]
    for name, text in GENERIC:
        if name not in left_out:
            kind.pokes.append(text)
    del kind.pokes[64:]


def usable_poke(text):
    """A poke may begin with `!RANGE `: it is known to crash those versions."""
    if not text.startswith('!'):
        return text
    versions, text = text[1:].split(' ', 1)
    return None if in_range(versions) and not option('crashing', '') else text


def exists(text):
    """Whether the modules of a snippet are there, without importing them."""
    for name in names_in(text):
        if name not in present:
            module = name if name in MODULES else OPTIONAL.get(name)
            present[name] = module is None or module in sys.builtin_module_names or \
                module in sys.modules or find_spec(module) is not None
        if not present[name]:
            return False
    return True


def usable_node(words):
    """Whether the harness can use a kind of node. It makes weak references to any node."""
    return 'noweak' not in words or option('noweak', '') != ''


def option(name, default):
    for part in os.environ.get('OURO_OPTIONS', '').split('&'):
        key, _, value = part.partition('=')
        if key == name:
            return value
    return default


def selected(kind):
    """Whether the option `kinds` has the kind's name or one of its families."""
    chosen = option('kinds', '')
    if chosen in ('', 'all'):
        return True
    return any(kind.name == name or kind.name.startswith(name + '-') for name in chosen.split(','))


# ---- Births and deaths ---------------------------------------------------------------------------


class Sentinel(object):
    """Its death is that of the object whose last slot it is in. A class without slots, whose base
    is not collected: its instances are not tracked, so they are in no trash, and their finalizer
    runs when they are released. Unlike the destructor of a capsule it may run while an exception
    is set: the interpreter puts that aside."""
    __slots__ = ()

    def __del__(self):
        number = sentinels.pop(id(self))
        alive[number] = False
        if not silent:
            answer.append('> free %d\n' % number)


untrack = ctypes.pythonapi.PyObject_GC_UnTrack
untrack.restype = None
untrack.argtypes = [ctypes.py_object]


def born(register, thing, sentinel):
    number = len(alive)
    alive.append(True)
    addresses.append(id(thing))
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


NODE_CLASS = '''class %s(%s):
    %s
    def __init__(self, n=None): self.n = n
    %s
'''
FINAL_CLASS = '''class Final%s(%s):
    %s
    def __del__(self): scripts[self.n](self)
'''
ALL_SLOTS = '__slots__ = (%s, "n", "z", "__weakref__")' % ', '.join('"%s"' % s for s in SLOTS)


class NodeKind(object):
    """What a node is: `name :: base or = expression :: arguments :: body :: words`. Its class has
    slots where the base allows it, and hashes and compares by identity."""

    def __init__(self, name, base, arguments, body, words):
        self.name, self.place, self.words, self.pokes = name, 'node', words, []
        self.base, self.arguments, self.body = base, arguments, body
        self.makers = None
        self.has_dict = 'dict' in words or 'noweak' in words
        self.class_name = 'Node' if name == 'plain' else \
            ''.join(word.capitalize() for word in name.split('-'))

    def compile(self):
        global loaded
        loaded = True
        if self.base.startswith('='):
            self.texts = [self.base[1:].strip()] * 2
        else:
            self.define_classes()
            self.texts = ['%s(%s)' % (prefix + self.class_name, self.arguments)
                          for prefix in ('', 'Final')]
        for text in self.texts:
            define(text)
        self.makers = [eval('lambda: ' + text, space) for text in self.texts]
        return self.makers

    def define_classes(self):
        body = ['__hash__ = object.__hash__', '__eq__ = object.__eq__', '__ne__ = object.__ne__']
        if self.body:
            body.append(self.body)
        define(self.base + ' ' + self.body)
        name = self.class_name
        for slots in (ALL_SLOTS, ALL_SLOTS.replace(', "__weakref__"', ''), 'pass'):
            if self.has_dict and slots != 'pass':
                continue
            text = 'class %s(%s):\n' % (name, self.base)
            text += ''.join('    %s\n' % line for line in [slots] + body)
            try:
                exec(text, space)
                break
            except TypeError:  # The base has such a slot already, or is of variable size.
                continue
        helpers[name] = text
        helpers['Final' + name] = FINAL_CLASS % (
            name, name, 'pass' if slots == 'pass' else '__slots__ = ()')
        if 'nofinal' in self.words:
            space['Final' + name] = space[name]
            return
        exec(helpers['Final' + name], space)
        space['Final' + name].__del__ = finalize

    def note(self, number, final):
        if not self.makers:
            self.compile()
        return 'born(%s, %d)' % (self.texts[final], number)


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


def write(register, value):
    """The old value is released by the caller, by emptying `passing`."""
    kind = roots[register]
    passing[0] = registers[register]
    registers[register] = value
    if kind is not None:
        roots[register] = None
        if kind.take:
            drop_root(kind)


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
    if number is None or not alive[number]:
        return None
    return ctypes.cast(addresses[number], ctypes.py_object).value


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
    sentinel = Sentinel()
    thing.z = sentinel  # In a dict it is the last one to be cleared, and so it is among slots.
    born(register, thing, sentinel)


def leaf(register, _b, _c):
    if noting:
        note(name_of(register), ' = born(Leaf(), %d)' % len(alive))
    write(register, None)
    passing[0] = None
    thing = Sentinel()
    born(register, thing, thing)


def new_weak(source, has_callback):
    thing = Weak(read(source), callback) if has_callback else Weak(read(source))
    sentinel = Sentinel()
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
    holder = value if kind is None else kind.make(value)
    if noting and roots[register] is not None and roots[register].take:
        note(fill(roots[register].texts['take'], h=name_of(register)))
    write(register, holder)
    roots[register] = kind


def load(register, source, slot):
    got_one(register, load_value(source, slot))
    passing[0] = None


def load_value(source, slot):
    thing = read(source)
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
    if kind is None or kind.take is None:
        if noting:
            note(place_of(target, slot), ' = None')
        replace(thing, slot, None)
    else:
        if noting:
            note(fill(kind.texts['take'], h=place_of(target, slot)))
        take_out(kind, key, getattr(thing, SLOTS[slot]))
    del thing
    passing[0] = None


def replace(thing, slot, value):
    key = numbers[id(thing)] * 8 + slot
    passing[0] = getattr(thing, SLOTS[slot], None)
    edges.pop(key, None)
    inside.pop(key, None)
    setattr(thing, SLOTS[slot], value)


def take_out(kind, key, holder):
    passing[0] = content(kind, key, holder)
    inside.pop(key, None)
    kind.take(holder)


def store_kind(target, slot, source, kind):
    thing, value = read(target), read(source)
    key = numbers[id(thing)] * 8 + slot
    if edges.get(key) is not kind or not refill(kind, key, thing, slot, value, target, source):
        if noting:
            note(place_of(target, slot), ' = ', fill(kind.texts['make'], x=reading(source)))
        holder = kind.make(value)
        replace(thing, slot, holder)
        del holder
        edges[key] = kind
    inside[key] = numbers[id(value)]
    del thing, value
    passing[0] = None


def refill(kind, key, thing, slot, value, target, source):
    """Puts a value into the holder that is there already; False if it cannot."""
    if kind.put is None:
        return False
    holder = getattr(thing, SLOTS[slot])
    passing[0] = content(kind, key, holder)
    if noting:
        note(fill(kind.texts['put'], h=place_of(target, slot), x=reading(source)))
    try:
        kind.put(holder, value)
    except Exception:
        return False
    return True


def poke(target, slot, number):
    """The action holds the holder, and nothing else of the program, until it ends."""
    thing = read(target)
    identity = numbers[id(thing)]
    key = identity * 8 + slot
    kind = edges.get(key)
    if kind is None:
        del thing
        got(load_value(target, slot))
        return
    number %= len(kind.pokes)
    if noting:
        note_poke(kind, number, place_of(target, slot))
    holder = getattr(thing, SLOTS[slot])
    del thing
    act(kind, key, number, holder)
    del holder
    if not after_poke(target, slot, identity, kind):
        passing[0] = None
        answer.append('> got none\n')


def act(kind, key, number, holder):
    try:
        function = kind.function(number)
        if function.__code__.co_argcount == 2:
            function(holder, content(kind, key, holder))
        else:
            function(holder)
    except BaseException:
        pass


def after_poke(target, slot, identity, kind):
    """Reports what the slot holds now. Scripts may have changed all; an action may have destroyed
    the content, and then the holder is dropped. False: nothing, or the node is not there."""
    thing = read(target) if registers[target] is not None else None
    if thing is None or numbers.get(id(thing)) != identity:
        return False
    value = load_value(target, slot)
    if value is not None:
        got(value)
        return True
    if edges.get(identity * 8 + slot) is kind:
        if noting:
            note(place_of(target, slot), ' = None')
        replace(thing, slot, None)
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
    answer.append('> hello cpython %d.%d.%d' % sys.version_info[:3] +
                  ' weak callback finalizer generations kinds\n')
    for key in kinds:
        kind = kinds[key]
        words = list(kind.words)
        if kind.pokes:
            words.append('pokes=%d' % len(kind.pokes))
        words = [word for word in words if word not in ('dict',)]
        answer.append('> kind %s\n' % ' '.join([kind.name, kind.place] + words))


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


# ---- Notes ---------------------------------------------------------------------------------------


def note(*parts):
    text = ''.join(parts)
    require(text)
    answer.append('> note %s\n' % text[:300])


def name_of(register):
    return 'self' if register == SELF else 'r%d' % register


def reading(register):
    """The expression that reads a register."""
    kind = roots[register]
    name = name_of(register)
    return name if kind is None else fill(kind.texts['get'], h=name)


def place_of(register, slot):
    return '%s.%s' % (reading(register), SLOTS[slot])


def fill(text, h='h', x='x'):
    values = {'h': h, 'x': x}
    return re.sub(r'''(?<![\w.'"])[hx](?![\w'"])''', lambda match: values[match.group()], text)


def note_load(register, value):
    """The last parsed line has the source."""
    text = 'None'
    if value is not None:
        text = note_of_value(value)
    note(name_of(register), ' = ', text)


def note_of_value(value):
    source, slot = load_source
    key = numbers[id(read(source))] * 8 + slot
    kind = edges.get(key)
    if kind is None:
        return place_of(source, slot)
    if kind.get is None:
        return 'find(%d)' % numbers[id(value)]
    return fill(kind.texts['get'], h=place_of(source, slot))


load_source = (0, 0)


def noted_load(register, source, slot):
    global load_source
    load_source = (source, slot)
    load(register, source, slot)


def note_poke(kind, number, place):
    text = kind.pokes[number]
    if mentions(text, 'x'):
        text = fill(text, x=fill(kind.texts['get'], h='h') if kind.get else 'None')
    note('with suppress(BaseException): h = %s; %s' % (place, text))
    note('h = None')


def notes_on(_a, _b, _c):
    global noting
    noting = True
    require('gc weakref born suppress')


def prelude(_a, _b, _c):
    for name in needed:
        for line in helpers.get(name, 'import ' + name).split('\n'):
            if line.strip():
                answer.append('> note %s\n' % line)


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


def hide_from_collector():
    """Makes everything that exists now immortal and unexamined: a collection then costs
    microseconds, and finds nothing of the adapter's."""
    global loaded
    gc.collect()
    gc.freeze()
    loaded = False


def start():
    global GENERIC
    GENERIC = [[field.strip() for field in line.split(' :: ')]
               for line in GENERIC_POKES.strip().replace('\n    ', ' ').split('\n')]
    for name in sorted(globals()):
        if name.startswith('HELPERS'):
            helpers.update(chunks(globals()[name]))
    for name in sorted(globals()):
        if name.startswith('EDGES'):
            parse_table('edge', globals()[name])
    parse_table('root', ROOTS)
    for line in NODES.strip().replace('\n    ', ' ').split('\n'):
        fields = [field.strip() for field in line.split(' ::')] + [''] * 4
        words = [word for word in map(applicable, fields[4].split()) if word]
        if 'without' not in words and exists(fields[1]) and usable_node(words):
            kinds['node ' + fields[0]] = NodeKind(*fields[:4] + [words])
    for key in list(kinds):
        if not selected(kinds[key]):
            del kinds[key]


def find_spec(name):
    import importlib.util
    return importlib.util.find_spec(name)


kinds = {}  # 'edge NAME' -> kind
helpers = {'suppress': 'from contextlib import suppress',
           'born': 'def born(o, n):\n    o.n = n\n    return o',
           'Leaf': 'class Leaf: __slots__ = ("n",)'}
present = {}
def is_content(thing):
    number = numbers.get(id(thing))
    return number is not None and alive[number]


space = {'is_content': is_content, 'keep': keep, '__name__': 'kinds', 'gc': gc, 'sys': sys, 'weakref': weakref}
PLAIN = NodeKind('plain', 'object', '', '', [])
warnings.simplefilter('ignore')
gc.disable()
start()
PLAIN.compile()
for count in option('gc', ''), :
    if count and count != '0':
        gc.set_threshold(int(count))
        gc.enable()
hide_from_collector()
gc.collect()
read_line = sys.stdin.buffer.readline

# Exceptions of scripts would be printed, with a repr of the object and the source lines. Without a
# stderr CPython prints nothing.
sys.stderr = None

serve(False)
