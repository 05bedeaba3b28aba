# SPDX-License-Identifier: Apache-2.0

# The edges of frames and exceptions are what code leaves behind when it has returned or raised.
#
# Place: a table of the CPython specimen, read by kinds_tables.py.

HELPERS_NAMES = r'''
def frame_of(x): return sys._getframe()

def frame_cell(x):
    def f(): return x
    return sys._getframe()

def frame_below(x):
    def f(): return sys._getframe()
    return f()

def frame_generator(x):
    g = started(gen_local(x))
    return g.gi_frame, g

def raised(x):
    try: raise Error(x)
    except Error as e: return e

def traced(x):
    def f(y): raise Error
    try: f(x)
    except Error as e:
        x = None
        return e

def contextual(x):
    try:
        try: raise Error(x)
        finally: raise Error
    except Error as e:
        x = None
        e.__traceback__ = None
        e.__context__.__traceback__ = None
        return e

def renamed(o, x):
    o.__name__ = tag(Str, x)
    return o

def requalified(o, x):
    o.__qualname__ = tag(Str, x)
    return o

def started_send(a):
    a.send(None)
    return a

def chained(e, x):
    e.__traceback__ = None
    e.args = (x,)
    return e

def noted(x):
    e = Error()
    e.__notes__ = [x]
    return e

def with_cause(x):
    e = Error()
    e.__cause__ = Error(x)
    return e

def with_context(x):
    e = Error()
    e.__context__ = Error(x)
    return e

def code_with(**k): return (lambda: None).__code__.replace(**k)
'''

