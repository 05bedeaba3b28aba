// SPDX-License-Identifier: Apache-2.0

// A kind is a way in which JavaScript holds a reference, or makes an object: a name and snippets.
//
// Place: the table that the adapters of engines of JavaScript share; each has one of its own
// besides. This one is ECMAScript 5 with what of later editions most engines have; a kind whose
// snippets an engine does not understand is left out there. To add a kind, add a line:
//
//   edge NAME WORDS :: make :: get :: put :: take :: action ;; action   how a slot holds
//   root NAME WORDS :: make :: get :: put :: take                       how a register holds
//   node NAME WORDS :: make :: load :: store                            what an object is
//   actions :: action ;; action      those that each edge after it has besides its own
//
// Words are promises that are less than those of a plain slot (docs/kinds.md). `duktape:cyclic` is
// for that engine alone, `duktape:absent` for no kind of it. Names are unique, whatever the place.
// Snippets are expressions, or statements, which end with a semicolon, with these names:
//
//   x  the content      h  the holder      k  of a root its register, of a node the slot, 0 to 7
//   n  the node         w  what `store` stores; without it, `load` is assigned to
//
// Without get the adapter remembers what a holder holds, and drops it after an action; without put
// a new holder is made; without take it is dropped. What is indented continues a line. All lines
// that are not kinds are helpers.
//
// A function within a snippet sees its x, and so holds it: where put or take must let go, a helper
// makes the function.
//
// Every function has a prototype that knows it: `fn` cuts that, so that a holder is no cycle. A
// kind with a cycle of its own is cyclic.

function fn(f) { f.prototype = null; return f; }
function id(x) { return x; }
function self() { return this; }
function cell(x) {
  return {get: fn(function () { return x; }), set: fn(function (y) { x = y; })};
}
function put(o, key, x) { o[key] = x; return o; }
function hidden(o, key, x) {
  return Object.defineProperty(o, key, {value: x, writable: true, configurable: true});
}
function many(o) {
  for (var i = 0; i < 20; ++i) o['p' + i] = i;
  return o;
}
function fewer(o) {
  for (var i = 0; i < 20; ++i) delete o['p' + i];
  return o;
}
function churn(n) {
  for (var i = 0; i < n; ++i) ({a: [i], f: function () { return i; }});
}
function withScope(x) { with ({v: x}) return fn(function () { return v; }); }
function withSet(x) {
  with ({v: x}) {
    x = null;
    return {get: fn(function () { return v; }), set: fn(function (y) { v = y; })};
  }
}
function catchScope(x) {
  try { throw x; } catch (e) {
    x = null;
    return {get: fn(function () { return e; }), set: fn(function (y) { e = y; })};
  }
}
function evalScope(x) { return eval('fn(function () { return x; })'); }
function evalVar(x) { eval('var y = x'); return fn(function () { return y; }); }
// What a snippet's own functions see is all of the snippet, and its x; these do not see it.
var getV = fn(function () { return this.v; });
// Only of the holder that is written for its own sake: what holds it is written, too.
var written;
var toJson = fn(function () { gc(); if (this === written) delete this.v; return 1; });
function writes(h, y) {
  written = h;
  try { JSON.stringify(y); } finally { written = undefined; }
}
var nothing = fn(function () {});
function shared(y) {
  return [fn(function (z) { y = z; }), fn(function () { return y; }),
          fn(function () { y = undefined; })];
}
function listed() { return arguments; }
function mapped(a) { return {s: arguments, get: fn(function () { return a; })}; }
function mappedBack(a) { return {s: arguments, set: fn(function (y) { a = y; })}; }
function constructed(x) {
  function G() {}
  G.prototype.v = x;
  x = null;
  return new G();
}
function emptied() { return fn(function () {}); }
function deep(x) { return fn(function () { return fn(function () { return x; }); })(); }
function F(x) { this.v = x; }
function newWith(x) {
  F.prototype = x;
  var o = new F();
  F.prototype = {};
  return delete o.v && o;
}
function thrown(f) { try { f(); } catch (e) { return e; } }
function sorts(h) { [3, 1, 2].sort(function (a, b) { gc(); return a - b; }); }

