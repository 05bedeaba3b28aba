# SPDX-License-Identifier: Apache-2.0

# The edges of the standard library are the objects of its modules that are written in C: streams,
# codecs, parsers, databases, clocks, foreign types, contexts, futures.
#
# Place: a table of the CPython specimen, read by kinds_tables.py.

HELPERS_LIBRARY = r'''
import datetime as dt

import xml.etree.ElementTree as ET

class Raw(io.RawIOBase):
    def __init__(self, x=None): self.x = x
    def readable(self): return True
    def writable(self): return True
    def seekable(self): return True
    def readinto(self, b): return 0
    def write(self, b): return len(b)
    def seek(self, *a): return 0
    def tell(self): return 0

class BadRaw(Raw):
    def write(self, b): raise OSError
    def close(self): raise OSError

class BytesStream(io.BytesIO): pass

class TextStream(io.StringIO): pass

class Reader(io.BufferedReader): pass

class Wrapper(io.TextIOWrapper): pass

class Zone(dt.tzinfo):
    def __init__(self, x=None): self.x = x
    def utcoffset(self, d): return dt.timedelta(0)
    def dst(self, d): return dt.timedelta(0)
    def tzname(self, d): return 'Z'

class Delta(dt.timedelta): pass

class Date(dt.date): pass

class DateTime(dt.datetime): pass

class Time(dt.time): pass

class File:
    def __init__(self, x): self.x = x
    def write(self, a): return 1
    def read(self, n=-1): return b''
    def readline(self, *a): return b''
    def flush(self): gc.collect()
    def readinto(self, b): return 0
    def close(self): gc.collect()

class Decimal(decimal.Decimal): pass

class Context(decimal.Context): pass

class Random(_random.Random): pass

class Element(ET.Element): pass
'''