EDGES_FRAMES = r'''
frame-local :: frame_of(x) :: h.f_locals['x'] :: :: :: h.clear() ;; h.f_locals['x'] = 1 ;; h.f_trace
    = by_collecting; del h.f_trace ;; h.f_locals.clear() ;; h.f_lineno = 1 :: no-init-self
frame-cell :: frame_cell(x) :: h.f_locals['x'] :: :: :: h.clear() ;; h.f_locals.pop('x') :: cyclic
frame-back :: frame_below(x) :: h.f_back.f_locals['x'] :: :: :: h.clear() ;; h.f_back.clear() ::
    without@3.12-
frame-trace :: frame_traced(x) :: h.f_trace.x :: :: :: h.clear() ;; h.f_trace_lines = 1 :: cyclic
frame-generator :: frame_generator(x) :: next(h[1]) :: :: :: !3.12 h[0].clear() ;;
    h[0].f_locals.clear() ;; h[1].close() :: frail late cyclic@-3.10
frame-globals :: frame_global(x) :: h.f_globals['a'] :: :: :: h.clear() ;; h.f_globals.clear() ::
frame-proxy :: frame_of(x).f_locals :: h['x'] :: :: :: h.update(x=1) ;; h.copy() ;; list(h.items())
    :: without@-3.12
traceback-frame :: traced(x).__traceback__ :: h.tb_next.tb_frame.f_locals['y'] :: :: ::
    h.tb_next.tb_frame.clear() ;; h.tb_next = None ;; h.tb_next.tb_next = h ;; h.tb_frame.clear() ::
    no-init-self
traceback-made :: types.TracebackType(None, frame_of(x), 0, 1) :: h.tb_frame.f_locals['x'] :: ::  ::
    h.tb_frame.clear() ;; h.tb_next = types.TracebackType(None, h.tb_frame, 0, 1) ;; h.tb_next = h
traceback-next :: types.TracebackType(types.TracebackType(None, frame_of(x), 0, 1), frame_of(1), 0,
    1) :: h.tb_next.tb_frame.f_locals['x'] :: :: :: h.tb_next.tb_next = h ;; h.tb_frame.clear()
exception-argument :: Error(x) :: h.args[0] :: h.args = (x,) :: h.args = () :: h.__init__(x) ;;
    h.__init__() ;; h.__setstate__({'args': (x,)}) ;; h.with_traceback(None) ;; str(h) ;;
    h.__setstate__({'a': 1})
exception-attribute :: attributed(Error(), x) :: h.a :: h.a = x :: h.a = None ::
    h.__setstate__({'a': x}) ;; h.__dict__ = {'a': x} ;; h.__dict__ = {}
exception-cause :: with_cause(x) :: h.__cause__.args[0] :: h.__cause__ = Error(x) :: h.__cause__ =
    None :: h.__context__ = h ;; h.__cause__ = h
exception-context :: with_context(x) :: h.__context__.args[0] :: h.__context__ = Error(x) ::
    h.__context__ = None :: h.__context__ = h ;;
    attempt(gen_local(1).throw, h); h.__traceback__ = None
exception-raised-context :: contextual(x) :: h.__context__.args[0] :: h.__context__ = Error(x) ::
    h.__context__ = None :: h.with_traceback(None) :: cyclic@-0
exception-traceback :: traced(x) :: h.__traceback__.tb_next.tb_frame.f_locals['y'] :: ::
    h.__traceback__ = None :: h.with_traceback(h.__traceback__) ;;
    h.__traceback__.tb_next.tb_frame.clear()
exception-note :: noted(x) :: h.__notes__[0] :: h.__notes__ = [x] :: h.__notes__ = [] ::
    h.add_note('a') ;; h.add_note(1)
exception-stop :: StopIteration(x) :: h.value :: h.__init__(x) :: h.__init__(); h.value = None ::
    h.__init__(x) ;; h.__init__(x, x) ;; h.args = ()
exception-stop-async :: StopAsyncIteration(x) :: h.args[0] :: h.args = (x,) :: h.__init__()
exception-exit :: SystemExit(x) :: h.code :: h.__init__(x) :: h.__init__(); h.code = None ::
    h.__init__(x) ;; h.__init__(x, x) ;; del h.code
exception-key :: KeyError(x) :: h.args[0] :: h.args = (x,) :: h.__init__() :: str(h)
exception-os-errno :: OSError(x, 'a') :: h.errno :: h.errno = x; h.args = () :: h.errno = None;
    h.args = () :: h.__init__(x, 'a') ;; h.__init__(1, 2, 3, 4, 5) ;; str(h) ;; h.__reduce__()
exception-os-filename :: OSError(1, 'a', x) :: h.filename :: h.filename = x :: h.filename = None ::
    h.__init__(1, 'a', x) ;; h.__init__(1) ;; str(h) ;; h.__reduce__()
exception-os-filename2 :: OSError(1, 'a', 'b', None, x) :: h.filename2 :: h.filename2 = x ::
    h.filename2 = None :: h.__init__(1, 'a', 'b', None, x) ;; str(h) ;; h.__reduce__() ;; del
    h.filename2
exception-syntax-text :: SyntaxError('a', ('b', 1, 1, x)) :: h.text :: h.text = x; h.args = () ::
    h.text = None; h.args = () :: !3.10- h.__init__('a', ('b', 1, 1, x)) ;; h.__init__('a', ()) ;;
    h.__init__('a', 1) ;; str(h)
exception-syntax-filename :: SyntaxError('a', (x, 1, 1, 'b')) :: h.filename :: h.filename = x;
    h.args = () :: h.filename = None; h.args = () :: !3.10- h.__init__('a', ('b', 1, 1, 'a')) ;;
    str(h) :: skip-init-content
exception-syntax-message :: SyntaxError(x) :: h.msg :: h.msg = x; h.args = () :: h.msg = None;
    h.args = () :: h.__init__(x) ;; h.__init__() ;; str(h) ;; h.print_file_and_line = x;
    h.print_file_and_line = None
exception-import-name :: ImportError('a', name=x) :: h.name :: h.name = x :: h.name = None ::
    h.__init__('a', name=x) ;; h.__init__('a', b=1) ;; str(h) ;; h.__reduce__()
exception-import-path :: ImportError('a', path=x) :: h.path :: h.path = x :: h.path = None ::
    h.__init__('a', path=x, name=1) ;; h.__setstate__({}) ;; h.__reduce__()
exception-import-message :: ImportError(x) :: h.msg :: h.msg = x; h.args = () :: h.msg = None;
    h.args = () :: h.__init__(x) ;; h.__init__() ;; str(h)
exception-name :: NameError('a', name=x) :: h.name :: h.name = x :: h.name = None :: h.__init__('a',
    name=x) ;; h.__init__(b=1) :: without@-3.9
exception-attribute-object :: AttributeError('a', obj=x) :: h.obj :: h.obj = x :: h.obj = None ::
    h.__init__('a', obj=x) ;; h.__init__(b=1) ;; h.__reduce__() :: without@-3.9
exception-encode :: UnicodeEncodeError('a', tag(Str, x, 'b'), 0, 1, 'c') :: h.object.x :: h.object =
    tag(Str, x); h.args = () :: h.object = ''; h.args = () :: str(h) ;; h.__init__('a', 'b', 0, 1,
    'c') ;; h.__init__() ;; h.start = -5; str(h) ;; h.end = 99; str(h)
exception-decode :: UnicodeDecodeError('a', tag(Bytes, x, b'b'), 0, 1, 'c') :: h.object.x ::
    h.object = tag(Bytes, x); h.args = () :: h.object = b''; h.args = () :: str(h) ;;
    h.__init__('a', b'b', 0, 1, 'c') ;; h.__init__('a', 1, 2, 3, 4) ;; h.start = 1 << 40; str(h)
exception-decode-reason :: UnicodeDecodeError('a', b'b', 0, 1, tag(Str, x)) :: h.reason.x ::
    h.reason = tag(Str, x); h.args = () :: h.reason = ''; h.args = () :: str(h)
exception-decode-encoding :: UnicodeDecodeError(tag(Str, x), b'b', 0, 1, 'a') :: h.encoding.x ::
    h.encoding = tag(Str, x); h.args = () :: h.encoding = ''; h.args = () :: str(h)
exception-translate :: UnicodeTranslateError(tag(Str, x, 'a'), 0, 1, 'a') :: h.object.x :: h.object
    = tag(Str, x); h.args = () :: h.object = ''; h.args = () :: str(h)
exception-group :: ExceptionGroup('a', [Error(x)]) :: h.exceptions[0].args[0] :: :: ::
    h.split(Error) ;; h.subgroup(Error) ;; h.derive([Error()]) ;; h.__init__('a', []) ;;
    h.subgroup(by_collecting) ;; str(h) :: without@-3.10
code-constant :: code_with(co_consts=(None, x)) :: h.co_consts[1] :: :: :: h.replace() ;;
    list(h.co_lines()) :: leaks=new without@-3.7
code-filename :: code_with(co_filename=tag(Str, x)) :: h.co_filename.x :: :: :: h.replace() ;;
    repr(h) :: leaks=new without@-3.7
code-name :: code_with(co_name=tag(Str, x)) :: h.co_name.x :: :: :: h.replace() :: leaks=new
    without@-3.7
'''

HELPERS_FRAMES2 = r'''
def frame_traced(x):
    f = frame_of(1)
    f.f_trace = Box(x)
    return f

def frame_global(x): return eval('f()', {'a': x, 'f': sys._getframe, '__builtins__': {}})
'''