actions :: gc() ;; churn(40); gc() ;; Object.freeze(h) ;; Object.preventExtensions(h) ;; many(h) ;;
    many(h); fewer(h); gc() ;; hidden(h, 'own', h); gc(); delete h.own ;; Object.keys(h) ;; for (var
    i in h) gc() ;; '' + h ;; Object.setPrototypeOf(h, {}); gc() ;; sorts(h) ;; Object.assign({}, h)
    ;; [].concat(h)

// ---- Properties ---------------------------------------------------------------------------------

edge property :: {v: x} :: h.v :: h.v = x :: h.v = undefined :: delete h.v ;; h.v = 1 ;;
    Object.defineProperty(h, 'v', {get: id}) ;; JSON.stringify(h)
edge property-deleted :: {v: x} :: h.v :: h.v = x :: delete h.v
edge property-of-many :: (many({v: x})) :: h.v :: h.v = x :: h.v = null :: fewer(h) ;; fewer(h);
    gc()
edge property-after-many :: fewer(hidden(many({}), 'v', x)) :: h.v :: h.v = x :: h.v = null ::
    many(h)
edge property-frozen :: Object.freeze({v: x}) :: h.v
edge property-hidden :: hidden({}, 'v', x) :: h.v :: h.v = x :: h.v = undefined :: h.v = 0 ;;
    Object.defineProperty(h, 'v', {set: id}); gc()
edge property-symbol :: fn(function (o) { o[Symbol.iterator] = x; return o; })({}) ::
    h[Symbol.iterator] :: h[Symbol.iterator] = x :: delete h[Symbol.iterator]
edge property-symbol-new :: fn(function (o) { o[Symbol('s')] = x; return o; })({}) ::
    h[Object.getOwnPropertySymbols(h)[0]] :: h[Object.getOwnPropertySymbols(h)[0]] = x
edge property-accessor :: Object.defineProperty({}, 'v', cell(x)) :: h.v :: h.v = x :: h.v =
    undefined :: Object.defineProperty(h, 'v', {value: 1})
edge property-accessor-open :: Object.defineProperty({}, 'v', {get: cell(x).get, configurable:
    true}) :: h.v :: :: :: delete h.v ;; Object.defineProperty(h, 'v', {get: id}) ;;
    Object.defineProperty(h, 'v', {value: 1}); gc()
edge property-computed :: {['a' + 1]: x} :: h.a1 :: h.a1 = x :: h.a1 = undefined
edge property-assigned :: Object.assign({}, {v: x}) :: h.v :: h.v = x :: h.v = undefined
edge prototype duktape:cyclic :: Object.create(x) :: Object.getPrototypeOf(h) ::
    Object.setPrototypeOf(h, x) :: Object.setPrototypeOf(h, null) :: h.__proto__ = null ;;
    Object.setPrototypeOf(h, null); gc()
edge prototype-literal duktape:cyclic :: {__proto__: x} :: Object.getPrototypeOf(h)
edge prototype-new duktape:cyclic :: newWith(x) :: Object.getPrototypeOf(h)
edge prototype-of-function :: put(emptied(), 'prototype', x) :: h.prototype :: h.prototype = x ::
    h.prototype = null :: new h ;; h.prototype = {}
edge prototype-deep :: Object.create({v: x}) :: h.v :: Object.getPrototypeOf(h).v = x ::
    Object.getPrototypeOf(h).v = undefined :: h.v = 1 ;; h.__proto__ = {} ;; Object.create(h).v
edge prototype-constructed duktape:cyclic :: Reflect.construct(Object, [],
    Object.defineProperty(fn(function () {}).bind(), 'prototype', {value: x})) ::
    Object.getPrototypeOf(h)

// ---- Objects of the library ---------------------------------------------------------------------

edge array-item :: [x] :: h[0] :: h[0] = x :: h[0] = undefined :: h.length = 0 ;; h.push(h[0]) ;;
    h.pop(); gc() ;; h.shift() ;; h.splice(0, 1); gc() ;; h.unshift(1, 2) ;; h.reverse() ;; h.length
    = 40; gc() ;; h[3000] = 1 ;; h.sort() ;; h.map(gc) ;; h.concat(h, h) ;; delete h[0]
