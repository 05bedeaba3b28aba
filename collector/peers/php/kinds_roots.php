<?php
// SPDX-License-Identifier: Apache-2.0

// A root kind is how a register holds its object: `root(name, make, get:, put:, drop:)`.
//
// Place: a table of kinds.php. $h is the holder, in a variable of its own for each register; where
// the object is held elsewhere, $h is what is needed to find it, and `drop` lets it go.

helpers(
    'class Statics { static $a = []; static $typed; static function set($v) { static $n = 0; ' .
        'self::$a[++$n] = $v; return $n; } }',
    'class Constants { const BOX = self::class; }',
    // Handlers of the engine that are stacks: to drop one, those above are put back.
    'class Stack { static $all = []; static function push($what, $v) { static $n = 0; ' .
        'self::$all[$what][++$n] = self::make($what, $v); self::set($what, ' .
        'self::$all[$what][$n]); ' .
        'return $n; } static function make($what, $v) { return match ($what) { "ob" => ' .
        'function ($s) use ($v) { return ""; }, "error" => function ($n, $m) use ($v) { ' .
        'throw new Exception($m); }, default => function () use ($v) { return $v; } }; } ' .
        'static function set($what, $f) { ["ob" => "ob_start", "error" => "set_error_handler", ' .
        '"exception" => "set_exception_handler"][$what]($f); } static function drop($what, $n) { ' .
        '$keys = array_reverse(array_keys(self::$all[$what])); $above = []; foreach ($keys as ' .
        '$k) { ' .
        '["ob" => "ob_end_clean", "error" => "restore_error_handler", "exception" => ' .
        '"restore_exception_handler"][$what](); if ($k === $n) break; $above[] = $k; } ' .
        'foreach (array_reverse($above) as $k) self::set($what, self::$all[$what][$k]); ' .
        'unset(self::$all[$what][$n]); } }',
    'class Ticks { static $all = []; static $n = 0; static function add($f, $how) { $how($f); ' .
        'self::$all[++self::$n] = [$f, $how]; return self::$n; } static function drop($n, ' .
        '$how) { ' .
        '$how(self::$all[$n][0]); unset(self::$all[$n]); } }',
    'class Loader { public $v; function __construct($v) { $this->v = $v; } function load($c) {} }',
    'function named_static($k, ...$v) { static $a = []; if ($v) $a[$k] = $v[0]; ' .
        'return $a[$k] ?? null; }',
    'function boxed_constant($v) { static $n = 0; $n = $n % 64 + 1; defined("BOX$n") || ' .
        'define("BOX$n", new Box); constant("BOX$n")->v = $v; return "BOX$n"; }',
    'function in_fiber($f, ...$a) { $f = new Fiber($f); $f->start(...$a); return $f; }',
    'function shutdown($v) { $b = new Box($v); register_shutdown_function(fn() => $b); return ' .
        '$b; }',
    'function signalled($v) { static $n = 0; $n = $n % 16; $s = 40 + $n++; ' .
        'pcntl_signal($s, function () use ($v) {}); return $s; }',
);

// ---- Frames -------------------------------------------------------------------------------------
root('frame-generator', 'start((function ($a) { while (true) yield 1; })($x))');
root('frame-generator-local', 'start((function ($a) { $b = $a; $a = null; while (true) yield ' .
     '$b; })' .
     '($x))', get: '$h->current()');
root('frame-generator-static', 'start((function () use ($x) { while (true) yield 1; })())');
root('frame-generator-call', 'start((function ($a) { while (true) max($a, yield 1); })($x))');
root('frame-generator-finally', 'start((function ($a) { try { yield 1; } finally { no(); } ' .
     '})($x))');
root('frame-generator-foreach', 'start((function ($a) { foreach ([$a] as $b) while (true) ' .
     'yield 1; })' .
     '($x))');
root('frame-generator-from', 'start((function ($a) { yield from (function ($b) { while (true) ' .
     'yield ' .
     '1; })($a); })($x))');
root('frame-generator-key', 'start((function ($a) { while (true) yield $a => 1; })($x))',
     get: '$h->key()');
root('frame-fiber', 'fiber(function () use ($x) { $a = $x; Fiber::suspend(); })', needs: 'Fiber');
root('frame-fiber-argument', 'in_fiber(function ($a) { Fiber::suspend(); }, $x)', needs: 'Fiber');
root('frame-fiber-transfer', 'in_fiber(function ($a) { Fiber::suspend($a); }, $x)', needs: 'Fiber');
root('frame-fiber-internal', 'in_fiber(function ($a) { array_map(function () { ' .
     'Fiber::suspend(); }, ' .
     '[$a]); }, $x)', needs: 'Fiber');
root('frame-fiber-generator', 'in_fiber(function ($a) { foreach ((function () use ($a) { yield ' .
     'Fiber::suspend(); })() as $b); }, $x)', needs: 'Fiber');
root('frame-fiber-sort', 'in_fiber(function ($a) { $b = [2, 1]; usort($b, fn() => ' .
     'Fiber::suspend()); }, $x)', needs: 'Fiber');
