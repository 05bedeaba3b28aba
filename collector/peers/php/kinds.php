<?php
// SPDX-License-Identifier: Apache-2.0

// The adapter of PHP with kinds, over the line protocol. A kind is a way in which the engine holds
// a reference (an edge, a root), or what a node is; the tables beside this file (kinds_*.php) have
// one entry a kind.
//
// Place: a peer of collector/protocol_collector. The text that runs, `php -n -r TEXT`, is all files,
// each after a closing tag, the tables first, this one last. php.php explains how deaths are
// observed and why reading is done without variables; a snippet, which is ordinary code, has $x.
//
// A snippet is compiled for the place where its holder is: $h becomes the slot's own expression
// (`R::$v[$r]->s0`). So no frame keeps a node or a holder alive while an action works on it, and an
// array is changed where it is. A note is the same text with names of globals.

error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', 'stderr');
ini_set('zend.exception_ignore_args', '1');  // Traces of exceptions would reference objects.
ini_set('memory_limit', '1G');
gc_enable();  // With `zend.enable_gc = 0` there is no buffer of possible roots before this.
gc_disable();

// D is a register, R a register or `self`, V an R or `none`, K a kind.
const OPERATIONS = [
    'store' => 'R\.([0-7]) = V(?: as K)?', 'poke' => 'poke R\.([0-7]) (\d+)',
    'copy_reference' => 'D = V(?: as K)?', 'node' => 'D = node [0-8](?: as K)?( del \d+)?',
    'leaf' => 'D = leaf', 'weak' => 'D = weak R', 'load' => 'D = R\.([0-7])',
    'dereference' => 'D = R\(\)', 'collect' => 'collect ([0-2])', 'hello' => 'hello',
    'notes' => 'notes on', 'prelude' => 'prelude', 'reset_heap' => 'reset',
];
const NAMES = ['D' => '(r\d|r1[0-5])', 'R' => '(r\d|r1[0-5]|self)',
               'V' => '(r\d|r1[0-5]|self|none)', 'K' => '([a-z][a-z0-9-]*)'];
const MAX_COLLECTIONS = 8;  // Tried by a reset.
const MAX_NOTE = 300;
const PRELUDE = 'gc_disable(); $w = $scripts = []; set_error_handler(fn($n, $m) => throw new ' .
    'Exception($m)); ini_set("zend.exception_ignore_args", 1); class Raised extends Exception {}';
// What the engine throws where a holder is released, and no finalizer of ours has raised.
const EXPECTED = '/^(Cannot yield from finally blocks|Cannot switch fibers|Generator passed to yie)/';

final class R { public static array $v = []; }  // Registers by name, and some of the adapter's own.
final class Kind {
    public string $name, $place, $make = '', $get = '', $put = '', $take = '', $is = '', $drop = '';
    public string $reset = '', $slot = '', $expression = '';
    public bool $once = false;     // Not to be constructed again.
    public bool $dynamic = false;  // With properties that are not declared.
    public array $pokes = [];
    public string $words = '';
}
// What the adapter knows of a slot or of a register with a kind.
final class Held {
    public bool $full = true;
    public function __construct(public Kind $kind, public ?int $content) {}
}
final class Heap {
    public static array $kinds = ['edge' => [], 'node' => [], 'root' => []];  // By name.
    public static array $helpers = [];    // Name => text of the definition.
    public static array $declared = [];   // Name => true, of helpers.
    public static array $needed = [];     // Name => true, of helpers that notes name.
    public static array $code = [];       // Compiled snippets, by place and text.
    public static WeakMap $living;        // Object => id.
    public static array $alive = [];      // Id => Kind or null, of objects not reported dead.
    public static array $weak = [];       // Id => WeakReference.
    public static array $slots = [];      // Id => slot => Held.
    public static array $roots = [];      // Register => Held.
    public static int $born = 0;
    public static int $depth = 0;         // Of scripts.
    public static string $answer = '';    // Lines not written yet.
    public static bool $notes = false;
    public static bool $silent = false;   // During a reset there are no events and no scripts.
}
final class Raised extends Exception {}  // What `raise` raises.

// ---- The tables ---------------------------------------------------------------------------------

