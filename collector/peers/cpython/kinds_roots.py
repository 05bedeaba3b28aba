# SPDX-License-Identifier: Apache-2.0

# A kind of root is how a register holds its object: rows as those of edges; `take` lets go.
#
# Place: a table of the CPython specimen, read by kinds_tables.py.

HELPERS_ROOTS = r'''
class Globally:
    count = 0

def name_new():
    Globally.count += 1
    return 'ouro%d' % Globally.count

def put_in(d, x):
    n = name_new()
    d[n] = x
    return n

def add_attribute(o, x):
    n = name_new()
    setattr(o, n, x)
    return n

def registered(x):
    n = name_new()
    codecs.register_error(n, Callable(x))
    return n

def thread_local_frame(a, b, s):
    x = s.x
    s.x = None
    s.f = sys._getframe()
    b.release()
    a.acquire()
    s.f = s.x = x = None
    b.release()

def thread_handled(a, b, s):
    try: raise Error(s.x)
    except Error:
        s.x = None
        s.f = sys._getframe()
        b.release()
        a.acquire()
        s.f = None
    b.release()

def thread_context(a, b, s):
    x, s.x = s.x, None
    c = contextvars.Context()
    s.f = c
    c.run(VARIABLE.set, x)
    x = None
    c.run(a_wait, a, b)
    c.run(VARIABLE.set, None)
    s.f = None
    b.release()

def a_wait(a, b):
    b.release()
    a.acquire()

class Space: pass

class Thread:
    def __init__(self, f, x, *more):
        self.a, self.b, self.s = _thread.allocate_lock(), _thread.allocate_lock(), Space()
        self.a.acquire(), self.b.acquire()
        self.s.x = x
        _thread.start_new_thread(f, (self.a, self.b, self.s) + more)
        x = more = None
        self.b.acquire()
    def stop(self):
        self.a.release()
        self.b.acquire()

def wait_argument(a, b, s): call_argument(a, b, s, s.__dict__.pop('x'))

def call_argument(a, b, s, x):
    s.f = sys._getframe()
    b.release()
    a.acquire()
    s.f = x = None
    b.release()
'''

ROOTS = r'''
list-root :: [x] :: h[0]
closure-root :: (lambda: x) :: h.__closure__[0].cell_contents
generator-root :: started(gen_local(x)) :: next(h)
frame-root :: frame_of(x) :: h.f_locals['x'] :: :: :: :: cyclic
coroutine-root :: awaited(co_local(x)) :: within(h)
module-global :: put_in(globals(), x) :: globals()[h] :: :: globals().pop(h)
module-entry :: put_in(sys.modules, x) :: sys.modules[h] :: :: sys.modules.pop(h)
builtin-name :: add_attribute(sys.modules['builtins'], x) :: getattr(sys.modules['builtins'], h) ::
    :: delattr(sys.modules['builtins'], h)
class-attribute-root :: add_attribute(Box, x) :: getattr(Box, h) :: :: delattr(Box, h)
function-attribute :: add_attribute(by_collecting, x) :: getattr(by_collecting, h) :: ::
    delattr(by_collecting, h)
thread-local-root :: add_attribute(LOCAL, x) :: getattr(LOCAL, h) :: :: delattr(LOCAL, h)
context-variable :: varied(x) :: h[VARIABLE] :: :: h.run(VARIABLE.set, None)
error-handler :: registered(x) :: codecs.lookup_error(h).x :: :: codecs.register_error(h,
    by_collecting)
exit-handler :: exiting(x) :: h.x :: :: atexit.unregister(h)
collector-callback :: calling(x) :: h.x :: :: gc.callbacks.remove(h)
garbage-entry :: garbage(x) :: h[0] :: :: del gc.garbage[:]; h.clear()
weak-key-root :: rooted_weak(x) :: h[1][h[0]] :: :: h[1].clear()
thread-frame :: Thread(thread_local_frame, x) :: h.s.f.f_locals['x'] :: :: h.stop()
thread-argument :: Thread(wait_argument, x) :: h.s.f.f_locals['x'] :: :: h.stop()
thread-context :: Thread(thread_context, x) :: h.s.f[VARIABLE] :: :: h.stop()
exception-handled :: started(gen_except_as(x)) :: next(h) :: :: :: :: cyclic
bound-root :: Box(x).__init__ :: h.__self__.x
iterator-root :: itertools.repeat(x) :: next(h)
future-root :: future_done(x) :: h.result()
'''

HELPERS_ROOTS2 = r'''
import copyreg

LOCAL = _thread._local()

def varied(x):
    """Not in the current context: futures and tasks copy that."""
    c = contextvars.Context()
    c.run(VARIABLE.set, x)
    return c

def exiting(x):
    h = Callable(x)
    atexit.register(h)
    return h

class Quiet(Callable):
    def __call__(self, *a): pass

def calling(x):
    h = Quiet(x)
    gc.callbacks.append(h)
    return h

def garbage(x):
    h = [x]
    gc.garbage.append(h)
    return h

def rooted_weak(x):
    h = Box, weakref.WeakKeyDictionary()
    h[1][Box] = x
    return h
'''

MODULES = set('''
_asyncio _bz2 _codecs_jp _collections _contextvars _csv _ctypes _decimal _elementtree
_functools _io _json _lsprof _lzma _multibytecodec _operator _pickle _queue _random _socket _sqlite3
_ssl _string _struct _thread _weakref abc array ast asyncio atexit builtins bz2 codecs collections
configparser contextlib contextvars copy csv ctypes datetime decimal email fractions functools gc
heapq inspect io itertools json lzma math mmap operator os pickle pyexpat queue random re select
selectors signal socket sqlite3 ssl string struct symtable sys tempfile textwrap threading time
tracemalloc types typing unicodedata warnings weakref zipimport zlib zoneinfo'''.split())
OPTIONAL = {'ET': '_elementtree', 'dt': '_datetime'}
