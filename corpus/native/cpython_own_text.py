# SPDX-License-Identifier: Apache-2.0

"""CPython 2.7 to 3.15.2: a TextIOWrapper whose buffer is itself; asking for its name asks itself,
until the C stack ends. In 3.14.10 and 3.15.2 a plain TextIOWrapper will do; before, its `__init__`
refuses what is not yet initialised, unless a subclass answers for itself, as here.

    python3 cpython_own_text.py      crashes where the bug is present
"""

import io


class Text(io.TextIOWrapper):
    def readable(self):
        return False

    writable = seekable = readable


text = Text(io.BytesIO())
text.__init__(text, "utf-8")
try:
    text.name
except RuntimeError:
    pass
print("passes")
