# SPDX-License-Identifier: Apache-2.0

# The edges of the system are foreign types, contexts, futures and tasks, thread-locals, queues,
# locks, sockets, syntax trees.
#
# Place: a table of the CPython specimen, read by kinds_tables.py.

HELPERS_SYSTEM = r'''
class CInt(ctypes.c_int): pass

class PyObject(ctypes.Structure): _fields_ = [('a', ctypes.py_object), ('b', ctypes.c_int)]

class Nested(ctypes.Structure): _fields_ = [('a', PyObject)]

class Union(ctypes.Union): _fields_ = [('a', ctypes.py_object)]

class Pointed(ctypes.Structure): _fields_ = [('a', ctypes.POINTER(CInt)), ('c', ctypes.c_char_p)]

class Long(ctypes.c_long): pass

class Parameter:
    def __init__(self, x): self.x = x
    def from_param(self, a): return a

class Loop:
    default = NO_LOOP
    def __init__(self, x=None):
        self.x = x
        self.ready = []
    def get_debug(self): return False
    def call_soon(self, f, *a, **k): self.ready.append((f, a))
    def call_exception_handler(self, a): gc.collect()
    def create_future(self): return _asyncio.Future(loop=self)
    def run(self):
        _asyncio._set_running_loop(self)  # 3.14 and later insist.
        try:
            for _ in self.ready[:9]:
                f, a = self.ready.pop()
                f(*a)
        finally:
            _asyncio._set_running_loop(None)

NO_LOOP = NoLoop()  # What is initialized again without a loop gets this one, which keeps nothing.
asyncio.set_event_loop(NO_LOOP)

class NoLoop(asyncio.AbstractEventLoop):
    def get_debug(self): return False
    def call_soon(self, *a, **k): pass
    def call_exception_handler(self, a): pass

class Future(_asyncio.Future): pass

class Task(_asyncio.Task): pass

class Local(_thread._local): pass

class LocalArgs(_thread._local):
    def __init__(self, *a): self.a = None

class Socket(_socket.socket): pass

class Queue(_queue.SimpleQueue): pass

VARIABLE = contextvars.ContextVar('v')

def future_done(x):
    h = _asyncio.Future(loop=Loop())
    h.set_result(x)
    return h

def future_failed(x):
    h = _asyncio.Future(loop=Loop())
    h.set_exception(Error(x))
    h._log_traceback = False
    return h

def future_called(x, n):
    h = _asyncio.Future(loop=Loop())
    for i in range(n): h.add_done_callback(by_collecting)
    h.add_done_callback(Callable(x))
    return h

async def co_future(f, x=None):
    try: return await f
    finally: gc.collect()

async def co_return(x): return x

async def co_raise(x): raise Error(x)

async def co_shield(x):
    try: await pause()
    except BaseException: await pause()

def task_of(c, **k): return _asyncio.Task(c, loop=Loop(), **k)

def task_waiting(x):
    l = Loop()
    f = _asyncio.Future(loop=l)
    h = _asyncio.Task(co_future(f, x), loop=l)
    attempt(l.run)
    return h

def task_done(x):
    l = Loop()
    h = _asyncio.Task(co_return(x), loop=l)
    x = None
    attempt(l.run)
    return h

def task_failed(x):
    l = Loop()
    h = _asyncio.Task(co_raise(x), loop=l)
    x = None
    attempt(l.run)
    h._log_traceback = False
    return h

def task_step(x):
    l = Loop()
    _asyncio.Task(co_local(x), loop=l)
    return l.ready.pop()[0]

def task_wakeup(x):
    h = task_waiting(x)
    return h._fut_waiter

def context_with(x, n=1):
    c = contextvars.Context()
    c.run(VARIABLE.set, x)
    for i in range(1, n): c.run(contextvars.ContextVar(str(i)).set, i)
    return c

def token_of(x):
    c = context_with(x)
    return c.run(VARIABLE.set, 1)

def queued(q, x):
    q.put(x)
    return q

def local_of(x, c=Local):
    h = c()
    h.x = x
    return h

def local_threads(x):
    h = Local()
    done = _thread.allocate_lock()
    done.acquire()
    def f():
        h.x = 1
        done.release()
    _thread.start_new_thread(f, ())
    h.x = x
    done.acquire()
    return h

def foreign(x): return ctypes.CFUNCTYPE(ctypes.c_int)(Callable(x))

def prototyped(x):
    a = ctypes.cast(ctypes.pythonapi.Py_IsInitialized, ctypes.c_void_p).value
    f = ctypes.CFUNCTYPE(ctypes.c_int)(a)
    f.x = x
    return f

def keyed(x):
    a = (PyObject * 3)()
    a[1].a = x
    return a

def resized(o, n):
    ctypes.resize(o, n)
    return o

def select_poll(x):
    p = select.epoll()
    return p, x

def parsed(x):
    h = ast.parse('a = 1')
    h.body[0].value = x
    return h
'''

