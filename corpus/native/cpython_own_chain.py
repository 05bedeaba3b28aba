# SPDX-License-Identifier: Apache-2.0

"""CPython 3.7 to 3.13.0: a chain that is what it iterates; its next element is its own next
element, until the C stack ends.

    python3 cpython_own_chain.py      crashes where the bug is present
"""

import itertools
c = itertools.chain()
c.__setstate__((iter([]), c))
next(c)
print("passes")
