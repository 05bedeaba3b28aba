<?php
// SPDX-License-Identifier: Apache-2.0

// A suspended generator is an edge: its frame holds variables, temporaries and calls under way.
//
// Place: a table of kinds.php, see kinds_edges.php. Each state of suspension is a kind of its own,
// since another piece of the engine tells the collector what it holds. The body has the content in
// $a; loops keep it suspended where it is when it is resumed.

const GENERATOR = [
    '$h->next()', '$h->send(1)', '$h->throw(new Exception)', '$h->rewind()', '$h->current()',
    'steps($h, 2)', 'foreach ($h as &$v) { $h = null; break; }', '$h->getReturn()',
    '(function ($g) { yield 0; yield from $g; })($h)->next()',
    '$c = start((function ($g) { yield from $g; })($h)); gc_collect_cycles(); unset($c)',
    '$c = start((function ($g) { yield from $g; })($h)); $c->next(); $c->throw(new Exception)',
    '(new ReflectionGenerator($h))->getTrace()', '$h->next(); gc_collect_cycles()',
    'crowd(); try { $h->next(); $h->next(); } finally { uncrowd(); }',
    '(function () { foreach (func_get_arg(0) as $v) return; })($h)',
];
function generator(string $state, string $body, string $words = '', string $needs = '8.0',
                   string $make = '', array $pokes = []): void {
    edge("generator-$state", $make ?: "start((function (\$a) { $body })(\$x))", is: '$h->valid()',
         pokes: [...$pokes, ...GENERATOR], words: "frail $words", needs: $needs);
}
helpers('function id($v) { return $v; }', 'function no() { return null; }');

generator('argument', 'while (true) yield 1;');
generator('local', '$b = [$a]; unset($a); while (true) yield 1;');
generator('unstarted', '', make: '(function ($a) { yield 1; yield 2; })($x)');
generator('call', 'while (true) max($a, yield 1);');
generator('call-user', 'while (true) id($a, yield 1);');
generator('call-method', 'while (true) (new Box)->get($a, yield 1);');
generator('call-static', 'while (true) Closure::bind(fn() => 1, $a, yield 1);');
generator('call-new', 'while (true) new Box($a, yield 1);');
generator('call-nested', 'while (true) id(1, max($a, yield 1));');
generator('call-spread', 'while (true) max(...[$a, 1], ...yield 1);');
generator('call-named', 'while (true) id(v: $a, w: yield 1);');
generator('call-dynamic', '$f = "max"; while (true) $f($a, yield 1);');
generator('call-closure', 'while (true) (function () { yield 1; })($a, yield 1);');
generator('array-literal', 'while (true) $b = [$a, yield 1];');
generator('array-literal-only', '$b = [$a, (function () use (&$a) { $a = null; return 1; })(), ' .
          'yield 1, yield 2, yield 3, yield 4]; yield 5;');
generator('try-finally', 'try { while (true) yield 1; } finally { no(); }');
generator('finally-return', 'try { return $a; } finally { while (true) yield 1; }');
generator('finally-return-only', '$b = function () use (&$a) { try { return $a; } finally { ' .
          '$a = null; } }; try { return $b(); } finally { yield 1; yield 2; }');
generator('finally-exception', 'try { throw new ErrorException; } finally { yield 1; yield 2; }');
generator('finally-exception-holds', 'try { throw magic_exception($a); } finally { $a = null; ' .
          'yield 1; yield 2; }');
generator('catch', 'try { throw magic_exception($a); } catch (Exception $e) { $a = null; ' .
          'while (true) yield 1; }');
generator('foreach-value', '$b = [$a]; $a = null; foreach ($b as $c) { $b = null; while (true) ' .
          'yield 1; }');
generator('foreach-only', 'foreach ([$a, $a = null] as $b) { $b = null; yield 1; yield 2; }');
generator('foreach-reference', '$b = [$a]; $a = null; foreach ($b as &$c) while (true) yield 1;');
generator('foreach-object', 'foreach (new Box($a) as $b) { $a = $b = null; while (true) yield 1; }');
generator('foreach-object-reference', '$o = new Box($a); $a = null; foreach ($o as &$b) while (true) ' .
          'yield 1;');
generator('foreach-iterator', 'foreach (new ArrayIterator([$a]) as $b) { $a = $b = null; ' .
          'while (true) yield 1; }');
generator('foreach-generator', 'foreach ((function ($c) { while (true) yield $c; })($a) as $b) { ' .
          '$a = $b = null; yield 1; }');
generator('foreach-aggregate', 'foreach (access($a) as $b) { $a = $b = null; while (true) yield 1; }');
generator('foreach-spl', '$s = new SplObjectStorage; $s[$a] = 1; $a = null; foreach ($s as $b) { ' .
          '$s = $b = null; while (true) yield 1; }');
