# SPDX-License-Identifier: Apache-2.0

"""The embedded tables are those of the line protocol (kinds_*.py), for the adapter that runs in the
process of the harness: it asks for the list of kinds, and for the functions of each.

Place: after kinds_tables.py and kinds_text.py, in one text that cpython_tables.cc has its
interpreter execute. It provides `OPTIONS`, `untrack`, `is_content` and `node_type`, which makes a
type in C.
"""

import warnings

keep = []  # Weak references that pokes made, until the next reset.
space.update(is_content=is_content, keep=keep)


class NodeInC(NodeKind):
    """A node is of a type in C derived from the row's base. In a script it is of a class."""
    described = False

    def define_classes(self, name):
        define(self.base + ' ' + self.arguments)
        base = eval(self.base, space)
        for prefix in ('', 'Final'):
            final = prefix != '' and 'nofinal' not in self.words
            space[prefix + name] = node_type(prefix + name, base, self.has_dict, final)

    def possible(self):
        return self.base[0] != '=' and not self.body and 'metaclass' not in self.words

    def describe(self):
        if not self.described:
            self.define_texts(self.class_name, {})
            self.described = True


def functions(index):
    """How a holder is made, read, put into and emptied: each a function or None."""
    kind = order[index].compile()
    return kind.make, kind.get, kind.put, kind.take


def action(index, number):
    """Returns a poke, and whether it is a function of the content, too."""
    function = order[index].function(number)
    return function, function.__code__.co_argcount == 2


def makers(index):
    """How a node is made, without a finalizer and with; whether its slots are attributes."""
    return tuple(order[index].compile()) + (order[index].has_dict,)


def actions(index):
    return len(order[index].pokes)


def snippet(index, part, holder, content):
    return fill(order[index].texts[part], holder, content)


def poke_note(index, number):
    return poke_text(order[index], number)


def node_text(index, number, final):
    return (PLAIN if index < 0 else order[index]).note(number, final)


def prelude_of(notes):
    require('gc weakref born suppress')
    for text in notes:
        require_of_note(text)
    return '\n'.join(prelude_lines()) + '\n'


warnings.simplefilter('ignore')
read_tables(NodeInC)
for key, kind in list(kinds.items()):
    if kind.place == 'node' and not kind.possible():
        del kinds[key]
PLAIN = NodeInC('plain', 'object', '', '', [])
order = list(kinds.values()) + [FALLBACK]  # The last one is that of contents that fail.
lines = [kind.line() for kind in kinds.values()]