root('frame-fiber-buffer', 'in_fiber(function ($a) { foreach ([$a] as $b) Fiber::suspend(); }, $x)',
     needs: 'Fiber');
root('generator-returned', '$h = (function ($a) { return $a; yield; })($x); $h->valid();',
     get: '$h->getReturn()');
root('fiber-returned', '$h = new Fiber(fn() => $x); $h->start();', get: '$h->getReturn()',
     needs: 'Fiber', words: '');

// ---- Variables ----------------------------------------------------------------------------------
root('closure', 'fn() => $x', get: '$h()');
root('closure-variable', '$h = statics(); $h($x);', get: '$h()', put: '$h($x)');
root('closure-this', '(fn() => $this)->bindTo($x)', get: '$h()');
root('array', '[$x]', get: '$h[0]', put: '$h[0] = $x');
root('array-reference', '$c = $x; $h = [&$c]; unset($c);', get: '$h[0]', put: '$h[0] = $x');
root('reference', '$c = $x; $h = &$c; unset($c);', get: '$h', put: '$h = $x');
root('object', 'new Box($x)', get: '$h->v', put: '$h->v = $x');
root('object-dynamic', '$h = new stdClass; $h->v = $x;', get: '$h->v', put: '$h->v = $x');
root('static-property', 'Statics::set($x)', get: 'Statics::$a[$h]', put: 'Statics::$a[$h] = $x',
     drop: '$c = $h; $h = null; unset(Statics::$a[$c])');
root('global', '$h = "global_" . Statics::set(1); $GLOBALS[$h] = $x;', get: '$GLOBALS[$h]',
     put: '$GLOBALS[$h] = $x', drop: '$c = $h; $h = null; unset($GLOBALS[$c])');
root('global-reference', '$h = "global_" . Statics::set(1); $c = $x; $GLOBALS[$h] = &$c; ' .
     'unset($c);',
     get: '$GLOBALS[$h]', put: '$GLOBALS[$h] = $x', drop: '$c = $h; $h = null; ' .
     'unset($GLOBALS[$c])');
root('constant', 'boxed_constant($x)', get: 'constant($h)->v', put: 'constant($h)->v = $x',
     drop: '$c = $h; $h = null; constant($c)->v = null', needs: '8.1');

// ---- Tables of the engine -----------------------------------------------------------------------
foreach (['error' => 'error-handler', 'exception' => 'exception-handler', 'ob' => 'output-buffer']
         as $what => $name)
    root($name, "Stack::push('$what', \$x)",
         drop: "\$c = \$h; \$h = null; Stack::drop('$what', \$c)");
root('shutdown', 'shutdown($x)', get: '$h->v', put: '$h->v = $x',
     drop: '$c = $h; $h = null; $c->v = null');
root('autoloader', 'Ticks::add([new Loader($x), "load"], "spl_autoload_register")',
     get: 'Ticks::$all[$h][0][0]->v', put: 'Ticks::$all[$h][0][0]->v = $x',
     drop: '$c = $h; $h = null; Ticks::drop($c, "spl_autoload_unregister")');
root('autoloader-closure', 'Ticks::add(fn($c) => $x ? null : null, "spl_autoload_register")',
     drop: '$c = $h; $h = null; Ticks::drop($c, "spl_autoload_unregister")');
root('tick', 'Ticks::add(fn() => $x, "register_tick_function")', get: 'Ticks::$all[$h][0]()',
     drop: '$c = $h; $h = null; Ticks::drop($c, "unregister_tick_function")');
root('header-callback', '$c = new Box($x); header_register_callback(fn() => $c); $h = $c; ' .
     'unset($c);',
     get: '$h->v', drop: '$c = $h; $h = null; $c->v = null');
root('signal-handler', 'signalled($x)', needs: 'pcntl_signal', drop: '$c = $h; $h = null; ' .
     'pcntl_signal($c, SIG_DFL)');
root('weak-map', '$h = [new WeakMap, new stdClass]; $h[0][$h[1]] = $x;', get: '$h[0][$h[1]]',
     put: '$h[0][$h[1]] = $x');
root('stream-context', 'stream_context_create(["o" => ["x" => $x]])',
     get: 'stream_context_get_options($h)["o"]["x"]',
     put: 'stream_context_set_option($h, "o", "x", $x)');
root('stream-wrapper', 'wrapped($x)', get: 'stream_get_meta_data($h)["wrapper_data"]->v',
     words: 'collects');
root('stream-filter', 'filtered($x)');
root('xml-parser', 'parser("element", $x)', needs: 'xml');
root('exception', 'magic_exception($x)', get: '$h->v', put: '$h->v = $x');
root('exception-trace', 'traced($x)', get: '$h->getTrace()[0]["args"][0]');
root('lazy', 'ghost($x)', get: '$h->v', needs: '8.4');
root('entity-loader', '$c = new Box($x); libxml_set_external_entity_loader(fn() => $c); $h = $c; ' .
     'unset($c);', get: '$h->v', needs: 'libxml', drop: '$c = $h; $h = null; $c->v = null');
root('iterator', 'new ArrayIterator([$x])', get: '$h[0]', put: WRITE);
root('spl-storage', 'storage($x)', get: 'first($h)');
