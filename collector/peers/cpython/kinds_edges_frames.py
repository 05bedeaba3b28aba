# SPDX-License-Identifier: Apache-2.0

# The edges of execution are what suspended code holds: generators, coroutines and asynchronous
# generators in each state of suspension.
#
# Place: a table of the CPython specimen, read by kinds_tables.py.

HELPERS_FRAMES = r'''
def started(g):
    g.send(None)
    return g

def awaited(c):
    c.send(None)
    return c

def asent(a):
    attempt(a.asend(None).send, None)
    return a

@types.coroutine
def pause():
    while True: yield

class Error(Exception): pass

def throw_in(h): h.throw(Error)

def send_all(h):
    for _ in range(3): h.send(h)

def gen_local(x):
    while True: yield x

def gen_lost(x):
    while True: x = yield x

def gen_try(x):
    while True:
        try: yield x
        except Error: pass

def gen_finally(x):
    try: yield 1
    finally: gc.collect(); x.missing

def gen_finally_yield(x):
    try: yield 1
    finally: yield x

def gen_in_finally(x):
    try: pass
    finally:
        while True: yield x

def gen_pending_return(x):
    def f(): return (x,)
    try: return f()
    finally:
        del f
        x = None
        while True: yield

def gen_pending_raise(x):
    try: raise Error(x)
    finally:
        x = None
        while True: yield

def gen_with(x):
    with Manager(x):
        x = None
        while True: yield 1

def gen_with_body(x):
    with Manager(None) as y:
        while True: yield x

def gen_for(x):
    for i in [x]:
        x = None
        while True: yield i

def gen_for_iterator(x):
    for i in Endless(x):
        x = None
        yield i

def gen_call(x):
    a = [x]
    del x
    return max(a.pop(), (yield))

def gen_method(x):
    a = [x]
    del x
    a.pop().__init__((yield))

def gen_keyword(x):
    a = [x]
    del x
    return dict(a=a.pop(), b=(yield))

def gen_star(x):
    a = [x]
    del x
    return max(*[a.pop()], *(yield))

def gen_list(x):
    a = [x]
    del x
    return [a.pop(), (yield)]

def gen_tuple(x):
    a = [x]
    del x
    return (a.pop(), (yield))

def gen_dict(x):
    a = [x]
    del x
    return {1: a.pop(), 2: (yield)}

def gen_key(x):
    a = [x]
    del x
    return {a.pop(): (yield)}

def gen_set(x):
    a = [x]
    del x
    return {a.pop(), (yield)}

def gen_operator(x):
    a = [x]
    del x
    return a.pop() == (yield)

def gen_chain(x):
    a = [x]
    del x
    return 1 < a.pop().s0 < (yield) if 0 else (a.pop() is (yield))

def gen_subscript(x):
    a = [x]
    del x
    a[(yield)] = a.pop()

def gen_slice(x):
    a = [x]
    del x
    return a[a.pop():(yield)]

def gen_format(x):
    a = [x]
    del x
    return f'{a.pop()}{(yield)}'

def gen_class(x):
    class C:
        y = x
    del x
    while True: yield C.y

def gen_default(x):
    def f(a=x): return a
    del x
    while True: yield f()

def gen_unpack(x):
    a, *b = x, x, x
    del x
    while True: yield a

def gen_cell(x):
    def f(): return x
    while True: yield x

def gen_from(x): yield from gen_local(x)

def gen_from_deep(x): yield from gen_from(x)

def gen_from_list(x):
    y = [x]
    del x
    yield from itertools.chain(y, y)

def gen_from_endless(x):
    y = [Endless(x)]
    del x
    yield from y.pop()

def gen_from_closing(x):
    y = [Closing(x)]
    del x
    yield from y.pop()

class Closing(Endless):
    def close(self): gc.collect()
    def throw(self, *a): return 1
    def send(self, a): return 1

def gen_except(x):
    try: raise Error(x)
    except Error:
        x = None
        while True: yield

def gen_except_as(x):
    try: raise Error(x)
    except Error as e:
        x = None
        while True: yield e.args[0]

def gen_except_twice(x):
    try: raise Error(x)
    except Error:
        x = None
        try: raise Error
        except Error:
            while True: yield

def gen_in_thread(x):
    try: raise Error(x)
    except Error: yield from gen_local(sys.exc_info()[1].args[0])

def gen_args(*x):
    while True: yield x[0]

def gen_kwargs(**k):
    while True: yield k['y']

def gen_comprehension(x): return started(y for y in [x] for _ in itertools.count())

def gen_self(x):
    g = gen_cyclic(x)
    g.send(None)
    g.send(g)
    return g

def gen_cyclic(x):
    g = yield
    while True: yield x

def gen_nested(x): return started(started(gen_local(y)) for y in [x])

class Manager:
    def __init__(self, x): self.x = x
    def __enter__(self): return self
    def __exit__(self, *a): gc.collect()
    async def __aenter__(self): return self
    async def __aexit__(self, *a): await pause()

class Aiter:
    def __init__(self, x): self.x = x
    def __aiter__(self): return self
    async def __anext__(self): await pause()

class Await:
    def __init__(self, x): self.x = x
    def __await__(self): return Endless(self.x)

async def co_local(x): await pause()

async def co_await(x):
    y = [co_local(x)]
    del x
    await y.pop()

async def co_object(x):
    y = [Await(x)]
    del x
    await y.pop()

async def co_with(x):
    async with Manager(x):
        x = None
        await pause()

async def co_with_exit(x):
    async with Manager(x): x = None

async def co_for(x):
    async for _ in Aiter(x): x = None

async def co_for_agen(x):
    y = [agen_local(x)]
    del x
    async for _ in y.pop(): await pause()

async def co_finally(x):
    try: await pause()
    finally: await co_local(x)

async def co_except(x):
    try: raise Error(x)
    except Error:
        x = None
        await pause()

async def co_call(x):
    a = [x]
    del x
    return max(a.pop(), await pause())

async def co_comprehension(x): return [y async for y in agen_pause(x)]

async def agen_local(x):
    while True: yield x

async def agen_pause(x):
    await pause()
    yield x

async def agen_try(x):
    while True:
        try: yield x
        except Error: pass

async def agen_finally(x):
    try: yield 1
    finally: await co_local(x)

class Closing(Manager):
    async def __aexit__(self, *a): gc.collect()

async def agen_with(x):
    async with Closing(x):
        x = None
        while True: yield 1

async def agen_except(x):
    try: raise Error(x)
    except Error:
        x = None
        while True: yield
'''


