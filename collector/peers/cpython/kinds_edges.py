# SPDX-License-Identifier: Apache-2.0

# The builtin edges are the kinds of holders that Python's own containers, iterators and callables
# are.
#
# Place: a table of the CPython specimen, read by kinds_tables.py, which says what a row is.

HELPERS_CORE = r'''
class Box:
    def __init__(self, x=None): self.x = x

def on_death(h): keep.append(weakref.ref(h, collecting))

def collecting(ref): gc.collect()

def attempt(f, *args):
    with suppress(BaseException): return f(*args)

def pull(h):
    i = iter(h)
    next(i, None)
    gc.collect()

def drain(h):
    for _ in h: gc.collect()

def look(h):
    for f in (repr, str, hash, len, bool, dir, gc.get_referents, sys.getsizeof): attempt(f, h)

def compare(h):
    for f in (operator.eq, operator.lt, operator.add, operator.mul): attempt(f, h, h)

def copies(h, x):
    attempt(copy.copy, h)
    attempt(copy.deepcopy, h, {id(x): x})

class Pickles(pickle.Pickler):
    def persistent_id(self, o):
        if is_content(o):
            self.seen[id(o)] = o
            return id(o)

def pickled(h):
    f = io.BytesIO()
    p = Pickles(f, 2)
    p.seen = {}
    p.dump(h)
    u = pickle.Unpickler(io.BytesIO(f.getvalue()))
    u.persistent_load = p.seen.get
    u.load()

def restate(h):
    r = h.__reduce_ex__(2)
    if len(r) > 2: h.__setstate__(r[2])

def misstate(h):
    for s in STATES:
        with suppress(Exception): h.__setstate__(s)

STATES = (None, (), (None,), (-1,), 1 << 40, -1, (None,) * 2, (None,) * 3, {}, {'': 0},
          [()], b'')

def attributes(h):
    for a in dir(h): attempt(getattr, h, a)

def again(h, *args):
    with suppress(BaseException): h.__init__(*args)

def entered(h):
    with h: gc.collect()

class Key:
    def __init__(self, x): self.x = x
    def __lt__(self, other): return True

def tag(c, x, *a):
    o = c(*a)
    o.x = x
    return o

class Str(str): pass

class Bytes(bytes): pass

class Int(int): pass

class Float(float): pass

class Buffer(bytearray): pass

class Tuple(tuple): pass

class List(list): pass

class Dict(dict): pass

class Endless:
    def __init__(self, x): self.x = x
    def __iter__(self): return self
    def __next__(self): return 1

def is_content(o):
    if hasattr(type(o), 's0') or 's0' in getattr(o, '__dict__', ()): return True
    return type(o).__name__ in ('Leaf', 'ReferenceType')

def within(h):
    seen = [h]
    for _ in range(5):
        seen = gc.get_referents(*seen)
        for o in seen:
            if is_content(o): return o
        seen = [o for o in seen if not isinstance(o, (type, type(sys), type(within))) and
                not (type(o) is dict and '__builtins__' in o)]

def by_collecting(x): gc.collect(0)
'''

GENERIC_POKES = r'''
death :: on_death(h)
look :: look(h)
compare :: compare(h)
copy :: copies(h, x)
pickle :: pickled(h)
pull :: pull(h)
next :: next(h)
state :: restate(h)
misstate :: misstate(h)
attributes :: attributes(h)
init :: again(h)
init-none :: again(h, None)
init-content :: again(h, x)
init-self :: again(h, h)
init-two :: again(h, None, None); again(h, (), {})
init-odd :: again(h, 1, 2, 3, 4, 5, 6, 7, 8, 9)
call :: h()
call-content :: h(x)
enter :: entered(h)
close :: h.close()
clear :: h.clear()
'''

