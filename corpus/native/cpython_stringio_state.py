# SPDX-License-Identifier: Apache-2.0

"""CPython 3.7 to 3.11: the state of a StringIO whose text is None is taken for a string, and what
lies in memory there is its text.

    python3 cpython_stringio_state.py      exits with 1 where the bug is visible
"""

import io
import sys

stream = io.StringIO()
try:
    stream.__setstate__((None, None, 0, None))
    text = ascii(stream.getvalue())
except (TypeError, ValueError, SystemError) as error:
    text = repr(error)
    if "character" in text:
        sys.exit("reads memory that is no text: " + text)
    text = "''"
sys.exit(0 if text == "''" else "reads memory that is no text: " + text)
