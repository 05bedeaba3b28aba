# SPDX-License-Identifier: Apache-2.0

"""CPython 3.6 to 3.13.0 (gh-91636, GH-136401): a weak reference that a finalizer of trash
creates yields the object while the collection clears it: its attributes are gone.

    python3 cpython_cleared_shown.py        exits 1 where the bug is present

Ouroboros found it as ../found/cpython-dereference-6ea5.gct: law `dereference`.
"""

import gc
import sys
import weakref


class Target:

    def __init__(self):
        self.me = self

    def __del__(self):
        global weak
        self.witness = Witness()
        weak = weakref.ref(self)  # made after the collection has cleared those that there were


class Witness:

    def __del__(self):
        target = weak()
        if target is not None:
            print(f"shown while it is being cleared, with {vars(target)}")
            found.append(True)


found = []
Target()
gc.collect()
print(sys.version.split()[0], "FAILS" if found else "passes")
sys.exit(bool(found))
