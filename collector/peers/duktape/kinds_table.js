// SPDX-License-Identifier: Apache-2.0

// A kind of Duktape's own is a coroutine in one of the states in which it can wait, an object with
// a finalizer, or what only its library has.
//
// Place: a table of the adapter of Duktape, after //collector/peers/javascript, whose head has the
// form of a line.
//
// A coroutine's values are in its own value stack. What a call leaves above the top is wiped.

var resume = Duktape.Thread.resume, wait = Duktape.Thread.yield;
function gc() { Duktape.gc(); }
function parked(f, x) {
  var t = new Duktape.Thread(fn(f));
  resume(t, x);
  return t;
}
// Yields what v is, stores, or ends.
function loop(x) {
  for (;;) {
    var m = wait(x);
    if (m) x = m.v;
    m = undefined;
  }
}
function ask(t) { return resume(t); }
function tell(t, x) { resume(t, {v: x}); }
function started(x) { wait(1); return x; }
function unstarted(f) { return new Duktape.Thread(fn(f)); }
// `unnamed`, from the adapter, is the key of a hidden property, which no script can write.
function scoped(o, x) {
  o.t = parked(function (x) {
    o.get = fn(function () { return x; });
    o.set = fn(function (y) { x = y; });
    o = null;
    wait();
  }, x);
  x = null;
  return o;
}
function final(o, f) { Duktape.fin(o, f); return o; }
var readV = fn(function (p) { id(p.v); });
var collects = fn(function () { gc(); });
function ended(o, x) {
  parked(function (x) {
    o.get = fn(function () { return x; });
    o.set = fn(function (y) { x = y; });
  }, x);
  x = null;
  return o;
}
function died(t) {
  thrown(fn(function () { resume(t, 1); }));
  return t;
}
function failing() { return unstarted(function () { throw 1; }); }

actions :: gc() ;; Duktape.compact(h); gc() ;; Duktape.info(h) ;; Duktape.act(-3).function ;;
    resume(h, 1) ;; resume(h, {v: 1}) ;; resume(h, new Error('e'), true) ;; resume(h); gc();
    resume(h) ;; Duktape.fin(h, fn(function (o) { gc(); })) ;; Duktape.fin(h, undefined)

// ---- Coroutines ---------------------------------------------------------------------------------

edge thread-loop :: parked(loop, x) :: ask(h) :: tell(h, x) :: tell(h, undefined)
edge thread-argument :: parked(started, x)
edge thread-nested cyclic :: parked(function (x) { fn(function (y) { x = null; wait(); return y;
    })(x); }, x)
edge thread-deep cyclic :: parked(function (x) { (function f(n) { if (n) return f(n - 1), 1; wait();
    })(9); return x; }, x)
edge thread-big-frame :: parked(function (x) { var a = [1, 2].concat([x]), b = a[2]; a = null;
    wait(many({})); return b; }, x)
edge thread-try :: parked(function (x) { try { wait(); } finally { x = id(x); } }, x)
edge thread-catch cyclic :: parked(function (x) { try { throw x; } catch (e) { x = null; wait();
    id(e); } }, x)
edge thread-finally :: parked(function (x) { try { throw x; } finally { x = null; wait(); } }, x)
edge thread-finally-return :: parked(function (x) { try { return x; } finally { x = null; wait(); }
    }, x)
edge thread-with cyclic :: parked(function (x) { with ({v: x}) { x = null; wait(); id(v); } }, x)
edge thread-for-in :: parked(function (x) { for (var i in Object.create(x, {a: {enumerable: true,
    value: 1}})) { x = null; wait(i); } }, x)
edge thread-temporary :: parked(function (x) { var y = x; x = null; return [y, y = null, wait(), 1];
    }, x)
edge thread-callee :: parked(function (x) { var f = cell(x).get; x = null; wait(f()); return f(); },
    x)
edge thread-this cyclic :: parked(function (x) { fn(function () { x = null; wait(); id(this);
    }).call(x); }, x)
edge thread-arguments cyclic :: parked(function (x) { var a = arguments; wait(); return a; }, x)
edge thread-closure cyclic :: ended({}, x) :: h.get() :: h.set(x) :: h.set(undefined)
edge thread-scope cyclic :: scoped({}, x) :: h.get() :: h.set(x) :: h.set(undefined) :: resume(h.t);
    gc() ;; delete h.t; gc()
edge thread-unstarted :: unstarted(function () { return x; }) :: :: :: :: resume(h)
edge thread-bound :: new Duktape.Thread(fn(function (y) { wait(); return x; })) :: :: :: ::
    resume(h)
edge thread-finished :: fn(function (t) { t.v = x; resume(t); return t; })(parked(started, 1)) ::
    h.v :: h.v = x :: delete h.v
