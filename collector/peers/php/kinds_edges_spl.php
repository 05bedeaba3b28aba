<?php
// SPDX-License-Identifier: Apache-2.0

// A container or an iterator of the SPL is an edge; so is an own property of an internal class's
// heir, since each class of the engine tells the collector what it holds in a way of its own.
//
// Place: a table of kinds.php, see kinds_edges.php.

const ARRAYISH = [
    '$h[] = 1', 'unset($h[0])', '$h->exchangeArray([])', '$h->exchangeArray($h)',
    '$h->uasort(function () { gc_collect_cycles(); return 0; })',
    '$h[] = 1; $h->uasort(function () { gc_collect_cycles(); return 0; })',
    '$c = $h->getIterator(); unset($h[0]); $c->next(); $c->current()',
    '$c = clone $h; $c[0] = 1; unset($c)', '$h->__unserialize([])', '$h->__serialize()',
    '$h->__unserialize($h->__serialize())', '$h->getArrayCopy()', '$c = &$h[0]; $c = 1',
    '$c = &$h[0]; unset($h[0])', '$h->unserialize("x:i:0;a:0:{};m:a:0:{}")',
    'foreach ($h as $k => &$v) { unset($h[$k]); gc_collect_cycles(); }',
    'array_walk($h, function (&$v, $k) { gc_collect_cycles(); })', 'end($h); next($h)',
];
// Without what crashes: 8.0 to 8.5 unserialise into an object that lends its array, and free twice
// (new); sorting an object's property table leaks it (new).
const LENT = [
    '$h[] = 1', 'unset($h[0])', '$h->exchangeArray($h)', '$h->getArrayCopy()', '$h->__serialize()',
    '$c = $h->getIterator(); unset($h[0]); $c->next(); $c->current()', '$c = &$h[0]; $c = 1',
    '$c = clone $h; $c[0] = 1; unset($c)', '$c = &$h[0]; unset($h[0])', 'end($h); next($h)',
    'foreach ($h as $k => &$v) { unset($h[$k]); gc_collect_cycles(); }',
];
const LIST_ = [
    '$h->push(1)', '$h->pop()', '$h->shift()', 'unset($h[0])', '$h->rewind(); $h->next()',
    '$h->setIteratorMode(1)', '$h->rewind(); unset($h[0]); $h->current(); $h->next()',
    'foreach ($h as $v) { unset($h[0]); gc_collect_cycles(); }', '$h->__unserialize([0, [], []])',
    // A list appends what it is given.
    '$h->__unserialize($h->__serialize()); while (count($h) > 1) $h->pop()',
    '$h->setSize(0)', '$h->setSize(40)', '$h->toArray()',
    '$c = $h->getIterator(); $h->setSize(0); $c->current()', '$c = clone $h; $c[0] = 1',
    '$h->unserialize($h->serialize())', '$h[0] = &$h[0]',
];
const HEAP = [
    '$h->extract()', '$h->top()', '$h->next()', '$h->current()', '$h->recoverFromCorruption()',
    'foreach ($h as $v) gc_collect_cycles()', '$h->insert($h->top(), 1)', '$h->isCorrupted()',
    '$c = clone $h; $c->extract(); unset($c)', '$h->setExtractFlags(3)', '$h->__debugInfo()',
];
const STORAGE = [
    '$h->rewind(); $h->next(); $h->current()', '$h->removeAll($h)', '$h->addAll($h)',
    '$h->removeAllExcept($h)', 'foreach ($h as $k => $v) { $h->detach($v); gc_collect_cycles(); }',
    'foreach ($h as $v) $h[$v] = 1', '$h->attach($h); $h->detach($h)', '$h->__unserialize([[], ' .
        '[]])',
    '$h->__unserialize($h->__serialize())', '$h->setInfo(1)', '$c = clone $h; $c->removeAll($h)',
    '$h->attach(new stdClass, $h); $h->detach(new stdClass)', '$h->getHash($h)',
    '$c = $h->__debugInfo(); gc_collect_cycles(); unset($c)',
];
const ITERATOR = [
    '$h->next()', '$h->rewind()', '$h->current()', '$h->valid()', '$h->key()', 'steps($h, 3)',
    '$c = clone $h; $c->rewind(); $c->next(); unset($c)', '$h->getInnerIterator()->next()',
    '$h->getInnerIterator()->rewind()', '$h->__construct($h)', '$h->rewind(); gc_collect_cycles()',
    '$h->__construct(new ArrayIterator([]))', 'foreach ($h as $v) { $h->rewind(); break; }',
    '$h->seek(0)', 'iterator_apply($h, fn() => false)', '$h->hasNext()', '$h->__toString()',
    'iterator_to_array(new LimitIterator($h, 0, 2))', '$h->getChildren()', '$h->getCache()',
    '$h->offsetSet(0, 1)', '$c = start((function ($i) { yield from $i; })($h)); unset($c)',
    'crowd(); try { $h->rewind(); $h->next(); } finally { uncrowd(); }',
];

