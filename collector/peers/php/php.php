<?php
// A PHP as a collector under test: one file, run by the very interpreter that is tested (8.0 and
// later), that speaks the line protocol on its standard input and output.
//
// Place: a peer of collector/process, which starts it and drives it. It executes and reports; it
// parses no scripts and judges nothing.
//
// PHP counts references. What reaches zero dies at once: __destruct runs; if the object is still
// unreferenced then, its weak references are cleared and its memory is released.
// gc_collect_cycles() starts from "possible roots": objects that have lost a reference and lived. A
// measuring instrument must not disturb what it measures. In this file that means:
//
// * A death is seen in a WeakMap that has every object as a key. The entry goes with the object's
//   memory: after its finalizer, and not if that resurrects it. The values are integers, so that
//   the map leads nowhere. It is looked at before every finalizer and after every operation: a
//   death is reported within the operation that caused it, before any script that runs later.
// * Looking compares sizes and reads values, never keys: a variable that held an object would make
//   it a possible root, which could hide that the collector has missed one. For the same reason
//   handlers pass names of registers, and one expression moves a reference. PHP itself lets the old
//   value of an assignment go last; `got` comes before, with the object's number, a property.
// * Registers are static: binding a global variable would make their array a possible root.

error_reporting(E_ALL);
ini_set('display_errors', 'stderr');
ini_set('zend.exception_ignore_args', '1');  // Traces of exceptions would hold objects.
gc_enable();  // With `zend.enable_gc = 0` there is no buffer for possible roots before this.
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
const MAX_COLLECTIONS = 8;  // That a reset tries.

final class Heap {
    public static array $registers = [];  // By name; `self` is the innermost script's.
    public static WeakMap $living;        // Object => number.
    public static array $alive = [];      // Number => true, of objects that are not reported dead.
    public static int $born = 0;
    public static string $answer = '';    // Lines that are not written yet.
    public static bool $silent = false;   // During a reset there are no events and no scripts.
}
final class Raised extends Exception {}  // What `raise` raises.
class Thing { public int $number; }
final class Leaf extends Thing {}

// WeakReference::create() gives every caller the same object, as long as that lives: so a weak
// reference with an identity of its own is an object around it.
final class Weak extends Thing { public WeakReference $reference; }

// Even slots are properties, the others elements of an array: PHP's collector walks both.
class Node extends Thing {
    public $slot0, $slot2, $slot4, $slot6;
    public array $odd = [1 => null, 3 => null, 5 => null, 7 => null];
}

final class FinalNode extends Node {
    public function __destruct() {
        if (Heap::$silent) return;
        report_deaths();
        Heap::$answer .= "> finalize $this->number\n";
        $outer = Heap::$registers['self'];  // It is held by its own __destruct already.
        Heap::$registers['self'] = $this;
        $raised = serve(true);
        Heap::$registers['self'] = $outer;
        Heap::$answer .= "> end $this->number" . ($raised ? " raised\n" : "\n");
        if ($raised) throw new Raised();
    }
}

// ---- Births and deaths --------------------------------------------------------------------------

// What was in the register before goes last.
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
    } catch (Raised) {}  // It goes on to its end, and then throws what finalizers have thrown.
    report_deaths();
    Heap::$answer .= '> done ' . (gc_status()['collected'] - $before) . "\n";
}

function hello(): void {
    Heap::$answer .= '> hello php ' . PHP_VERSION . " weak finalizer\n";
}
// Drops everything, and proves it: an object that survived would haunt the next program.
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

// Executes operations until the script ends, and says whether it raised; or for ever.
function serve(bool $in_script): bool {
    while (true) {
        fwrite(STDOUT, Heap::$answer);
        Heap::$answer = '';
        $line = fgets(STDIN);
        Heap::$silent = $line === false;  // Without a last word from those who are alive.
        if ($line === false) exit(0);
        $line = rtrim($line);
        if ($in_script && ($line === 'end' || $line === 'raise')) return $line === 'raise';
        try {
            execute($line);
        } catch (Raised) {  // From the finalizer of what the operation let go. It is over.
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
