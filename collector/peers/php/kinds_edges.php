<?php
// SPDX-License-Identifier: Apache-2.0

// An edge is a kind of slot: `edge(name, make, get:, put:, take:, is:, pokes:, words:, needs:)`.
//
// Place: a table of kinds.php. $h is the holder, $x the content, @ the node. `make` is an
// expression, or statements that end with a semicolon; `get` reads the content, `put` replaces it,
// `take` empties the holder; `is`, where nothing can be read, tells whether it is still there.
// `words` are promises (`frail<8.4` until a version), `needs` a version, extension, class.
// This file: the helpers, values of the language and what classes hold.

// In a script that is printed, `finalize` calls the script; here it is the adapter's own.
helpers(
    'function finalize($self) { ($GLOBALS["scripts"][$self->number] ?? fn() => 0)($self); }',
    'class Node { public $number, $s0, $s2, $s4, $s6; public array $odd = [1 => null, 3 => null, ' .
        '5 => null, 7 => null]; }',
    'class FinalNode extends Node { function __destruct() { finalize($this); } }',
    'class Leaf { public $number; }',
    'class Weak { public $number; public WeakReference $reference; }',
    'class Box { public $v; function __construct($v = null) { $this->v = $v; } ' .
        'function get() { return $this->v; } function __invoke() { return $this->v; } }',
    'class Collecting { function __destruct() { gc_collect_cycles(); } }',
    // What a holder that dies takes with it collects at that moment.
    'function canary($holder) { $GLOBALS["canaries"] ??= new WeakMap; ' .
        '$GLOBALS["canaries"][$holder] = new Collecting; }',
    // Fills the buffer of possible roots, so that the next ones start a collection. 150 pieces of
    // trash: a collection that frees less than 100 raises the threshold.
    'function crowd() { for ($i = 0; $i < 150; ++$i) { $o = new stdClass; $o->o = $o; } ' .
        '$GLOBALS["crowd"] = []; $s = gc_status(); ' .
        'for ($i = $s["threshold"] - $s["roots"] - 3; $i > 0; --$i) { $o = new stdClass; ' .
        '$GLOBALS["crowd"][] = $o; } gc_enable(); }',
    'function uncrowd() { $GLOBALS["crowd"] = null; gc_disable(); }',
    'function dump($holder) { ob_start(); try { var_dump($holder); } finally { ob_end_clean(); } }',
    'function spray() { $a = []; for ($i = 0; $i < 640; ++$i) ' .
        '$a[] = str_repeat("\xa5", 8 + $i % 40 * 8); return $a; }',
    'function start($generator) { $generator->current(); return $generator; }',
    'function steps($i, $n) { foreach ($i as $v) if (--$n <= 0) break; }',
    'function fiber($f) { $f = new Fiber($f); $f->start(); return $f; }',
);

// Actions that any holder can be asked for; what does not apply throws.
const GENERIC = [
    'gc_collect_cycles()',
    '$h = null',
    'canary($h)',
    '$c = clone $h; gc_collect_cycles(); unset($c)',
    '$h == clone $h',
    '$c = unserialize(serialize($h))',
    'dump($h)',
    '$c = (array) $h; gc_collect_cycles(); unset($c)',
    'foreach ($h as $k => $v) { gc_collect_cycles(); break; }',
    'foreach ($h as &$v) { gc_collect_cycles(); break; } unset($v)',
    'array_walk($h, function (&$v) { gc_collect_cycles(); })',
    'crowd(); try { $c = clone $h; unset($c); foreach ($h as $v) break; } finally { uncrowd(); }',
    'crowd(); try { $c = $h; $h = null; $h = $c; unset($c); } finally { uncrowd(); }',
    'spray()',
];
// Those that could empty a holder, which cannot be seen without `get` or `is`.
const UNSAFE = ['$h->__construct()', '$h->__construct(1, 2, 3)'];

// ---- Arrays and references ----------------------------------------------------------------------
edge('array', '[$x]', get: '$h[0]', put: '$h[0] = $x', take: '$h[0] = null');
edge('array-hash', "['k' => \$x]", get: "\$h['k']", put: "\$h['k'] = \$x", take: "\$h['k'] = null");
edge('array-nested', '[[[$x]]]', get: '$h[0][0][0]', put: '$h[0][0][0] = $x',
     take: '$h[0][0][0] = null');