// ---- Containers ---------------------------------------------------------------------------------
helpers(
    'function info($s) { $s->rewind(); return $s->getInfo(); }',
    'function set_info($s, $v) { $s->rewind(); $s->setInfo($v); }',
    'function storage($k, $v = null) { $s = new SplObjectStorage; $s[$k] = $v; return $s; }',
    'function first($i) { foreach ($i as $v) return $v; }',
    'function filled($c, $v, ...$a) { $c->insert($v, ...$a); return $c; }',
    'function refill($c, ...$a) { if (count($c)) $c->extract(); $c->insert(...$a); }',
    'function store_only($s, $v) { $s->removeAllExcept(new SplObjectStorage); $s[$v] = 1; }',
    'function pushed($c, $v) { $c->push($v); return $c; }',
    'function rewound($i) { $i->rewind(); return $i; }',
    'function once($v) { return new ArrayIterator([$v]); }',
    'class OwnHeap extends SplHeap { function compare($a, $b): int { ' .
        'return is_object($a) <=> is_object($b); } }',
    'class BadHeap extends SplHeap { function compare($a, $b): int { throw new Exception; } }',
    // Before 8.3 a SplFixedArray that was dumped, cast or compared has a second table of its
    // elements from then on, which is brought up to date when it is asked for again, unless there
    // are none. A destructor must not change the array meanwhile: that is a crash.
    'function set_first($a, $v) { $old = $a[0] ?? null; $a[0] = $v; unset($v); ' .
        'if (PHP_VERSION_ID < 80300) { $c = (array) $a; unset($c); } unset($old); }',
    'function bad_heap($v) { $h = filled(new BadHeap, $v); try { $h->insert(1); } ' .
        'catch (Exception) {} return $h; }',
);
// An ArrayObject releases the old element before it writes the new one: its destructor must not run
// there (php_arrayobject_write.php).
const WRITE = '$c = $h[0] ?? null; $h[0] = $x; unset($c)';
const CLEAR = '$c = $h[0] ?? null; $h[0] = null; unset($c)';
function elements(string $name, string $make, string $pokes, string $needs = ''): void {
    edge($name, $make, get: '$h[0]', put: WRITE, take: CLEAR, pokes: constant($pokes),
         needs: $needs);
}
elements('array-object', 'new ArrayObject([$x])', 'ARRAYISH');
elements('array-object-nested', 'new ArrayObject(new ArrayObject([$x]))', 'LENT');
elements('array-object-iterator', '(new ArrayObject([$x]))->getIterator()', 'LENT');
elements('array-object-cloned', 'clone new ArrayObject([$x])', 'ARRAYISH');
elements('array-iterator', 'new ArrayIterator([$x])', 'ARRAYISH');
elements('array-iterator-cast', '$h = new ArrayIterator([$x]); $c = (array) $h; unset($c);',
         'ARRAYISH');
elements('array-iterator-seek', '$h = new ArrayIterator([$x, 1]); $h->seek(1);', 'ARRAYISH');
elements('array-iterator-recursive', 'new RecursiveArrayIterator([$x])', 'ARRAYISH');
elements('array-iterator-children', '(new RecursiveArrayIterator([[$x]]))->getChildren()',
         'LENT');
