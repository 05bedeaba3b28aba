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
                   string $make = '', array $pokes = [], string|array $leaks = []): void {
    edge("generator-$state", $make ?: "start((function (\$a) { $body })(\$x))", is: '$h->valid()',
         pokes: [...$pokes, ...GENERATOR], words: "frail $words", needs: $needs,
         leaks: $leaks);
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
generator('finally-return', 'try { return $a; } finally { while (true) yield 1; }',
          leaks: '8.0- new');
generator('finally-exception', 'try { throw new ErrorException; } finally { yield 1; yield 2; }');
generator('finally-exception-holds', 'try { throw magic_exception($a); } finally { $a = null; ' .
          'yield 1; yield 2; }', leaks: '8.0- new');
generator('catch', 'try { throw magic_exception($a); } catch (Exception $e) { $a = null; ' .
          'while (true) yield 1; }');
generator('foreach-value', '$b = [$a]; $a = null; foreach ($b as $c) { $b = null; while (true) ' .
          'yield 1; }');
generator('foreach-only', 'foreach ([$a, $a = null] as $b) { $b = null; yield 1; yield 2; }');
generator('foreach-reference', '$b = [$a]; $a = null; foreach ($b as &$c) while (true) yield 1;');
generator('foreach-object', 'foreach (new Box($a) as $b) { $a = $b = null; while (true) yield ' .
     '1; }');
generator('foreach-object-reference', '$o = new Box($a); $a = null; foreach ($o as &$b) while ' .
     '(true) ' .
          'yield 1;');
generator('foreach-iterator', 'foreach (new ArrayIterator([$a]) as $b) { $a = $b = null; ' .
          'while (true) yield 1; }');
generator('foreach-generator', 'foreach ((function ($c) { while (true) yield $c; })($a) as $b) { ' .
          '$a = $b = null; yield 1; }');
generator('foreach-aggregate', 'foreach (access($a) as $b) { $a = $b = null; while (true) ' .
     'yield 1; }');
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
generator('key', 'while (true) yield $a => 1;');
generator('reference', '', make: 'start((function &($a) { while (true) yield $a; })($x))');
generator('sent', '', make: '$h = start((function () { $b = yield 1; while (true) yield 1; })());' .
          ' $h->send($x);');
generator('closure', '', make: 'start((function () use ($x) { while (true) yield 1; })())');
generator('this', '', make: 'start((function () { while (true) yield 1; })->bindTo($x)())');
generator('extra-arguments', '', make: 'start((function () { while (true) yield 1; })(1, $x))');
generator('variadic', '', make: 'start((function (...$a) { while (true) yield 1; })(1, $x))');
generator('named-extra', '', make: 'start((function (...$a) { while (true) yield 1; })(k: $x))');
generator('symbol-table', '$n = "b"; $$n = $a; $a = null; while (true) yield 1;');
generator('match', 'while (true) match (true) { $a === (yield 1) => 1, default => 2 };');
generator('coalesce', 'while (true) $b = no() ?? [$a, yield 1];');
generator('binary', 'while (true) $b = [$a] + [yield 1];');
generator('clone', 'while (true) $b = [clone new Box($a), yield 1];');
generator('dim-assign', '$b = []; while (true) $b[yield 1] = $a;');
generator('property-assign', '$b = new stdClass; while (true) $b->{"p" . yield 1} = $a;');
generator('list', 'while (true) [$b, $c] = [$a, yield 1];');
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
         is: '!$h->isTerminated()', pokes: FIBER, words: 'frail',
         needs: "Fiber $needs", leaks: $leaks ?: []);
}
fibers('local', 'while (true) Fiber::suspend();');
fibers('unstarted', '', make: '(function ($f) { return $f; })(new Fiber(function () use ($x) {}))');
fibers('argument', '', make: '(function () { $f = new Fiber(function ($b) { while (true) ' .
       'Fiber::suspend(); }); $f->start(func_get_arg(0)); return $f; })($x)');
fibers('transfer', 'while (true) Fiber::suspend($a);', leaks: '8.1- GH-10134');
fibers('sent', '', make: '$h = fiber(function () { $b = Fiber::suspend(); while (true) ' .
       'Fiber::suspend(); }); $h->resume($x);');
fibers('call', 'while (true) id($a, Fiber::suspend());');
fibers('call-new', 'while (true) new Box($a, Fiber::suspend());');
fibers('call-internal', 'while (true) max($a, Fiber::suspend());');
fibers('call-spread', 'while (true) max(...[$a, Fiber::suspend()]);');
fibers('array-literal', 'while (true) $b = [$a, Fiber::suspend()];');
fibers('nested', 'id((function ($b) { while (true) Fiber::suspend(); })($a));');
fibers('this', '', make: 'fiber((fn() => Fiber::suspend())->bindTo($x))');
fibers('method', 'fibered($a)->run();');
fibers('try-finally', 'try { while (true) Fiber::suspend(); } finally { no(); }');
fibers('finally-return', '(function ($b) { try { return $b; } finally { while (true) ' .
       'Fiber::suspend(); } })($a);',
       leaks: '8.1- new');
fibers('finally-return-only', '', make: 'fiber((function () { $b = func_get_arg(0); return ' .
     'function () use ' .
       '(&$b) { try { return $b; } finally { $b = null; while (true) Fiber::suspend(); } }; ' .
       '})($x))',
       leaks: '8.1- new');