EDGES_GENERATORS = r'''
generator-unstarted :: gen_local(x) :: within(h) :: :: :: next(h); next(h) ;; throw_in(h) ;;
    send_all(h) :: frail no-pull
generator-local :: started(gen_local(x)) :: next(h) :: :: :: throw_in(h) ;; send_all(h) ;;
    h.throw(GeneratorExit) ;; h.throw(Error(x)) ;; h.throw(Error, Error(x)) ;; h.gi_frame.clear() ;;
    drain(h.gi_frame.f_locals) ;; h.gi_frame.f_locals['x'] = 1 ;; h.gi_frame.f_trace = by_collecting
    ;; keep.append(weakref.ref(h, lambda r: gc.collect())) :: frail
generator-replaced :: started(gen_lost(x)) :: within(h) :: h.send(x) :: h.send(None) :: throw_in(h)
    ;; send_all(h) :: frail no-pull no-next
generator-try :: started(gen_try(x)) :: next(h) :: :: :: throw_in(h) ;; send_all(h) ;;
    h.throw(GeneratorExit) ;; h.throw(Error(x)) ;; h.throw(Error, Error(x)) ;; h.throw(h) ;;
    h.throw(Error, h, h) :: frail
generator-finally :: started(gen_finally(x)) :: within(h) :: :: :: throw_in(h) ;; next(h) ;;
    h.gi_frame.clear() :: frail cyclic collects
generator-finally-yield :: started(gen_finally_yield(x)) :: within(h) :: :: :: throw_in(h) ;;
    next(h) ;; h.gi_frame.clear() ;; h.close() ;; send_all(h) :: frail cyclic leaks=new@-3.10
generator-in-finally :: started(gen_in_finally(x)) :: next(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() :: frail
generator-pending-return :: started(gen_pending_return(x)) :: within(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() :: frail
generator-pending-raise :: started(gen_pending_raise(x)) :: within(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() :: frail cyclic
generator-with :: started(gen_with(x)) :: within(h) :: :: :: throw_in(h) ;; h.gi_frame.clear() ::
    frail cyclic collects
generator-with-body :: started(gen_with_body(x)) :: next(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() :: frail cyclic collects
generator-for :: started(gen_for(x)) :: next(h) :: :: :: throw_in(h) ;; h.gi_frame.clear() :: frail
generator-for-iterator :: started(gen_for_iterator(x)) :: within(h) :: :: :: throw_in(h) ;;
    send_all(h) :: frail
generator-call :: started(gen_call(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(1) ;; h.send(x)
    ;; h.gi_frame.clear() :: frail
generator-method :: started(gen_method(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(1) ;;
    h.gi_frame.clear() :: frail
generator-keyword :: started(gen_keyword(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(1) ;;
    h.gi_frame.clear() :: frail
generator-star :: started(gen_star(x)) :: within(h) :: :: :: throw_in(h) ;; h.send([1]) ;; h.send(1)
    :: frail
generator-list :: started(gen_list(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(h) ;;
    h.gi_frame.clear() :: frail
generator-tuple :: started(gen_tuple(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(h) :: frail
generator-dict :: started(gen_dict(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(h) :: frail
generator-key :: started(gen_key(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(h) :: frail
generator-set :: started(gen_set(x)) :: within(h) :: :: :: throw_in(h) ;; h.send([]) :: frail
generator-operator :: started(gen_operator(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(x) ::
    frail
generator-subscript :: started(gen_subscript(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(0) ;;
    h.send(h) :: frail
generator-slice :: started(gen_slice(x)) :: within(h) :: :: :: throw_in(h) ;; h.send(0) :: frail
generator-class :: started(gen_class(x)) :: next(h) :: :: :: throw_in(h) ;; h.gi_frame.clear() ::
    frail cyclic
generator-default :: started(gen_default(x)) :: next(h) :: :: :: throw_in(h) ;; h.gi_frame.clear()
    :: frail
generator-unpack :: started(gen_unpack(x)) :: next(h) :: :: :: throw_in(h) ;; h.gi_frame.clear() ::
    frail
generator-cell :: started(gen_cell(x)) :: next(h) :: :: :: throw_in(h) ;; h.gi_frame.clear() ::
    frail cyclic@-0
generator-from :: started(gen_from(x)) :: next(h) :: :: :: throw_in(h) ;; h.gi_yieldfrom.close() ;;
    h.gi_yieldfrom.throw(Error) ;; h.gi_frame.clear() ;; h.send(h) :: frail
generator-from-deep :: started(gen_from_deep(x)) :: next(h) :: :: :: throw_in(h) ;;
    h.gi_yieldfrom.close() ;; h.gi_yieldfrom.gi_yieldfrom.close() ;; h.gi_yieldfrom.gi_frame.clear()
    :: frail
generator-from-list :: started(gen_from_list(x)) :: within(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() ;; h.send(1) :: frail no-next
generator-from-endless :: started(gen_from_endless(x)) :: within(h) :: :: :: !3.10-3.11 throw_in(h)
    ;; h.gi_frame.clear() ;; h.send(1) :: frail
generator-from-closing :: started(gen_from_closing(x)) :: within(h) :: :: :: !3.10-3.11 throw_in(h)
    ;; h.gi_frame.clear() ;; h.send(1) ;; h.throw(GeneratorExit) :: frail cyclic collects
generator-except :: started(gen_except(x)) :: within(h) :: :: :: throw_in(h) ;; h.gi_frame.clear()
    :: frail cyclic
generator-except-as :: started(gen_except_as(x)) :: next(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() :: frail cyclic
generator-except-twice :: started(gen_except_twice(x)) :: within(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() :: frail cyclic
generator-except-from :: started(gen_in_thread(x)) :: next(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() :: frail cyclic
generator-args :: started(gen_args(x)) :: next(h) :: :: :: throw_in(h) :: frail
generator-kwargs :: started(gen_kwargs(y=x)) :: next(h) :: :: :: throw_in(h) :: frail
generator-expression :: (y for y in [x]) :: within(h) :: :: :: throw_in(h) :: frail no-pull no-next
generator-expression-started :: gen_comprehension(x) :: next(h) :: :: :: throw_in(h) ;;
    h.gi_frame.clear() :: frail
generator-self :: gen_self(x) :: next(h) :: :: :: throw_in(h) ;; h.gi_frame.clear() :: frail cyclic
generator-nested :: gen_nested(x) :: within(h) :: :: :: throw_in(h) ;; h.gi_frame.clear() :: frail
    no-next no-pull
generator-name :: renamed(gen_local(1), x) :: h.__name__.x :: h.__name__ = tag(Str, x) :: h.__name__
    = '' :: next(h) ;; throw_in(h)
generator-qualname :: requalified(gen_local(1), x) :: h.__qualname__.x :: h.__qualname__ = tag(Str,
    x) :: h.__qualname__ = '' :: next(h) ;; repr(h)
coroutine-unstarted :: co_local(x) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;; h.close() ;;
    h.__await__() :: frail
coroutine-local :: awaited(co_local(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    h.cr_frame.clear() ;; h.__await__().close() ;; h.cr_await.close() :: frail
coroutine-await :: awaited(co_await(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    h.cr_frame.clear() ;; h.cr_await.close() ;; h.cr_await.throw(Error) :: frail
coroutine-object :: awaited(co_object(x)) :: within(h) :: :: :: h.send(None) ;; !3.10-3.11
    throw_in(h) ;; h.cr_frame.clear() :: frail
coroutine-with :: awaited(co_with(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    throw_in(h); throw_in(h) :: frail late cyclic
coroutine-with-exit :: awaited(co_with_exit(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    h.cr_await.close() :: frail without@-3.10
coroutine-for :: awaited(co_for(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    h.cr_await.close() :: frail
coroutine-for-generator :: awaited(co_for_agen(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h)
    :: frail
coroutine-finally :: awaited(co_finally(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    throw_in(h); h.send(None) :: frail cyclic late
coroutine-except :: awaited(co_except(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h) :: frail
    cyclic
coroutine-call :: awaited(co_call(x)) :: within(h) :: :: :: h.send(None) ;; throw_in(h) :: frail
coroutine-comprehension :: awaited(co_comprehension(x)) :: within(h) :: :: :: h.send(None) ;;
    throw_in(h) :: frail
coroutine-wrapper :: co_local(x).__await__() :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    h.close() ;; next(h) :: frail
coroutine-wrapper-started :: started(co_local(x).__await__()) :: within(h) :: :: :: h.send(None) ;;
    throw_in(h) ;; h.throw(Error, Error(), None) ;; h.throw(1) :: frail
async-generator-unstarted :: agen_local(x) :: within(h) :: :: :: h.aclose().send(None) ;;
    h.asend(None).send(None) ;; h.athrow(Error).send(None) :: frail
async-generator-local :: asent(agen_local(x)) :: within(h) :: :: :: h.aclose().send(None) ;;
    h.asend(None).send(None) ;; h.asend(h).close() ;; h.athrow(Error).send(None) ;;
    h.athrow(Error).throw(Error) ;; h.asend(1).throw(Error) ;; h.ag_frame.clear() ;;
    attempt(h.aclose().send, None); h.asend(None).send(None) :: frail
async-generator-pause :: asent(agen_pause(x)) :: within(h) :: :: :: h.aclose().send(None) ;;
    h.asend(None).send(None) ;; h.ag_frame.clear() ;; h.athrow(Error).send(None) :: frail
async-generator-try :: asent(agen_try(x)) :: within(h) :: :: :: h.aclose().send(None) ;;
    h.asend(None).send(None) ;; h.athrow(Error).send(None) ;; h.athrow(GeneratorExit).send(None) ::
    frail
async-generator-finally :: asent(agen_finally(x)) :: within(h) :: :: :: h.aclose().send(None) ;;
    h.asend(None).send(None) ;; h.ag_frame.clear() ;; h.athrow(Error).send(None) ::
    frail late cyclic
async-generator-with :: asent(agen_with(x)) :: within(h) :: :: :: h.aclose().send(None) ;;
    h.asend(None).send(None) ;; h.athrow(Error).send(None) :: frail cyclic collects
async-generator-except :: asent(agen_except(x)) :: within(h) :: :: :: h.aclose().send(None) ;;
    h.asend(None).send(None) ;; h.athrow(Error).send(None) :: frail late cyclic
asend-generator :: agen_local(x).asend(None) :: within(h) :: :: :: h.close() ;; h.send(None) ;;
    throw_in(h) ;; h.send(1) ;; h.__await__() :: frail
asend-started :: started_send(agen_pause(x).asend(None)) :: within(h) :: :: :: h.close() ;;
    h.send(None) ;; throw_in(h) :: frail
asend-argument :: agen_local(1).asend(x) :: within(h) :: :: :: h.close() ;; throw_in(h) ;;
    h.send(None) :: frail
athrow-argument :: agen_local(1).athrow(Error(x)) :: within(h) :: :: :: h.close() ;; throw_in(h) ;;
    h.send(None) ;; h.throw(Error) :: frail
athrow-generator :: agen_local(x).athrow(Error) :: within(h) :: :: :: h.close() ;; throw_in(h) ;;
    h.send(None) ;; h.throw(Error) :: frail
aclose-generator :: asent(agen_local(x)).aclose() :: within(h) :: :: :: h.close() ;; throw_in(h) ;;
    h.send(None) ;; h.throw(Error) :: frail
aclose-started :: started_send(asent(agen_finally(x)).aclose()) :: within(h) :: :: :: h.close() ;;
    throw_in(h) ;; h.send(None) ;; h.throw(GeneratorExit) :: frail
anext-default :: anext(Aiter(1), x) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;; h.close()
    ;; h.__await__() :: frail without@-3.9
anext-awaitable :: anext(Aiter(x), None) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    h.close() :: frail without@-3.9
anext-generator :: anext(agen_local(x), None) :: within(h) :: :: :: h.send(None) ;; throw_in(h) ;;
    h.close() :: frail without@-3.9
'''