edge('array-object-self', '$h = new ArrayObject; $h->exchangeArray($h); $h[0] = $x;',
     get: '$h[0]', put: WRITE, take: CLEAR, pokes: ['$h->getIterator()']);
edge('array-object-box', 'new ArrayObject(new Box($x))', get: '$h["v"]',
     put: '$c = $h["v"] ?? null; $h["v"] = $x; unset($c)',
     take: '$c = $h["v"] ?? null; $h["v"] = null; unset($c)', pokes: LENT);
edge('array-object-sorted', '$h = new ArrayObject(new Box($x)); $h->uasort(fn() => 0);',
     get: '$h["v"]', leaks: '8.0- new');
edge('array-object-unserialised', '$h = new ArrayObject(new ArrayObject([$x])); ' .
     '$h->unserialize("x:i:0;a:0:{};m:a:0:{}");', get: '$h[0]', crashes: '8.0- new');
edge('array-object-content', 'new ArrayObject($x)', get: '$h->__serialize()[1]',
     pokes: ['$h->getArrayCopy()', '$h->rewind(); $h->next()', 'count($h)', '$h->getIterator()']);
edge('array-iterator-content', 'new ArrayIterator($x)', get: '$h->__serialize()[1]',
     pokes: ['$h->getArrayCopy()', '$h->rewind(); $h->next()', 'count($h)', '$h->getIterator()']);
edge('array-object-properties', '$h = new ArrayObject([], 2); $h->v = $x;', get: '$h->v',
     put: '$c = $h->v ?? null; $h->v = $x; unset($c)',
     take: '$c = $h->v ?? null; $h->v = null; unset($c)', pokes: ARRAYISH);
foreach ([
    '' => 'SplFixedArray::fromArray([$x])',
    '-resized' => '$h = new SplFixedArray(9); $h[0] = $x; $h->setSize(1);',
    '-cast' => '$h = SplFixedArray::fromArray([$x]); $c = (array) $h; unset($c);',
] as $name => $make)
    edge("spl-fixed-array$name", $make, get: '$h[0]', put: 'set_first($h, $x)',
         take: 'set_first($h, null)', pokes: LIST_);
edge('spl-fixed-array-iterator', 'rewound(SplFixedArray::fromArray([$x])->getIterator())',
     get: '$h->current()', pokes: ITERATOR, leaks: '8.0- new');
elements('spl-list', 'pushed(new SplDoublyLinkedList, $x)', 'LIST_');
elements('spl-list-iterating', 'rewound(pushed(new SplDoublyLinkedList, $x))', 'LIST_');
elements('spl-queue', 'pushed(new SplQueue, $x)', 'LIST_');
edge('spl-stack', 'pushed(new SplStack, $x)', get: '$h[0]', put: '$h[0] = $x', take: '$h[0] = null',
     pokes: array_diff(LIST_, ['$h->push(1)']));
edge('spl-list-removed', '$h = rewound(pushed(new SplDoublyLinkedList, $x)); $h->pop(); ' .
     '$h->push($x);', get: '$h[0]', put: '$h[0] = $x', take: '$h[0] = null', pokes: LIST_);
foreach (['min' => 'SplMinHeap', 'max' => 'SplMaxHeap', 'own' => 'OwnHeap'] as $name => $class)
    edge("spl-heap-$name", "filled(new $class, \$x)", get: '$h->top()',
         put: 'refill($h, $x)', take: '$h->extract()', pokes: HEAP);
edge('spl-heap-two', 'filled(filled(new OwnHeap, 1), $x)', get: '$h->top()', pokes: HEAP);
edge('spl-heap-corrupt', 'bad_heap($x)', is: 'count($h) > 1',
     pokes: ['$h->recoverFromCorruption()', '$h->isCorrupted()', '$h->top()', '$h->valid()']);
edge('spl-priority-queue', 'filled(new SplPriorityQueue, $x, 1)', get: '$h->top()',
     put: 'refill($h, $x, 1)', take: '$h->extract()',
     pokes: array_diff(HEAP, ['$h->setExtractFlags(3)']));