edge('array-hole', '[9 => 0, 5 => $x]', get: '$h[5]', put: '$h[5] = $x',
     take: '$h[5] = null');
// Twice, not sixty times: what walks along each path takes 60 times as long for each such slot.
edge('array-many', 'array_pad([$x, $x], -60, 0)', get: '$h[59]',
     put: '$h = array_pad([$x, $x], -60, 0)', take: '$h = array_fill(0, 60, null)');
edge('array-reference', '$c = $x; $h = [&$c]; unset($c);', get: '$h[0]', put: '$h[0] = $x',
     take: '$h[0] = null');
edge('array-self', '$c = [$x]; $c[1] = &$c; $h = $c; unset($c);', get: '$h[0]', words: 'cyclic');
edge('array-compact', '(function ($y) { return compact("y"); })($x)', get: '$h["y"]');
edge('array-arguments', '(function () { return func_get_args(); })($x)', get: '$h[0]');
edge('array-extracted', '(function ($a) { extract($a, EXTR_REFS); return [&$y]; })(["y" => $x])',
     get: '$h[0]');
edge('reference', '$c = $x; $h = &$c; unset($c);', get: '$h', put: '$h = $x');
edge('reference-two', '$h = new stdClass; $c = $x; $h->a = &$c; $h->b = &$c; unset($c);',
     get: '$h->b', put: '$h->a = $x', take: '$h->b = null');

// ---- Objects ------------------------------------------------------------------------------------
helpers(
    'class Typed { public ?object $v = null; }',
    'class ReadOnlyBox { public function __construct(public readonly object $v) {} }',
    'class Secret { private $v; function get() { return $this->v; } function set($v) { ' .
        '$this->v = $v; } }',
    'class Heir extends Secret { private $v; }',
    'class Magic { private $a = []; function &__get($n) { return $this->a[$n]; } function ' .
        '__set($n, ' .
        '$v) { $this->a[$n] = $v; } function __unset($n) { unset($this->a[$n]); } function ' .
        '__isset($n) { return isset($this->a[$n]); } function __call($n, $a) { return ' .
        '$this->a["v"]; } }',
    'function magic($v) { $m = new Magic; $m->v = $v; return $m; }',
    'class Access implements ArrayAccess, IteratorAggregate, Countable { private $a = []; ' .
        'function ' .
        'offsetGet($o): mixed { return $this->a[$o] ?? null; } function offsetSet($o, $v): ' .
        'void { ' .
        '$this->a[$o] = $v; } function offsetUnset($o): void { unset($this->a[$o]); } function ' .
        'offsetExists($o): bool { return isset($this->a[$o]); } function getIterator(): ' .
        'Iterator { ' .
        'return new ArrayIterator($this->a); } function count(): int { return 1; } }',
    'function access($v) { $a = new Access; $a[0] = $v; return $a; }',
);
edge('object', 'new Box($x)', get: '$h->v', put: '$h->v = $x', take: '$h->v = null',
     pokes: ['unset($h->v)', '$h->v = &$h->v', '$h->__construct($h->v)']);
edge('object-dynamic', '$h = new stdClass; $h->v = $x;', get: '$h->v', put: '$h->v = $x',
     take: '$h->v = null',
     pokes: ['$h->{"0"} = $h->v; unset($h->{"0"})', '$h->w = &$h->v', '$h->w = $h']);
edge('object-cast', '(object) ["v" => $x]', get: '$h->v', put: '$h->v = $x', take: '$h->v = null');
edge('object-typed', '$h = new Typed; $h->v = $x;', get: '$h->v', put: '$h->v = $x',
     take: '$h->v = null', pokes: ['$h->v = 1', '$c = &$h->v; $c = 1', '$c = &$h->v; unset($c)']);
edge('object-readonly', 'new ReadOnlyBox($x)', get: '$h->v', pokes: ['$h->v = null',
     'unset($h->v)'],
     needs: '8.1');