EDGES_CTYPES = r'''
ctypes-object :: ctypes.py_object(x) :: h.value :: h.value = x :: h.value = 0 :: h.__init__(x) ;;
    h.__init__() ;; ctypes.byref(h) ;; ctypes.pointer(h) ;; h._objects ;; h._b_base_
ctypes-field :: PyObject(x) :: h.a :: h.a = x :: h.a = 0 :: h.__init__(x) ;; h.__init__(b=1) ;;
    h.__init__(1, 2, 3) ;; ctypes.pointer(h)[0] ;; copy.copy(h) ;; h._objects ;; bytes(h)
ctypes-nested :: Nested(PyObject(x)) :: h.a.a ::  ::  :: h.a = PyObject(x) ;; h.a ;; h.__init__((x,
    1)) ;; h.__init__(1)
ctypes-nested-part :: Nested(PyObject(x)).a :: h.a ::  ::  :: h._b_base_ ;; ctypes.byref(h)
ctypes-union :: Union(x) :: h.a :: h.a = x :: h.a = 0 :: h.__init__(x) ;; h._objects
ctypes-array :: (ctypes.py_object * 2)(x, None) :: h[0] :: h[0] = x :: h[0] = 0 :: h[1] = x; h[1] =
    None ;; h.__init__(x) ;; h.__init__(1, 2, 3) ;; h[0:2] ;; list(h) ;; h._objects ;; h[:] = (x,
    None)
ctypes-array-structure :: keyed(x) :: h[1].a :: h[1].a = x :: h[1].a = 0 :: h[0] = h[1]; h[0] =
    PyObject(None) ;; h[2].a = 1 ;; list(h)
ctypes-pointer :: ctypes.pointer(ctypes.py_object(x)) :: h.contents.value :: h.contents =
    ctypes.py_object(x) :: h.contents = ctypes.py_object(0) :: h[0] = x ;;
    h.__init__(ctypes.py_object(x)) ;; h.__init__() ;; h._objects ;; ctypes.cast(h, ctypes.c_void_p)
    ;; h.contents.value = x :: no-init-self
ctypes-pointer-attribute :: ctypes.pointer(tag(Long, x)) :: within(h) :: h.contents = tag(Long, x)
    :: h.contents = Long() :: h[0] = 5 ;; h.__init__(Long()) ;; h[0] ;; h._objects
ctypes-pointer-field :: Pointed(ctypes.pointer(tag(CInt, x))) :: within(h) ::  ::  :: h.__init__()
    ;; h.a[0] ;; h._objects.clear() ;; copy.copy(h)
ctypes-bytes-field :: Pointed(None, tag(Bytes, x, b'ab')) :: within(h) :: h.c = tag(Bytes, x) :: h.c
    = b'' :: h.c ;; h._objects ;; h.__init__(None, b'a')
ctypes-bytes :: ctypes.c_char_p(tag(Bytes, x, b'a')) :: h._objects.x :: h.value = tag(Bytes, x) ::
    h.value = b'' :: h.value ;; h.__init__(b'a')
ctypes-attribute :: tag(Long, x) :: h.x :: h.x = x :: h.x = None :: h.value = 3 ;; h.__init__(4) ;;
    h.__init__('a') ;; ctypes.byref(h) ;; resized(h, 64) ;; h.__ctypes_from_outparam__() ;;
    memoryview(h) ;; Long.from_buffer(h)
ctypes-reference :: ctypes.byref(tag(Long, x)) :: h._obj.x :: :: :: repr(h) :: leaks=new@-3.11
ctypes-buffer :: Long.from_buffer(tag(Buffer, x, 64)) :: within(h) :: :: :: h._objects ;; h.value =
    1 ;; resized(h, 32) ;; h._b_needsfree_
ctypes-cast :: ctypes.cast(ctypes.pointer(tag(Long, x)), ctypes.POINTER(ctypes.c_int)) :: within(h)
    :: :: :: h[0] ;; h.contents ;; h._objects.clear() if 0 else 0 :: cyclic
ctypes-callback :: foreign(x) :: within(h) :: :: :: h() ;; h.argtypes = (ctypes.c_int,) ;; h.restype
    = None ;; h(1, 2) ;; h.errcheck = by_collecting; h()
    :: without@3.7
ctypes-error-check :: setting(foreign(1), ('errcheck', Callable(x))) :: h.errcheck.x :: h.errcheck =
    Callable(x) :: del h.errcheck :: h() ;; h.errcheck = 1
ctypes-result :: setting(foreign(1), ('restype', Callable(x))) :: h.restype.x :: h.restype =
    Callable(x) :: del h.restype :: h.restype = 1 ;; h.restype = ctypes.c_int
ctypes-arguments :: setting(foreign(1), ('argtypes', (Parameter(x),))) :: h.argtypes[0].x ::
    h.argtypes = (Parameter(x),) :: del h.argtypes :: h(1) ;; h(h) ;; h.argtypes = (1,)
ctypes-function-attribute :: prototyped(x) :: h.x :: h.x = x :: h.x = None :: h.restype =
    ctypes.py_object :: no-call no-call-content
ctypes-class :: type('C', (ctypes.Structure,), {'_fields_': [('a', ctypes.c_int)], 'x': x}) :: h.x
    :: h.x = x :: h.x = None :: h() ;; h._fields_ = [] ;; h.a ;; h.from_buffer(Buffer(9)) :: cyclic
ctypes-class-fields :: type('C', (ctypes.Structure,), {'_fields_': [('a', type('D', (ctypes.c_int,),
    {'x': x}))]}) :: h._fields_[0][1].x :: :: :: h() ;; h().a ;; h.a ;; h.a.__get__(h()) :: cyclic
ctypes-class-anonymous :: type('C', (ctypes.Structure,), {'_fields_': [('a', ctypes.c_int)], 'x':
    x})(1) :: vars(type(h))['x'] :: :: :: h.a = 4 ;; ctypes.pointer(h) if 0 else 0 :: cyclic
'''