edge('spl-priority-queue-priority', '$h = filled(new SplPriorityQueue, 1, $x); ' .
     '$h->setExtractFlags(2);', get: '$h->top()', put: 'if (count($h)) $h->extract(); ' .
     '$h->insert(1, $x)',
     take: '$h->extract()', pokes: array_diff(HEAP, ['$h->setExtractFlags(3)']));
edge('spl-storage-key', 'storage($x)', get: 'first($h)',
     put: 'store_only($h, $x)',
     take: '$h->removeAllExcept(new SplObjectStorage)', pokes: STORAGE);
edge('spl-storage-data', 'storage(new stdClass, $x)', get: 'info($h)', put: 'set_info($h, $x)',
     take: 'set_info($h, null)', pokes: STORAGE);
edge('spl-storage-both', 'storage($x, $x)', get: 'info($h)', pokes: STORAGE);
edge('spl-storage-self', '$h = new SplObjectStorage; $h[$h] = $x;', get: 'info($h)',
     pokes: STORAGE, words: 'cyclic');
edge('spl-storage-iterating', 'rewound(storage($x))', get: 'first($h)', pokes: STORAGE);
edge('spl-storage-cloned', 'clone storage($x)', get: 'first($h)', pokes: STORAGE);
edge('spl-storage-cast', '$h = storage($x); $c = (array) $h; unset($c);', get: 'first($h)',
     pokes: STORAGE);
edge('unserialised-storage', '$h = unserialize(serialize(storage(new stdClass, 1))); ' .
     'set_info($h, $x);', get: 'info($h)', put: 'set_info($h, $x)', take: 'set_info($h, null)',
     pokes: STORAGE);
edge('weak-map-value', '$h = [new WeakMap, new stdClass]; $h[0][$h[1]] = $x;',
     get: '$h[0][$h[1]]', put: '$h[0][$h[1]] = $x', take: 'unset($h[0][$h[1]])',
     pokes: ['foreach ($h[0] as $k => $v) { $h[1] = null; gc_collect_cycles(); }',
             'foreach ($h[0] as $k => &$v) gc_collect_cycles()', '$h[0] = clone $h[0]',
             '$h[1] = null', '$c = $h[0]->getIterator(); $h[0] = null; $c->current()']);
edge('weak-map-node', '$h = new WeakMap; $h[@] = $x;', get: '$h[@]', put: '$h[@] = $x',
     take: 'unset($h[@])', pokes: ['$h = clone $h', 'foreach ($h as $k => &$v) $h[$k] = $v']);
edge('weak-map-content', '$h = new WeakMap; $h[$x] = $x;', get: 'first($h)', needs: '<8.3',
     pokes: ['foreach ($h as $k => $v) { unset($h[$k], $k, $v); gc_collect_cycles(); }',
             '$h = clone $h']);
helpers('class Keyed { static $map; static function set($k, $v) { self::$map ??= new WeakMap; ' .
        'self::$map[$k] = $v; return true; } }');
edge('weak-map-global', '$h = new stdClass; Keyed::set($h, $x);', get: 'Keyed::$map[$h]',
     put: 'Keyed::set($h, $x)', take: 'unset(Keyed::$map[$h])', words: 'rooted<8.3',
     reset: 'Keyed::$map = null', pokes: ['Keyed::$map = clone Keyed::$map',
     'foreach (Keyed::$map as $k => &$v) gc_collect_cycles()']);

