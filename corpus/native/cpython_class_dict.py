# SPDX-License-Identifier: Apache-2.0

"""CPython 2.7 to 3.15.2: a collection empties the dictionary of a class that died, though a program
still has it: what it held dies. From 3.15 on of any class; before, only of one whose dictionary has
no descriptor that references the class, as the descriptors of `__dict__` and `__weakref__` did.

    python3 cpython_class_dict.py               exits 1 where any class's is emptied
    python3 cpython_class_dict.py slots         the same of a class with `__slots__ = ()`
"""

import gc
import sys


class Value(object):
    pass


def made(**more):
    return type("C", (object,), dict(more, value=Value())).__dict__


held = made(__slots__=()) if "slots" in sys.argv else made()
gc.collect()
fails = "value" not in held
print(sys.version.split()[0], "FAILS: %d entries are left" % len(held) if fails else "passes")
sys.exit(fails)