EDGES_CONTAINERS = r'''
list-item :: [x] :: h[0] :: h[0] = x :: h[0] = None :: h.reverse() ;; h.sort(key=by_collecting) ;;
    h.extend(h); del h[1:] ;; h *= 1 ;; h.__init__([x]) ;; h.insert(0, None); h.pop(0) ;; h[:] = [x]
list-many :: [None] * 5 + [x] :: h[-1] :: h[-1] = x :: h[-1] = None :: h[:] = h[5:] ;; h += (1,);
    h.pop()
list-second :: [x, x] :: h[1] :: h[:] = (x, x) :: del h[:] :: h.pop(0) ;; h.remove(x)
tuple-item :: (x,) :: h[0] :: :: :: h + h ;; h.index(x) ;; tuple(iter(h))
tuple-large :: (None,) * 30 + (x,) :: h[30]
tuple-nested :: ((((x,),),),) :: h[0][0][0][0]
dict-value :: {'a': x} :: h['a'] :: h['a'] = x :: h['a'] = None :: h.update({'a': x}) ;;
    h.setdefault('b'); del h['b'] ;; h.pop('a') ;; h.popitem() ;; h.__init__(a=x) ;;
    h.__init__([('a', x)]) ;; h.__init__([(1, 2), 3]) ;; h.copy() ;; list(h.items())
dict-key :: {x: None} :: next(iter(h), None) :: h.clear(); h[x] = 1 :: h.clear() :: dict.fromkeys(h)
    ;; h.popitem() ;; h | {1: 2}
dict-keys :: {x: 1}.keys() :: next(iter(h), None) :: :: :: h & {1} ;; h | h ;; h ^ h ;;
    h.isdisjoint(h)
dict-values :: {1: x}.values() :: next(iter(h), None) :: :: :: list(h)
dict-items :: {1: x}.items() :: next(iter(h), (0, 0))[1] :: :: :: list(h) ;; h & h ;; h - h ;; h ^ h
    ;; h <= h
dict-key-iterator :: iter({x: 1}) :: :: :: :: copy.copy(h) :: no-pull no-next
dict-value-iterator :: iter({1: x}.values()) :: list(copy.copy(h))[0] :: :: :: h.__length_hint__()
dict-item-iterator :: iter({1: x}.items()) :: list(copy.copy(h))[0][1] :: :: :: h.__length_hint__()
dict-reverse-iterator :: reversed({1: x}.values()) :: list(copy.copy(h))[0] :: :: ::
    h.__length_hint__() :: without@-3.7
dict-reverse-item-iterator :: reversed({1: x}.items()) :: list(copy.copy(h))[0][1] :: :: ::
    h.__length_hint__() :: without@-3.7
dict-growing :: dict.fromkeys(range(6), x) :: h[5] :: h.update(dict.fromkeys(range(6), x)) ::
    h.clear() :: h.update(dict.fromkeys(range(99))); [h.pop(i) for i in range(6, 99)]
dict-instance :: Box(x).__dict__ :: h['x'] :: h['x'] = x :: h['x'] = None :: h.pop('x') ;; h[1] = 2
    ;; h.clear() ;; h.update(b=1, c=2)
dict-missing :: collections.defaultdict(None, a=x) :: h['a'] :: h['a'] = x :: h['a'] = None ::
    h.__init__(None, a=x) ;; h.__init__(0) ;; h.copy() ;; h[0]
dict-factory :: collections.defaultdict(Box(x).__init__) :: h.default_factory.__self__.x ::
    h.default_factory = Box(x).__init__ :: h.default_factory = None :: h.__init__(h.default_factory)
    ;; h.__init__(0) ;; h.copy()
ordereddict-value :: collections.OrderedDict(a=x) :: h['a'] :: h['a'] = x :: h['a'] = None ::
    h.move_to_end('a') ;; h.popitem() ;; h.__init__(a=x) ;; h.copy() ;; h.update(b=1) ;;
    list(reversed(h.items())) ;; dict.clear(h)
ordereddict-key :: collections.OrderedDict([(x, 1)]) :: next(iter(h), None) :: h.clear(); h[x] = 1
    :: h.clear() :: h.move_to_end(x) ;; h.popitem() ;; dict.__delitem__(h, x) ;; h.__init__({x: 2})
ordereddict-iterator :: iter(collections.OrderedDict([(1, x)]).items()) ::
    copy.copy(h).__reduce__()[1][0][0][1] :: :: :: h.__reduce__() :: no-pull
ordereddict-values :: collections.OrderedDict([(1, x)]).values() :: next(iter(h)) :: :: :: list(h)
    ;; list(reversed(h))
set-item :: {x} :: next(iter(h), None) :: h.clear(); h.add(x) :: h.clear() :: h.discard(x) ;;
    h.pop() ;; h ^= h ;; h |= {1}; h -= {1} ;; h.__init__([x]) ;; h.__init__([x, []]) ;; h.copy() ;;
    h.intersection_update(h) ;; h.symmetric_difference_update(h)
set-iterator :: iter({x}) :: h.__reduce__()[1][0][0] :: :: :: h.__reduce__() ;; h.__length_hint__()
frozenset-item :: frozenset([x]) :: next(iter(h)) :: :: :: h | h ;; h & {1} ;; h.copy()
deque-item :: collections.deque([x]) :: h[0] :: h[0] = x :: h.clear() :: h.rotate(1) ;;
    h.appendleft(1); h.popleft() ;; h.__init__([x]) ;; h.__init__([x], 1) ;; h.__init__([x], -1) ;;
    h.__init__(h) ;; h.extend(h); h.pop() ;; h.extendleft(h); h.pop() ;; h.reverse() ;; h.insert(0,
    1); h.popleft() ;; h.remove(x) ;; h.index(x) ;; h.count(x) ;; h *= 3; h.pop(); h.pop()
deque-bounded :: collections.deque([x], 1) :: h[0] :: h.append(x) :: h.clear() :: h.append(1) ;;
    h.__init__([x], 2) ;; h.__init__([1, 2], 0) ;; h *= 2 ;; h.copy() ;; h + h
deque-iterator :: iter(collections.deque([x])) :: h.__reduce__()[1][0][0] :: :: ::
    h.__length_hint__() ;; h.__reduce__() :: no-pull
deque-reverse-iterator :: reversed(collections.deque([x])) :: h.__reduce__()[1][0][0] :: :: ::
    h.__length_hint__() ;; h.__reduce__() :: no-pull
deque-blocks :: collections.deque([None] * 200 + [x]) :: h[-1] :: h[-1] = x :: h[-1] = None ::
    h.rotate(70); h.rotate(-70) ;; [h.popleft() for _ in range(99)]
chainmap :: collections.ChainMap({'a': x}) :: h['a'] :: h['a'] = x :: h['a'] = None :: h.new_child()
    ;; h.pop('a') ;; h.__init__()
userdict :: collections.UserDict(a=x) :: h['a'] :: h['a'] = x :: h['a'] = None :: h.copy() ;;
    h.__init__()
counter :: collections.Counter({x: 1}) :: next(iter(h), None) :: h.clear(); h[x] += 1 :: h.clear()
    :: h.update(h) ;; h.subtract(h) ;; list(h.elements()) ;; h.most_common()
namedtuple :: Pair(x, 1) :: h.a :: :: :: h._replace(b=2) ;; h._asdict()
structseq :: time.struct_time((x,) * 9) :: h[0] :: :: :: h.__reduce__() ;; h + h ;; copy.replace(h)
    :: leaks=new@-3.7
structseq-hidden :: time.struct_time((1,) * 9 + ('', x)) :: h.tm_gmtoff :: :: :: h.__reduce__() ;; h
    + h :: leaks=new@-3.7
mappingproxy :: types.MappingProxyType({'a': x}) :: h['a'] :: :: :: h.copy() ;; h | h ;; reversed(h)
namespace :: types.SimpleNamespace(a=x) :: h.a :: h.a = x :: h.a = None :: h.__init__(a=x) ;;
    h.__init__(a=1) ;; del h.a ;; h.__dict__ ;; h == h
instance :: Box(x) :: h.x :: h.x = x :: h.x = None :: h.__init__(x) ;; del h.x ;; h.__dict__ = {'x':
    x} ;; h.__dict__ ;; h.__class__ = Key ;; h.__dict__.clear()
instance-slots :: Slotted(x) :: h.x :: h.x = x :: h.x = None :: h.__init__(x) ;; del h.x ;;
    h.__setstate__((None, {'x': x}))
instance-many :: Many(x) :: h.a39 :: h.a39 = x :: h.a39 = None :: del h.a39 ;; h.__dict__
'''