EDGES_IO = r'''
io-bytes-attribute :: tag(BytesStream, x, b'ab') :: h.x :: h.x = x :: h.x = None :: h.__init__(b'a')
    ;; h.getbuffer() ;; h.__setstate__((b'a', 0, {'x': x})) ;; h.__setstate__((b'', -1, 1)) ;;
    list(h) ;; h.close() ;; h.truncate(0)
io-bytes-buffer :: tag(BytesStream, x, b'ab').getbuffer() :: within(h) :: :: :: h.release() ;; h.obj
    ;; h[0] = 1 ;; h.cast('b')
io-bytes-dict :: setting(io.BytesIO(), ('a', x)) :: h.a :: h.a = x :: h.a = None ::
    h.__setstate__((b'', 0, {'a': x})) ;; h.__getstate__() ;; h.write(h.getbuffer())
io-string-attribute :: tag(TextStream, x, 'ab') :: h.x :: h.x = x :: h.x = None :: h.__init__('a',
    1) ;; h.__setstate__(('a', None, 0, {'x': x})) ;; h.__setstate__(('', '', 1 << 40, None)) ;;
    h.write('x') ;; h.__init__(1) ;; h.__init__('a', 'b')
    :: skip-misstate
io-reader :: io.BufferedReader(Raw(x)) :: h.raw.x :: h.__init__(Raw(x)) :: h.__init__(Raw()) ::
    h.peek() ;; h.detach() ;; h.__init__(h.raw, -1) ;; h.__init__(None) ;; h.__init__(h.raw, 0) ;;
    h.read() ;; h.raw.close() ;; list(h) ;; h.seek(3) ;; h.__init__(h)
io-reader-attribute :: setting(io.BufferedReader(Raw()), ('a', x)) :: h.a :: h.a = x :: h.a = None
    :: h.close() ;; h.detach() ;; h._dealloc_warn(h)
io-writer :: io.BufferedWriter(Raw(x)) :: h.raw.x :: h.__init__(Raw(x)) :: h.__init__(Raw()) ::
    h.write(b'a') ;; h.flush() ;; h.detach() ;; h.__init__(h.raw, 0) ;; h.raw.close() ;;
    h.write(b'a' * 9000) ;; h.__init__(h)
io-writer-bad :: io.BufferedWriter(BadRaw(x)) :: h.raw.x :: :: :: h.write(b'a') ;; h.close() ;;
    h.detach() ;; h.__init__(BadRaw(x)) ;; h.write(b'a' * 9000)
io-random :: io.BufferedRandom(Raw(x)) :: h.raw.x :: h.__init__(Raw(x)) :: h.__init__(Raw()) ::
    h.write(b'a') ;; h.read(1) ;; h.detach() ;; h.seek(0) ;; h.__init__(h.raw, -1) ;; h.truncate(0)
io-pair-reader :: io.BufferedRWPair(Raw(x), Raw()) :: :: :: :: h.read() ;; h.close() ;; h.peek() ;;
    !3.7- h.__init__(Raw(x), 1) ;; !3.7- h.__init__(Raw(x), Raw(), 0) ;; !3.7- h.__init__(h, Raw())
    :: leaks=new@-3.11 skip-init-self skip-init-content skip-init skip-init-none skip-init-two
    skip-init-odd
io-pair-writer :: io.BufferedRWPair(Raw(), Raw(x)) :: :: :: :: h.write(b'a') ;; h.flush() ;;
    h.close() ;; h.isatty() ;; !3.7- h.__init__(Raw(), h); h.closed ;; !3.7- h.__init__(Raw(),
    Raw(x), -5) :: leaks=new@-3.11 skip-init-self skip-init-content skip-init skip-init-none
    skip-init-two skip-init-odd
io-text :: io.TextIOWrapper(BytesStream()) and io.TextIOWrapper(tag(BytesStream, x)) :: h.buffer.x
    :: h.__init__(tag(BytesStream, x)) :: h.__init__(BytesStream()) :: h.read() ;; h.detach() ;;
    h.write('a') ;; h.reconfigure(encoding='utf-16') ;; h.__init__(h.buffer, 'zzz') ;;
    h.__init__(h.buffer, 'ascii', 'x', 1) ;; h.__init__(None) ;; h.seek(0) ;; h.tell() ;;
    h.buffer.close() ;; !3.14- h.__init__(h) ;; next(h) :: skip-init-self@3.14-
io-text-raw :: io.TextIOWrapper(io.BufferedRandom(Raw(x)), 'utf-8') :: h.buffer.raw.x :: :: ::
    h.write('a') ;; h.detach() ;; h.close() ;; h.buffer.detach() ;; h.__init__(h.buffer, 'latin-1',
    'strict', '\n', True) ;; h.reconfigure(line_buffering=True) ;; h.truncate() ::
    skip-init-self@3.14-
io-text-attribute :: setting(io.TextIOWrapper(BytesStream()), ('a', x)) :: h.a :: h.a = x :: h.a =
    None :: h.__init__(h.buffer) ;; h._CHUNK_SIZE = 1; h.read() ;; h.mode = x; h.mode = 1 ::
    skip-init-self@3.14-
io-text-errors :: io.TextIOWrapper(BytesStream(), 'ascii', tag(Str, x, 'strict')) :: h.errors.x ::
    :: :: h.reconfigure(errors='ignore') ;; h.__init__(h.buffer, 'ascii', 'ignore') ::
    skip-init-self@3.14-
io-newline-decoder :: io.IncrementalNewlineDecoder(Decodes(x), True) :: within(h) ::
    h.__init__(Decodes(x), True) :: h.__init__(None, True) :: h.decode('a\r') ;;
    h.__init__(Decodes(x), 1, 'strict') ;; h.__init__(1) ;; h.setstate((b'', 3)) ;; h.reset() ;;
    h.setstate(1) :: leaks=new@-3.11
io-newline-errors :: io.IncrementalNewlineDecoder(None, True, x) :: within(h) :: :: ::
    h.decode('\r') ;; h.__init__(None, True) :: leaks=new@-3.11
io-file-attribute :: setting(io.FileIO(0, closefd=False), ('a', x)) :: h.a :: h.a = x :: h.a = None
    :: h.__init__(0, closefd=False) ;; h.__init__(-1) ;; h.close() ;; h.name = x; del h.name ;;
    h.mode ;; h.__init__('/', 'r') :: no-call no-pull no-next
io-raw :: Raw(x) :: h.x :: h.x = x :: h.x = None :: h.close() ;; h.read(1) ;; h.readline() ;;
    h.__init__(x) ;; h.readall() ;; h.__enter__() ;; h.writelines([b''])
io-raw-closing :: tag(Closer, x) :: h.x :: h.x = x :: h.x = None :: h.close() ;; h.__del__() ;;
    h.closed
codec-reader :: codecs.getreader('shift_jis')(File(x)) :: h.stream.x :: :: :: h.read() ;;
    h.readline() ;; h.reset() ;; h.__init__(File(x)) ;; h.__init__(h.stream, 'replace') ;; h.errors
    = 'x' ;; h.readlines()
codec-reader-c :: _multibytecodec.MultibyteStreamReader and Sjis(File(x)) :: h.stream.x :: :: ::
    h.read() ;; h.reset() ;; h.__init__(File(x)) ;; h.errors = 'q' ;; h.errors = x ;; h.readline(5)
    ;; h.__init__() ;; h.__init__(h)
codec-writer-c :: SjisWriter(File(x)) :: h.stream.x :: :: :: h.write('a') ;; h.reset() ;;
    h.writelines(['a']) ;; h.__init__(h.stream, 'b') ;; h.write(1) ;; h.errors = 1
codec-incremental-attribute :: setting(SjisDecoder(), ('a', x)) :: h.a :: h.a = x :: h.a = None ::
    h.decode(b'a') ;; h.__init__() ;; h.__init__(1) ;; h.getstate() ;; h.setstate((b'a', 5))
pickler-file :: pickle.Pickler(File(x)) :: within(h) :: :: :: h.dump(1) ;; h.dump(h) ;;
    h.__init__(File(x)) ;; h.__init__(1) ;; h.clear_memo() ;; h.__init__(File(x), 9)
pickler-persistent :: setting(pickle.Pickler(File(1)), ('persistent_id', Callable(x))) :: within(h)
    :: h.persistent_id = Callable(x) :: h.persistent_id = len :: h.dump([1]) ;; del h.persistent_id
    ;; h.__init__(File(1)) ;; h.persistent_id = 1
    :: without@3.13.0
pickler-dispatch :: setting(pickle.Pickler(File(1)), ('dispatch_table', {int: x})) ::
    h.dispatch_table[int] :: h.dispatch_table = {int: x} :: h.dispatch_table = {} :: h.dump(1) ;;
    del h.dispatch_table ;; h.__init__(File(1))
pickler-attribute :: tag(Pickles, x, File(1)) :: h.x :: h.x = x :: h.x = None :: h.dump(h) ;;
    h.__init__(File(1)) ;; h.clear_memo()
pickler-buffer :: pickle.Pickler(File(1), 5, buffer_callback=Callable(x)) :: within(h) :: :: ::
    h.dump(pickle.PickleBuffer(b'a')) ;; h.__init__(File(1), 5, buffer_callback=Callable(x)) ;;
    h.__init__(File(1), 1, buffer_callback=Callable(x)) :: without@-3.7
pickle-buffer :: pickle.PickleBuffer(tag(Buffer, x, 9)) :: memoryview(h).obj.x :: :: :: h.release()
    ;; h.raw() ;; memoryview(h) :: without@-3.7
unpickler-file :: pickle.Unpickler(File(x)) :: within(h) :: :: :: h.load() ;; h.__init__(File(x)) ;;
    h.__init__(1) ;; h.find_class('a', 'b') ;; h.__init__(io.BytesIO(b'N.')); h.load()
unpickler-persistent :: setting(pickle.Unpickler(File(1)), ('persistent_load', Callable(x))) ::
    within(h) :: h.persistent_load = Callable(x) :: h.persistent_load = len :: h.load() ;;
    h.__init__(File(1)) ;; del h.persistent_load
    :: without@3.13.0
unpickler-buffers :: pickle.Unpickler(File(1), buffers=Endless(x)) :: within(h) :: :: :: h.load() ;;
    h.__init__(File(1), buffers=[]) ;; h.__init__(File(1), buffers=1) :: without@-3.7
unpickler-find :: tag(Finds, x, io.BytesIO(b'cbuiltins\nint\n.')) :: h.x :: h.x = x :: h.x = None ::
    h.load() ;; h.__init__(io.BytesIO(b'cbuiltins\nint\n.')); h.load()
json-scanner :: _json.make_scanner(Json(x)) :: within(h) :: :: :: h('{"a": [1]}', 0) ;; h('[1.5,
    NaN]', 0) ;; h('', 9) ;; h.object_hook ;; h(1, 2) ;; h('"a', -1)
json-encoder :: _json.make_encoder({}, Callable(x), json.encoder.encode_basestring, None, ':', ',',
    False, False, True) :: within(h) :: :: :: h({1: [2]}, 0) ;; h(h, 0) ;; h.markers ;; h.default ;;
    h([[]], 1) ;; h({h: h}, 0)
json-markers :: _json.make_encoder({1: x}, str, json.encoder.encode_basestring, None, ':', ',',
    False, False, True) :: h.markers[1] :: h.markers[1] = x :: h.markers.clear() :: h({1: [2]}, 0)
    ;; h(h, 0)
json-encoder-function :: _json.make_encoder(None, str, Callable(x), None, ':', ',', False, False,
    True) :: h.encoder.x :: :: :: h('a', 0) ;; h({'a': 1}, 0)
csv-reader :: csv.reader(Endless(x)) :: within(h) :: :: :: next(h) ;; h.dialect ;; h.line_num
csv-reader-lines :: csv.reader(Lines(x)) :: within(h) :: :: :: next(h); next(h) ;; h.__init__()
csv-writer :: csv.writer(File(x)) :: within(h) :: :: :: h.writerow([1, 'a']) ;; h.writerows([[1],
    h]) ;; h.writerow(h) ;; h.dialect ;; h.writerow([h])
csv-terminator :: csv.writer(File(1), lineterminator=tag(Str, x, 'a')) :: h.dialect.lineterminator.x
    :: :: :: h.writerow([1]) ;; copy.copy(h.dialect) :: leaks=new@-3.9
regex-string :: re.compile('a').match(tag(Str, x, 'ab')) :: h.string.x :: :: :: h.group() ;;
    h.expand('a') ;; h.regs ;; h.re ;; h.span(9) :: leaks=new@-3.9
regex-scanner :: re.compile('a').scanner(tag(Str, x, 'aab')) ::  :: :: :: h.match() ;; h.search() ;;
    h.pattern :: leaks=new no-attributes
regex-iterator :: re.compile('a').finditer(tag(Str, x, 'aab')) :: :: :: :: :: no-next no-pull
    no-look no-compare leaks=new
regex-pattern :: re_compile(tag(Str, x, 'ab')) :: h.pattern.x :: :: :: h.match('ab') ;;
    h.sub(by_collecting, 'abab') ;; h.split('ab') ;; h.scanner('ab') ;; h == h :: leaks=new@-3.9
regex-bytes :: re.compile(b'a').match(tag(Buffer, x, b'ab')) :: h.string.x :: :: :: h.group() ;;
    h.string.clear(); h.group() ;; h.expand(b'a') :: leaks=new@-3.9
struct-attribute :: tag(Pack, x, 'i') :: h.x :: h.x = x :: h.x = None :: h.__init__('ii') ;;
    h.__init__('z') ;; h.pack(1) ;; h.iter_unpack(bytes(8)) ;; h.__init__(b'q') ;;
    h.unpack(bytes(4)) ;; h.__init__('')
struct-iterator :: struct.Struct('i').iter_unpack(tag(Buffer, x, 8)) :: within(h) :: :: :: next(h)
    ;; h.__length_hint__() :: no-pull no-next
struct-iterator-owner :: tag(Pack, x, 'i').iter_unpack(bytes(8)) :: within(h) :: :: :: next(h) ;;
    h.__length_hint__() :: no-next no-pull
'''

