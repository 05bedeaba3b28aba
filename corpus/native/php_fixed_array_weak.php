<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: use after free. A SplFixedArray that dies releases its elements before it clears
// the weak references to itself; an element's destructor gets the dying array through one, and has
// it when it is freed.
//
//     php -n php_fixed_array_weak.php         exits 1, or crashes, where the bug is present
//
// Ouroboros found it by the kind `spl-fixed-array-node`: law `no-free-while-held`.

class Element {
    function __destruct() {
        $GLOBALS['got'] = $GLOBALS['weak']->get();
    }
}

$control = in_array('control', $argv);
$array = $control ? new ArrayObject([new Element]) : SplFixedArray::fromArray([new Element]);
$weak = WeakReference::create($array);
$got = null;
$array = null;
$fails = $got !== null;
echo PHP_VERSION, $fails ? " FAILS: it got an array that is being freed\n" : " passes\n";
exit($fails ? 1 : 0);
