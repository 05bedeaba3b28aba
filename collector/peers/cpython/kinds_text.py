# SPDX-License-Identifier: Apache-2.0

"""The text of a script is notes, and a prelude with what they need: helpers and imports.

Place: a part of the CPython specimen, after kinds_tables.py, whose snippets become notes.
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


def require_of_note(text):
    """The same of a note that another process has made."""
    names = names_in(text)
    for kind in [PLAIN] + list(kinds.values()):
        classes = (kind.class_name, 'Final' + kind.class_name) if kind.place == 'node' else ()
        if any(name in names for name in classes):
            kind.describe()
    require(text)


def fill(text, h='h', x='x'):
    values = {'h': h, 'x': x}
    return re.sub(r'''(?<![\w.'"])[hx](?![\w'"])''', lambda match: values[match.group()], text)


def poke_text(kind, number):
    text = kind.pokes[number]
    if mentions(text, 'x'):
        text = fill(text, x=fill(kind.texts['get'], h='h') if kind.get else 'None')
    return text


def prelude_lines():
    for name in needed:
        for line in helpers.get(name, 'import ' + name).split('\n'):
            if line.strip():
                yield line
