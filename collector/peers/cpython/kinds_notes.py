# SPDX-License-Identifier: Apache-2.0

"""A note is what an operation is in Python: with the prelude the notes are a script of their own.

Place: a part of the CPython specimen; kinds.py calls it when notes are on.
"""

import re

needed = []  # Names of helpers that the notes so far need, in the order of definition.


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
