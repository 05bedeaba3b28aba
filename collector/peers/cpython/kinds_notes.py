# SPDX-License-Identifier: Apache-2.0

"""A note is what an operation is in Python: with the prelude the notes are a script of their own.

Place: a part of the CPython specimen; kinds.py calls it when notes are on.
"""


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
    note('with suppress(BaseException): h = %s; %s' % (place, poke_text(kind, number)))
    note('h = None')


def notes_on(_a, _b, _c):
    global noting
    noting = True
    require('gc weakref born suppress')


def prelude(_a, _b, _c):
    for line in prelude_lines():
        answer.append('> note %s\n' % line)
