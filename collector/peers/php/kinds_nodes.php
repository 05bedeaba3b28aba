<?php
// SPDX-License-Identifier: Apache-2.0

// A node kind is what a node itself is: `of(name, class's text without its last brace, slot:)`.
//
// Place: a table of kinds.php. `slot` is the expression of slot # of the node @, after `!` if it is
// not a variable that can be changed in place. The class is declared twice, once with a destructor.
// With `expression` there is no class, and so no finalizer.

const SLOTS = 'public $number, $s0, $s1, $s2, $s3, $s4, $s5, $s6, $s7;';
of('standard', 'extends stdClass { public $number;', slot: '@->{"p#"}', words: 'dynamic');
of('properties', '{ ' . SLOTS, slot: '@->s#');
of('typed', '{ public $number; public mixed $s0 = null, $s1 = null, $s2 = null, $s3 = null, ' .
   '$s4 = null, $s5 = null, $s6 = null, $s7 = null;', slot: '@->s#');
of('private-parent', 'extends ManySlots { private $s0 = 1, $s7 = 1;', slot: '@->a[#]');
helpers('class ManySlots { public $number, $a = []; private $s0, $s7; }');
of('hundred', '{ public $number; public $s' .
   implode(', $s', [...range(8, 99), ...range(0, 7)]) . ';', slot: '@->s#');
of('dynamic', '{ public $number;', slot: '@->{"p#"}', words: 'dynamic');
of('numeric', '{ public $number;', slot: '@->{"#"}', words: 'dynamic');
of('array', '{ public $number; public array $a = [];', slot: '@->a[#]');
of('array-hash', '{ public $number; public $a = ["x" => 1];', slot: '@->a["k#"]');
of('unset-properties', '{ ' . SLOTS . ' function __construct() { for ($i = 0; $i < 8; ++$i) ' .
   'unset($this->{"s$i"}); }', slot: '@->s#');
of('materialised', '{ ' . SLOTS . ' function __construct() { foreach ($this as $k => $v) ' .
   '$a = (array) $this; }', slot: '@->s#');
of('referenced', '{ ' . SLOTS . ' function __construct() { foreach ($this as $k => &$v); }',
   slot: '@->s#');
of('readonly', 'readonly { public Box $a; function __construct(public int $number) { ' .
   '$this->a = new Box([]); }', slot: '@->a->v[#]', needs: '8.2');
of('magic', 'extends Magic { public $number;', slot: '!@->{"p#"}');
of('access', 'extends Access { public $number;', slot: '!@[#]');
of('array-object', 'extends ArrayObject { public $number;', slot: '@[#]');
of('array-object-properties', 'extends ArrayObject { ' . SLOTS, slot: '@->s#');
of('array-object-as-properties', 'extends ArrayObject { public $number; function __construct() { ' .
   'parent::__construct([], 2); }', slot: '@->{"p#"}');
of('array-object-self', 'extends ArrayObject { public $number; function __construct() { ' .
   'parent::__construct([]); $this->exchangeArray($this); }', slot: '@["k#"]');
of('array-iterator', 'extends ArrayIterator { public $number;', slot: '@[#]');
of('recursive-array-iterator', 'extends RecursiveArrayIterator { public $number;', slot: '!@[#]');
of('spl-fixed-array', 'extends SplFixedArray { public $number; function __construct() { ' .
   'parent::__construct(8); }', slot: '!@[#]', needs: '8.3');  // As for set_first.
of('spl-list', 'extends SplDoublyLinkedList { public $number; function __construct() { ' .
   'for ($i = 0; $i < 8; ++$i) $this[] = null; }', slot: '!@[#]');
of('spl-queue', 'extends SplQueue { public $number; function __construct() { ' .
   'for ($i = 0; $i < 8; ++$i) $this[] = null; }', slot: '!@[#]');
of('spl-storage', 'extends SplObjectStorage { ' . SLOTS, slot: '@->s#');
of('spl-storage-data', 'extends SplObjectStorage { public $number, $k = []; function ' .
     '__construct() ' .
   '{ for ($i = 0; $i < 8; ++$i) $this->k[] = new stdClass; }', slot: '!@[@->k[#]]');