function helpers(string ...$texts): void {
    foreach ($texts as $text) {
        preg_match('/(?:function &?|class |trait |interface |enum )(\w+)/', $text, $name);
        Heap::$helpers[$name[1]] = $text;
    }
}
function edge(string $name, string $make, mixed ...$more): void {
    kind('edge', $name, $make, $more);
}
function root(string $name, string $make, mixed ...$more): void {
    kind('root', "$name-root", $make, $more);
}
// `make` is the class's text after its name, without the last brace; or `expression` is given.
function of(string $name, string $make, mixed ...$more): void {
    kind('node', "$name-node", $make, $more);
}

function kind(string $place, string $name, string $make, array $more): void {
    if (isset($more['needs']) && !has($more['needs'])) return;
    $kind = new Kind();
    $kind->name = $name;
    $kind->place = $place;
    $kind->make = $make;
    foreach (['leaks', 'crashes'] as $word) {
        foreach ((array) ($more[$word] ?? []) as $range) {
            [$versions, $reference] = explode(' ', $range);
            [$from, $to] = explode('-', $versions);
            if (between($from, $to)) $kind->words .= " $word=$reference";
        }
    }
    foreach (explode(' ', $more['words'] ?? '') as $word) {
        [$word, $until] = explode('<', $word) + [1 => ''];
        if ($word !== '' && ($until === '' || version_compare(PHP_VERSION, $until, '<')))
            if ($word === 'once' || $word === 'dynamic') $kind->$word = true;
            else $kind->words .= " $word";
    }
    unset($more['needs'], $more['leaks'], $more['crashes'], $more['words']);
    foreach ($more as $field => $value) $kind->$field = $value;
    Heap::$kinds[$place][$name] = $kind;
}

// From a version, until another, which is included; either may be empty.
function between(string $from, string $to): bool {
    return version_compare(PHP_VERSION, $from ?: '0', '>=') &&
           version_compare(PHP_VERSION, ($to ?: '99') . '.99', '<=');
}
// Each word is a version, the first with the kind; `<` and the first without; or an extension, a
// class, a function.
function has(string $needs): bool {
    foreach (array_filter(explode(' ', $needs)) as $need) {
        if ($need[0] === '<') $there = version_compare(PHP_VERSION, substr($need, 1), '<');
        elseif (ctype_digit_first($need)) $there = version_compare(PHP_VERSION, $need, '>=');
        else $there = extension_loaded($need) || class_exists($need) || function_exists($need) ||
                      load_extension($need);
        if (!$there) return false;
    }
    return true;
}
function ctype_digit_first(string $word): bool { return $word[0] >= '0' && $word[0] <= '9'; }

// With -n nothing is loaded that is not compiled in.
function load_extension(string $name): bool {
    static $tried = [];
    return $tried[$name] ??= is_file(PHP_EXTENSION_DIR . "/$name.so") && function_exists('dl') &&
                             @dl("$name.so");
}

// `kinds=generator,array-object`: names, or families (a prefix up to a dash).
function choose_kinds(string $options): void {
    parse_str($options, $chosen);
    $names = $chosen['kinds'] ?? '';
    if ($names === '' || $names === 'all') return;
    $pattern = '/^(' . strtr(preg_quote($names, '/'), [',' => '|']) . ')(-|$)/';
    foreach (Heap::$kinds as &$kinds) {
        $kinds = array_intersect_key($kinds, array_flip(preg_grep($pattern, array_keys($kinds))));
    }
}

// ---- Snippets -----------------------------------------------------------------------------------