edge array-sparse :: fn(function (a) { a[5000] = x; return a; })([]) :: h[5000] :: h[5000] = x ::
    delete h[5000] :: h.length = 5 ;; h.splice(0, 4900); gc() ;; h.forEach(gc) ;; h.slice(9)
edge array-hole :: [, x, , ] :: h[1] :: h[1] = x :: delete h[1] :: h.length = 1 ;; h.fill(1)
edge array-shrunk :: fn(function (a) { a.length = 2; a.push(4); delete a[0]; return a; })([1, x, 2,
    3]) :: h[1] :: h[1] = x :: h[1] = null :: h.length = 1
edge array-spliced :: fn(function (a) { a.splice(0, 2); a.unshift(5); a.reverse(); return a; })( [1,
    2, x, 3]) :: h[1] :: h[1] = x :: h[1] = null :: h.reverse() ;; h.splice(1, 1)
edge array-property :: put([1, 2], 'v', x) :: h.v :: h.v = x :: delete h.v
edge array-sorted :: [2, x, 1].sort(fn(function (a, b) { return a === x ? -1 : b === x ? 1 : a - b;
    })) :: h[0] :: h[0] = x :: h[0] = undefined :: h.sort(function (a, b) { gc(); h.length = 0;
    return 1; })
edge array-mapped :: [1].map(fn(function () { return x; })) :: h[0] :: h[0] = x :: h[0] = undefined
edge array-filled :: [1, 2].concat([x], [[x]]).slice(2, 3) :: h[0] :: h[0] = x :: h[0] = undefined
edge array-reduced :: [1, 2].reduce(fn(function (a) { a.v = x; return a; }), {}) :: h.v
edge json-revived :: JSON.parse('{"v":1}', fn(function (key, v) { return key === 'v' ? x : v; })) ::
    h.v :: h.v = x :: delete h.v :: JSON.parse('[1,2]', function (k, v) { gc(); delete h.v; return
    v; })
edge json-writer :: {v: x, toJSON: toJson} :: h.v :: h.v = x :: h.v = undefined :: writes(h, h) ;;
    writes(h, {a: h, b: h})
edge error-property :: put(new Error('e'), 'v', x) :: h.v :: h.v = x :: delete h.v :: h.stack ;;
    h.message = 1
edge regexp-index :: fn(function (r) { r.lastIndex = x; return r; })(/a/g) :: h.lastIndex ::
    h.lastIndex = x :: h.lastIndex = 0 :: h.exec('a') ;; h.test('b') ;; 'aaa'.replace(h, gc)
edge regexp-property :: put(/(a)(b)/, 'v', x) :: h.v :: h.v = x :: delete h.v :: h.exec('ab') ;;
    'abab'.split(h)
edge regexp-match :: put(/(a)(b)/.exec('ab'), 'v', x) :: h.v :: h.v = x :: delete h.v :: h.input = 1
edge date-property :: put(new Date(0), 'v', x) :: h.v :: h.v = x :: delete h.v :: h.getTime() ;;
    h.toISOString()
edge string-property :: put(new String('abc'), 'v', x) :: h.v :: h.v = x :: delete h.v :: h[1] ;;
    h.length
edge string-index :: fn(function (s) { s[5] = x; return s; })(new String('abc')) :: h[5] :: h[5] = x
    :: delete h[5]
edge number-property :: put(new Number(7), 'v', x) :: h.v :: h.v = x :: delete h.v :: +h
edge symbol-object :: put(Object(Symbol('a')), 'v', x) :: h.v :: h.v = x :: delete h.v
edge bytes-property :: put(new Uint8Array(4), 'v', x) :: h.v :: h.v = x :: delete h.v ::
    h.subarray(1) ;; h.set([1, 2]) ;; h.buffer
edge bytes-buffer :: fn(function (b) { b.v = x; return new Uint8Array(b); })(new ArrayBuffer(8)) ::
    h.buffer.v :: h.buffer.v = x :: delete h.buffer.v :: h.subarray(2, 3)
edge bytes-part :: fn(function (b) { b.v = x; return new Int16Array(b, 2, 2).subarray(1); })( new
    ArrayBuffer(8)) :: h.buffer.v :: h.buffer.v = x :: delete h.buffer.v :: h.set([1])
