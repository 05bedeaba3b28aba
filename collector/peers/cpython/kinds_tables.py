# SPDX-License-Identifier: Apache-2.0

"""A table of kinds is text of rows; this reads them, and compiles a snippet when it is first used.

Place: between the tables (kinds_edges*.py, kinds_nodes.py, kinds_roots.py) and what executes
programs: kinds.py over the protocol, cpython_kinds.py in the process of the harness. Those provide
`OPTIONS`, the options of the specimen's name, `untrack`, and `is_content` and `keep` in `space`.
A row is `name :: make :: get :: put :: take :: pokes :: words`; a line that is
indented by four goes on with the row above. In snippets, which are Python, `x` is the content and
`h` the holder.

* `make` is an expression with `x`; `get` one with `h`. Without `get` a holder cannot be read.
* `put` and `take` are statements; without them the holder is replaced, or dropped.
* Pokes are statements, separated by ` ;; `. One that begins with `!3.7-3.9 ` is known to crash
  those versions, or to leak in them (`! `: all), and is left out there (not with the option
  `crashing=1`).
* Words are promises to the harness (cyclic, frail, late, collects, rooted, nofinal, leaks=,
  crashes=), or say how the row is read: `without` (no such kind), `no-POKE` (not this generic
  poke), `skip-POKE` (the same, as it crashes or leaks; `skip-init*`: all that begin so). Each may
  end in a range of versions: `leaks=new@-3.9`.

A name in a snippet that is a module or a chunk of the helpers is defined when it is first needed.
"""

import gc
import re
import sys
import weakref

MAX_SLOTS = 8
SLOTS = ['s%d' % k for k in range(MAX_SLOTS)]

GENERIC = []  # (name, text) of the pokes of every kind
kinds = {}  # 'edge NAME' -> kind
# Name -> source.
helpers = {'suppress': 'from contextlib import suppress',
           'born': 'def born(o, n):\n    o.n = n\n    return o',
           'keep': 'keep = []',
           'find': 'def find(n):\n    '
                   'return [o for o in gc.get_objects() if getattr(o, "n", None) == n][0]',
           'Leaf': 'class Leaf: __slots__ = ("n",)'}
present = {}  # Name of a module -> whether it is there, without importing it.
# What snippets see.
space = {'__name__': 'kinds', 'gc': gc, 'sys': sys, 'weakref': weakref}
loaded = False  # Something was compiled or imported since the last freeze.


OWN_WORDS = ('dict', 'metaclass')  # Those that say how a node is made.


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

    def line(self):
        """What the harness is told of the kind."""
        words = [word for word in self.words if word not in OWN_WORDS]
        if self.pokes:
            words.append('pokes=%d' % len(self.pokes))
        return ' '.join([self.name, self.place] + words)

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
    for fields in rows(text):
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
        whole, beginnings = name in left_out, [w[:-1] for w in left_out if w[-1:] == '*']
        if not whole and not name.startswith(tuple(beginnings)):
            kind.pokes.append(text)
    del kind.pokes[64:]


def usable_poke(text):
    """A poke may begin with `!RANGE `: it is known to crash those versions, or with `! `: all."""
    if not text.startswith('!'):
        return text
    versions, text = text[1:].split(' ', 1)
    known = not versions or in_range(versions)
    return None if known and not option('crashing', '') else text


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
    for part in OPTIONS.split('&'):
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
        words = [word.capitalize() for word in name.split('-') if word not in ('plain', 'node')]
        self.class_name = ''.join(words) + 'Node'  # Not `Exception`: snippets mean another one.
        self.texts = [base[1:].strip()] * 2 if base.startswith('=') else \
            ['%s%s(%s)' % (prefix, self.class_name, arguments) for prefix in ('', 'Final')]

    line = Kind.line

    def compile(self):
        global loaded
        loaded = True
        if not self.base.startswith('='):
            self.define_classes(self.class_name)
        for text in self.texts:
            define(text)
        self.makers = [eval('lambda: ' + text, space) for text in self.texts]
        return self.makers

    def define_classes(self, name):
        self.define_texts(name, space)
        if 'nofinal' in self.words:
            space['Final' + name] = space[name]
            return
        exec(helpers['Final' + name], space)
        space['Final' + name].__del__ = finalize

    def define_texts(self, name, scope):
        """The class in a script. Which slots its base allows is tried, in that scope."""
        body = ['__hash__ = object.__hash__', '__eq__ = object.__eq__', '__ne__ = object.__ne__',
                'def __bool__(self): return True']
        if self.body:
            body.append(self.body)
        define(self.base + ' ' + self.body)
        for slots in (ALL_SLOTS, ALL_SLOTS.replace(', "__weakref__"', ''), 'pass'):
            if self.has_dict and slots != 'pass':
                continue
            text = 'class %s(%s):\n' % (name, self.base)
            text += ''.join('    %s\n' % line for line in [slots] + body)
            try:
                exec(text, space, scope)
                break
            except TypeError:  # The base has such a slot already, or is of variable size.
                continue
        helpers[name] = text
        helpers['Final' + name] = FINAL_CLASS % (
            name, name, 'pass' if slots == 'pass' else '__slots__ = ()')

    def describe(self):
        """Adds its classes to the helpers of scripts."""
        if not self.makers:
            self.compile()

    def note(self, number, final):
        self.describe()
        return 'born(%s, %d)' % (self.texts[final], number)


def rows(text):
    """The rows of a table, each a list of fields."""
    for line in text.strip().replace('\n    ', ' ').split('\n'):
        if line and line[0] != '#':
            yield [field.strip() for field in line.split(' ::')]


def read_tables(node_kind):
    GENERIC.extend(rows(GENERIC_POKES))
    for name in sorted(globals()):
        if name.startswith('HELPERS'):
            helpers.update(chunks(globals()[name]))
    for name in sorted(globals()):
        if name.startswith('EDGES'):
            parse_table('edge', globals()[name])
    parse_table('root', ROOTS)
    for fields in rows(NODES):
        fields += [''] * 4
        words = [word for word in map(applicable, fields[4].split()) if word]
        if 'without' not in words and exists(fields[1]) and usable_node(words):
            kinds['node ' + fields[0]] = node_kind(*fields[:4] + [words])
    names = [kind.name for kind in kinds.values()]
    assert len(set(names)) == len(names)  # The harness takes the first of two, at whatever places.
    for key in list(kinds):
        if not selected(kinds[key]):
            del kinds[key]


FALLBACK = Kind('edge', ['list', '[x]', 'h[0]', 'h[0] = x', 'h[0] = None', 'h.reverse()', ''])


def hide_from_collector():
    """Makes everything that exists now immortal and unexamined: a collection then costs
    microseconds, and finds nothing of the adapter's."""
    global loaded
    gc.collect()
    gc.freeze()
    loaded = False


def find_spec(name):
    import importlib.util
    return importlib.util.find_spec(name)