function helpers_in(string $text): array {
    preg_match_all('/(?<![$>\w])[A-Za-z_]\w*/', $text, $words);
    return array_intersect_key(Heap::$helpers, array_flip($words[0]));
}
function declare_helpers(string $text): void {
    foreach (helpers_in($text) as $name => $definition) {
        if (isset(Heap::$declared[$name])) continue;
        Heap::$declared[$name] = true;
        declare_helpers($definition);
        eval($definition);
    }
}
// $place is the expression of the holder, over the register named $r.
function compiled(string $text, string $place): Closure {
    if ($code = Heap::$code[$place][$text] ?? null) return $code;
    declare_helpers($text);
    if ($place[0] === '!') $code = compiled_copy($text, substr($place, 1));
    else $code = substitute($text, $place, '$x', 'R::$v[$r]');
    return Heap::$code[$place][$text] = eval("return static function (\$r, \$x = null) { $code; };");
}
// Where a slot is not a variable of its own: what is not an object has to be written back.
function compiled_copy(string $text, string $place): string {
    $place = strtr($place, ['@' => 'R::$v[$r]']);
    $text = strtr($text, ['@' => 'R::$v[$r]']);
    if (preg_match('/^return /', $text)) return "\$h = $place ?? null; $text";
    if (preg_match('/^\$h = held\(/', $text)) return "$text; $place = \$h";
    return "\$h = \$b = $place ?? null; try { $text; } finally { " .
           "if (!is_object(\$h) || \$h !== \$b) $place = \$h; }";
}
function substitute(string $text, string $holder, string $content, string $node): string {
    $holder = addcslashes($holder, '$\\');  // A call needs brackets, or it would be a method's.
    $text = preg_replace(['/\$h\(/', '/\$h\b/', '/\$x\b/'],
                         ["($holder)(", $holder, addcslashes($content, '$\\')], $text);
    return strtr($text, ['@' => $node]);
}
// Makes a holder. `held` is called between that and the release of what was there before.
function make_text(Kind $kind, bool $native = false): string {
    if (str_ends_with($kind->make, ';')) return $kind->make;
    return $native ? "\$h = $kind->make" : "\$h = held($kind->make)";
}
// A value on its way into the slot that `store` is about to fill.
function held(mixed $holder): mixed {
    if (R::$v['pending']) (R::$v['pending'])();
    return $holder;
}

function note(string $text): void {
    if (!Heap::$notes) return;
    Heap::$needed += array_fill_keys(array_keys(helpers_in($text)), true);
    $text = rtrim(preg_replace('/\s+/', ' ', $text), '; ');
    Heap::$answer .= '> note ' . substr($text, 0, MAX_NOTE) . ";\n";
}

// ---- Births and deaths --------------------------------------------------------------------------

// The class of a node kind, with or without a finalizer.
function class_of(Kind $kind, bool $final): string {
    $name = 'N' . strtr($kind->name, '-', '_') . ($final ? 'Final' : '');
    if (!isset(Heap::$helpers[$name])) {
        $text = $kind->make;
        if ($final) $text .= ' function __destruct() { finalize($this); }';
        $before = str_starts_with($text, 'readonly ') ? 'readonly ' : '';
        if ($kind->dynamic) $before = '#[AllowDynamicProperties] ';
        helpers("{$before}class $name " . preg_replace('/^readonly /', '', $text) . ' }');
    }
    return $name;
}
function birth(string $register, string $code, ?Kind $kind, string $target = ''): void {
    $number = Heap::$born++;
    note(strtr("@ = $code", ['#' => $number, '%' => "\$$target", '@' => "\$$register"]));
    compiled('@ = ' . strtr($code, ['#' => '$x[0]', '%' => 'R::$v[$x[1]]']), 'none')(
        $register, [$number, $target]);
    Heap::$living[R::$v[$register]] = $number;
    Heap::$weak[$number] = WeakReference::create(R::$v[$register]);
    Heap::$alive[$number] = $kind;
    Heap::$answer .= "> new $number\n";
}
function report_deaths(): void {
    if (count(Heap::$living) === count(Heap::$alive)) return;
    $dead = Heap::$alive;
    foreach (Heap::$living as $number) unset($dead[$number]);
    foreach ($dead as $number => $_) {
        unset(Heap::$alive[$number], Heap::$weak[$number], Heap::$slots[$number]);
        Heap::$answer .= "> free $number\n";
    }
}
// Called by the destructors of nodes; not for a clone of one, which is no object of a program.
function finalize(object $self): void {
    if (Heap::$silent || !isset(Heap::$living[$self])) return;
    report_deaths();
    $number = Heap::$living[$self];
    Heap::$answer .= "> finalize $number\n";
    $outer = R::$v['self'];
    R::$v['self'] = $self;
    ++Heap::$depth;
    $raised = serve(true);
    --Heap::$depth;
    R::$v['self'] = $outer;
    Heap::$answer .= "> end $number" . ($raised ? " raised\n" : "\n");
    if ($raised) throw new Raised();
}