fibers('finally-exception', 'try { throw magic_exception($a); } finally { $a = null; while ' .
     '(true) ' .
       'Fiber::suspend(); }',
       leaks: '8.1- new');
fibers('catch', 'try { throw magic_exception($a); } catch (Exception $e) { while (true) ' .
       'Fiber::suspend(); }');
fibers('foreach', 'foreach ([$a] as $b) while (true) Fiber::suspend();');
fibers('foreach-reference', '$b = [$a]; foreach ($b as &$c) while (true) Fiber::suspend();');
fibers('foreach-iterator', 'foreach (new FiberIterator($a) as $b) {}',
       leaks: '8.1-8.3 new');
fibers('foreach-aggregate', 'foreach (access($a) as $b) while (true) Fiber::suspend();');
fibers('generator', '$g = (function ($b) { while (true) yield Fiber::suspend(); })($a); ' .
       'foreach ($g as $c) {}');
fibers('generator-from', '$g = (function ($b) { yield from (function () use ($b) { while (true) ' .
       'yield Fiber::suspend(); })(); })($a); foreach ($g as $c) {}',
       leaks: '8.1- new');
fibers('generator-method', '$g = (function ($b) { while (true) yield Fiber::suspend(); })($a); ' .
       '$g->current(); $g->next();');
fibers('generator-around', '$g = (function () use ($a) { while (true) { yield 1; ' .
     'Fiber::suspend(); } ' .
       '})(); foreach ($g as $c);');
fibers('in-fiber', '$f = new Fiber(function () use ($a) { while (true) Fiber::suspend(); }); ' .
       '$f->start(); while (true) { Fiber::suspend(); $f->resume(); }');
fibers('symbol-table', '$n = "b"; $$n = $a; while (true) Fiber::suspend();');
fibers('static', 'static $s; while (true) Fiber::suspend();');
fibers('magic-get', 'suspending($a)->p;',
       leaks: '8.1- new');
fibers('magic-call', 'suspending($a)->q();');
fibers('magic-string', '$b = "x" . suspending($a);',
       leaks: '8.1- new');
fibers('offset', '$b = suspending($a)[1];',
       leaks: '8.1- new');
fibers('destructor', '$b = new Dying($a); $b = null;',
       leaks: '8.4- new', needs: '8.4');
fibers('constructor', 'new class($a) { function __construct(public $v) { while (true) ' .
       'Fiber::suspend(); } };',
       leaks: '8.1- new');
fibers('include', '$b = eval("while (true) Fiber::suspend();");',
       leaks: '8.1- new');
fibers('usort', '$b = [2, 1]; usort($b, function () { while (true) Fiber::suspend(); });');
fibers('map', 'array_map(function () { while (true) Fiber::suspend(); }, [1]);');
fibers('replace', 'preg_replace_callback("/a/", function () { while (true) Fiber::suspend(); ' .
     '}, "a");');
fibers('iterator-array', 'iterator_to_array((function () use ($a) { while (true) yield ' .
       'Fiber::suspend(); })());');
fibers('call-user', 'call_user_func_array(function () { while (true) Fiber::suspend(); }, []);');
fibers('reflection', '(new ReflectionFunction(function () { while (true) Fiber::suspend(); }))' .
       '->invoke();');
fibers('filter', 'foreach (new CallbackFilterIterator(new ArrayIterator([1]), function () { ' .
       'while (true) Fiber::suspend(); }) as $c);');
fibers('heap', '$b = new FiberHeap; $b->insert($a); $b->insert(1);');
fibers('map-argument', '', make: 'fiber(function () use ($x) { array_map(function () { while ' .
     '(true) ' .
       'Fiber::suspend(); }, [$x]); })',
       leaks: '8.1- GH-10134');
fibers('map-argument-only', '', make: 'fiber((function ($b) { return function () use (&$b) { ' .
     'array_map(' .
       'function () use (&$b) { $b = null; while (true) Fiber::suspend(); }, [$b]); }; })($x))',
       leaks: '8.1- GH-10134');
helpers(
    'class FiberIterator extends ArrayIterator { function __construct($v) { parent::__construct(' .
        '[$v]); } function current(): mixed { while (true) Fiber::suspend(); } }',
    'class FiberHeap extends SplHeap { function compare($a, $b): int { while (true) ' .
        'Fiber::suspend(); } }',
    'class Dying extends Box { function __destruct() { while (true) Fiber::suspend(); } }',
    'class Fibered extends Box { function run() { while (true) Fiber::suspend(); } }',
    'function fibered($v) { return new Fibered($v); }',
    'class Suspending extends ArrayObject { public $v; function __get($n) { while (true) ' .
        'Fiber::suspend(); } function __call($n, $a) { $this->__get(1); } function ' .
        '__toString(): string { $this->__get(1); } function offsetGet($k): mixed { ' .
        '$this->__get(1); } }',
    'function suspending($v) { $s = new Suspending; $s->v = $v; return $s; }',
);

// One that is left by an exception can be thrown into again, and hangs, as in
// php_generator_throw_again.php.
if (!has('8.4')) {
    foreach (Heap::$kinds['edge'] as $name => $kind)
        if (str_starts_with($name, 'generator')) $kind->alone = true;
}