edge bytes-view :: fn(function (b) { b.v = x; return new DataView(b, 2); })(new ArrayBuffer(8)) ::
    h.buffer.v :: h.buffer.v = x :: delete h.buffer.v :: h.setInt8(0, 1)
edge proxy-target :: new Proxy(x, {get: id}) :: h.v :: :: :: h.w = 1; delete h.w ;; 'v' in h
edge proxy-handler :: new Proxy({}, {v: x, get: fn(function (t, key) { return key === 'v' ? this.v :
    undefined; })}) :: h.v
edge proxy-property :: new Proxy({v: x}, {}) :: h.v :: h.v = x :: delete h.v ::
    Object.defineProperty(h, 'v', {value: 2}) ;; Reflect.ownKeys(h)
edge proxy-function :: new Proxy(fn(function () {}), {apply: fn(function () { return x; })}) :: h()
    :: :: :: h.call(1)
edge proxy-of-proxy :: new Proxy(new Proxy({v: x}, {}), {}) :: h.v :: h.v = x :: delete h.v
edge proxy-revoked :: Proxy.revocable({v: x}, {}) :: h.proxy.v :: h.proxy.v = x :: delete h.proxy.v
    :: h.revoke() ;; h.revoke(); gc()

// ---- Functions and scopes -----------------------------------------------------------------------

edge closure :: cell(x) :: h.get() :: h.set(x) :: h.set(undefined) :: h.set(1) ;; delete h.set
edge closure-function :: fn(function () { return x; }) :: h() :: :: :: h.toString() ;; h.v = h;
    gc(); delete h.v
edge closure-cyclic cyclic :: function () { return x; } :: h() :: :: :: new h
edge closure-named cyclic :: fn(function f() { return f && x; }) :: h()
edge closure-recursive cyclic :: fn(function (f) { f = fn(function () { return f && x; }); return f;
    })() :: h()
edge closure-deep :: deep(x) :: h()
edge closure-property :: put(emptied(), 'v', x) :: h.v :: h.v = x :: delete h.v :: h.v = 1 ;; h()
edge closure-shared :: shared(x) :: h[1]() :: h[0](x) :: h[2]() :: h.shift(); gc() ;; h[0](1)
edge closure-method :: {v: x, get: getV} :: h.get() :: h.v = x :: h.v = undefined :: delete h.get
edge closure-constructor cyclic :: constructed(x) :: h.v :: h.constructor.prototype.v = x ::
    h.constructor.prototype.v = undefined :: h.constructor.prototype = {}; gc() ;; h.constructor = 1
edge closure-block :: fn(function () { try { throw 0; } catch (e) {} finally { var y = x; } return
    fn(function () { return y; }); })() :: h()
edge scope-with :: withScope(x) :: h()
edge scope-with-set :: withSet(x) :: h.get() :: h.set(x) :: h.set(undefined)
edge scope-catch :: catchScope(x) :: h.get() :: h.set(x) :: h.set(undefined)
edge scope-eval cyclic :: evalScope(x) :: h()
edge scope-eval-var cyclic :: evalVar(x) :: h()
edge scope-new-function :: Function('x', 'return fn(function () { return x; })')(x) :: h()
edge bound-this :: self.bind(x) :: h()
edge bound-argument :: id.bind(null, x) :: h() :: :: :: h.call(1) ;; h.apply(null, [1, 2])
edge bound-twice :: id.bind(null, x).bind(null, 1).bind(1, 2) :: h()
edge bound-target :: fn(function () { return x; }).bind(null, 1) :: h()
edge bound-property :: put(id.bind(null, 1), 'v', x) :: h.v :: h.v = x :: delete h.v :: h()
edge bound-library :: [].concat.bind([x], 1, 2) :: h()[0] :: :: :: h(h); gc()
edge arguments :: listed(x) :: h[0] :: h[0] = x :: h[0] = undefined :: h.length = 0 ;;
    [].shift.call(h) ;; delete h[0]; gc() ;; id.apply(null, h)
edge arguments-strict :: fn(function () { 'use strict'; return arguments; })(1, x) :: h[1] :: h[1] =
    x :: h[1] = undefined