// ---- Registers ----------------------------------------------------------------------------------

// The name of a register where the content of $register is now: itself, or a temporary one.
function resolve(string $register, string $temporary): string {
    if (!isset(Heap::$roots[$register])) return $register;
    $held = Heap::$roots[$register];
    $temporary .= Heap::$depth;
    R::$v[$temporary] = content($held, root_place($held->kind, $register), $register);
    note("\$$temporary = " . get_note($held, holder_name($register), $register));
    return $temporary;
}
function holder_name(string $register): string {
    return '$h' . ltrim($register, 'r');
}
function root_place(Kind $kind, string $register): string {
    return "R::\$v['$kind->name'][\$r]";
}
function release_temporaries(): void {
    foreach (['t', 'u'] as $temporary) {
        if (isset(R::$v[$temporary . Heap::$depth])) R::$v[$temporary . Heap::$depth] = null;
    }
}
// After another value has been written to the register.
function drop_root(string $register, ?Held $old): void {
    if (!$old) return;
    note(substitute($old->kind->drop ?: '$h = null', holder_name($register), '', ''));
    $place = root_place($old->kind, $register);
    if ($old->kind->drop !== '') compiled($old->kind->drop, $place)($register);
    else R::$v[$old->kind->name][$register] = null;
}
function set_register(string $register, mixed $value): void {
    $old = Heap::$roots[$register] ?? null;
    unset(Heap::$roots[$register]);
    R::$v[$register] = $value;
    unset($value);
    drop_root($register, $old);
}

// ---- Slots --------------------------------------------------------------------------------------

// The expression of a slot over `@`, the node; after `!`, if it is not a variable of its own.
function slot_of(string $register, int $slot): string {
    $kind = Heap::$alive[Heap::$living[R::$v[$register]]];
    if ($kind && $kind->slot !== '') return strtr($kind->slot, ['#' => $slot]);
    return $slot % 2 ? "@->odd[$slot]" : "@->s$slot";
}
// What a holder holds now; without `get`, the object that is known to be there, if it still lives.
// In the midst of an action there may be anything; while a generator runs it cannot tell.
function content(Held $held, string $place, string $register): ?object {
    $kind = $held->kind;
    if (!$held->full) return null;
    try {
        if ($kind->get !== '') {
            $value = compiled("return $kind->get", $place)($register);
            return is_object($value) ? $value : null;
        }
        if ($kind->is !== '' && !compiled("return $kind->is", $place)($register)) return null;
    } catch (Throwable) {
        if ($kind->get !== '') return null;
    }
    return (Heap::$weak[$held->content] ?? null)?->get();
}
function get_note(Held $held, string $holder, string $register): string {
    if (!$held->full) return 'null';
    return $held->kind->get === '' ? "\$w[$held->content]->get()"
                                   : substitute($held->kind->get, $holder, '$x', "\$$register");
}
function number_of(mixed $object): ?int {  // None for what is not an object of the program.
    return is_object($object) ? Heap::$living[$object] ?? null : null;
}
function noted(string $place, string $node): string {
    return strtr(ltrim($place, '!'), ['@' => "\$$node"]);
}
function got(?int $number): void {
    Heap::$answer .= '> got ' . ($number ?? 'none') . "\n";
}
function slot_is_null(string $register, string $place): bool {
    return compiled('return ' . ltrim($place, '!') . ' ?? null', 'none')($register) === null;
}

// ---- Operations ---------------------------------------------------------------------------------