HELPERS_IO = r'''
class Decodes(codecs.IncrementalDecoder):
    def __init__(self, x): self.x = x
    def decode(self, a, final=False): return a

class Closer(io.IOBase):
    def close(self):
        gc.collect(0)
        super().close()

import _codecs_jp

class Sjis(_multibytecodec.MultibyteStreamReader):
    codec = _codecs_jp.getcodec('shift_jis')

class SjisWriter(_multibytecodec.MultibyteStreamWriter):
    codec = _codecs_jp.getcodec('shift_jis')

class SjisDecoder(_multibytecodec.MultibyteIncrementalDecoder):
    codec = _codecs_jp.getcodec('shift_jis')

def dumped(p, o):
    attempt(p.dump, o)
    return p

class Finds(pickle.Unpickler):
    def find_class(self, m, n):
        gc.collect()
        return int

class Json:
    strict = True
    def __init__(self, x):
        self.object_hook = self.parse_float = Callable(x)
        self.object_pairs_hook = None
        self.parse_int = self.parse_constant = Callable(1)

class Lines(Endless):
    def __next__(self): return 'a,b'

class Pack(struct.Struct): pass

def re_compile(p):
    re.purge()
    try: return re.compile(p)
    finally: re.purge()
'''

EDGES_DATA = r'''
datetime-zone :: dt.datetime(2000, 1, 1, tzinfo=Zone(x)) :: h.tzinfo.x :: :: :: h + dt.timedelta(1)
    ;; h.astimezone() ;; h - h ;; h.replace(fold=1) ;; h.timetz() ;; h.strftime('%Z %z') ::
    leaks=gh-132705
datetime-subclass :: tag(DateTime, x, 2000, 1, 1) :: h.x :: h.x = x :: h.x = None :: h +
    dt.timedelta(1) ;; h.astimezone() ;; h.date() ;; h.replace(year=2) ;; h.__reduce_ex__(2)
datetime-subclass-zone :: DateTime(2000, 1, 1, tzinfo=Zone(x)) :: h.tzinfo.x :: :: :: h +
    dt.timedelta(1) ;; h.timetz() :: leaks=gh-132705
time-zone :: dt.time(1, tzinfo=Zone(x)) :: h.tzinfo.x :: :: :: h.utcoffset() ;; h.replace(hour=2) ;;
    h.isoformat() ;; h == h ;; hash(h) :: leaks=gh-132705
time-subclass :: tag(Time, x) :: h.x :: h.x = x :: h.x = None :: h.replace(hour=2) ;; h.isoformat()
date-subclass :: tag(Date, x, 2000, 1, 1) :: h.x :: h.x = x :: h.x = None :: h + dt.timedelta(1) ;;
    h.isocalendar() ;; h.timetuple()
timedelta-subclass :: tag(Delta, x, 1) :: h.x :: h.x = x :: h.x = None :: h + h ;; h * 2 ;; -h ;; h
    / h ;; h.__reduce__()
timezone-name :: dt.timezone(dt.timedelta(1 / 24), tag(Str, x, 'a')) :: h.tzname(None).x :: :: ::
    h.utcoffset(None) ;; h.__getinitargs__() :: leaks=new
timezone-offset :: dt.timezone(tag(Delta, x, 1 / 24), 'a') :: h.utcoffset(None).x :: :: ::
    h.fromutc(1) ;; repr(h) :: leaks=new
tzinfo-subclass :: Zone(x) :: h.x :: h.x = x :: h.x = None :: h.fromutc(dt.datetime(1, 1, 2,
    tzinfo=h)) ;; h.__init__(x) ;; dt.datetime(2000, 1, 1, tzinfo=h).utctimetuple()
decimal-subclass :: tag(Decimal, x, '1.5') :: h.x :: h.x = x :: h.x = None :: h + h ;;
    h.__reduce__() ;; round(h) ;; h.sqrt() ;; h.__init__(2)
decimal-context :: tag(Context, x) :: h.x :: h.x = x :: h.x = None :: h.__init__(prec=5) ;;
    h.__init__(prec=-1) ;; h.copy() ;; h.clear_traps() ;; h.create_decimal('1') ;; h.__reduce__() ;;
    h.traps = {} ;; h.flags = h.traps ;; h.__init__(traps=[1]) ;; del h.prec
random-attribute :: tag(Random, x) :: h.x :: h.x = x :: h.x = None :: h.seed(1) ;; h.seed(h) ;;
    h.setstate((1,) * 625) ;; h.setstate(1) ;; h.getstate() ;; h.getrandbits(3) ;; h.__init__(1) ;;
    h.__init__([])
array-attribute :: tag(Array, x, 'i', [1, 2]) :: h.x :: h.x = x :: h.x = None :: h.append(1) ;;
    h.byteswap() ;; h.extend(h) ;; h * 2 ;; h[:] = h ;; h.fromlist([1, h]) ;; h.__init__('d') ;;
    memoryview(h) ;; h.frombytes(bytes(8)) ;; h.__reduce_ex__(3) ;; del h[:] ;; h.pop()
array-iterator :: iter(tag(Array, x, 'i', [1, 2])) :: within(h) :: :: :: h.__setstate__(0) ;;
    h.__setstate__(99) ;; h.__reduce__() :: no-next no-pull
mmap-attribute :: tag(Map, x, -1, 4096) :: h.x :: h.x = x :: h.x = None :: h.close() ;;
    memoryview(h) ;; h.resize(100) ;; h.__init__(-1, 1) ;; h.find(b'a') ;; h.flush()
mmap-view :: memoryview(tag(Map, x, -1, 4096)) :: h.obj.x :: :: :: h.release() ;; h.obj.close() ;;
    h[0] = 1 ;; h.obj.resize(1)
element-child :: adopted(x) :: h[0].x :: :: h.clear() :: h.append(h[0]); del h[1] ;; h.remove(h[0])
    ;; h.extend([h[0]]); del h[1] ;; h.insert(0, h[0]); del h[0] ;; h[:] = list(h) ;;
    copy.deepcopy(h) ;; list(h.iter()) ;; h.__setstate__({'tag': 'a', '_children': list(h)}) ;;
    h.findall('b') ;; h.__init__('a') ;; h[::2] = [h[0]] ;; h.__setstate__({'_children': [1]}) ;;
    h.find('b')
element-attribute :: ET.Element('a', {'b': x}) :: h.get('b') :: h.set('b', x) :: h.attrib.clear() ::
    h.attrib['c'] = 1 ;; h.items() ;; h.attrib = {'b': x} ;; !3.7- h.__init__('a', {'b': x}) ;;
    h.__init__(1, 2) ;; h.keys() ;; h.__setstate__({'tag': 'a', 'attrib': {'b': x}})
element-text :: setting(ET.Element('a'), ('text', x)) :: h.text :: h.text = x :: h.text = None ::
    h.clear() ;; list(h.itertext()) ;; h.__setstate__({'tag': 'a', 'text': x}) ;; h.text = [x] ;;
    h.text = h ;; h.__init__('a') ;; h.findtext('b')
element-tail :: setting(ET.Element('a'), ('tail', x)) :: h.tail :: h.tail = x :: h.tail = None ::
    h.clear() ;; h.__setstate__({'tag': 'a', 'tail': x}) ;; h.tail = [] ;; h.tail = h ;;
    h.__init__('b')
element-tag :: ET.Element(x) if 0 else setting(ET.Element('a'), ('tag', x)) :: h.tag :: h.tag = x ::
    h.tag = '' :: h.iter('a') ;; h.__init__('b') ;; h.__setstate__({'tag': x}) ;; h.find('a')
element-subclass :: tag(Element, x, 'a') :: h.x :: h.x = x :: h.x = None :: h.append(h); h.clear()
    ;; h.makeelement('a', {}) ;; h.__init__('b', c='d') ;; list(h.iter('*')) ;; copy.copy(h)
element-iterator :: adopted(x).iter() :: within(h) :: :: :: next(h) ;; next(h); next(h) :: no-next
    no-pull
element-iterator-tag :: ET.Element('a').iter(tag(Str, x, 'q')) :: within(h) :: :: :: :: no-next
    no-pull
element-text-iterator :: tag(Element, x, 'a').itertext() :: within(h) :: :: :: :: no-next no-pull
element-builder :: ET.TreeBuilder(Callable(x)) :: within(h) :: :: :: h.start('a', {}) ;; h.data('x')
    ;; h.end('a') ;; h.close() ;; h.__init__(Callable(x)); h.start('a', {}) ;; h.__init__(1) ;;
    h.start('a', {}); h.data('b'); h.end('a'); h.close()
element-builder-data :: built(x) :: within(h) :: :: :: h.data('x') ;; h.end('a') ;; h.start('b', {})
    ;; h.__init__()
element-parser :: ET.XMLParser(target=Target(x)) :: h.target.x :: :: :: h.feed('<a>') ;; h.feed('<a
    b="c">x<!--c--></a>') ;; h.close() ;; !3.7- h.feed('<a>'); h.__init__(target=Target(x)) ;; !3.7-
    h.__init__(encoding='zzz') ;; !3.7- h.__init__(target=1) ;; h.feed('<a/>'); h.close() ;;
    h.entity['a'] = 'b' ;; h.feed(1) ;; h._setevents(1, 2) :: skip-init skip-init-none
    skip-init-content skip-init-self skip-init-two skip-init-odd
element-tree :: ET.ElementTree(tag(Element, x, 'a')) :: h.getroot().x :: h._setroot(tag(Element, x,
    'b')) :: h._setroot(None) :: h.find('a') ;; list(h.iter()) ;; h.write(io.BytesIO())
expat-handler :: setting(pyexpat.ParserCreate(), ('StartElementHandler', Callable(x))) ::
    h.StartElementHandler.x :: h.StartElementHandler = Callable(x) :: h.StartElementHandler = None
    :: h.Parse('<a>') ;; h.Parse('<a/>', 1) ;; h.ParseFile(File(x)) ;;
    h.ExternalEntityParserCreate('a') ;; h.buffer_text = True ;; h.StartElementHandler =
    h.StartElementHandler ;; h.Parse('<a><b/></a>', True); h.Parse('x')
expat-data :: setting(pyexpat.ParserCreate(), ('CharacterDataHandler', Callable(x))) ::
    h.CharacterDataHandler.x :: h.CharacterDataHandler = Callable(x) :: h.CharacterDataHandler =
    None :: h.Parse('<a>x</a>') ;; h.buffer_text = 1; h.Parse('<a>x'); h.CharacterDataHandler = None
    ;; h.buffer_size = 1 ;; h.Parse(1)
expat-external :: setting(pyexpat.ParserCreate(), ('ExternalEntityRefHandler', Callable(x))) ::
    h.ExternalEntityRefHandler.x :: h.ExternalEntityRefHandler = Callable(x) ::
    h.ExternalEntityRefHandler = None :: h.Parse('<!DOCTYPE a SYSTEM "b"><a/>') ;;
    h.UseForeignDTD(True); h.Parse('<a/>', 1) ;; h.ExternalEntityParserCreate(None)
expat-intern :: pyexpat.ParserCreate(intern={'a': x}) :: h.intern['a'] :: h.intern['a'] = x ::
    h.intern.clear() :: h.Parse('<b/>') ;; h.ExternalEntityParserCreate('a') :: leaks=new
sqlite-function :: functioned(x) :: :: :: :: h.execute('select f()').fetchall() ;;
    h.create_function('f', 0, None) if 0 else 0 ;; h.close() if 0 else 0 ;; h.commit() :: cyclic
    leaks=new no-init no-init-none no-init-content no-init-self no-init-two no-init-odd no-close
    no-enter
sqlite-aggregate :: aggregated(x) :: :: :: :: h.execute('select g(1)') ;; h.commit() ;; h.rollback()
    :: cyclic leaks=new no-init no-init-none no-init-content no-init-self no-init-two no-init-odd
    no-close no-enter
sqlite-authorizer :: authorized(x) :: within(h) :: :: :: h.execute('select 1') ;; h.cursor() ::
    cyclic frail@3.12- leaks=new@-3.9 no-init no-init-none no-init-content no-init-self
    no-init-two no-init-odd no-close no-enter
sqlite-progress :: progressed(x) :: within(h) :: :: :: h.execute('select 1') ;; h.commit() :: cyclic
    frail@3.12- leaks=new@-3.9 no-init no-init-none no-init-content no-init-self no-init-two
    no-init-odd no-close no-enter
sqlite-trace :: tracing(x) :: within(h) :: :: :: h.execute('select 1') ;; h.execute('select ?',
    (h,)) ;; h.total_changes :: cyclic frail@3.12- leaks=new@-3.9 no-init no-init-none
    no-init-content no-init-self no-init-two no-init-odd no-close no-enter
sqlite-row-factory :: setting(sqlite3.connect(':memory:'), ('row_factory', x)) :: h.row_factory ::
    h.row_factory = x :: h.row_factory = None :: h.execute('select 1').fetchall() ;;
    !3.14- h.__init__(':memory:') ;; !3.14- h.__init__('/nowhere/x') ;; h.cursor() ;; h.close() ;;
    h.__init__() ;; h.__enter__() ;; h.__init__(1, 2, 3) :: cyclic leaks=new@-3.9
sqlite-text-factory :: setting(sqlite3.connect(':memory:'), ('text_factory', x)) :: h.text_factory
    :: h.text_factory = x :: h.text_factory = str :: h.execute("select 'a'").fetchall() ;;
    !3.14- h.__init__(':memory:') ;; h.interrupt() ;; list(h.iterdump()) :: cyclic leaks=new@-3.9
sqlite-cursor :: sqlite3.connect(':memory:', factory=Connection).tagged(x).cursor() ::
    h.connection.x :: :: :: h.execute('select 1') ;; h.close() ;; h.__init__(h.connection) ;;
    h.__init__(1) ;; h.fetchone() ;; h.connection.close() ;; h.connection.__init__(':memory:') ;;
    h.__init__() ;; h.executescript('select 1') ;; h.executemany('select ?', [(1,)]) ;;
    h.setinputsizes(1) :: cyclic leaks=new@-3.9
sqlite-cursor-factory :: setting(sqlite3.connect(':memory:').cursor(), ('row_factory', Callable(x)))
    :: h.row_factory.x :: h.row_factory = Callable(x) :: h.row_factory = None :: h.execute('select
    1').fetchone() ;; h.__init__(h.connection) ;; h.close() ;; h.connection.close() ;;
    list(h.execute('select 1 union select 2')) :: cyclic leaks=new@-3.9
sqlite-row :: sqlite3.Row(sqlite3.connect(':memory:').execute('select 1 a'), (x,)) :: h[0] :: :: ::
    h['a'] ;; h.keys() ;; h == h ;; hash(h) ;; tuple(h) ;; h['b'] ;; h[9] :: cyclic leaks=new@-3.9
sqlite-connection-attribute :: sqlite3.connect(':memory:', factory=Connection).tagged(x) :: h.x ::
    h.x = x :: h.x = None :: h.__init__(':memory:') ;; h.close() ;; h.backup(h) ;; h.execute('select
    1') ;; h.__init__(h) ;; h.__init__(1) ;; h('select 1') ;; h.blobopen('a', 'b', 1) ;;
    h.serialize() :: cyclic
zlib-dictionary :: zlib.decompressobj(zdict=tag(Bytes, x, b'ab')) :: within(h) :: :: ::
    h.decompress(b'') ;; h.copy() ;; h.flush() ;; h.unused_data ;; h.decompress(b'x') :: leaks=new
zlib-compressor :: setting(zlib.compressobj()) and [zlib.compressobj(), x] :: h[1] :: h[1] = x ::
    h[1] = None :: h[0].compress(b'a') ;; h[0].copy() ;; h[0].flush()
profiler-timer :: _lsprof.Profiler(Callable(x)) :: :: :: :: h.getstats() ;; h.enable(); h.disable()
    :: leaks=new@-3.12 no-init no-init-none no-init-content no-init-self no-init-two no-init-odd
    no-clear
format-parser :: _string.formatter_parser(tag(Str, x, 'a{b}c')) :: :: :: :: :: leaks=new no-next
    no-pull
field-parser :: _string.formatter_field_name_split(tag(Str, x, 'a.b.c'))[1] :: :: :: :: :: leaks=new
    no-next no-pull
'''

HELPERS_DATA = r'''
class Map(mmap.mmap): pass

def adopted(x):
    h = ET.Element('a')
    h.append(tag(Element, x, 'b'))
    return h

def built(x):
    h = ET.TreeBuilder(tag_of(x))
    h.start('a', {})
    return h

def tag_of(x): return lambda a, b: tag(Element, x, a)

class Target:
    def __init__(self, x=None): self.x = x
    def start(self, *a): gc.collect()
    def end(self, *a): pass
    def data(self, a): gc.collect()
    def close(self): return self

class Connection(sqlite3.Connection):
    def tagged(self, x):
        self.x = x
        return self

def functioned(x):
    h = sqlite3.connect(':memory:')
    h.create_function('f', 0, Callable(x))
    return h

def aggregated(x):
    h = sqlite3.connect(':memory:')
    h.create_aggregate('g', 1, Callable(x))
    return h

def authorized(x):
    h = sqlite3.connect(':memory:')
    h.set_authorizer(Callable(x))
    return h

def progressed(x):
    h = sqlite3.connect(':memory:')
    h.set_progress_handler(Callable(x), 1)
    return h

def tracing(x):
    h = sqlite3.connect(':memory:')
    h.set_trace_callback(Callable(x))
    return h

'''
