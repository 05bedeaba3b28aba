# SPDX-License-Identifier: Apache-2.0
#
# A kind of root is how a register holds its object: rows as those of edges; `take` lets go.
#
# Place: a table of the CPython specimen, read by kinds.py.

HELPERS_ROOTS = r'''
import xml.etree.ElementTree as ET
'''

ROOTS = r'''
list-root :: [x] :: h[0]
closure-root :: (lambda: x) :: h.__closure__[0].cell_contents
'''

MODULES = set('''_asyncio _codecs_jp _lsprof _multibytecodec _string _bz2 _collections _contextvars _csv _ctypes _decimal _elementtree _functools
_io _json _lzma _operator _pickle _queue _random _sqlite3 _socket _ssl _struct _thread _weakref
abc array ast asyncio atexit builtins bz2 codecs collections configparser contextlib contextvars copy
csv ctypes datetime decimal email fractions functools gc heapq inspect io itertools json lzma math
mmap operator os pickle pyexpat queue random re select selectors signal socket sqlite3 ssl string
struct symtable sys tempfile textwrap threading time tracemalloc types typing unicodedata warnings
weakref zipimport zlib zoneinfo'''.split())
OPTIONAL = {'ET': '_elementtree', 'dt': '_datetime'}
