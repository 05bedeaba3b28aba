<?php
// SPDX-License-Identifier: Apache-2.0

// The adapter of PHP over the line protocol: one file, run by the interpreter under test (8.0 and
// later), that reads operations from its standard input and writes events to its output.
//
// Place: a peer of collector/protocol_collector, which starts and drives it. It executes and
// reports; it parses no scripts and judges nothing.
//
// PHP counts references. An object whose count reaches zero dies at once: __destruct runs; if it is
// still unreferenced then, its weak references are cleared and its memory is released.
// gc_collect_cycles() starts from "possible roots": objects that have lost a reference but not the
// last. An instrument must not disturb what it measures:
//
// * A death is observed in a WeakMap with every object as a key. The entry is removed with the
//   object's memory: after its finalizer, and not if that resurrects it. The values are integers,
//   so the map leads nowhere. It is read before every finalizer and after every operation: a death
//   is reported within the operation that caused it, before any script that runs later.
// * Reading compares sizes and reads values, never keys: a variable with an object would make that
//   a possible root, which could hide that the collector has missed one. For the same reason
//   handlers take names of registers, and one expression moves a reference. PHP itself releases the
//   old value of an assignment last; `got` precedes that, with the object's id, a property.
// * Registers are static: binding a global variable would make their array a possible root.

error_reporting(E_ALL);
ini_set('display_errors', 'stderr');
ini_set('zend.exception_ignore_args', '1');  // Traces of exceptions would reference objects.
gc_enable();  // With `zend.enable_gc = 0` there is no buffer of possible roots before this.
gc_disable();

// D is a register, R a register or `self`, V an R or `none`.
const OPERATIONS = [
    'node' => 'D = node ([0-8])( del \d+)?', 'leaf' => 'D = leaf', 'weak' => 'D = weak R',
    'copy_reference' => 'D = V', 'load' => 'D = R\.([0-7])', 'dereference' => 'D = R\(\)',
    'store' => 'R\.([0-7]) = V', 'collect' => 'collect ([0-2])', 'hello' => 'hello',
    'reset_heap' => 'reset',
];
const NAMES = ['D' => '(r\d|r1[0-5])', 'R' => '(r\d|r1[0-5]|self)',
               'V' => '(r\d|r1[0-5]|self|none)'];
const REGISTERS = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12',
                   'r13', 'r14', 'r15', 'self', 'none', 'parked'];
const MAX_COLLECTIONS = 8;  // Tried by a reset.

final class Heap {
    public static array $registers = [];  // By name; `self` is the innermost script's.
    public static WeakMap $living;        // Object => id.
    public static array $alive = [];      // Id => true, of objects not reported dead.
    public static int $born = 0;
    public static string $answer = '';    // Lines not written yet.
    public static bool $silent = false;   // During a reset there are no events and no scripts.
}
final class Raised extends Exception {}  // What `raise` raises.
class Thing { public int $number; }
final class Leaf extends Thing {}

// WeakReference::create() returns the same object to every caller while that is alive: so a weak
// reference with an identity of its own is an object around it.
final class Weak extends Thing { public WeakReference $reference; }

// Even slots are properties, the others elements of an array: PHP's collector traverses both.
class Node extends Thing {
    public $slot0, $slot2, $slot4, $slot6;
    public array $odd = [1 => null, 3 => null, 5 => null, 7 => null];
}

final class FinalNode extends Node {
    public function __destruct() {
        if (Heap::$silent) return;
        report_deaths();
        Heap::$answer .= "> finalize $this->number\n";
        $outer = Heap::$registers['self'];  // Its own __destruct references it already.
        Heap::$registers['self'] = $this;
        $raised = serve(true);
        Heap::$registers['self'] = $outer;
        Heap::$answer .= "> end $this->number" . ($raised ? " raised\n" : "\n");
        if ($raised) throw new Raised();
    }
}

// ---- Births and deaths --------------------------------------------------------------------------

