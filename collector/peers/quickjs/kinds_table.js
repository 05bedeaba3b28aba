// SPDX-License-Identifier: Apache-2.0

// A kind of QuickJS's own is what ECMAScript has had since 2015: generators, asynchronous functions
// in every state in which they wait, weak maps, registries, private fields, iterators.
//
// Place: a table of the adapter of QuickJS, after //collector/peers/javascript, whose head has the
// form of a line.
//
// The values of a suspended function are in its own frame; those that a closure captures are in the
// closure's cells, which the frame owns while it waits.

var forever = {}, immortal = new WeakMap();
function step(g) { g.next(); return g; }
function loop(x) {
  return step((function* () { for (;;) { var m = yield x; if (m) x = m.v; m = undefined; } })());
}
function parts(o, x) { o.get = () => x; o.set = y => { x = y; }; return o; }
function* scoped(o, x) {
  o.get = () => x;
  o = undefined;
  yield 1;
  return x;
}
async function waiting(o, x) {
  o.get = () => x;
  o.set = y => { x = y; };
  o = undefined;
  await new Promise(() => {});
  return x;
}
function parked(f, x) {
  var o = {};
  f(x, new Promise(done => { o.resolve = done; }));
  return o;
}
class Private {
  #x;
  constructor(x) { this.#x = x; }
  get() { return this.#x; }
  set(x) { this.#x = x; }
}
class Field { v; static made = 0; constructor(x) { this.v = x; } }
function registry() { return new FinalizationRegistry(() => {}); }
function iterate(i) { for (var j = 0; j < 3; ++j) i.next(); }

actions :: gc() ;; iterate(h); gc() ;; h.return(1) ;; h.throw(1) ;; h.next({v: 1}) ;; h.next(1);
    gc() ;; h.resolve(1) ;; h.then(gc) ;; structuredClone(h) ;; var [a, b] = h ;; new WeakMap([[h,
    h]]); gc() ;; registry().register(h, h); gc() ;; h.clear(); gc() ;; new WeakRef(h).deref() ;;
    for (var v of h) { gc(); break; } ;; h.delete(1) ;; h.unregister(h)

// ---- Generators ---------------------------------------------------------------------------------

edge generator-loop :: loop(x) :: h.next().value :: h.next({v: x}) :: h.next({v: undefined})
edge generator-unstarted :: (function* (x) { yield x; })(x) :: :: :: :: h.next() ;; h.return(1)
edge generator-local :: step((function* (x) { yield 1; yield x; })(x))
edge generator-try :: step((function* (x) { try { yield 1; } finally { gc(); } return x; })(x))
edge generator-finally :: step((function* (x) { try { return x; } finally { yield 1; } })(x))
edge generator-catch :: step((function* (x) { try { throw x; } catch (e) { x = null; yield 1; id(e);
    } })(x))
edge generator-for-of :: step((function* (x) { for (var i of [1, x]) { yield 1; } })(x))
edge generator-for-in :: step((function* (x) { for (var i in Object.create(x, {a: {enumerable: true,
    value: 1}})) { x = null; yield i; } })(x))
edge generator-for-map :: step((function* (x) { for (var i of new Map([[1, x], [2, x]])) { x = null;
    yield 1; } })(x))
edge generator-delegates :: step((function* (x) { yield* (function* (y) { yield 1; return y; })(x);
    })(x))
edge generator-delegates-array :: step((function* (x) { yield* [1, 2, x]; })(x))
edge generator-temporary :: step((function* (x) { var y = x; x = null; return [y, y = null, yield
    1]; })(x))
edge generator-spread :: step((function* (...a) { yield 1; return a; })(1, x))
edge generator-arguments :: step((function* () { yield 1; return arguments; })(x))
edge generator-this :: step((function* () { yield 1; return this; }).call(x))
edge generator-default :: step((function* (a = x) { yield 1; return a; })())
edge generator-destructured :: step((function* ({v: a}) { yield 1; return a; })({v: x}))
edge generator-scope :: (function (o, g) { step(g); return o; })(...(o => [o, scoped(o, x)])({})) ::
    h.get()
edge generator-scope-held :: (function (o) { o.g = step(scoped(o, x)); return o; })({}) :: h.get()
    :: :: :: h.g.next(); gc() ;; h.g = 1; gc() ;; h.g.return(1); gc()
edge generator-self cyclic :: (g => { g.next(); g.next(g); return g; })((function* (x) { var me =
    yield 1; yield 2; return [me, x]; })(x))
edge generator-done :: put(step(step((function* () { yield 1; })())), 'v', x) :: h.v :: h.v = x ::
    delete h.v
edge generator-sent :: (g => { g.next(x); return g; })(step((function* () { var y = yield 1; yield
    2; return y; })()))
edge generator-eval cyclic :: step((function* (x) { eval('var y = x'); x = null; yield 1; return y;
    })(x))

// ---- Asynchronous functions ---------------------------------------------------------------------

edge async-local cyclic :: parked(async function (x, p) { await p; return x; }, x)
edge async-try cyclic :: parked(async function (x, p) { try { await p; } finally { gc(); } return x;
    }, x)
edge async-finally cyclic :: parked(async function (x, p) { try { return x; } finally { await p; }
    }, x)
edge async-scope cyclic :: (o => { waiting(o, x); return o; })({}) :: h.get()
edge async-for-await cyclic :: parked(async function (x, p) { for await (var i of [p, x]) gc();
    return x; }, x)
edge async-generator :: (async function* (x) { yield 1; yield x; })(x)
edge async-generator-queued cyclic :: (g => { g.next(); g.next(x); return g; })((async function* ()
    { var y = yield 1; await new Promise(() => {}); return y; })())
edge async-arrow cyclic :: parked((x, p) => (async () => { await p; return x; })(), x)

// ---- Promises -----------------------------------------------------------------------------------

edge promise :: Promise.resolve(x)
edge promise-rejected :: (p => { p.catch(() => {}); return p; })(Promise.reject(x))
edge promise-reaction :: (p => { p.then(() => x); return p; })(new Promise(() => {}))
edge promise-resolver :: (function (r) { new Promise(f => { r = f; }).then(() => x); return
    {resolve: r}; })()
edge promise-all :: (function (o) { Promise.all([new Promise(f => { o.resolve = f; }), x]); return
    o; })({})
edge promise-capability :: Promise.withResolvers && put(Promise.withResolvers(), 'v', x) :: h.v ::
    h.v = x :: delete h.v

// ---- Collections, weak ones too -----------------------------------------------------------------

edge map-value :: new Map([[1, x]]) :: h.get(1) :: h.set(1, x) :: h.delete(1) :: h.forEach(() => {
    h.clear(); gc(); }) ;; h.set(h, h); gc(); h.delete(h)
edge map-key :: new Map([[x, 1]]) :: [...h.keys()][0] :: h.clear(); h.set(x, 1) :: h.clear()
edge set-item :: new Set([x]) :: [...h][0] :: h.clear(); h.add(x) :: h.clear() :: h.forEach(() => {
    h.clear(); gc(); })
edge map-iterator :: new Map([[1, x]]).values()
edge map-iterator-in :: step(new Map([[1, 1], [2, x]]).entries()) :: :: :: :: iterate(h)
edge map-iterator-deleted :: (m => { var i = step(m.values()); m.set(2, x); m.delete(1); return i;
    })( new Map([[1, 1]])) :: :: :: :: iterate(h)
edge set-iterator :: new Set([x]).values()
edge map-grown :: (m => { for (var i = 0; i < 40; ++i) m.set(i, i); m.set('v', x); for (i = 0; i <
    40; ++i) m.delete(i); return m; })(new Map()) :: h.get('v') :: h.set('v', x) :: h.delete('v')
edge map-group :: Map.groupBy([x], () => 1) :: h.get(1)[0]
edge weakmap-own :: (k => ({k, m: new WeakMap([[k, x]])}))({}) :: h.m.get(h.k) :: h.m.set(h.k, x) ::
    h.m.delete(h.k) :: h.k = {}; gc() ;; h.m = 1; gc()
edge weakmap-holder quickjs:leaks=weakmap-value-to-key :: (o => { immortal.set(o, x); return o;
    })({}) :: immortal.get(h) :: immortal.set(h, x) :: immortal.delete(h)
edge weakmap-forever quickjs-ng:leaks=value-knows-weakmap :: new WeakMap([[forever, x]]) ::
    h.get(forever) :: h.set(forever, x) :: h.delete(forever)
edge weakmap-symbol quickjs-ng:crashes=symbol-key-of-weakmap :: (k => ({k, m: new WeakMap([[k,
    x]])}))(Symbol()) :: h.m.get(h.k) :: h.m.set(h.k, x) :: h.m.delete(h.k)
edge weakmap-value-knows-map cyclic quickjs-ng:leaks=value-knows-weakmap :: (m => { m.set(forever,
    {m, v: x}); return m; })(new WeakMap()) :: h.get(forever).v :: h.get(forever).v = x ::
    h.delete(forever)
edge weakmap-value-knows-key cyclic :: (k => { var m = new WeakMap(); m.set(k, {k, m, v: x}); return
    {k, m}; })({}) :: h.m.get(h.k).v :: h.m.get(h.k).v = x
edge weakmap-chain :: (a => { var b = {}; return {a, m: new WeakMap([[a, b], [b, x]])}; })({}) ::
    h.m.get(h.m.get(h.a))
edge weakset-beside :: (o => { o.s.add(x); return o; })({v: x, s: new WeakSet()}) :: h.v &&
    h.s.has(h.v) ? h.v : undefined
edge weakref-beside :: {v: x, w: new WeakRef(x)} :: h.v && h.w.deref() === h.v ? h.v : undefined
edge registry-held :: (r => { r.register(forever, x); return r; })(registry()) :: :: :: ::
    h.register(h, h)
edge registry-held-token :: (o => { o.r.register(forever, x, o.t); return o; })({r: registry(), t:
    {}}) :: :: :: h.r.unregister(h.t)
edge registry-callback :: (r => { r.register(forever, 1); return r; })( new FinalizationRegistry(()
    => x))
edge registry-token quickjs-ng:leaks=token-held :: (o => { o.r.register(o.t, 1, o.t); return o;
    })({r: registry(), t: {v: x}}) :: h.t.v :: h.t.v = x :: h.t = {}
edge registry-target-holds-it cyclic :: (o => { o.r.register(o, 1); return o; })({r: registry(), v:
    x}) :: h.v :: h.v = x :: h.v = undefined
edge registry-own-token quickjs-ng:leaks=token-held :: (r => { r.register(x, 1, x); return {r, v:
    x}; })(registry()) :: h.v :: h.v = x; h.r.register(x, 1, x) :: h.v = undefined
edge registry-in-weakmap :: (k => { var r = new FinalizationRegistry(() => x); r.register(k, 1);
    return {k, m: new WeakMap([[k, r]])}; })({})

// ---- Iterators, classes, the rest of the library ------------------------------------------------

edge array-iterator :: [x].values()
edge array-iterator-in :: step([1, x].entries()) :: :: :: :: iterate(h)
edge iterator-map :: [x].values().map(id) :: :: :: :: iterate(h)
edge iterator-map-function :: [1].values().map(() => x) :: :: :: :: iterate(h)
edge iterator-flat-map :: step([1, 2].values().flatMap(i => [i, x])) :: :: :: :: iterate(h)
edge iterator-take :: [1, x].values().take(2) :: :: :: :: iterate(h)
edge iterator-from :: Iterator.from({next: () => x}) :: h.next()
edge iterator-concat :: Iterator.concat([1], [x]) :: :: :: :: iterate(h)
edge iterator-concat-in :: step(Iterator.concat([1, x], [x])) :: :: :: :: iterate(h)
edge iterator-zip :: Iterator.zip([[x], [1]]) :: :: :: :: iterate(h)
edge regexp-iterator :: put('aaa'.matchAll(/a/g), 'v', x) :: h.v :: h.v = x :: delete h.v
edge private-field :: new Private(x) :: h.get() :: h.set(x) :: h.set(undefined)
edge public-field :: new Field(x) :: h.v :: h.v = x :: delete h.v
edge static-field cyclic :: class { static v = x; } :: h.v :: h.v = x :: h.v = undefined :: new h()
edge class-field-function cyclic :: class { v = x; } :: new h().v
edge class-home cyclic :: ({v: x, m() { return super.w, this.v; }}) :: h.m() :: h.v = x :: h.v =
    undefined
edge class-extends cyclic :: class extends (function (f) { f.v = x; return f; })(function () {}) {}
    :: h.v
edge class-private-static cyclic :: class { static #v = x; static get() { return this.#v; } } ::
    h.get()
edge class-accessor cyclic :: class { static get v() { return x; } } :: h.v
edge arrow-this :: (function () { return () => this; }).call(x) :: h()
edge arrow-arguments :: (function () { return () => arguments[0]; })(x) :: h()
edge rest :: (function (...a) { return a; })(x) :: h[0] :: h[0] = x :: h[0] = undefined
edge let-loop :: (function (y) { for (let i = y, n = 0; n < 1; ++n) return () => i; })(x) :: h()
edge destructured :: (({v}) => () => v)({v: x}) :: h()
edge template cyclic :: (s => { s.v = 1; return put([], 'v', x); })({}) :: h.v
edge error-cause :: new Error('e', {cause: x}) :: h.cause :: h.cause = x :: delete h.cause
edge error-aggregate :: new AggregateError([x]) :: h.errors[0] :: h.errors[0] = x :: h.errors[0] = 1
edge disposable-deferred :: (s => { s.defer(() => x); return s; })(new DisposableStack()) :: :: ::
    :: h.dispose()
edge disposable-adopted :: (s => { s.adopt(x, () => {}); return s; })(new DisposableStack())
edge disposable-async :: (s => { s.defer(() => x); return s; })(new AsyncDisposableStack())
edge proxy-revocable :: Proxy.revocable(x, {get: id}).proxy :: h.v
edge proxy-trap-object :: new Proxy(function () {}, {construct: () => ({v: x})}) :: new h().v
edge reflect-construct :: Reflect.construct(Object, [], put(function () {}, 'prototype', x)) ::
    Object.getPrototypeOf(h)
edge buffer-resizable :: put(new ArrayBuffer(8, {maxByteLength: 64}), 'v', x) :: h.v :: h.v = x ::
    delete h.v :: h.resize(32) ;; h.transfer()
edge array-from :: Array.from([1], () => ({x})) :: h[0].x
edge array-with :: [1].with(0, x) :: h[0] :: h[0] = x :: h[0] = undefined
edge symbol-registered :: put({}, Symbol.for('ouro'), x) :: h[Symbol.for('ouro')] ::
    h[Symbol.for('ouro')] = x

// ---- Nodes and roots ----------------------------------------------------------------------------

node node-map :: new Map() :: n.get(k) :: n.set(k, w)
node node-set :: new Set() :: n['s' + k]
node node-weakmap :: new WeakMap() :: n['s' + k]
node node-weakmap-key quickjs:leaks=weakmap-value-to-key :: {} :: immortal.get(n)?.[k] ::
    immortal.has(n) || immortal.set(n, []); immortal.get(n)[k] = w
node node-promise :: new Promise(() => {}) :: n['s' + k]
node node-generator :: step((function* () { yield 1; })()) :: n['s' + k]
node node-generator-frame :: step((function* (a) { for (;;) { var m = yield a; if (m) a[m.k] = m.w;
    m = undefined; } })([])) :: n.next().value[k] :: n.next({k, w})
node node-async-generator :: (async function* () { yield 1; })() :: n['s' + k]
node node-arrow :: () => 0 :: n['s' + k]
node node-class cyclic :: class {} :: n['s' + k]
node node-class-static cyclic :: class { static a = []; } :: n.a[k]
node node-private :: new Private([]) :: n.get()[k]
node node-registry :: registry() :: n['s' + k]
node node-iterator :: [1].values() :: n['s' + k]
node node-error-cause :: new Error('e', {cause: []}) :: n.cause[k]
root root-generator :: loop(x) :: h.next().value
root root-generator-local :: step((function* (x) { yield 1; yield x; })(x))
root root-async cyclic :: parked(async function (x, p) { await p; return x; }, x)
root root-promise :: Promise.resolve(x)
root root-map :: new Map([[1, x]]) :: h.get(1)
root root-weakmap quickjs:cyclic :: (o => { immortal.set(o, x); return o; })({}) :: immortal.get(h)
root root-weakmap-forever :: new WeakMap([[forever, x]]) :: h.get(forever)
root root-registry :: (r => { r.register(forever, x); return r; })(registry())
root root-private :: new Private(x) :: h.get()
root root-let :: (function (y) { for (let i = y, n = 0; n < 1; ++n) return () => i; })(x) :: h()