EDGES_ASYNC = r'''
future-result :: future_done(x) :: h.result() :: :: :: h.__init__(loop=Loop()) ;; h.__init__() ;;
    h.cancel() ;; h.set_result(1) ;; h.exception() ;; h.add_done_callback(by_collecting) ;;
    h.remove_done_callback(h) ;; list(h) ;; h._asyncio_future_blocking = True ;; h.__await__()
future-exception :: future_failed(x) :: h.exception().args[0] :: :: :: h.result() ;;
    h.__init__(loop=Loop()) ;; h.cancel() ;; h.exception() ;; h.set_exception(Error) ;; list(h)
future-callback :: future_called(x, 0) :: within(h) :: :: :: h.set_result(1) ;;
    h.set_exception(Error) ;; h.cancel() ;; h.remove_done_callback(h) ;; h.remove_done_callback(1)
    ;; h.__init__(loop=Loop()) ;; h._callbacks ;; h.get_loop().run() ;; h._schedule_callbacks() ;;
    h.cancel(); h.get_loop().run()
future-callbacks :: future_called(x, 3) :: within(h) :: :: :: h.set_result(1) ;; h.cancel() ;;
    h.remove_done_callback(by_collecting) ;; h.remove_done_callback(Callable(0)) ;;
    h.__init__(loop=Loop()) ;; h._callbacks
future-loop :: _asyncio.Future(loop=Loop(x)) :: h._loop.x :: h.__init__(loop=Loop(x)) ::
    h.__init__(loop=Loop()) :: h.get_loop() ;; h.__init__(loop=1) ;; h.cancel() ;; h.set_result(h);
    h.__init__(loop=h._loop) ;; h.__init__(1) ;; h.__del__()
future-attribute :: setting(Future(loop=Loop()), ('a', x)) :: h.a :: h.a = x :: h.a = None ::
    h.cancel() ;; h.__init__(loop=Loop()) ;; h.set_result(h) ;; h.add_done_callback(h.cancel) ;;
    h.set_exception(StopIteration)
future-message :: setting(_asyncio.Future(loop=Loop()), ('_cancel_message', x)) :: h._cancel_message
    :: h._cancel_message = x :: h._cancel_message = None :: h.cancel() ;; h.cancel(x); h.exception()
    ;; h._make_cancelled_error() :: without@-3.8
future-context :: contexted(x) :: within(h) :: :: :: h.cancel() ;; h.set_result(1);
    h.get_loop().run()
future-iterator :: iter(future_done(x)) :: within(h) :: :: :: h.send(None) ;; h.throw(Error) ;;
    h.close() ;; h.throw(1) ;; next(h)
future-iterator-waiting :: iter(future_called(x, 0)) :: within(h) :: :: :: h.send(None) ;;
    h.throw(Error) ;; h.close() ;; h.throw(Error, Error(), 3) ;; next(h); next(h)
task-coroutine :: task_of(co_local(x)) :: within(h) :: :: :: h.cancel() ;; h.__init__(co_local(x),
    loop=Loop()) ;; !-3.14 h.__init__(1) ;; h.get_loop().run() ;; h.get_coro().close() ;;
    h.cancel(); h.get_loop().run() ;; h.get_stack() ;; h.set_name(x) ;; h.uncancel() :: frail cyclic
    collects skip-init*@-3.14
task-waiting :: task_waiting(x) :: within(h) :: :: :: h.cancel() ;; h._fut_waiter.cancel() ;;
    h._fut_waiter.set_result(1); h.get_loop().run() ;; h.cancel(); h.get_loop().run() ;;
    h.get_coro().close() ;; h.get_coro().send(None) ;; h.__init__(co_local(1), loop=Loop()) ;;
    h._fut_waiter.__init__(loop=h.get_loop()) :: frail cyclic collects skip-init*@-3.14
task-result :: task_done(x) :: h.result() :: :: :: h.cancel() ;; h.__init__(co_local(1),
    loop=Loop()) ;; h.get_loop().run() ;; h.exception() ;; list(h) :: frail cyclic skip-init*@-3.14
task-exception :: task_failed(x) :: within(h) :: :: :: h.cancel() ;; h.result() ;; h.exception() ;;
    h.__init__(co_local(1), loop=Loop()) ;; h.print_stack(file=io.StringIO()) ;; h.get_stack() ::
    frail cyclic skip-init*@-3.14
task-step :: task_step(x) :: within(h) :: :: :: h() ;; h(Error) ;; h.__self__ :: frail cyclic
    collects
task-wakeup :: task_wakeup(x) :: within(h) :: :: :: h.cancel() ;; h.set_result(1) ;; h._loop.run()
    ;; h._callbacks ;; h.__init__(loop=Loop()) :: frail cyclic collects
task-attribute :: setting(Task(co_local(1), loop=Loop()), ('a', x)) :: h.a :: h.a = x :: h.a = None
    :: h.cancel() ;; h.get_loop().run() ;; h.__init__(co_local(1), loop=Loop()) :: frail cyclic
    collects skip-init*@-3.14
context-value :: context_with(x) :: h[VARIABLE] :: h.run(VARIABLE.set, x) :: h.run(VARIABLE.set,
    None) :: h.copy() ;; h.run(h.run, len, '') ;; list(h.items()) ;; h.run(VARIABLE.set, 1) ;; h ==
    h ;; h.run(gc.collect) ;; h.get(1)
context-many :: context_with(x, 40) :: h[VARIABLE] :: h.run(VARIABLE.set, x) :: h.run(VARIABLE.set,
    None) :: h.copy() ;; h == h.copy() ;; list(h.items()) ;; h.run(contextvars.ContextVar('z').set,
    1)
context-copy :: context_with(x).copy() :: h[VARIABLE] :: h.run(VARIABLE.set, x) ::
    h.run(VARIABLE.set, None) :: h.run(h.copy)
context-values :: context_with(x).values() :: within(h) :: :: :: list(h) ;; iter(h) :: leaks=new
context-iterator :: iter(context_with(x, 9).items()) :: within(h) :: :: :: next(h) ;; copy.copy(h)
    :: no-pull leaks=new
context-token :: token_of(x) :: h.old_value :: :: :: h.var ;; VARIABLE.reset(h)
context-default :: contextvars.ContextVar('a', default=x) :: h.get() :: :: :: h.get(1) ;; repr(h) ;;
    h.reset(1) ;; contextvars.copy_context().run(h.set, 1)
context-name :: contextvars.ContextVar(tag(Str, x, 'a')) :: h.name.x :: :: :: h.get(1) ;; repr(h)
context-run :: functools.partial(context_with(x).run, len) :: h.func.__self__[VARIABLE] :: :: ::
    h('') ;; h(1)
handle :: asyncio.Handle(Callable(x), (), Loop()) :: h._callback.x :: h._callback = Callable(x) ::
    h._callback = None :: h.cancel() ;; h._run()
'''

