<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: during a collection a destructor drops a cycle, whose own destructor then breaks
// it. Nothing references the object any more, and yet only the next collection frees it (compare
// php/php-src GH-13683).
//
//     php -n php_late_free.php                          exits 1 where the bug is present
//
// Ouroboros found it as ../found/php-free-at-once-7105.gct: law `free-at-once`.

class Plain {
    public $to;
}

class Dropper {
    public $to;
    function __destruct() {
        $GLOBALS['root'] = $this;  // lets go of the cycle Plain <-> Breaker
    }
}

class Breaker {
    public $to;
    function __destruct() {
        $this->to = null;  // the cycle is none any more
    }
}

$root = new Breaker;
$plain = new Plain;
$root->to = $plain;
$plain->to = $root;
unset($plain);
$weak = WeakReference::create($root);

$dropper = new Dropper;
$dropper->to = $dropper;
unset($dropper);

gc_collect_cycles();
$late = $weak->get() !== null;
gc_collect_cycles();
echo PHP_VERSION, $late ? " FAILS: nothing held it, and it was freed by the next collection\n"
                        : " passes\n";
exit($late ? 1 : 0);
