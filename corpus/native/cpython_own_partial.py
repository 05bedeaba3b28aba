# SPDX-License-Identifier: Apache-2.0

"""CPython 3.13.0 to 3.15.2: a partial whose function is itself; a call calls itself, until the C
stack ends. In earlier versions it raises RecursionError.

    python3 cpython_own_partial.py      crashes where the bug is present
"""

import functools
p = functools.partial(int)
p.__setstate__((p, (), {}, {}))
try:
    p()
except RecursionError:
    pass
print("passes")