generator('from-array', 'yield from [1, 2, 3, 4, $a];');
generator('from-array-only', 'yield from [1, $a, $a = null, 2, 3];');
generator('from-generator', 'yield from (function ($c) { while (true) yield 1; })($a);');
generator('from-shared', '$g = (function ($c) { while (true) yield 1; })($a); $a = null; ' .
          'yield from $g;');
generator('from-chain', 'yield from (function ($b) { yield from (function ($c) { ' .
          'while (true) yield 1; })($b); })($a);');
generator('from-iterator', 'yield from new InfiniteIterator(new ArrayIterator([$a]));');
generator('value', 'while (true) yield $a;');
generator('value-only', '$b = [$a, $a = null]; while (true) { yield array_shift($b); }',
          needs: '99');
generator('key', 'while (true) yield $a => 1;');
generator('reference', '', make: 'start((function &($a) { while (true) yield $a; })($x))');
generator('sent', '', make: '$h = start((function () { $b = yield 1; while (true) yield 1; })());' .
          ' $h->send($x);');
generator('closure', '', make: 'start((function () use ($x) { while (true) yield 1; })())');
generator('this', '', make: 'start((function () { while (true) yield 1; })->call($x))');
generator('extra-arguments', '', make: 'start((function () { while (true) yield 1; })(1, $x))');
generator('variadic', '', make: 'start((function (...$a) { while (true) yield 1; })(1, $x))');
generator('named-extra', '', make: 'start((function (...$a) { while (true) yield 1; })(k: $x))');
generator('symbol-table', '$n = "b"; $$n = $a; $a = null; while (true) yield 1;');
generator('static-variable', 'static $s = []; $t = &$s[]; $t = $a; while (true) yield 1;',
          needs: '99');
generator('match', 'while (true) match (true) { $a === (yield 1) => 1, default => 2 };');
generator('coalesce', 'while (true) $b = no() ?? [$a, yield 1];');
generator('binary', 'while (true) $b = [$a] + [yield 1];');
generator('rope', 'while (true) $b = "{${id("a")}->number} " . id("x") . (yield 1);', needs: '99');
generator('clone', 'while (true) $b = [clone new Box($a), yield 1];');
generator('dim-assign', '$b = []; while (true) $b[yield 1] = $a;');
generator('property-assign', '$b = new stdClass; while (true) $b->{"p" . yield 1} = $a;');
generator('list', 'while (true) [$b, $c] = [$a, yield 1];');
generator('return-kept', '', make: '$h = (function ($a) { return new Box($a); yield; })($x); ' .
          '$h->valid();', needs: '99');
edge('generator-returned', '$h = (function ($a) { return $a; yield; })($x); $h->valid();',
     get: '$h->getReturn()', pokes: GENERATOR);
helpers('class MagicException extends Exception { public $v; }',
        'function magic_exception($v) { $e = new MagicException; $e->v = $v; return $e; }');

// ---- Fibers -------------------------------------------------------------------------------------
const FIBER = [
    '$h->resume(1)', '$h->throw(new Exception)', '$h->start()', '$h->getReturn()',
    '$h->resume(); gc_collect_cycles()', '$h->isTerminated()',
    '$c = fiber(function () { Fiber::suspend(); }); $h->resume(); unset($c)',
    'fiber(function ($f) { $f->resume(); }, $h)', '(new ReflectionFiber($h))->getTrace()',
    '$c = new Fiber(fn($f) => $f->resume()); $c->start($h)',
    '$c = start((function ($f) { yield $f->resume(); })($h)); unset($c)',
    'crowd(); try { $h->resume(); } finally { uncrowd(); }',
];
function fibers(string $state, string $body, string $leaks = '', string $make = '',
                string $needs = ''): void {
    edge("fiber-$state", $make ?: "fiber(function () use (\$x) { \$a = \$x; $body })",
         is: '$h->isSuspended() || $h->isRunning()', pokes: FIBER, words: 'frail',
         needs: "Fiber $needs", leaks: $leaks ?: []);
}
fibers('local', 'while (true) Fiber::suspend();');
fibers('call', 'while (true) id(Fiber::suspend($a), 1);');
fibers('nested', 'id((function ($b) { while (true) Fiber::suspend(); })($a));');
fibers('try-finally', 'try { while (true) Fiber::suspend(); } finally { no(); }');
fibers('foreach', 'foreach ([$a] as $b) while (true) Fiber::suspend();');
fibers('generator', '$g = (function ($b) { while (true) yield Fiber::suspend(); })($a); ' .
       'foreach ($g as $c) {}');
fibers('array-map', 'array_map(function ($b) { while (true) Fiber::suspend(); }, [$a]);',
       leaks: '8.1- GH-10134');