HELPERS_CONTAINERS = r'''
Pair = collections.namedtuple('Pair', 'a b')

class Slotted:
    __slots__ = ('x', '__weakref__')
    def __init__(self, x=None): self.x = x

class Many:
    def __init__(self, x):
        for i in range(40): setattr(self, 'a%d' % i, x if i == 39 else None)
'''

EDGES_ITERATORS = r'''
list-iterator :: iter([x]) :: h.__reduce__()[1][0][0] :: :: :: h.__setstate__(0) ;;
    h.__setstate__(9) ;; h.__length_hint__() :: no-pull
list-reverse-iterator :: reversed([x]) :: h.__reduce__()[1][0][0] :: :: :: h.__setstate__(0) ;;
    h.__setstate__(-9) ;; h.__length_hint__() :: no-pull
tuple-iterator :: iter((x,)) :: h.__reduce__()[1][0][0] :: :: :: h.__setstate__(0) ;;
    h.__setstate__(9) :: no-pull
sequence-iterator :: iter(Sequence(x)) :: h.__reduce__()[1][0].x :: :: :: h.__setstate__(5) ;;
    h.__length_hint__() :: no-pull
reversed-sequence :: reversed(Sequence(x)) :: h.__reduce__()[1][0].x :: :: :: h.__setstate__(0) ;;
    h.__setstate__(-3) ;; h.__length_hint__() :: no-pull
callable-iterator :: iter(Box(x).__init__, 1) :: h.__reduce__()[1][0].__self__.x
callable-iterator-sentinel :: iter(int, x) :: h.__reduce__()[1][1]
enumerate :: enumerate([x]) :: h.__reduce__()[1][0].__reduce__()[1][0][0] :: :: :: h.__init__([x])
    :: no-pull
enumerate-big :: enumerate([x], 1 << 70) :: h.__reduce__()[1][0].__reduce__()[1][0][0] :: :: :: ::
    no-pull
zip :: zip([1, 2], itertools.repeat(x)) :: within(h) :: :: :: next(h)
map :: map(lambda a: 1, itertools.repeat(x)) :: within(h)
map-function :: map(Box(x).__init__, [1, 2]) :: h.__reduce__()[1][0].__self__.x :: :: :: :: no-pull
filter :: filter(None, itertools.repeat(x)) :: within(h)
filter-function :: filter(Box(x).__eq__, [1, 2]) :: h.__reduce__()[1][0].__self__.x
slice-start :: slice(x, None) :: h.start :: :: :: h.indices(1)
slice-stop :: slice(x) :: h.stop
slice-step :: slice(1, 2, x) :: h.step
range-item :: range(tag(Int, x, 3)) :: h.stop.x :: :: :: h[0:0] ;; h.count(0) ;; reversed(h) ::
    leaks=new@-3.9 without@3.10-
'''