function node(string $register, string $as = '', string $finalizer = ''): void {
    $kind = $as === '' ? null : Heap::$kinds['node'][$as];
    if (!$kind) $code = 'new ' . ($finalizer === '' ? 'Node' : 'FinalNode');
    elseif ($kind->expression !== '') $code = $kind->expression;
    else $code = 'new ' . class_of($kind, $finalizer !== '');
    $constructed = $kind && str_contains($kind->make, 'int $number');
    $code .= !str_starts_with($code, 'new ') ? '' : ($constructed ? '(#)' : '; @->number = #');
    birth($register, $code, $kind);
}
function leaf(string $register): void {
    birth($register, 'new Leaf()', null);
}
function weak(string $register, string $target): void {
    $target = resolve($target, 't');
    birth($register, 'new Weak(); @->reference = WeakReference::create(%)', null, $target);
}

function copy_reference(string $register, string $source, string $as = ''): void {
    $source = resolve($source, 't');
    if ($as === '') {
        note("\$$register = " . ($source === 'none' ? 'null' : "\$$source"));
        $old = Heap::$roots[$register] ?? null;
        unset(Heap::$roots[$register]);
        R::$v[$register] = R::$v[$source];
        drop_root($register, $old);
        return;
    }
    $kind = Heap::$kinds['root'][$as];
    $old = Heap::$roots[$register] ?? null;
    $refill = $old && $old->kind === $kind && $kind->put !== '';
    $text = $refill ? $kind->put : make_text($kind);
    $set = fn() => Heap::$roots[$register] = new Held($kind, number_of(R::$v[$source]));
    R::$v[$kind->name] ??= [];
    $put_aside = $old && $old->kind === $kind && !$refill && $kind->drop !== '';
    if ($put_aside) put_aside($kind, $register);
    note(substitute($refill ? $kind->put : make_text($kind, true), holder_name($register),
                    "\$$source", "\$$register") . weak_note($kind, $source));
    run_make($text, root_place($kind, $register), $register, $source, $set);
    if ($old && $old->kind !== $kind) drop_root($register, $old);
    if ($put_aside) drop_root("old$register", $old);
    R::$v[$register] = null;
}
// A holder whose content is elsewhere, and which another of the same kind replaces.
function put_aside(Kind $kind, string $register): void {
    note(holder_name("old$register") . ' = ' . holder_name($register));
    R::$v[$kind->name]["old$register"] = R::$v[$kind->name][$register];
}
// `set` tells what is held; it is called before the old holder is released.
function run_make(string $text, string $place, string $register, string $source,
                  Closure $set): void {
    if (!str_starts_with($text, '$h = held(')) $set();
    R::$v['pending'] = $set;
    try {
        compiled($text, $place)($register, R::$v[$source]);
    } finally {
        R::$v['pending'] = null;
    }
}
function weak_note(Kind $kind, string $source): string {
    if ($kind->get !== '') return '';
    $number = number_of(R::$v[$source]);
    return "; \$w[$number] = WeakReference::create(\$$source)";
}

function load(string $register, string $node, int $slot): void {
    $node = resolve($node, 't');
    $place = slot_of($node, $slot);
    $held = Heap::$slots[number_of(R::$v[$node])][$slot] ?? null;
    $read = ltrim($place, '!') . ($place[0] === '@' ? '' : ' ?? null');
    note("\$$register = " . ($held ? get_note($held, noted($place, $node), $node)
                                   : noted($read, $node)));
    $value = $held ? content($held, $place, $node) : compiled("return $read", 'none')($node);
    if (number_of($value) === null) $value = null;
    got(number_of($value));
    $old = Heap::$roots[$register] ?? null;
    unset(Heap::$roots[$register]);
    R::$v[$register] = $value;
    unset($value);
    drop_root($register, $old);
}
function dereference(string $register, string $weak): void {
    $weak = resolve($weak, 't');
    note("\$$register = \${$weak}->reference->get()");
    got(number_of(R::$v[$weak]->reference->get()));
    set_register($register, R::$v[$weak]->reference->get());
}