edge('object-private', '$h = new Secret; $h->set($x);', get: '$h->get()', put: '$h->set($x)',
     take: '$h->set(null)');
edge('object-private-parent', '$h = new Heir; $h->set($x);', get: '$h->get()', put: '$h->set($x)',
     take: '$h->set(null)');
edge('object-magic', 'magic($x)', get: '$h->v', put: '$h->v = $x', take: '$h->v = null',
     pokes: ['unset($h->v)', '$c = &$h->v; $c = null', '$h->x()']);
edge('object-access', 'access($x)', get: '$h[0]', put: '$h[0] = $x', take: '$h[0] = null',
     pokes: ['foreach ($h as $v) unset($h[0])', '[$c] = $h', 'iterator_to_array($h)']);
edge('object-cloned', 'clone new Box($x)', get: '$h->v', put: '$h->v = $x', take: '$h->v = null');
edge('object-anonymous', 'new class($x) { function __construct(public $v) {} }', get: '$h->v',
     put: '$h->v = $x', take: '$h->v = null');
edge('object-materialised', '$h = new Box($x); $c = (array) $h; unset($c);', get: '$h->v',
     put: '$h->v = $x', take: '$h->v = null');
edge('object-by-reference', '$h = new Box($x); foreach ($h as &$c) {} unset($c);', get: '$h->v',
     put: '$h->v = $x', take: '$h->v = null');

// ---- Closures -----------------------------------------------------------------------------------
const CLOSURE = [
    '$h()', '$h(1, 2, 3)', '$c = $h->bindTo(null); unset($c)', '$c = $h->bindTo(new Box); ' .
        'unset($c)',
    '$h->call(new Box)', 'array_map($h, [1, 2])', '$c = Closure::fromCallable($h); unset($c)',
    '(new ReflectionFunction($h))->getStaticVariables()', '(new ReflectionFunction($h))->invoke()',
    '$c = $h->__invoke(...); unset($c)', 'call_user_func_array($h, [])',
];
helpers('function statics() { return function () { static $s; return func_num_args() ? ' .
        '$s = func_get_arg(0) : $s; }; }');
edge('closure-use', 'function () use ($x) { return $x; }', get: '$h()', pokes: CLOSURE);
edge('closure-static', 'static function () use ($x) { return $x; }', get: '$h()', pokes: CLOSURE);
edge('closure-arrow', 'fn() => $x', get: '$h()', pokes: CLOSURE);
edge('closure-reference', '$c = $x; $h = function (...$a) use (&$c) { return $a ? $c = $a[0] : ' .
     '$c; };' .
     ' unset($c);', get: '$h()', put: '$h($x)', take: '$h(null)', pokes: CLOSURE);
edge('closure-this', '(function () { return $this; })->bindTo($x)', get: '$h()', pokes: CLOSURE);
edge('closure-variable', '$h = statics(); $h($x);', get: '$h()', put: '$h($x)', take: '$h(null)',
     pokes: CLOSURE);
edge('closure-method', '(new Box($x))->get(...)', get: '$h()', pokes: CLOSURE, needs: '8.1');
edge('closure-callable', 'Closure::fromCallable([new Box($x), "get"])', get: '$h()', pokes:
     CLOSURE);
edge('closure-invokable', 'Closure::fromCallable(new Box($x))', get: '$h()', pokes: CLOSURE);
edge('closure-magic', 'Closure::fromCallable([magic($x), "anything"])', get: '$h()', pokes:
     CLOSURE);
edge('closure-internal', 'Closure::fromCallable([new ArrayObject([$x]), "offsetGet"])',
     get: '$h(0)', pokes: CLOSURE);
edge('closure-scope', 'Closure::bind(fn() => $this->v, new Box($x), Box::class)', get: '$h()',
     pokes: CLOSURE);
edge('closure-nested', 'fn() => fn() => $x', get: '$h()()', pokes: CLOSURE);
edge('closure-self', '$c = null; $c = function () use (&$c, $x) { return $x; }; $h = $c; ' .
     'unset($c);',
     get: '$h()', pokes: CLOSURE, words: 'cyclic');
edge('callable', '[new Box($x), "get"]', get: '$h()', pokes: ['$h()', 'array_map($h, [])']);
