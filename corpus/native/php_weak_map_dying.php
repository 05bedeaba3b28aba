<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: use after free. A WeakMap that dies releases its values before it clears the weak
// references to itself; a value's destructor gets the dying map through one, and has it when it is
// freed. The same as php_fixed_array_weak.php in another class.
//
//     php -n php_weak_map_dying.php            exits 1, or crashes, where the bug is present
//     php -n php_weak_map_dying.php control    the same with an ArrayObject: passes
//
// No report found; like GH-13612. Found by experiments with maps.

class Value {
    function __destruct() {
        $GLOBALS['got'] = $GLOBALS['weak']->get();
    }
}

$control = in_array('control', $argv);
$key = new stdClass;
if ($control) {
    $map = new ArrayObject([new Value]);
} else {
    $map = new WeakMap;
    $map[$key] = new Value;
}
$weak = WeakReference::create($map);
$got = null;
$map = null;
$fails = $got !== null;
echo PHP_VERSION, $fails ? " FAILS: it got a map that is being freed\n" : " passes\n";
exit($fails ? 1 : 0);
