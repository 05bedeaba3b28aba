# SPDX-License-Identifier: Apache-2.0

# The edges of the object system are types, their slots and descriptors, attributes of builtin
# subclasses, itertools, functools, operator, weak references and generic aliases.
#
# Place: a table of the CPython specimen, read by kinds_tables.py.

HELPERS_TYPES = r'''
def class_with(x, **k): return type('C', (), dict(k, a=x))

class Meta2(type): pass

class Set(set): pass

class FrozenSet(frozenset): pass

class Complex(complex): pass

class Property(property): pass

class Callable:
    def __init__(self, x): self.x = x
    def __call__(self, *a, **k): return self.x
    def __hash__(self): return 1

class Descriptor:
    def __init__(self, x): self.x = x
    def __get__(self, o, c=None): return self.x

class Iterates:
    def __init__(self, x): self.x = x
    def __iter__(self): return iter([self.x])
    def __next__(self): return self.x

def slot_class(x): return type('C', (), {'__slots__': ('a',), 'x': x})

def setting(o, *pairs):
    for name, value in pairs: setattr(o, name, value)
    return o
'''

EDGES_TYPES = r'''
class-attribute :: class_with(x) :: h.__dict__['a'] :: h.a = x :: h.a = None :: del h.a ;; h() ;;
    h.__name__ = 'D' ;; h.mro() ;; h.__init__('C', (), {}) ;; h.__bases__ = (Box,) ;;
    h.__subclasses__() ;; copy.copy(h)() :: cyclic
class-base :: type('C', (class_with(x),), {}) :: h.__base__.__dict__['a'] :: :: :: h() ;;
    h.__bases__ = (Box,) ;; h.__base__.__subclasses__() ;; h.mro() :: cyclic
class-bases :: type('C', (Box, class_with(x)), {}) :: h.__bases__[1].__dict__['a'] :: :: :: h() ;;
    h.__bases__ = (Box, h.__bases__[1]) ;; h.__bases__ = (Box, 1) :: cyclic
class-instance :: class_with(x)() :: h.a :: :: :: h.__class__ = Box ;; h.__init__() :: cyclic
class-meta :: Meta2('C', (), {'a': x}) :: h.__dict__['a'] :: h.a = x :: h.a = None :: h.__class__ =
    type ;; type.__init__(h, 'C', (), {}) ;; h() :: cyclic
class-metaclass :: type('M', (type,), {'a': x})('C', (), {}) :: type(h).__dict__['a'] :: :: :: h()
    ;; type(h).mro(h) :: cyclic
class-doc :: type('C', (), {'__doc__': x}) :: h.__dict__['__doc__'] :: h.__doc__ = x :: h.__doc__ =
    None :: h.__doc__ :: cyclic
class-module :: type('C', (), {'__module__': x}) :: h.__dict__['__module__'] :: h.__module__ = x ::
    h.__module__ = '' :: repr(h) :: cyclic
class-name :: type(tag(Str, x, 'C'), (), {}) :: h.__name__.x :: h.__name__ = tag(Str, x, 'C');
    h.__qualname__ = '' :: h.__name__ = 'C'; h.__qualname__ = '' :: repr(h) ;; h() :: cyclic
    leaks=new
class-qualname :: type('C', (), {'__qualname__': tag(Str, x, 'C')}) :: h.__qualname__.x ::
    h.__qualname__ = tag(Str, x, 'C') :: h.__qualname__ = 'C' :: repr(h) :: cyclic leaks=new
class-slots :: slot_class(x) :: h.__dict__['x'] :: h.x = x :: h.x = None :: h().a ;;
    h.a.__get__(h()) ;; h.a.__set__(h(), h) :: cyclic
class-slots-instance :: setting(slot_class(1)(), ('a', x)) :: h.a :: h.a = x :: h.a = None :: del
    h.a ;; type(h).a.__delete__(h) :: cyclic
class-slot-descriptor :: slot_class(x).a :: h.__objclass__.__dict__['x'] :: :: :: h.__get__(1) ;;
    h.__reduce__() :: cyclic
class-abstract :: class_with(1, __abstractmethods__=x) :: h.__dict__['__abstractmethods__'] :: :: ::
    h.__abstractmethods__ ;; h() :: cyclic
class-generic-attribute :: type('C', (), {'__class_getitem__': Callable(x)}) :: h[1] :: :: :: h[h]
    ;; isinstance(h, h) :: cyclic
class-call :: type('C', (), {'__call__': Callable(x)})() :: h() :: :: :: h(1, 2) :: cyclic
class-getattr :: type('C', (), {'__getattr__': Callable(x)})() :: h.zzz :: :: :: h.yyy :: cyclic
    no-pickle no-copy no-state no-misstate no-attributes no-enter no-close no-clear no-look
class-getattribute :: type('C', (), {'__getattribute__': Callable(x)})() :: h.zzz :: :: :: h.yyy ::
    cyclic no-pickle no-copy no-state no-misstate no-attributes no-enter no-close no-clear no-look
    no-init no-init-none no-init-content no-init-self no-init-two no-init-odd
class-iter :: type('C', (), {'__iter__': Callable(iter([x]))})() ::
    type(h).__dict__['__iter__'].x.__reduce__()[1][0][0] :: :: :: iter(h).__reduce__() :: cyclic
    no-pull
class-descriptor :: type('C', (), {'a': Descriptor(x)})() :: h.a :: :: :: type(h).a ;; type(h).a = 1
    :: cyclic
class-eq :: type('C', (), {'__eq__': Callable(x)})() :: h == 1 :: :: :: h in [1] ;; h != h ;;
    [h].index(1) ;; {1: 1}.get(h) :: cyclic
class-subclasshook :: type('C', (), {'__subclasshook__': Callable(x)}) ::
    h.__dict__['__subclasshook__'].x :: :: :: issubclass(int, h) ;; h.__subclasshook__ :: cyclic
class-set-name :: type('C', (), {'a': Box(x)}) :: h.a.x :: h.a = Box(x) :: h.a = None :: del h.a ;;
    h.__init_subclass__() :: cyclic
class-mro-entry :: types.resolve_bases((Box,)) + (x,) :: h[1]
class-abc :: abc.ABCMeta('C', (), {'a': x}) :: h.__dict__['a'] :: h.a = x :: h.a = None ::
    h.register(Box) ;; isinstance(h, h) ;; issubclass(int, h) ;; abc._reset_caches(h) :: cyclic
class-enum :: enumeration(x) :: h.A.value.x :: :: :: h('a') ;; list(h) ;; h.A.name :: cyclic
class-flag-dict :: class_with(x, __slots__=('b',)).__dict__ :: h['a'] :: :: :: h.copy() ;; h | {}
    :: cyclic
subclass-list :: tag(List, x) :: h.x :: h.x = x :: h.x = None :: del h.x ;; h.__init__([1]) ;;
    h.append(1) ;; h.__dict__ = {'x': x} ;; h.__reduce_ex__(4)
subclass-tuple :: tag(Tuple, x) :: h.x :: h.x = x :: h.x = None :: del h.x ;; h.__init__([1]) ;;
    h.__dict__ = {}
subclass-dict :: tag(Dict, x) :: h.x :: h.x = x :: h.x = None :: del h.x ;; h.__init__(a=1) ;;
    h.clear() ;; h | h
subclass-dict-item :: Dict(a=x) :: h['a'] :: h['a'] = x :: h['a'] = None :: h.__init__(a=x) ;;
    h.copy() ;; h.__dict__
subclass-set :: tag(Set, x) :: h.x :: h.x = x :: h.x = None :: h.add(1) ;; h.__init__([1]) ;;
    h.__reduce__() ;; h | h
subclass-frozenset :: tag(FrozenSet, x) :: h.x :: h.x = x :: h.x = None :: h.__reduce__() ;; h | h
subclass-int :: tag(Int, x) :: h.x :: h.x = x :: h.x = None :: h + 1 ;; h.__reduce_ex__(2) ;; [1,
    2][h] ;; range(h)
subclass-str :: tag(Str, x, 'ab') :: h.x :: h.x = x :: h.x = None :: h + h ;; h.join(['a', 'b']) ;;
    h.upper() ;; {h: 1} ;; sys.intern(h) ;; getattr(h, h) ;; h.format(1) ;; h % ()
subclass-bytes :: tag(Bytes, x, b'ab') :: h.x :: h.x = x :: h.x = None :: h + h ;; h.join([b'a']) ;;
    memoryview(h)
subclass-float :: tag(Float, x) :: h.x :: h.x = x :: h.x = None :: h + h ;; h.__reduce_ex__(2)
subclass-complex :: tag(Complex, x) :: h.x :: h.x = x :: h.x = None :: h + h
subclass-bytearray :: tag(Buffer, x, 9) :: h.x :: h.x = x :: h.x = None :: memoryview(h);
    h.append(1) ;; h.__init__(4) ;; h.__init__(b'a') ;; h.__init__('a') ;; h.clear() ;; h.extend(h)
string-iterator :: iter(tag(Str, x, 'ab')) :: within(h) :: :: :: h.__setstate__(0) ;;
    h.__setstate__(99) ;; h.__length_hint__() :: no-next no-pull
bytes-iterator :: iter(tag(Bytes, x, b'ab')) :: within(h) :: :: :: h.__setstate__(0) ;;
    h.__setstate__(-9) :: no-next no-pull
bytearray-iterator :: iter(tag(Buffer, x, b'ab')) :: within(h) :: :: :: h.__setstate__(0) ;;
    h.__setstate__(99) :: no-next no-pull
memoryview :: memoryview(tag(Buffer, x, 9)) :: h.obj.x :: :: :: h.release() ;; h[1:3] ;; h.cast('B',
    [3, 3]) ;; h.cast('i') ;; h.obj.append(1) ;; h.toreadonly() ;; h[:] = h
memoryview-slice :: memoryview(tag(Buffer, x, 9))[1:4] :: h.obj.x :: :: :: h.release() ;;
    h[::-1].tolist() ;; hash(h)
memoryview-cast :: memoryview(tag(Buffer, x, 8)).cast('i') :: h.obj.x :: :: :: h.release() ;;
    h.tolist() ;; h[0] = 5 ;; h.hex()
memoryview-array :: memoryview(tag(Array, x, 'i', [1, 2])) :: h.obj.x :: :: :: h.release() ;;
    h.obj.append(1) ;; h.tolist()
memoryview-iterator :: iter(memoryview(tag(Buffer, x, 9))) :: within(h) :: :: :: :: no-next no-pull
property-get :: property(Box(x).__init__) :: h.fget.__self__.x :: :: :: h.getter(1) ;;
    h.__init__(h.fget) ;; h.__init__() ;; h.__get__(1) ;; h.__init__(1, 2, 3, 4) ;;
    h.__isabstractmethod__ :: skip-init-self
property-set :: property(None, x) :: h.fset :: h.__init__(None, x) :: h.__init__() :: h.setter(1) ;;
    h.__set__(1, 2) ;; h.__init__(None, x, None, h) :: skip-init-self
property-delete :: property(None, None, x) :: h.fdel :: h.__init__(None, None, x) :: h.__init__() ::
    h.deleter(1) ;; h.__delete__(1) ;; ! h.__init__(h, h, x) :: skip-init-self
property-doc :: property(None, None, None, x) :: h.__doc__ :: h.__doc__ = x :: h.__doc__ = None ::
    h.__init__(None, None, None, x) ;; h.getter(len) :: skip-init-self
property-subclass-doc :: Property(setting(lambda: 1, ('__doc__', x))) :: h.fget.__doc__ :: :: ::
    h.__init__(None, None, None, x) ;; h.getter(len) ;; ! h.__init__(h) :: skip-init-self
property-name :: setting(property(), ('__name__', x)) :: h.__name__ :: h.__name__ = x :: del
    h.__name__ :: h.__get__(1) ;; h.__set_name__(Box, 'a') :: without@-3.12 skip-init-self
staticmethod :: staticmethod(x) :: h.__func__ :: h.__init__(x) :: h.__init__(None) :: h.__init__(x)
    ;; h.__init__() ;; h.__get__(1) ;; h.__wrapped__ ;; h.__dict__ :: skip-init-self
staticmethod-dict :: setting(staticmethod(len), ('a', x)) :: h.a :: h.a = x :: h.a = None ::
    h.__init__(len) ;; h.__dict__ = {'a': x} :: skip-init-self
classmethod :: classmethod(x) :: h.__func__ :: h.__init__(x) :: h.__init__(None) :: h.__init__(x) ;;
    h.__init__() ;; h.__get__(1) ;; h.__get__(None, int) :: skip-init-self
super-object :: super(Box, tag(Box, x)) :: h.__self__.x :: :: :: h.__init__(Box, h.__self__) ;;
    h.__init__(int, 1) ;; h.__init__() ;; h.__get__(h.__self__) ;; h.__repr__ ;; h.__init__(Box)
super-class :: super(class_with(x)) :: h.__thisclass__.__dict__['a'] :: :: ::
    h.__init__(h.__thisclass__) ;; h.__get__(h.__thisclass__()) ;; h.__init__(Box, h) ;;
    h.__init__(int) :: cyclic
function-name :: renamed(lambda: 1, x) :: h.__name__.x :: h.__name__ = tag(Str, x) :: h.__name__ =
    '' :: repr(h)
function-qualname :: requalified(lambda: 1, x) :: h.__qualname__.x :: h.__qualname__ = tag(Str, x)
    :: h.__qualname__ = '' :: repr(h) ;; (lambda: 1).__get__(1)
function-doc :: setting(lambda: 1, ('__doc__', x)) :: h.__doc__ :: h.__doc__ = x :: h.__doc__ = None
    :: del h.__doc__
function-module :: setting(lambda: 1, ('__module__', x)) :: h.__module__ :: h.__module__ = x ::
    h.__module__ = None :: del h.__module__
function-annotate :: setting(lambda: 1, ('__annotate__', Callable(x))) :: h.__annotate__.x ::
    h.__annotate__ = Callable(x) :: h.__annotate__ = None :: h.__annotations__ :: without@-3.13
function-type-params :: setting(lambda: 1, ('__type_params__', (x,))) :: h.__type_params__[0] ::
    h.__type_params__ = (x,) :: h.__type_params__ = () :: :: without@-3.11
function-builtins :: types.FunctionType((lambda: 1).__code__, {'__builtins__': {'a': x}}) ::
    h.__globals__['__builtins__']['a'] :: :: :: h()
function-code :: types.FunctionType(code_with(co_consts=(x,)), {}) :: h.__code__.co_consts[0] :: ::
    :: h.__code__ = by_collecting.__code__ :: leaks=new without@-3.7
module-attribute :: setting(types.ModuleType('m'), ('a', x)) :: h.a :: h.a = x :: h.a = None :: del
    h.a ;; h.__init__('n') ;; h.__init__('n', 'd') ;; h.__dict__.clear() ;; h.__init__(1) ;;
    h.__dir__()
module-doc :: types.ModuleType('m', x) :: h.__doc__ :: h.__doc__ = x :: h.__doc__ = None ::
    h.__init__('m', x) ;; h.__init__('m') ;; repr(h)
module-getattr :: setting(types.ModuleType('m'), ('__getattr__', Callable(x))) :: h.zzz ::
    h.__getattr__ = Callable(x) :: h.__getattr__ = len :: h.yyy ;; del h.__getattr__ ::
    no-attributes
module-spec :: setting(types.ModuleType('m'), ('__spec__', x)) :: h.__spec__ :: h.__spec__ = x ::
    h.__spec__ = None :: repr(h) ;; h.zzz
module-dict :: setting(types.ModuleType('m'), ('a', x)).__dict__ :: h['a'] :: h['a'] = x :: h['a'] =
    None :: h.clear()
generic-alias :: types.GenericAlias(list, x) :: h.__args__[0] :: :: :: h.__mro_entries__(()) ;; h()
    ;; h[int] ;; h.__parameters__ ;; h.__reduce__() ;; list(h) ;; h | int :: without@-3.8
generic-alias-origin :: types.GenericAlias(x, int) :: h.__origin__ :: :: :: h() ;;
    h.__mro_entries__(()) ;; h.a ;; h.a = 1 :: without@-3.8
generic-alias-iterator :: iter(types.GenericAlias(list, x)) :: within(h) :: :: :: h.__reduce__() ::
    without@-3.10 no-next no-pull
union :: list[class_with(x)] | int :: h.__args__[0].__args__[0].__dict__['a'] :: :: :: h | h ;; h ==
    h ;; isinstance(1, h) ;; h.__parameters__ ;; h[int] :: cyclic without@-3.9
typevar-bound :: typing.TypeVar('T', bound=class_with(x)) :: h.__bound__.__dict__['a'] :: :: ::
    h.__mro_entries__(1) ;; h.has_default() :: cyclic
typevar-constraint :: typing.TypeVar('T', class_with(x), int) :: h.__constraints__[0].__dict__['a']
    :: :: :: h.__typing_subst__(1) :: cyclic
typevar-default :: typing.TypeVar('T', default=class_with(x)) :: h.__default__.__dict__['a'] :: ::
    :: h.has_default() :: cyclic without@-3.12
typevar-attribute :: setting(typing.TypeVar('T'), ('a', x)) :: h.a :: h.a = x :: h.a = None
paramspec :: setting(typing.ParamSpec('P'), ('a', x)) :: h.a :: h.a = x :: h.a = None :: h.args ;;
    h.kwargs == h.args :: without@-3.9
paramspec-args :: typing.ParamSpecArgs(x) :: h.__origin__ :: :: :: h == h ;; h.__mro_entries__(1) ::
    without@-3.9 skip-death@3.12-
type-alias :: typing.TypeAliasType('A', x) :: h.__value__ :: :: :: h[int] ;; h | int ;;
    h.__type_params__ :: without@-3.11 no-pull@3.14-
type-alias-parameter :: typing.TypeAliasType('A', int, type_params=(x,)) :: h.__type_params__[0] ::
    :: :: h[int] ;; h.__parameters__ :: without@-3.11
tuplegetter :: _collections._tuplegetter(0, x) :: h.__doc__ :: h.__doc__ = x :: h.__doc__ = None ::
    h.__get__((1,)) ;; h.__reduce__() ;; h.__set__(1, 2) :: without@-3.7
simple-descriptor :: types.DynamicClassAttribute(Box(x).__init__) :: h.fget.__self__.x :: :: ::
    h.__init__(None) ;; h.getter(len)
'''

