<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: use after free. A destructor that the collector runs asks for a WeakReference to
// its object. WeakReference::create returns the one that exists, which is trash of the same
// collection: the collector has counted its references already, and frees it nevertheless.
//
//     php -n php_weak_reference_again.php      exits 1, or crashes, where the bug is present
//
// Ouroboros found it with plain programs: law `dereference`. (It is not in ../found, as it crashes
// the interpreter about every other time.)

class Holder {
    public $me;
    public $weak;
}

class Dying {
    public $me;
    function __destruct() {
        global $found;
        $found = WeakReference::create($this);
    }
}

$dying = new Dying;
$dying->me = $dying;
$holder = new Holder;
$holder->me = $holder;
$holder->weak = WeakReference::create($dying);
unset($dying, $holder);

gc_collect_cycles();
$others = [];
for ($i = 0; $i < 100; ++$i) {  // new objects, one of which gets the memory of the freed one
    $others[$i] = new Holder;
}
$sound = $found instanceof WeakReference && $found->get() === null;
echo PHP_VERSION, $sound ? " passes\n" : " FAILS: the weak reference has been freed\n";
exit($sound ? 0 : 1);