// Releases the old value last.
function birth(string $register, string $class, ?WeakReference $reference = null): void {
    Heap::$registers['parked'] = Heap::$registers[$register];
    Heap::$registers[$register] = new $class();
    if ($reference) Heap::$registers[$register]->reference = $reference;
    $number = Heap::$born++;
    Heap::$registers[$register]->number = $number;
    Heap::$living[Heap::$registers[$register]] = $number;
    Heap::$alive[$number] = true;
    Heap::$answer .= "> new $number\n";
    Heap::$registers['parked'] = null;
}

function report_deaths(): void {
    if (count(Heap::$living) === count(Heap::$alive)) return;
    $dead = Heap::$alive;
    foreach (Heap::$living as $number) unset($dead[$number]);
    foreach ($dead as $number => $_) {
        unset(Heap::$alive[$number]);
        Heap::$answer .= "> free $number\n";
    }
}

// ---- Operations ---------------------------------------------------------------------------------

function node(string $register, int $slots, string $finalizer = ''): void {
    birth($register, $finalizer === '' ? Node::class : FinalNode::class);
}
function leaf(string $register): void {
    birth($register, Leaf::class);
}
function weak(string $register, string $target): void {
    birth($register, Weak::class, WeakReference::create(Heap::$registers[$target]));
}

function copy_reference(string $register, string $source): void {
    Heap::$registers[$register] = Heap::$registers[$source];
}
function load(string $register, string $node, int $slot): void {
    got(($slot % 2 ? Heap::$registers[$node]->odd[$slot]
                   : Heap::$registers[$node]->{"slot$slot"})?->number);
    Heap::$registers[$register] = $slot % 2 ? Heap::$registers[$node]->odd[$slot]
                                            : Heap::$registers[$node]->{"slot$slot"};
}
function dereference(string $register, string $weak): void {
    got(Heap::$registers[$weak]->reference->get()?->number);
    Heap::$registers[$register] = Heap::$registers[$weak]->reference->get();
}

function got(?int $number): void {
    Heap::$answer .= '> got ' . ($number ?? 'none') . "\n";
}

function store(string $node, int $slot, string $source): void {
    if ($slot % 2) Heap::$registers[$node]->odd[$slot] = Heap::$registers[$source];
    else Heap::$registers[$node]->{"slot$slot"} = Heap::$registers[$source];
}

function collect(int $generation): void {
    Heap::$answer .= "> collect $generation\n";
    $before = gc_status()['collected'];
    try {
        gc_collect_cycles();
    } catch (Raised) {}  // The collection completes, then rethrows what finalizers have thrown.
    report_deaths();
    Heap::$answer .= '> done ' . (gc_status()['collected'] - $before) . "\n";
}

function hello(): void {
    Heap::$answer .= '> hello php ' . PHP_VERSION . " weak finalizer\n";
}
// Drops everything and proves it: a surviving object would affect the next program.
function reset_heap(): void {
    if (isset(Heap::$registers['self'])) throw new Exception('a script is running');
    Heap::$silent = true;
    foreach (REGISTERS as $register) Heap::$registers[$register] = null;
    for ($i = 0; count(Heap::$living) > 0 && $i < MAX_COLLECTIONS; ++$i) gc_collect_cycles();
    if ($left = count(Heap::$living)) Heap::$answer .= "error $left objects survive a reset\n";
    Heap::$alive = [];
    Heap::$born = 0;
    Heap::$silent = false;
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
        try {
            execute($line);
        } catch (Raised) {  // From the finalizer of a released object, which has ended.
        } catch (Throwable $error) {
            $line = strtr(substr($line, 0, 80) . '": ' . $error->getMessage(), "\n", ' ');
            Heap::$answer .= "error in \"$line\n";
            continue;
        }
        report_deaths();
        Heap::$answer .= "ok\n";
    }
}

set_error_handler(fn($_, $message) => throw new Exception($message));
Heap::$living = new WeakMap();
reset_heap();
serve(false);