// ---- Iterators ----------------------------------------------------------------------------------
// The content is in the innermost iterator, or, `-current`, only where the outer one has cached it.
// As in WRITE, the old element is kept until the new one is there.
function rewrite(string $value, string $then = ''): string {
    $element = '$h->getInnerIterator()[0]';
    return "\$c = $element ?? null; $element = $value;$then unset(\$c)";
}
foreach ([
    'iterator' => 'new IteratorIterator(once($x))', 'no-rewind' => 'new NoRewindIterator(once($x))',
    'infinite' => 'new InfiniteIterator(once($x))', 'limit' => 'new LimitIterator(once($x), 0, 1)',
    'callback-filter' => 'new CallbackFilterIterator(once($x), fn() => true)',
    'caching' => 'new CachingIterator(once($x), 0)',
    'filter' => 'new OwnFilter(once($x))',
] as $name => $make) {
    edge("iterator-$name", $make, get: '$h->getInnerIterator()[0]', pokes: ITERATOR,
         put: rewrite('$x', ' $h->rewind();'),  // or it keeps the current one
         take: rewrite('null', ' $h->rewind();'));
    if ($name !== 'no-rewind')  // It asks the inner one.
    edge("iterator-$name-current", "\$h = rewound($make); \$h->getInnerIterator()[0] = null;",
         get: '$h->current()', pokes: ITERATOR);
}
helpers('class OwnFilter extends FilterIterator { function accept(): bool { return true; } }',
        'function counted($v) { yield $v; yield 1; yield 2; }');
edge('iterator-generator', 'new IteratorIterator(counted($x))', is:
     '$h->getInnerIterator()->valid()',
     pokes: ['$h->next()', '$h->getInnerIterator()->next()', '$h->valid()'], words: 'frail');
edge('iterator-generator-current', '$h = rewound(new IteratorIterator(counted($x)));',
     get: '$h->current()', pokes: ITERATOR, words: 'frail');
edge('iterator-aggregate', 'new IteratorIterator(access($x))', get: '$h->getInnerIterator()[0]',
     pokes: ITERATOR);
edge('iterator-callback', 'new CallbackFilterIterator(new ArrayIterator([1]), fn() => $x)',
     is: '$h instanceof Iterator', pokes: array_diff(ITERATOR, ['$h->__construct($h)']));
edge('iterator-caching-full', '$h = new CachingIterator(once($x), 256); foreach ($h as $v); ' .
     '$h->getInnerIterator()[0] = null; unset($v);', get: '$h->getCache()[0]', pokes: ITERATOR);
edge('iterator-caching-property', '$h = new CachingIterator(new ArrayIterator, 256); $h[0] = $x;',
     get: '$h[0]', put: WRITE, take: CLEAR, pokes: ITERATOR);
edge('iterator-append', '$h = new AppendIterator; $h->append(once($x));',
     get: '$h->getArrayIterator()[0][0]',
     pokes: [...ITERATOR, '$h->append(new ArrayIterator([1]))',
     '$h->append($h->getInnerIterator())']);
edge('iterator-multiple', '$h = new MultipleIterator; $h->attachIterator(once($x));',
     get: 'rewound($h)->current()[0]',
     pokes: [...ITERATOR, '$h->attachIterator(new EmptyIterator)', '$h->detachIterator($h)',
             '$h->setFlags(2)']);
edge('iterator-multiple-key', '$h = new MultipleIterator; $h->attachIterator(once($x), 1);',
     get: 'rewound($h)->current()[0]', pokes: ITERATOR);
edge('iterator-recursive', 'rewound(new RecursiveIteratorIterator(new RecursiveArrayIterator(' .
     '[[$x]], 4)))', get: '$h->current()', pokes: ITERATOR);
edge('iterator-recursive-inner', 'new RecursiveIteratorIterator(new ' .
     'RecursiveArrayIterator([$x], 4))',
     get: '$h->getInnerIterator()[0]', put: rewrite('$x'), take: rewrite('null'), pokes: ITERATOR);
edge('iterator-tree', 'new RecursiveTreeIterator(new RecursiveArrayIterator([$x], 4))',
     get: '$h->getInnerIterator()->getInnerIterator()[0]', pokes: ITERATOR);
edge('iterator-parent', 'new ParentIterator(new RecursiveArrayIterator([[$x]]))',
     get: '$h->getInnerIterator()[0][0]', pokes: ITERATOR);
edge('iterator-recursive-callback', 'new RecursiveCallbackFilterIterator(' .
     'new RecursiveArrayIterator([$x], 4), fn() => true)', get: '$h->getInnerIterator()[0]',
     pokes: ITERATOR);
