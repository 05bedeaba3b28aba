# SPDX-License-Identifier: Apache-2.0

"""CPython 3.6 to 3.15.2: a weak reference's callback collects while a threading.local dies. The
dying object is still tracked: the collection meets it with a count of 0, and frees it twice.

    PYTHONMALLOC=debug python3 cpython_thread_local.py      crashes where the bug is present
"""

import gc, threading, weakref
l = threading.local()
r = weakref.ref(l, lambda r: gc.collect())
del l
print("passes")
