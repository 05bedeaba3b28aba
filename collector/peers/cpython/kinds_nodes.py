# SPDX-License-Identifier: Apache-2.0

# A kind of node is what an object of the program is: `name :: base :: arguments :: body :: words`,
# or `name :: = expression`, for an object that takes attributes. The word `dict` says that its
# slots are attributes in its dictionary; `metaclass`, that its class cannot be made in C; `noweak`,
# that it cannot be weakly referenced. `thread-local-node` can, but then a callback that collects
# crashes (corpus/native/cpython_thread_local.py).
#
# Place: a table of the CPython specimen, read by kinds_tables.py.

NODES = r'''
node-dict :: object :: :: :: dict
list-subclass :: list
list-dict :: list :: :: :: dict
tuple-subclass :: tuple :: :: :: noweak
dict-subclass :: dict
set-subclass :: set
frozenset-subclass :: frozenset
deque-subclass :: collections.deque
ordereddict-subclass :: collections.OrderedDict
defaultdict-subclass :: collections.defaultdict
int-subclass :: int :: :: :: noweak
str-subclass :: str
float-subclass :: float
bytes-subclass :: bytes :: :: :: noweak
bytearray-subclass :: bytearray
array-subclass :: array.array :: 'i'
exception :: Exception
exception-os :: OSError
exception-stop-node :: StopIteration
exception-unicode :: UnicodeDecodeError :: 'a', b'', 0, 0, ''
module :: types.ModuleType :: 'm' :: :: dict
module-plain :: = types.ModuleType('m') :: :: :: dict nofinal
function :: = (lambda: 0) :: :: :: dict nofinal
class :: type :: 'C', (), {} :: :: dict cyclic
class-plain :: = type('C', (), {}) :: :: :: dict cyclic nofinal
thread-local-node :: _thread._local :: :: :: dict noweak
partial-node :: functools.partial :: int
partial-plain :: = functools.partial(int) :: :: :: dict nofinal
property-subclass :: property
weakref-subclass :: weakref.ref :: len
bytesio-subclass :: io.BytesIO
stringio-subclass :: io.StringIO
namespace-subclass :: types.SimpleNamespace
element-node :: ET.Element :: 'a'
ctypes-structure :: ctypes.Structure :: :: :: dict metaclass
random-subclass :: _random.Random
'''
