# SPDX-License-Identifier: Apache-2.0

"""CPython 3.14 and 3.15: a leak. A finalizer of trash makes its object a key of a
WeakKeyDictionary. The collector clears the weak reference that this makes without calling its
callback, which would have removed the entry: it stays, with its value, and counts in `len` for
ever.

    python3 cpython_dead_entry.py               exits 1 where the bug is present
    python3 cpython_dead_entry.py control       the same without a cycle: passes, but on 2.7

The same of WeakSet, WeakValueDictionary and weakref.finalize. Since GH-136401; 3.14.0 to 3.14.4
were not tried. No report found. Found by experiments with maps.
"""

import gc
import sys
import weakref


class Value(object):
    pass


class Key(object):
    def __del__(self):
        values[self] = value


values = weakref.WeakKeyDictionary()
value = Value()
leaks = weakref.ref(value)
key = Key()
key.me = None if "control" in sys.argv else key
del key
gc.collect()
gc.collect()
del value
fails = leaks() is not None
what = "FAILS: %d entry, of which %d has a key" % (len(values), len(list(values)))
print(sys.version.split()[0], what if fails else "passes")
sys.exit(fails)
