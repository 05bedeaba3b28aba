<?php
// SPDX-License-Identifier: Apache-2.0

// The adapter of PHP with kinds. A kind is a way in which the engine holds a reference (an edge, a
// root), or what a node is; the tables beside this file (kinds_*.php) have one entry a kind.
//
// Place: a peer of collector/protocol_collector, or of php_kinds.cc, which embeds the engine and
// defines `read` and `write`. The text that runs, `php -n -r TEXT`, is all files kinds*.php, each
// after a closing tag, in the order of their names, this one last. php.php explains how deaths are
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
    'notes' => 'notes on', 'prelude' => 'prelude( .*)?', 'reset_heap' => 'reset',
];
const NAMES = ['D' => '(r\d|r1[0-5])', 'R' => '(r\d|r1[0-5]|self)',
               'V' => '(r\d|r1[0-5]|self|none)', 'K' => '([a-z][a-z0-9-]*)'];
const MAX_COLLECTIONS = 8;  // Tried by a reset.
const MAX_NOTE = 300;
const PRELUDE = 'gc_disable(); $w = $scripts = []; set_error_handler(fn($n, $m) => throw new ' .
    'Exception($m)); ini_set("zend.exception_ignore_args", 1); class Raised extends Exception {}';
// What the engine throws where a holder is released, and no finalizer of ours has raised.
const EXPECTED = '/^(Cannot yield from finally|Cannot switch fibers|Generator passed to)/';

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
    send();
    $raised = serve(true);
    --Heap::$depth;
    R::$v['self'] = $outer;
    Heap::$answer .= "> end $number" . ($raised ? " raised\n" : "\n");
    // The engine corrupts memory, or loses the exception, if that unwinds a fiber that waits
    // (corpus/native/php_fiber_unwound.php). So the script ends as if it had; nothing is thrown.
    if ($raised && (Heap::$crashing || !Heap::$fibers)) throw new Raised();
}

// ---- Operations ---------------------------------------------------------------------------------