HELPERS_ENUM = r'''
import enum

def enumeration(x): return enum.Enum('E', [('A', Box(x))])

class Array(array.array): pass
'''

EDGES_ITERTOOLS = r'''
count-start :: itertools.count(tag(Float, x)) :: within(h) :: :: :: h.__reduce__() :: no-next
    no-pull
count-step :: itertools.count(1, tag(Float, x, 1.5)) :: within(h) :: :: :: h.__reduce__() ;; next(h)
cycle-iterator :: itertools.cycle(Endless(x)) :: within(h) :: :: :: h.__setstate__(([], 0)) ;;
    h.__reduce__() :: no-pull no-next
cycle-saved :: pulled(itertools.cycle([x]), 2) :: next(h) :: :: :: h.__setstate__(([x], 1)) ;;
    h.__reduce__() ;; h.__setstate__((1, 2)) ;; h.__setstate__(([], 1)); next(h)
repeat :: itertools.repeat(x) :: next(h) :: :: :: h.__length_hint__() ;; h.__reduce__()
repeat-times :: itertools.repeat(x, 1000) :: next(h) :: :: :: h.__length_hint__() ;; drain(h) ;;
    h.__reduce__()
chain-source :: itertools.chain(Endless(1), [x]) :: within(h) :: :: :: h.__setstate__((iter([]),))
    ;; h.__setstate__((1,)) ;; h.__reduce__() ;; next(h)
chain-active :: pulled(itertools.chain(Endless(x)), 1) :: within(h) :: :: ::
    h.__setstate__((iter([]), iter([]))) ;; h.__setstate__((h, h)) ;; h.__reduce__()
chain-iterable :: itertools.chain.from_iterable(Endless(x)) :: within(h) :: :: :: h.__reduce__() ::
    no-next no-pull
compress :: itertools.compress(Endless(x), Endless(1)) :: within(h) :: :: :: h.__reduce__()
compress-selectors :: itertools.compress(Endless(1), Endless(x)) :: within(h) :: :: ::
    h.__reduce__()
dropwhile :: itertools.dropwhile(int, Endless(x)) :: within(h) :: :: :: h.__setstate__(1) ;;
    h.__reduce__() :: no-next no-pull
dropwhile-started :: pulled(itertools.dropwhile(Callable(0), Endless(x)), 1) :: within(h) :: :: ::
    h.__setstate__(0)
dropwhile-function :: itertools.dropwhile(Box(x).__init__, [1]) :: within(h) :: :: ::
    h.__setstate__(1) ;; next(h)
takewhile :: itertools.takewhile(bool, Endless(x)) :: within(h) :: :: :: h.__setstate__(1) ;;
    next(h) ;; h.__reduce__()
takewhile-function :: itertools.takewhile(Box(x).__init__, [1]) :: within(h) :: :: ::
    h.__setstate__(True) ;; h.__reduce__()
filterfalse :: itertools.filterfalse(Callable(0), Endless(x)) :: within(h) :: :: :: h.__reduce__()
filterfalse-function :: itertools.filterfalse(Callable(x), [0, 0]) :: within(h) :: :: ::
    h.__reduce__()
islice :: itertools.islice(Endless(x), 1000) :: within(h) :: :: :: h.__setstate__(1) ;;
    h.__reduce__() ;; drain(h)
islice-step :: pulled(itertools.islice(Endless(x), 3, None, 2), 1) :: within(h) :: :: ::
    h.__setstate__(1) ;; h.__setstate__(-1)
starmap :: itertools.starmap(Callable(1), Pairs(x)) :: within(h) :: :: :: h.__reduce__()
starmap-function :: itertools.starmap(Callable(x), [()]) :: within(h) :: :: :: h.__reduce__() ::
    no-next no-pull
tee :: itertools.tee(Endless(x))[0] :: within(h) :: :: :: h.__copy__() ;; next(copy.copy(h)) ;;
    h.__reduce__() ;; h.__setstate__((h, 1))
tee-buffer :: tee_pair([x]) :: next(copy.copy(h)) :: :: :: next(h) ;; h.__reduce__() ;; h.__copy__()
    ;; attempt(h.__setstate__, (type(h)([])._tee_dataobject, 0)) :: no-next no-pull
tee-full :: tee_pair([x] * 150, 120) :: next(copy.copy(h)) :: :: :: pulled(h, 60) ;; h.__copy__() ;;
    [next(h, None) for _ in range(60)]
tee-both :: itertools.tee(Endless(x)) :: within(h) :: :: :: next(h[0]) ;; next(h[1]); next(h[0]) ;;
    pulled(h[0], 60)
tee-data :: tee_pair([x] * 3, 2).__reduce__()[2][0] :: within(h) :: :: :: h.__reduce__() ;;
    type(h)(iter([]), [1] * 57, None) :: without@3.14-
tee-reenter :: itertools.tee(Reenter(x))[0] :: within(h) :: :: :: next(h) ;; next(copy.copy(h))
zip-longest :: itertools.zip_longest([], Endless(1), fillvalue=x) :: next(h)[0] :: :: ::
    h.__setstate__(x) ;; h.__reduce__()
zip-longest-iterator :: itertools.zip_longest(Endless(x), []) :: within(h) :: :: :: h.__reduce__()
    ;; h.__setstate__(1) ;; next(h)
zip-iterator :: zip(Endless(x), Endless(1)) :: within(h) :: :: :: h.__reduce__() ;; next(h)
zip-result :: pulled(zip(Endless(1), itertools.repeat(x)), 1) :: next(h)[1]
enumerate-result :: pulled(enumerate(itertools.repeat(x)), 1) :: next(h)[1] :: :: :: h.__reduce__()
product :: itertools.product([x, 1], repeat=2) :: within(h) :: :: :: h.__setstate__((0, 0)) ;;
    h.__setstate__((9, 9)) ;; h.__setstate__((-1, -1)) ;; h.__setstate__(()) ;; !3.14- drain(h) ;;
    h.__reduce__()
product-started :: pulled(itertools.product([x, 1], [1]), 1) :: within(h) :: :: ::
    h.__setstate__((1, 0)) ;; !3.14- drain(h) ;; next(h); next(h)
    :: skip-pull@3.7
product-result :: pulled(itertools.product([x], [1, 2]), 1) :: within(h) :: :: :: next(h) ;;
    h.__reduce__()
permutations :: itertools.permutations([x, 1, 2]) :: within(h) :: :: :: h.__setstate__(((0, 1, 2),
    (3, 2, 1))) ;; h.__setstate__(((), ())) ;; h.__setstate__(((9, 9, 9), (9, 9, 9))) ;; drain(h)
permutations-started :: pulled(itertools.permutations([x, 1]), 1) :: within(h) :: :: ::
    h.__reduce__() ;; drain(h)
combinations :: itertools.combinations([x, 1, 2], 2) :: within(h) :: :: :: h.__setstate__((0, 1)) ;;
    h.__setstate__((9, 9)) ;; h.__setstate__((-5, 1)) ;; drain(h) ;; next(h)
combinations-started :: pulled(itertools.combinations([x, 1, 2], 2), 2) :: within(h) :: :: ::
    h.__setstate__((0,)) ;; drain(h) ;; h.__reduce__()
combinations-replacement :: itertools.combinations_with_replacement([x, 1], 2) :: within(h) :: :: ::
    h.__setstate__((0, 1)) ;; h.__setstate__((9, -9)) ;; drain(h) ;; h.__reduce__()
groupby-iterator :: itertools.groupby(Counting(x)) :: within(h) :: :: :: h.__setstate__((1, 2, 3))
    ;; h.__reduce__() ;; next(next(h)[1]) ;; g = next(h)[1]; next(h); next(g)
groupby-value :: pulled(itertools.groupby([x, 1]), 1) :: within(h) :: :: :: h.__setstate__((1, 2,
    3)) ;; h.__reduce__() :: no-next no-pull
groupby-key :: itertools.groupby([1, 2], Callable(x)) :: within(h) :: :: :: next(h) ;; drain(h) ;;
    h.__setstate__((x, x, x))
grouper :: next(itertools.groupby([x, x], Callable(1)))[1] :: within(h) :: :: :: h.__reduce__() ::
    no-next no-pull
accumulate-total :: pulled(itertools.accumulate([x, 1, 2], Callable(x)), 1) :: within(h) :: :: ::
    h.__setstate__(x) ;; h.__setstate__(None) ;; h.__reduce__() :: no-next no-pull
accumulate-function :: itertools.accumulate(Endless(1), Callable(x)) :: within(h) :: :: ::
    h.__setstate__(1) ;; h.__reduce__() ;; pulled(h, 3)
accumulate-initial :: itertools.accumulate([], initial=x) :: within(h) :: :: ::
    !3.8- h.__setstate__(1) ;; h.__reduce__() ::
    no-next no-pull without@-3.7 skip-state skip-misstate
pairwise :: itertools.pairwise(Endless(x)) :: within(h) :: :: :: next(h) :: without@-3.9
pairwise-old :: pulled(itertools.pairwise([x, x, x, 1]), 1) :: within(h) :: :: :: next(h) ::
    without@-3.9
batched :: itertools.batched(Endless(x), 2) :: within(h) :: :: :: next(h) ;; h.__reduce__() ::
    without@-3.11
map-iterator :: map(by_collecting, Endless(x)) :: within(h) :: :: :: next(h) ;; h.__reduce__()
map-many :: map(max, Endless(1), Endless(x)) :: within(h) :: :: :: next(h)
filter-iterator :: filter(bool, Endless(x)) :: within(h) :: :: :: next(h) ;; h.__reduce__()
reversed-method :: reversed(Reversible(x)) :: within(h) :: :: :: next(h)
callable-iterator-active :: pulled(iter(Callable(x), 1), 1) :: next(h) :: :: :: h.__reduce__()
'''