HELPERS_ITERATORS = r'''
class Sequence:
    def __init__(self, x): self.x = x
    def __len__(self): return 2
    def __getitem__(self, i): return (self.x, 1)[i]
'''

EDGES_CALLABLES = r'''
closure :: (lambda: x) :: h.__closure__[0].cell_contents :: h.__closure__[0].cell_contents = x ::
    h.__closure__[0].cell_contents = None :: h()
closure-nested :: (lambda: lambda: x) :: h()() :: :: :: h()
closure-cell :: types.CellType(x) :: h.cell_contents :: h.cell_contents = x :: h.cell_contents =
    None :: del h.cell_contents :: without@-3.7
closure-self :: recursive(x) :: h.__closure__[1].cell_contents :: h.__closure__[1].cell_contents = x
    :: h.__closure__[1].cell_contents = None :: h() :: cyclic
default-argument :: (lambda a=x: 1) :: h.__defaults__[0] :: h.__defaults__ = (x,) :: h.__defaults__
    = None :: h() ;; h.__defaults__ = (x, x)
default-keyword :: (lambda *, a=x: 1) :: h.__kwdefaults__['a'] :: h.__kwdefaults__ = {'a': x} ::
    h.__kwdefaults__ = None :: h() ;; h.__kwdefaults__['a'] = x
function-dict :: function_with(x) :: h.a :: h.a = x :: h.a = None :: del h.a ;; h.__dict__ = {'a':
    x}
function-globals :: types.FunctionType((lambda: a).__code__, {'a': x}) :: h.__globals__['a'] ::
    h.__globals__['a'] = x :: h.__globals__['a'] = None :: h()
function-annotation :: annotated(x) :: h.__annotations__['a'] :: h.__annotations__ = {'a': x} ::
    h.__annotations__ = {} :: h.__annotations__ = {'a': x}
bound-method :: types.MethodType(len, x) :: h.__self__ :: :: :: h.__reduce__()
bound-instance :: Box(x).__init__ :: h.__self__.x :: :: :: h(1)
bound-builtin :: [x].append :: h.__self__[0] :: :: :: h(1)
method-wrapper :: Box(x).__str__ :: h.__self__.x
partial-argument :: functools.partial(Box, x) :: h.args[0] :: :: :: h.__setstate__((Box, (x,), {},
    {})) ;; h.__setstate__((Box, (x,), {}, None)) ;; h() ;; h.__setstate__((Box, (), None, None))
partial-keyword :: functools.partial(dict, a=x) :: h.keywords['a'] :: h.keywords['a'] = x ::
    h.keywords['a'] = None :: h() ;; h(b=1) ;; h.keywords.clear()
partial-function :: functools.partial(Box(x).__init__) :: h.func.__self__.x :: :: :: h(None)
partial-dict :: attributed(functools.partial(int), x) :: h.a :: h.a = x :: h.a = None :: del h.a ;;
    h.__setstate__((int, (), {}, {'a': x}))
'''

HELPERS_CALLABLES = r'''
def recursive(x):
    def f(): return f, x
    return f

def function_with(x): return attributed(lambda: 1, x)

def attributed(o, x):
    o.a = x
    return o

def annotated(x):
    def f(a: x): pass
    return f
'''