function node(string $register, string $as = '', string $finalizer = ''): void {
    $kind = $as === '' ? null : kind_of('node', $as);
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
    $kind = kind_of('root', $as);
    $old = Heap::$roots[$register] ?? null;
    $refill = $old && $old->kind === $kind && $kind->put !== '';
    $text = $refill ? $kind->put : make_text($kind);
    $set = fn() => Heap::$roots[$register] = new Held($kind, number_of(R::$v[$source]));
    R::$v[$kind->name] ??= [];
    $put_aside = $old && $old->kind === $kind && !$refill && $kind->drop !== '';
    if ($put_aside) put_aside($kind, $register);
    note(substitute($refill ? $kind->put : make_text($kind, true), holder_name($register),
                    "\$$source", "\$$register") . weak_note($kind, $source));
    $made = run_make($text, root_place($kind, $register), $register, $source, $set);
    if (!$made) unset(Heap::$roots[$register]);
    // What is released from here on may run a finalizer that writes to the same register: nothing
    // after it touches that. A register with a holder has nothing of its own.
    if (!$made || !$old) R::$v[$register] = $made ? null : R::$v[$source];
    if (!$old) return;
    if ($old->kind !== $kind) drop_root($register, $old);
    elseif (!$made) unset(R::$v[$kind->name][$register]);
    if ($put_aside) drop_root("old$register", $old);
}
// A holder whose content is elsewhere, and which another of the same kind replaces.
function put_aside(Kind $kind, string $register): void {
    note(holder_name("old$register") . ' = ' . holder_name($register));
    R::$v[$kind->name]["old$register"] = R::$v[$kind->name][$register];
}
// `set` tells what is held; it is called before the old holder is released.
// False: the content is there without a holder.
function run_make(string $text, string $place, string $register, string $source,
                  Closure $set): bool {
    if (!str_contains($text, '$h = held(')) $set();
    R::$v['pending'] = $set;
    try {
        compiled($text, $place)($register, R::$v[$source]);
        return true;
    // No fiber until 8.3 in any destructor; an object that an ArrayObject does not take.
    } catch (FiberError | InvalidArgumentException) {
        return false;
    } catch (Throwable $error) {  // Actions can leave a holder that cannot be filled, or emptied.
        $made = str_contains($text, '$h = held(');
        if ($made || $error instanceof Raised || preg_match(EXPECTED, $error->getMessage()))
            throw $error;
        return false;
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
    $plain = !Heap::$alive[number_of(R::$v[$node])];
    $read = ltrim($place, '!') . ($plain ? '' : ' ?? null');
    note("\$$register = " . ($held ? get_note($held, noted($place, $node), $node)
                                   : noted($read, $node)));
    $value = $held ? content($held, $place, $node) : compiled("return $read", 'none')($node);
    if (number_of($value) === null) $value = null;
    got(number_of($value));
    // Closed by a collection, say: it may still have its last value.
    if (!$value && $held?->full) let_go($held, $node, number_of(R::$v[$node]), $slot, $place);
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
    $old = still_held($node, $number, $slot, $place);
    $kind = $as === '' ? null : kind_of('edge', $as);
    $set = function () use ($kind, $number, $slot, $source) {
        if (!$kind) unset(Heap::$slots[$number][$slot]);
        else Heap::$slots[$number][$slot] = new Held($kind, number_of(R::$v[$source]));
    };
    $native = '';
    if (!$kind && $source === 'none' && $old?->full && $old->kind->take !== '') {
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
    } elseif (!run_make($text, $place, $node, $source, $set)) {
        unset(Heap::$slots[$number][$slot]);
        compiled('$h = $x', $place)($node, R::$v[$source]);
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
    if ($held?->kind->alone && acted_on($number, $slot)) {
        got($held->kind->get === '' ? null : number_of(content($held, $place, $node)));
        return;
    }
    if (!$held) {  // A fiber that could not be made.
        report_poke($node, $number, $slot, $place);
        return;
    }
    $actions = actions_of($held->kind);
    $text = $actions[$action % count($actions)];
    note('try { ' . substitute($text, noted($place, $node), '$x', "\$$node") .
         '; } catch (Throwable) {}');
    $poked = Heap::$poked[Heap::$depth] = new Poked($node, $number, $slot);
    try {
        compiled($text, $place, 'R::$v[$r->register]')($poked);
    } catch (Throwable) {}
    unset(Heap::$poked[Heap::$depth]);
    report_poke($poked->register, $number, $slot, $place);
}
function acted_on(int $number, int $slot): bool {
    foreach (Heap::$poked as $poked)
        if ($poked->number === $number && $poked->slot === $slot) return true;
    return false;
}
// A script is about to write to the register through which an action around it finds its node: from
// now on that is held elsewhere, until the action has been reported. Not before: a node that loses
// a reference is a possible root, which could hide that the engine has missed one.
function spare(string $register): void {
    foreach (Heap::$poked as $depth => $poked) {
        if ($poked->register !== $register) continue;
        $poked->register = "poked$depth";
        R::$v["poked$depth"] = R::$v[$register];
        note("\$poked$depth = \$$register");
    }
}
function actions_of(Kind $kind): array {
    $safe = $kind->get . $kind->is === '' || $kind->once;
    return [...$kind->pokes, ...($safe ? [] : UNSAFE), ...GENERIC];
}
// The slot may have another holder since then, or none.
function report_poke(string $node, int $number, int $slot, string $place): void {
    $held = still_held($node, $number, $slot, $place);
    $now = $held ? content($held, $place, $node)
                 : compiled('return ' . ltrim($place, '!') . ' ?? null', 'none')($node);
    got(number_of($now));
    if (number_of($now) === null) let_go($held, $node, $number, $slot, $place);
    unset($now);
    if (!str_starts_with($node, 'poked')) return;
    note("\$$node = null");
    R::$v[$node] = null;
}

// Null if an action, perhaps one that still runs, has destroyed the holder.
function still_held(string $node, int $number, int $slot, string $place): ?Held {
    $held = Heap::$slots[$number][$slot] ?? null;
    if (!$held || !slot_is_null($node, $place)) return $held;
    unset(Heap::$slots[$number][$slot]);
    if ($held->kind->drop !== '') compiled($held->kind->drop, $place)($node);
    return null;
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
    foreach (Heap::$chosen as $place => $kinds) {
        foreach ($kinds as $name => $kind) {
            $pokes = $place === 'edge' ? ' pokes=' . count(actions_of($kind)) : '';
            Heap::$answer .= "> kind $name $place$kind->words$pokes\n";
        }
    }
}
function notes(): void {
    Heap::$notes = true;
}
function prelude(string $note = ''): void {
    Heap::$needed += helpers_in($note);
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
        foreach (array_keys(R::$v[$name] ?? []) as $register) {
            if ($kind->drop !== '') attempt(fn() => drop_root($register, new Held($kind, null)));
        }
    }
    foreach (array_keys(R::$v) as $register) attempt(fn() => R::$v[$register] = null);
    attempt(let_go_of_rooted(...));
    foreach (Heap::$kinds['edge'] as $kind) {
        if ($kind->reset !== '') attempt(compiled($kind->reset, 'none'));
    }
    for ($i = 0; count(Heap::$living) > 0 && $i < MAX_COLLECTIONS; ++$i)
        attempt(fn() => gc_collect_cycles());
    if ($left = count(Heap::$living)) Heap::$answer .= "error $left objects survive a reset\n";
    Heap::$alive = Heap::$slots = Heap::$weak = Heap::$needed = [];
    Heap::$living = new WeakMap();
    Heap::$born = 0;
    Heap::$silent = Heap::$fibers = false;
}
// A cycle through what is held from outside is no trash: it is opened.
function let_go_of_rooted(): void {
    foreach (Heap::$slots as $number => $slots) {
        foreach ($slots as $slot => $held) {
            if (!$held->kind->rooted) continue;
            R::$v['t0'] = (Heap::$weak[$number] ?? null)?->get();
            if (R::$v['t0']) attempt(fn() => store('t0', $slot, 'none'));
        }
    }
    R::$v['t0'] = null;
}
function attempt(callable $function): void {
    try {
        $function('');
    } catch (Throwable) {}
}

// ---- The protocol -------------------------------------------------------------------------------

function execute(string $line): void {
    static $patterns = [];
    foreach (OPERATIONS as $operation => $pattern) {
        $patterns[$operation] ??= '/^' . strtr($pattern, NAMES) . '$/D';
        if (!preg_match($patterns[$operation], $line, $words)) continue;
        if (Heap::$poked && preg_match('/^(r\d+) = /', $line, $written)) spare($written[1]);
        $operation(...array_slice($words, 1));
        return;
    }
    throw new Exception('no operation');
}
// Executes an operation and says what it did.
function perform(string $line): void {
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
    send();
}
function send(): void {
    $answer = Heap::$answer;
    Heap::$answer = '';
    write($answer);
}
// Performs operations until the script ends and returns whether it raised; in main, forever.
function serve(bool $in_script): bool {
    while (true) {
        $line = read();
        if ($in_script && ($line === 'end' || $line === 'raise')) return $line === 'raise';
        perform($line);
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

// A host that embeds the engine has them, and calls `perform`; in a script it has done so by the
// time that `write` returns.
if (!function_exists('write')) {
    function write(string $answer): void {
        fwrite(STDOUT, $answer);
    }
    function read(): string {
        $line = fgets(STDIN);
        if ($line !== false) return rtrim($line);
        Heap::$silent = true;  // No finalizers of live objects.
        exit(0);
    }
    serve(false);
}