function store(string $node, int $slot, string $source, string $as = ''): void {
    $node = resolve($node, 't');
    $source = resolve($source, 'u');
    $place = slot_of($node, $slot);
    $number = number_of(R::$v[$node]);
    $old = Heap::$slots[$number][$slot] ?? null;
    $kind = $as === '' ? null : Heap::$kinds['edge'][$as];
    $set = function () use ($kind, $number, $slot, $source) {
        if (!$kind) unset(Heap::$slots[$number][$slot]);
        else Heap::$slots[$number][$slot] = new Held($kind, number_of(R::$v[$source]));
    };
    $native = '';
    if (!$kind && $source === 'none' && $old && $old->kind->take !== '') {
        $text = $native = $old->kind->take;
        $set = fn() => $old->full = false;
    } elseif (!$kind) {
        $text = $native = '$h = ' . ($source === 'none' ? 'null' : '$x');
    } elseif ($old && $old->kind === $kind && $kind->put !== '') {
        $text = $native = $kind->put;
    } else {
        $text = make_text($kind);
        $native = make_text($kind, true);
    }
    if (Heap::$notes) {
        note(substitute($native, noted($place, $node), "\$$source", "\$$node") .
             ($kind ? weak_note($kind, $source) : ''));
    }
    if (!$kind && !($place[0] === '!') && $text[0] === '$' && str_starts_with($text, '$h = ')) {
        $set();  // Without a variable for the content.
        compiled("$place = R::\$v[\$x]", 'none')($node, $source);
    } else {
        run_make($text, $place, $node, $source, $set);
    }
    if ($old && $old->kind !== $kind && $old->kind->drop !== '' && $text !== $old->kind->take)
        compiled($old->kind->drop, $place)($node);
}

// Does an action to a holder. Whatever it throws is caught; what happened is reported.
function poke(string $node, int $slot, int $action): void {
    $node = resolve($node, 't');
    $place = slot_of($node, $slot);
    $number = number_of(R::$v[$node]);
    $held = Heap::$slots[$number][$slot] ?? null;
    if (!$held) {
        got(null);
        return;
    }
    $actions = actions_of($held->kind);
    $text = $actions[$action % count($actions)];
    note('try { ' . substitute($text, noted($place, $node), '$x', "\$$node") .
         '; } catch (Throwable) {}');
    try {
        compiled($text, $place)($node);
    } catch (Throwable) {}
    report_poke($node, $number, $slot, $place);
}
function actions_of(Kind $kind): array {
    return [...$kind->pokes, ...($kind->get . $kind->is === '' || $kind->once ? [] : UNSAFE), ...GENERIC];
}
// The register may have another value since then, and the slot another holder, or none.
function report_poke(string $node, int $number, int $slot, string $place): void {
    if (!isset(R::$v[$node]) || (Heap::$living[R::$v[$node]] ?? -1) !== $number) {
        R::$v[$node = 'poked' . Heap::$depth] = (Heap::$weak[$number] ?? null)?->get();
        if (!R::$v[$node]) {
            got(null);
            return;
        }
    }
    $held = Heap::$slots[$number][$slot] ?? null;
    if ($held && slot_is_null($node, $place)) unset(Heap::$slots[$number][$slot]);
    $now = $held ? content($held, $place, $node)
                 : compiled('return ' . ltrim($place, '!') . ' ?? null', 'none')($node);
    got(number_of($now));
    if (number_of($now) === null) let_go($held, $node, $number, $slot, $place);
    unset($now);
    if (str_starts_with($node, 'poked')) R::$v[$node] = null;
}

// The holder has lost its content: it is kept for a refill, or dropped.
function let_go(?Held $held, string $node, int $number, int $slot, string $place): void {
    if ($held) $held->full = false;
    try {
        if ($held && $held->kind->take !== '') {
            note(substitute($held->kind->take, noted($place, $node), '', "\$$node"));
            compiled($held->kind->take, $place)($node);
            return;
        }
    } catch (Throwable) {}
    unset(Heap::$slots[$number][$slot]);
    note(noted($place, $node) . ' = null');
    compiled(ltrim($place, '!') . ' = null', 'none')($node);
}
function collect(int $generation): void {
    note('gc_collect_cycles()');
    Heap::$answer .= "> collect $generation\n";
    $before = gc_status()['collected'];
    try {
        gc_collect_cycles();
    } catch (Raised) {}  // The collection completes, then rethrows what finalizers have thrown.
    report_deaths();
    Heap::$answer .= '> done ' . (gc_status()['collected'] - $before) . "\n";
}

