# SPDX-License-Identifier: Apache-2.0

"""CPython 2.7 to 3.15.2: a BufferedRWPair that is initialised a second time never frees its first
streams.

    python3 cpython_pair_again.py      exits with 1 where the bug is present
"""

import gc
import io
import sys
import weakref

content = io.BytesIO()
reference = weakref.ref(content)
holder = io.BufferedRWPair(content, io.BytesIO())
holder.__init__(io.BytesIO(), io.BytesIO())
del content, holder
gc.collect()
sys.exit("leaks" if reference() else 0)
