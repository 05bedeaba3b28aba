# SPDX-License-Identifier: Apache-2.0

"""CPython 3.14.10 and 3.15.2: a connection to SQLite that could not be opened again crashes when
its factories are read.

    python3 cpython_connection_again.py      crashes where the bug is present

`Connection.__init__` lets go of what it had, and then fails; `text_factory` and `row_factory` are
NULL then, which their getters do not expect. Ouroboros found it with the kind `sqlite-row-factory`.
"""

import sqlite3

connection = sqlite3.connect(':memory:')
try:
    connection.__init__('/nowhere/x')
except sqlite3.OperationalError:
    pass
try:
    connection.text_factory, connection.row_factory
except AttributeError:
    pass
print('no bug')