edge('iterator-recursive-caching', 'rewound(new RecursiveCachingIterator(' .
     'new RecursiveArrayIterator([[$x]]), 0))', get: '$h->current()[0]', pokes: ITERATOR);
edge('iterator-regex', 'new RegexIterator(once($x), "/./")', get: '$h->getInnerIterator()[0]',
     pokes: ITERATOR);
edge('iterator-of-iterator', 'new IteratorIterator(new IteratorIterator(once($x)))',
     get: '$h->getInnerIterator()->getInnerIterator()[0]', pokes: ITERATOR);

// These release an element before they forget it; a destructor that acts on them then finds it
// there (php_iterator_next_again.php, php_arrayobject_write.php, php_caching_iterator_rewind.php).
foreach (Heap::$kinds['edge'] as $name => $kind)
    if (preg_match('/^(array-object|array-iterator|iterator)/', $name)) $kind->alone = true;

// ---- Heirs of the engine's classes: a declared and a dynamic property ---------------------------
const HEIR = ['unset($h->v)', '$c = &$h->v; gc_collect_cycles(); unset($c)', '$h->w = $h; ' .
     'unset($h->w)',
              '$c = clone $h; $c->v = null; unset($c)',
              'get_object_vars($h)',
              '$h->__unserialize($h->__serialize())', '$h->__wakeup()', '$h->__set_state([])'];
foreach ([
    'DateTime' => '', 'DateTimeImmutable' => '', 'DateInterval' => '"P1D"',
        'DateTimeZone' => '"UTC"',
    'DatePeriod' => 'new DateTime, new DateInterval("P1D"), 3', 'SplFileInfo' => '"x"',
    'SplTempFileObject' => '', 'ArrayObject' => '', 'ArrayIterator' => '', 'SplObjectStorage' => '',
    'SplFixedArray' => '3', 'SplDoublyLinkedList' => '', 'SplMinHeap' => '',
        'SplPriorityQueue' => '',
    'MultipleIterator' => '', 'AppendIterator' => '', 'EmptyIterator' => '', 'Exception' => '',
    'ErrorException' => '', 'ReflectionClass' => '"Box"', 'ReflectionFunction' => 'fn() => 1',
    'ReflectionProperty' => '"Box", "v"', 'php_user_filter' => '', 'Directory' => '',
    'IteratorIterator' => 'new EmptyIterator', 'DOMDocument' => '', 'DOMElement' => '"a"',
    'DOMText' => '"a"', 'XMLReader' => '', 'XMLWriter' => '', 'XSLTProcessor' => '',
    'SQLite3' => '":memory:"', 'PDO' => '"sqlite::memory:"', 'CURLFile' => '"x"',
    'NumberFormatter' => '"en", 1', 'Collator' => '"en"', 'SoapVar' => '1, 101',
    'SoapHeader' => '"a", "b"', 'SessionHandler' => '',
] as $class => $arguments) {
    $name = strtolower(preg_replace('/(?<=[a-z])(?=[A-Z])/', '-', strtr($class, '_', '-')));
    $needs = ['DO' => 'dom', 'XM' => 'dom xmlreader', 'XS' => 'dom xsl', 'SQ' => 'sqlite3', 'PD' =>
              'pdo pdo_sqlite', 'CU' => 'curl', 'Nu' => 'intl', 'Co' => 'intl', 'So' => 'soap',
              'Se' => 'session', 'Di' => '<8.5'][substr($class, 0, 2)] ?? '';
    if ($class === 'XMLWriter') $needs = 'xmlwriter';
    helpers("#[AllowDynamicProperties] class Heir$class extends $class { public \$v; }",
            "#[AllowDynamicProperties] class Wild$class extends $class {}");
    edge("heir-$name", "\$h = new Heir$class($arguments); \$h->v = \$x;", get: '$h->v',
         put: '$h->v = $x', take: '$h->v = null', pokes: HEIR, needs: $needs);
    edge("wild-$name", "\$h = new Wild$class($arguments); \$h->v = \$x;", get: '$h->v',
         put: '$h->v = $x', take: '$h->v = null', pokes: HEIR, needs: $needs);
}