edge thread-died :: put(died(failing()), 'v', x) :: h.v :: h.v = x :: delete h.v
edge thread-of-thread :: parked(function (t) { wait(); resume(t); }, parked(started, x))
edge thread-in-thread :: parked(function (x) { var t = parked(started, x); x = null; wait(); return
    t; }, x) :: :: :: :: resume(h); gc()
edge thread-resumed-twice :: fn(function (t) { resume(t, x); return t; })(parked(function () { var y
    = wait(); wait(); return y; })) :: :: :: :: resume(h)
edge thread-thrown-into cyclic :: fn(function (t) { resume(t, x, true); return t; })(parked(function
    () { try { wait(); } catch (e) { wait(); id(e); } }))
edge thread-self cyclic :: fn(function (o) { o.t = parked(function (x) { var u = wait(); o.get =
    fn(function () { return x; }); wait(u); }, x); resume(o.t, o.t); return o; })({}) :: h.get()
edge thread-getter cyclic :: parked(function (x) { var o = {get v() { return x; }}; wait(); return
    o.v; }, x)
edge thread-construct cyclic :: parked(function (x) { new (function (y) { this.v = y; x = null; y =
    null; wait(); })(x); }, x)
edge thread-apply cyclic :: parked(function (x) { var f = fn(function (a, b) { x = null; wait();
    return b; }); f.apply(null, [1, x]); }, x)
edge thread-bound-call cyclic :: parked(function (x) { var f = fn(function (b) { wait(); return b;
    }).bind( null, x); x = null; f(); }, x)

// ---- What only Duktape has ----------------------------------------------------------------------

edge finalizer cyclic :: final({}, cell(x).get) :: Duktape.fin(h)() :: Duktape.fin(h, cell(x).get)
    :: Duktape.fin(h, undefined) :: Duktape.fin(h, function (o) { gc(); })
edge finalizer-inherited cyclic :: Object.create(final({}, cell(x).get)) ::
    Duktape.fin(Object.getPrototypeOf(h))()
edge finalizer-beside cyclic :: final({v: x}, readV) :: h.v :: h.v = x :: h.v = undefined ::
    Duktape.fin(h, fn(function (p) { gc(); }))
edge finalizer-collects cyclic :: final({v: x}, collects) :: h.v :: h.v = x :: h.v = undefined
edge property-unnamed :: put({}, unnamed, x) :: h[unnamed] :: h[unnamed] = x :: h[strangeName()] =
    undefined
edge property-compact :: Duktape.compact(many({v: x})) :: h.v :: h.v = x :: h.v = undefined ::
    Duktape.compact(fewer(h)) ;; many(h); Duktape.compact(h)
edge array-compact :: Duktape.compact([1, x]) :: h[1] :: h[1] = x :: h[1] = undefined :: h.push(1,
    2) ;; Duktape.compact(h); h[900] = 1
edge error-trace :: fn(function (y) { return new Error(y ? 'e' : 'f'); }).bind(null, x)()
edge pointer :: put(new Duktape.Pointer(), 'v', x) :: h.v :: h.v = x :: delete h.v
edge buffer :: put(new Buffer('abc'), 'v', x) :: h.v :: h.v = x :: delete h.v :: h.slice(1) ;;
    Buffer.concat([h, h]) ;; h.toString()
edge text-decoder :: put(new TextDecoder(), 'v', x) :: h.v :: h.v = x :: delete h.v :: h.decode(new
    Uint8Array(3))
edge json-custom :: Duktape.dec('jx', Duktape.enc('jx', {v: 1}), fn(function (k, v) { return k ===
    'v' ? x : v; })) :: h.v :: h.v = x :: h.v = undefined :: Duktape.enc('jx', h) ;;
    Duktape.enc('jc', h)

// ---- Nodes and roots ----------------------------------------------------------------------------

node node-thread :: parked(started, 1) :: n['s' + k]
node node-thread-unstarted :: unstarted(function () {}) :: n['s' + k]
node node-pointer :: new Duktape.Pointer() :: n['s' + k]
node node-buffer :: new Buffer('abc') :: n['s' + k]
node node-object-compact :: Duktape.compact({}) :: n['s' + k]
root root-thread-loop :: parked(loop, x) :: ask(h)
root root-thread-argument :: parked(started, x)
root root-thread-scope cyclic :: fn(function (o) { o.t = parked(function (x) { o.get = fn(function
    () { return x; }); o = null; wait(); }, x); return o; })({}) :: h.get()
root root-thread-global :: (hidden(globalThis, 'r' + k, parked(started, x)), k) :: :: :: delete
    globalThis['r' + k]
root root-thread-with cyclic :: parked(function (x) { with ({v: x}) { x = null; wait(); id(v); } },
    x)
root root-finalizer-global cyclic :: (hidden(globalThis, 'r' + k, final({}, cell(x).get)), k) :: ::
    :: delete globalThis['r' + k]
