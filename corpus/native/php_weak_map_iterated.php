<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: use after free. A destructor that the collector runs iterates over a WeakMap,
// gets a key (or with `value`, 8.4, its value) that is trash of the same collection and has no
// destructor, and keeps it; the collector frees it nevertheless. The same as php_use_after_free.php
// by another door.
//
//     php -n php_weak_map_iterated.php [value]    exits 1, or crashes, where the bug is present
//
// No report found. Found by experiments with maps.

class Plain {
    public $me;
    public $text = 'text';
}

class Rescuer {
    public $me;
    function __destruct() {
        global $map, $saved, $argv;
        foreach ($map as $key => $value) {
            $saved = in_array('value', $argv) ? $value : $key;
        }
    }
}

$map = new WeakMap;
$rescuer = new Rescuer;
$rescuer->me = $rescuer;
$key = new Plain;
$key->me = $key;
$map[$key] = new Plain;
unset($rescuer, $key);

gc_collect_cycles();
$others = [];
for ($i = 0; $i < 100; ++$i) {  // new objects, one of which gets the memory of the freed one
    $others[$i] = new Plain;
    $others[$i]->text = 'another';
}
$fails = $saved->text !== 'text';
echo PHP_VERSION, $fails ? " FAILS: the object that was taken back has been freed\n" : " passes\n";
exit($fails ? 1 : 0);