function hello(): void {
    Heap::$answer .= '> hello php ' . PHP_VERSION . " weak finalizer kinds\n";
    foreach (Heap::$kinds as $place => $kinds) {
        foreach ($kinds as $name => $kind) {
            $pokes = $place === 'edge' ? ' pokes=' . count(actions_of($kind)) : '';
            Heap::$answer .= "> kind $name $place$kind->words$pokes\n";
        }
    }
}
function notes(): void {
    Heap::$notes = true;
}
function prelude(): void {
    $done = [];
    $tell = function (string $name) use (&$tell, &$done) {
        if (isset($done[$name])) return;
        $done[$name] = true;
        foreach (helpers_in(Heap::$helpers[$name]) as $other => $_) $tell($other);
        Heap::$answer .= '> note ' . preg_replace('/\s+/', ' ', Heap::$helpers[$name]) . "\n";
    };
    Heap::$answer .= '> note ' . PRELUDE . "\n";
    foreach (Heap::$needed as $name => $_) $tell($name);
}
// Drops everything and proves it: a surviving object would affect the next program.
function reset_heap(): void {
    if (isset(R::$v['self'])) throw new Exception('a script is running');
    Heap::$silent = true;
    Heap::$roots = [];
    foreach (Heap::$kinds['root'] as $name => $kind) {
        foreach (R::$v[$name] ?? [] as $register => $_) {
            if ($kind->drop !== '') attempt(fn() => drop_root($register, new Held($kind, null)));
        }
    }
    foreach (R::$v as $register => $_) attempt(fn() => R::$v[$register] = null);
    foreach (Heap::$kinds['edge'] as $kind) {
        if ($kind->reset !== '') attempt(compiled($kind->reset, 'none'));
    }
    for ($i = 0; count(Heap::$living) > 0 && $i < MAX_COLLECTIONS; ++$i)
        attempt('gc_collect_cycles');
    if ($left = count(Heap::$living)) Heap::$answer .= "error $left objects survive a reset\n";
    Heap::$alive = Heap::$slots = Heap::$weak = Heap::$needed = [];
    Heap::$living = new WeakMap();
    Heap::$born = 0;
    Heap::$silent = false;
}
function attempt(callable $function): void {
    try {
        $function('');
    } catch (Throwable) {}
}

// ---- The protocol -------------------------------------------------------------------------------

function execute(string $line): void {
    foreach (OPERATIONS as $operation => $pattern) {
        if (!preg_match('/^' . strtr($pattern, NAMES) . '$/D', $line, $words)) continue;
        $operation(...array_slice($words, 1));
        return;
    }
    throw new Exception('no operation');
}

// Executes operations until the script ends and returns whether it raised; in main, forever.
function serve(bool $in_script): bool {
    while (true) {
        fwrite(STDOUT, Heap::$answer);
        Heap::$answer = '';
        $line = fgets(STDIN);
        Heap::$silent = $line === false;  // No finalizers of live objects.
        if ($line === false) exit(0);
        $line = rtrim($line);
        if ($in_script && ($line === 'end' || $line === 'raise')) return $line === 'raise';
        $complaint = '';
        try {
            execute($line);
        } catch (Raised) {  // From the finalizer of a released object, which has ended.
        } catch (Throwable $error) {
            if (!preg_match(EXPECTED, $error->getMessage())) $complaint = complaint($line, $error);
        }
        unset($error);
        try {
            release_temporaries();
        } catch (Throwable) {}
        report_deaths();
        Heap::$answer .= $complaint ?: "ok\n";
    }
}
function complaint(string $line, Throwable $error): string {
    $text = $error->getMessage() . ' at line ' . $error->getLine();
    return strtr('error in "' . substr($line, 0, 80) . "\": $text", "\n", ' ') . "\n";
}

Heap::$declared = ['finalize' => true, 'Raised' => true];
set_error_handler(fn($_, $message) => throw new Exception($message), error_reporting());
foreach (['none', 'self', 'pending', ...array_map(fn($i) => "r$i", range(0, 15))] as $register)
    R::$v[$register] = null;
choose_kinds((string) getenv('OURO_OPTIONS'));
Heap::$living = new WeakMap();
reset_heap();
serve(false);