HELPERS_ASYNC = r'''
def contexted(x):
    h = _asyncio.Future(loop=Loop())
    h.add_done_callback(by_collecting, context=context_with(x))
    return h
'''

EDGES_SYSTEM = r'''
thread-local :: local_of(x) :: h.x :: h.x = x :: h.x = None :: del h.x ;; h.__dict__ ;;
    h.__dict__.clear() ;; h.__init__() ;; h.__init__(1) ;; h.__dict__ = {} :: skip-death@3.7-
thread-local-arguments :: LocalArgs(x) :: within(h) :: :: :: h.a ;; h.__init__(1) ;;
    h.__dict__.clear() :: skip-death@3.7-
thread-local-threads :: local_threads(x) :: h.x :: h.x = x :: h.x = None :: h.__dict__ ;; del h.x ::
    skip-death@3.7-
queue-item :: queued(_queue.SimpleQueue(), x) :: within(h) :: :: h.get(False) :: h.put(1) ;;
    queued(h, h.get(False)) ;; h.get(True, 0) ;; h.get(False); h.get(False) ;; h.put_nowait(2) ;;
    h.qsize() ;; h.get_nowait()
queue-attribute :: tag(Queue, x) :: h.x :: h.x = x :: h.x = None :: h.put(h); h.get(False) ;;
    h.__init__() ;; h.get(False)
queue-blocks :: queued(queued_many(_queue.SimpleQueue(), 50), x) :: within(h) :: :: :: [h.get(False)
    for _ in range(50)] ;; h.put(1)
socket-attribute :: tag(Socket, x, -1, -1, -1, 0) if 0 else tag(Socket, x) :: h.x :: h.x = x :: h.x
    = None :: h.close() ;; h.__init__(fileno=-1) ;; h.detach() ;; h.settimeout(0) ;; h.__init__(1,
    2, 3, 4) ;; h.getsockname() :: no-init no-init-none
ssl-context :: tag(Ssl, x, 2) :: h.x :: h.x = x :: h.x = None :: h.set_ciphers('ALL') ;;
    h.get_ciphers() ;; h.__init__(2) ;; h.session_stats()
ssl-server-name :: setting(Ssl(2), ('sni_callback', Callable(x))) :: h.sni_callback.x ::
    h.sni_callback = Callable(x) :: h.sni_callback = None :: h.sni_callback = 1
ssl-message :: setting(Ssl(2), ('_msg_callback', Callable(x))) :: h._msg_callback.x ::
    h._msg_callback = Callable(x) :: h._msg_callback = None :: h._msg_callback = 1 :: without@-3.7
ast-field :: ast.Name(x) :: h.id :: h.id = x :: h.id = None :: h.__init__(x) ;; h.__init__() ;;
    h.__init__(1, 2, 3) ;; del h.id ;; ast.dump(h) ;; compile(ast.Expression(h), '', 'eval') ;;
    h.__reduce__() ;; h.__class__ = ast.Add
ast-child :: parsed(x) :: h.body[0].value :: h.body[0].value = x :: h.body[0].value = None ::
    list(ast.walk(h)) ;; ast.dump(h) ;; compile(h, '', 'exec') ;; h.__init__(h.body) ;;
    ast.fix_missing_locations(h) ;; ast.unparse(h) ;; h.body.clear()
ast-attribute :: setting(ast.Pass(), ('lineno', x)) :: h.lineno :: h.lineno = x :: h.lineno = None
    :: del h.lineno ;; h.__dict__ ;; ast.dump(h)
simple-handler :: _thread._ExceptHookArgs((x, 1, 2, 3)) :: h[0] :: :: :: h.exc_type ;; h + h ::
    without@-3.7
stack-lock :: setting(threading.Condition(), ('a', x)) :: h.a :: h.a = x :: h.a = None ::
    h.acquire(); h.release() ;; h.notify()
thread-object :: threading.Thread(target=Callable(x)) :: h._target.x :: h._target = Callable(x) ::
    h._target = None :: h.run() ;; repr(h) :: no-init-self
timer :: threading.Timer(9, by_collecting, (x,)) :: h.args[0] :: h.args = (x,) :: h.args = () ::
    h.cancel() ;; repr(h)
exit-stack :: stacked(x) :: h._exit_callbacks[0][1].__self__.x :: :: :: h.pop_all() ;; entered(h) ;;
    h.close() ;; h.callback(by_collecting, 1) ;; h.__exit__(None, None, None)
context-manager :: managed(x) :: next(h.gen) :: :: :: entered(h) ;;
    !-3.10 h.__exit__(Error, Error(), None) ;; h.__enter__() :: frail
heap :: heaped(x) :: h[0].x :: :: :: heapq.heappush(h, Key(1)) ;; heapq.heapify(h) ;;
    heapq.heapreplace(h, Key(h[0].x)) ;; heapq.heappushpop(h, Key(1)) ;; heapq.merge(h, h)
structseq-terminal :: os.terminal_size((x, 1)) :: h.columns :: :: :: h + h ;; h.__reduce__() ::
    leaks=new@-3.7
structseq-stat :: os.stat_result((1,) * 9 + (x,)) :: h[9] :: :: :: h.st_mtime ;; h.__reduce__() ::
    leaks=new@-3.7
template :: string.Template(tag(Str, x, '$a')) :: h.template.x :: h.template = tag(Str, x) ::
    h.template = '' :: h.substitute(a=1) ;; h.safe_substitute()
fraction :: setting(fractions.Fraction(1), ('_numerator', x)) :: h.numerator :: h._numerator = x ::
    h._numerator = 1 :: hash(h) ;; h + 1
io-wrapper-codec :: codecs.StreamReaderWriter(File(x), codecs.StreamReader, codecs.StreamWriter) ::
    h.stream.x ::  ::  :: h.read() ;; h.write('a') ;; h.reset()
'''

HELPERS_REST = r'''
class Ssl(_ssl._SSLContext): pass

def queued_many(q, n):
    for i in range(n): q.put(i)
    return q

def stacked(x):
    h = contextlib.ExitStack()
    h.push(Exit(x))
    return h

class Exit:
    def __init__(self, x): self.x = x
    def __exit__(self, *a): gc.collect()

def managed(x):
    h = contextlib.contextmanager(gen_local)(x)
    next(h.gen)
    return h

def heaped(x): return [Key(x), Key(1)]
'''