HELPERS_ITERTOOLS = r'''
def pulled(h, n):
    for _ in range(n): next(h)
    return h

def tee_pair(a, n=1):
    h, g = itertools.tee(a)
    pulled(g, n)
    return h

class Pairs(Endless):
    def __next__(self): return (1, 2)

class Counting(Endless):
    n = 0
    def __next__(self):
        self.n += 1
        return self.n

class Reenter(Endless):
    def __next__(self):
        gc.collect()
        return 1

class Reversible:
    def __init__(self, x): self.x = x
    def __reversed__(self): return Endless(self.x)
'''

EDGES_FUNCTOOLS = r'''
cache-value :: cached(Callable(x), 1) :: within(h) :: :: :: h(1) ;; h(2) ;; h.cache_info() ;;
    h.__wrapped__ ;; h(h)
cache-key :: cached(by_first, x) :: within(h) :: h.cache_clear(); h(x) :: h.cache_clear() :: h(1) ;;
    h(h) ;; h.cache_clear()
cache-unbounded :: cached(by_first, x, None) :: within(h) :: h.cache_clear(); h(x) ::
    h.cache_clear() :: h(1) ;; h(h) ;; h(a=1)
cache-bounded :: cached(by_first, Box(x), 1) :: within(h) :: h(Box(x)) :: h.cache_clear() :: h(1);
    h(2) ;; h(h) ;; h(h, h)
cache-typed :: functools.lru_cache(2, True)(Callable(x)) :: within(h) :: :: :: h(1) ;; h(1.0) ;;
    h.cache_clear() ;; h([])
cache-function :: functools.lru_cache(1)(Callable(x)) :: h.__wrapped__.x :: :: :: h() ;;
    h.cache_clear() ;; h.__get__(1)
cache-dict :: setting(functools.lru_cache()(len), ('a', x)) :: h.a :: h.a = x :: h.a = None :: h('')
    ;; h.cache_clear()
cache-method :: types.MethodType(functools.lru_cache()(Callable(1)), x) :: h.__self__ :: :: :: ::
    no-call no-call-content
cached-property :: setting(Cached(x), ('x', x)) :: h.a :: :: :: del h.a ;; h.a ;; h.__dict__.clear()
    :: without@-3.7
partial-nested :: functools.partial(functools.partial(max, x), 1) :: h.args[0] :: :: :: h() ;;
    functools.partial(h, 1) ;; h.__setstate__((h, (), {}, {})); h.__setstate__((len, (x,), {}, {}))
    ;; repr(h)
partial-state :: restated(functools.partial(int), (len, Tuple((x,)), Dict(), None)) :: h.args[0] ::
    :: :: h() ;; h(1) ;; h.__reduce__()
partial-method :: functools.partialmethod(by_collecting, x) :: h.args[0] :: h.args = (x,) :: h.args
    = () :: h.__get__(1) ;; h.__get__(1, int)()
partial-subclass :: tag(Partial, x, int) :: h.x :: h.x = x :: h.x = None :: h.__setstate__((int, (),
    {}, {'x': x})) ;; h.__init__(1)
single-dispatch :: dispatched(x) :: h.dispatch(int).x :: :: :: h(1) ;; h.register(float, len) ;;
    h.registry :: cyclic
compare-key :: functools.cmp_to_key(Callable(0))(x) :: h.obj :: h.obj = x :: h.obj = None :: h < h
    ;; h == h ;; h() ;; h(1) :: leaks=bpo-cmp_to_key@-3.9
compare-function :: functools.cmp_to_key(Callable(x)) :: h(1).__class__ and within(h) :: :: :: h(1)
    < h(2) ;; h(1, 2) :: leaks=bpo-cmp_to_key@-3.9
itemgetter :: operator.itemgetter(x) :: within(h) :: :: :: h({}) ;; h.__reduce__() ;; h.__init__(1)
    ;; h([h])
itemgetter-many :: operator.itemgetter(1, x) :: within(h) :: :: :: h({}) ;; h.__reduce__()
attrgetter :: operator.attrgetter(tag(Str, x, 'a')) :: within(h) :: :: :: h(h) ;; h.__reduce__()
attrgetter-dotted :: operator.attrgetter('a.b', tag(Str, x, 'c')) :: within(h) :: :: :: h(h) ;;
    h.__reduce__()
methodcaller :: operator.methodcaller('a', x) :: within(h) :: :: :: h(h) ;; h.__reduce__() ;;
    h(Box(1))
methodcaller-keyword :: operator.methodcaller('a', b=x) :: within(h) :: :: :: h(h) ;; h.__reduce__()
weakref-callback :: weakref.ref(Box, Box(x).__init__) :: h.__callback__.__self__.x :: :: :: h() ;;
    h.__init__(Box) ;; h.__init__(Box, len) ;; hash(h)
weakref-attribute :: tag(Ref, x, Box) :: h.x :: h.x = x :: h.x = None :: h.__init__(Box, len) ;;
    h.__init__(1) ;; h() ;; copy.copy(h)
weakref-referent :: holding_ref(x) :: within(h[0]) :: :: :: h[1]() ;; h[1].__callback__
weak-value-key :: weak_values(x) :: next(iter(h.data)) :: h.data.clear(); h[x] = Box ::
    h.data.clear() ::
    h.copy() ;; h.popitem() ;; list(h.items()) ;; h.update(h) ;; h.valuerefs() ;; h.setdefault(1,
    Box)
weak-key-value :: weak_keys(x) :: next(iter(h.data.values())) :: h.data.clear(); h[Box] = x ::
    h.data.clear() :: h.copy() ;; h.popitem() ;; list(h.items()) ;; h.keyrefs() ;; h.update(h) ;;
    h.setdefault(Box, 1)
weak-key-own :: owned(x) :: next(iter(h[1].data.values())) :: h[1].data.clear(); h[1][h[0]] = x ::
    h[1].data.clear() :: list(h[1].items()) ;; h[1].copy() ;; h[1].popitem() ;; del h[1][h[0]]
weak-set-attribute :: setting(weakref.WeakSet(), ('a', x)) :: h.a :: h.a = x :: h.a = None ::
    h.add(Box) ;; list(h) ;; h.pop() ;; h.__init__([Box]) ;; h | h
weak-method :: weakref.WeakMethod(by_class.method, Box(x).__init__) ::
    h.__callback__.__closure__[0].cell_contents.__self__.x :: :: :: h() ;; h == h :: cyclic
weak-finalize :: finalized(x) :: h.f.peek()[2][0] :: :: :: h.f() ;; h.f.detach() ;; h.f.peek() ;;
    h.f.atexit = False :: rooted no-init-self
'''

HELPERS_FUNCTOOLS = r'''
def by_first(a=None, *b): return 1

def cached(f, x, n=16):
    h = functools.lru_cache(n)(f)
    h(x)
    return h

class Cached:
    def __init__(self, x): pass
    @functools.cached_property
    def a(self): return self.x

class Partial(functools.partial): pass

def restated(o, s):
    o.__setstate__(s)
    return o

def dispatched(x):
    h = functools.singledispatch(len)
    h.register(int, Callable(x))
    return h

class Ref(weakref.ref): pass

def holding_ref(x):
    b = Box(x)
    return b, weakref.ref(b, collecting)

def weak_values(x):
    h = weakref.WeakValueDictionary()
    h[x] = Box
    return h

def weak_keys(x):
    h = weakref.WeakKeyDictionary()
    h[Box] = x
    return h

def owned(x):
    h = Box(1), weakref.WeakKeyDictionary()
    h[1][h[0]] = x
    return h

class by_class:
    @classmethod
    def method(cls): pass

def finalized(x):
    h = Box(1)
    h.f = weakref.finalize(h, by_first, x)
    return h
'''