edge arguments-mapped cyclic :: mapped(x) :: h.get() :: h.s[0] = x :: h.s[0] = undefined :: delete
    h.s[0]; gc() ;; Object.freeze(h.s) ;; h.s.length = 0
edge arguments-mapped-back cyclic duktape:leaks=stale-item-of-arguments :: mappedBack(x) :: h.s[0]
    :: h.set(x) :: h.set(undefined) :: Object.defineProperty(h.s, 0, {value: 1, writable: false});
    gc()
edge property-getter :: Object.defineProperty({v: x}, 'w', {get: getV}) :: h.w :: h.v = x :: h.v =
    undefined

// ---- Nodes --------------------------------------------------------------------------------------

node node-object :: {} :: n['s' + k]
node node-object-inherits :: Object.create(many({})) :: n['s' + k]
node node-object-many :: many({}) :: n['s' + k]
node node-object-null :: Object.create(null) :: n['s' + k]
node node-object-symbol :: {} :: n[Symbol.for('s' + k)]
node node-object-indexed :: {} :: n[k * 1000]
node node-array-item :: [] :: n[k]
node node-array-sparse :: [] :: n[k * 7000]
node node-array-property :: [1, 2, 3] :: n['s' + k]
node node-nested :: {a: {}} :: n.a['s' + k]
node node-inherited :: Object.create({}) :: n['s' + k] :: Object.getPrototypeOf(n)['s' + k] = w
node node-function cyclic :: function () {} :: n['s' + k]
node node-function-flat :: fn(function () {}) :: n['s' + k]
node node-function-closure :: fn(function (a) { return fn(function (i, s, v) { if (s) a[i] = v;
    return a[i]; }); })([]) :: n(k) :: n(k, true, w)
node node-bound :: nothing.bind(null, 1) :: n['s' + k]
node node-error :: new Error('e') :: n['s' + k]
node node-regexp :: /a/g :: n['s' + k]
node node-date :: new Date(0) :: n['s' + k]
node node-string-object :: new String('abc') :: n[k + 3]
node node-number-object :: new Number(1) :: n['s' + k]
node node-bytes :: new Uint8Array(4) :: n['s' + k]
node node-array-buffer :: new ArrayBuffer(4) :: n['s' + k]
node node-data-view :: new DataView(new ArrayBuffer(4)) :: n['s' + k]
node node-arguments :: fn(function () { return arguments; })(0, 0, 0, 0, 0, 0, 0, 0) :: n[k]
node node-accessors :: fn(function (n) { for (var i = 0; i < 8; ++i) Object.defineProperty(n, 's' +
    i, cell()); return n; })({}) :: n['s' + k]

// ---- Roots --------------------------------------------------------------------------------------

root root-object :: {v: x} :: h.v :: h.v = x :: h.v = undefined
root root-array :: [x] :: h[0]
root root-closure :: fn(function () { return x; }) :: h()
root root-closure-global :: (hidden(globalThis, 'r' + k, cell(x)), k) :: globalThis['r' + k].get()
    :: globalThis['r' + k].set(x) :: delete globalThis['r' + k]
root root-global :: (hidden(globalThis, 'r' + k, x), k) :: globalThis['r' + k] :: :: delete
    globalThis['r' + k]
root root-builtin :: (hidden(Math, 'r' + k, x), k) :: Math['r' + k] :: :: delete Math['r' + k]
root root-builtin-prototype :: (hidden(Array.prototype, 'r' + k, x), k) :: [1]['r' + k] :: :: delete
    Array.prototype['r' + k]
root root-builtin-function :: (hidden(Array.isArray, 'r' + k, x), k) :: Array.isArray['r' + k] :: ::
    delete Array.isArray['r' + k]
root root-bound :: id.bind(null, x) :: h()
root root-proxy :: new Proxy({v: x}, {}) :: h.v
root root-arguments :: fn(function () { return arguments; })(x) :: h[0]
root root-scope-with :: withScope(x) :: h()
root root-prototype duktape:cyclic :: Object.create(x) :: Object.getPrototypeOf(h)
root root-symbol :: (hidden(globalThis, Symbol.for('r' + k), x), k) :: globalThis[Symbol.for('r' +
    k)] :: :: delete globalThis[Symbol.for('r' + k)]