of('spl-heap', 'extends SplMinHeap { ' . SLOTS, slot: '@->s#');
of('spl-priority-queue', 'extends SplPriorityQueue { ' . SLOTS, slot: '@->s#');
of('weak-map-bearer', '{ public $number, $m, $k = []; function __construct() { ' .
   '$this->m = new WeakMap; for ($i = 0; $i < 8; ++$i) $this->k[] = new stdClass; }',
   slot: '!@->m[@->k[#]]');
of('iterator-aggregate', 'implements IteratorAggregate { ' . SLOTS .
   ' function getIterator(): Iterator { yield $this->s0; yield $this->s1; }', slot: '@->s#');
of('iterator-iterator', 'extends IteratorIterator { ' . SLOTS .
   ' function __construct() { parent::__construct(new ArrayIterator([1])); }', slot: '@->s#');
of('multiple-iterator', 'extends MultipleIterator { ' . SLOTS, slot: '@->s#');
of('exception', 'extends Exception { ' . SLOTS, slot: '@->s#');
of('error', 'extends Error { public $number, $a = [];', slot: '@->a[#]');
of('date-time', 'extends DateTime { ' . SLOTS, slot: '@->s#');
of('date-time-immutable', 'extends DateTimeImmutable { public $number;', slot: '@->{"p#"}',
   words: 'dynamic');
of('date-interval', 'extends DateInterval { ' . SLOTS . ' function __construct() { ' .
   'parent::__construct("P1D"); }', slot: '@->s#');
of('date-period', 'extends DatePeriod { ' . SLOTS . ' function __construct() { ' .
   'parent::__construct(new DateTime, new DateInterval("P1D"), 2); }', slot: '@->s#');
of('file', 'extends SplTempFileObject { ' . SLOTS, slot: '@->s#');
of('reflection', 'extends ReflectionClass { ' . SLOTS . ' function __construct() { ' .
   'parent::__construct("Box"); }', slot: '@->s#');
of('filter', 'extends php_user_filter { ' . SLOTS, slot: '@->s#');
of('session', 'extends SessionHandler { ' . SLOTS, slot: '@->s#', needs: 'session');
of('document', 'extends DOMDocument { ' . SLOTS, slot: '@->s#', needs: 'dom');
of('element', 'extends DOMElement { ' . SLOTS . ' function __construct() { ' .
   'parent::__construct("a"); (new DOMDocument)->appendChild($this); }', slot: '@->s#',
   needs: 'dom');
of('database', 'extends SQLite3 { ' . SLOTS . ' function __construct() { ' .
   'parent::__construct(":memory:"); }', slot: '@->s#', needs: 'sqlite3');
of('closure-bearer', '{ public $number, $f; function __construct() { $a = []; $this->f = static ' .
   'function &() use (&$a) { return $a; }; }', slot: '(@->f)()[#]');
of('static-variable', '{ public $number, $f; function __construct() { $this->f = static function ' .
   '&() { static $a = []; return $a; }; }', slot: '(@->f)()[#]');
of('anonymous', '', expression: 'new class { ' . SLOTS . ' }', slot: '@->s#', words: 'nofinal');
of('closure', '', expression: 'slots()', slot: '(@)()[#]', words: 'nofinal');
helpers(
    'function slots() { $a = []; return function &() use (&$a) { return $a; }; }',
    'function ghosted() { return (new ReflectionClass("Ghost"))->newLazyGhost(function ($g) {}); }',
    'class Ghost { ' . SLOTS . ' }',
    'function proxied() { return (new ReflectionClass("Ghost"))->newLazyProxy(fn() => new ' .
        'Ghost); }',
);
of('lazy-ghost', '', expression: 'ghosted()', slot: '@->s#', words: 'nofinal', needs: '8.4');
of('lazy-proxy', '', expression: 'proxied()', slot: '@->s#', words: 'nofinal', needs: '8.4');
of('hooked', '{ public $number; private $a = []; public $v { &get { return $this->a; } }',
   slot: '@->v[#]', needs: '8.4');
