# SPDX-License-Identifier: Apache-2.0

"""CPython 2.7 to 3.15.2: a BufferedRWPair whose writer is itself; asking whether it is closed asks
itself, until the C stack ends.

    python3 cpython_own_pair.py      crashes where the bug is present
"""

import io
p = io.BufferedRWPair(io.BytesIO(), io.BytesIO())
p.__init__(io.BytesIO(), p)
p.closed
print("passes")
