<?php
// SPDX-License-Identifier: Apache-2.0

// The language of the tables is the functions edge, root, of and helpers, which note kinds, and
// what makes code of the snippets in them.
//
// Place: below the tables and kinds.php; classes and functions exist before any file runs.

final class R { public static array $v = []; }  // Registers by name, and some of the adapter's own.
final class Kind {
    public string $name, $place, $make = '', $get = '', $put = '', $take = '', $is = '', $drop = '';
    public string $reset = '', $slot = '', $expression = '';
    public bool $once = false;     // Not to be constructed again.
    public bool $rooted = false;
    public bool $alone = false;    // No action on a holder within another one: the engine crashes.
    public bool $dynamic = false;  // With properties that are not declared.
    public bool $fibers = false;   // It makes fibers that wait.
    public array $pokes = [], $needs = [];
    public string $words = '';
}
// What the adapter knows of a slot or of a register with a kind.
final class Held {
    public bool $full = true;
    public function __construct(public Kind $kind, public ?int $content) {}
}
// A running action: where it finds its node now.
final class Poked {
    public function __construct(public string $register, public int $number, public int $slot) {}
}
final class Heap {
    public static array $kinds = ['edge' => [], 'node' => [], 'root' => []];  // By name.
    public static array $chosen = [];     // Those that are offered, likewise.
    public static array $helpers = [];    // Name => text of the definition.
    public static array $declared = [];   // Name => true, of helpers.
    public static array $needed = [];     // Name => true, of helpers that notes name.
    public static array $code = [];       // Compiled snippets, by place and text.
    public static WeakMap $living;        // Object => id.
    public static array $alive = [];      // Id => Kind or null, of objects not reported dead.
    public static array $weak = [];       // Id => WeakReference.
    public static array $slots = [];      // Id => slot => Held.
    public static array $roots = [];      // Register => Held.
    public static array $poked = [];      // Depth => Poked.
    public static int $born = 0;
    public static int $depth = 0;         // Of scripts.
    public static string $answer = '';    // Lines not written yet.
    public static bool $notes = false;
    public static bool $silent = false;   // During a reset there are no events and no scripts.
    public static bool $fibers = false;   // This program has made a kind with fibers.
    public static bool $crashing = false; // The option: what is known to crash is done, too.
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
    $needs = array_filter(explode(' ', $more['needs'] ?? ''));
    foreach ($needs as $need) if (!has($need)) return;
    $kind = new Kind();
    $kind->needs = array_filter($needs, fn($need) => is_file(extension($need)));
    $kind->fibers = in_array('Fiber', $needs);
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
    $kind->rooted = str_contains($kind->words, ' rooted');
    unset($more['needs'], $more['leaks'], $more['crashes'], $more['words']);
    foreach ($more as $field => $value) $kind->$field = $value;
    Heap::$kinds[$place][$name] = $kind;
}

function kind_of(string $place, string $name): Kind {
    $kind = Heap::$kinds[$place][$name];
    if ($kind->needs) load_extensions($kind);
    if ($kind->fibers) Heap::$fibers = true;
    return $kind;
}
// From a version, until another, which is included; either may be empty.
function between(string $from, string $to): bool {
    return version_compare(PHP_VERSION, $from ?: '0', '>=') &&
           version_compare(PHP_VERSION, ($to ?: '99') . '.99', '<=');
}
// A version, the first with the kind; `<` and the first without; an extension, class, function.
function has(string $need): bool {
    if ($need[0] === '<') return version_compare(PHP_VERSION, substr($need, 1), '<');
    if ($need[0] >= '0' && $need[0] <= '9') return version_compare(PHP_VERSION, $need, '>=');
    return extension_loaded($need) || class_exists($need) || function_exists($need) ||
           function_exists('dl') && is_file(extension($need));
}
// With -n nothing is loaded that is not compiled in. Loading all takes longer than all the rest.
function extension(string $name): string { return PHP_EXTENSION_DIR . "/$name.so"; }
function load_extensions(Kind $kind): void {
    foreach ($kind->needs as $name) if (!extension_loaded($name)) dl("$name.so");
    $kind->needs = [];
}

// `kinds=generator,array-object&without=fiber&crashing=1`: names, or families (a prefix up to a
// dash).
function choose_kinds(string $options): void {
    parse_str($options, $values);
    Heap::$crashing = ($values['crashing'] ?? '') !== '';
    Heap::$chosen = Heap::$kinds;
    foreach (['kinds' => 0, 'without' => PREG_GREP_INVERT] as $option => $flags) {
        $names = $values[$option] ?? '';
        if ($names === '' || $names === 'all') continue;
        $pattern = '/^(' . strtr(preg_quote($names, '/'), [',' => '|']) . ')(-|$)/';
        foreach (Heap::$chosen as &$kinds) {
            $there = preg_grep($pattern, array_keys($kinds), $flags);
            $kinds = array_intersect_key($kinds, array_flip($there));
        }
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
// $place is the expression of the holder, over $node, the register named $r.
function compiled(string $text, string $place, string $node = 'R::$v[$r]'): Closure {
    $key = "$place $node";
    if ($code = Heap::$code[$key][$text] ?? null) return $code;
    declare_helpers($text);
    if ($place[0] === '!') $code = compiled_copy($text, substr($place, 1), $node);
    else $code = substitute($text, $place, '$x', $node);
    $code = "return static function (\$r, \$x = null) { $code; };";
    return Heap::$code[$key][$text] = eval($code);
}
// Where a slot is not a variable of its own: what is not an object has to be written back.
function compiled_copy(string $text, string $place, string $node): string {
    $place = strtr($place, ['@' => $node]);
    $text = strtr($text, ['@' => $node]);
    if (preg_match('/^return /', $text)) return "\$h = $place ?? null; $text";
    if (str_contains($text, '$h = held(')) return "$text; $place = \$h";
    return "\$h = \$b = $place ?? null; try { $text; } finally { " .
           "if (!is_object(\$h) || \$h !== \$b) $place = \$h; }";
}
function substitute(string $text, string $holder, string $content, string $node): string {
    $holder = addcslashes($holder, '$\\');  // A call needs brackets, or it would be a method's.
    $text = preg_replace(['/\$h\(/', '/\$h\b/', '/\$x\b/'],
                         ["($holder)(", $holder, addcslashes($content, '$\\')], $text);
    return strtr($text, ['@' => $node]);
}
// Makes a holder. `held` is called between that and the release of what was there. Statements
// make it in a variable, since that release can change everything; but not a reference.
function make_text(Kind $kind, bool $native = false): string {
    $statements = str_ends_with($kind->make, ';');
    if ($statements && preg_match('/\$h = &/', $kind->make)) return $kind->make;
    $made = $statements ? '$made' : $kind->make;
    $text = $native ? "\$h = $made" : "\$h = held($made)";
    if (!$statements) return $text;
    return preg_replace('/\$h\b/', '$made', $kind->make) . " $text; unset(\$made)";
}
// A value on its way into the slot that `store` is about to fill.
function held(mixed $holder): mixed {
    if (R::$v['pending']) (R::$v['pending'])();
    return $holder;
}

function note(string $text): void {
    if (!Heap::$notes || Heap::$silent) return;
    Heap::$needed += array_fill_keys(array_keys(helpers_in($text)), true);
    $text = rtrim(preg_replace('/\s+/', ' ', $text), '; ');
    Heap::$answer .= '> note ' . substr($text, 0, MAX_NOTE) . ";\n";
}
