<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: use after free. A destructor that the collector runs resurrects an object of the
// trash through a WeakReference, and the collector frees it nevertheless.
//
//     php -n php_use_after_free.php                     exits 1 where the bug is present
//     USE_ZEND_ALLOC=0 valgrind php -n ...              shows a read of what the collector freed
//
// Ouroboros found it as ../found/php-no-free-while-held-2113.gct: law `no-free-while-held`.

class Plain {
    public $me;
    public $text;
}

class Rescuer {
    public $me;
    function __destruct() {
        global $weak, $saved;
        $saved = $weak->get();
    }
}

$rescuer = new Rescuer;
$rescuer->me = $rescuer;
unset($rescuer);

$plain = new Plain;
$plain->me = $plain;
$plain->text = str_repeat('x', 10);
$weak = WeakReference::create($plain);
unset($plain);

gc_collect_cycles();
$others = [];
for ($i = 0; $i < 100; ++$i) {  // new objects, one of which gets the memory of the freed one
    $others[$i] = new Plain;
    $others[$i]->text = 'another';
}
$sound = $saved === null || $saved->text === 'xxxxxxxxxx';
echo PHP_VERSION, $sound ? " passes\n" : " FAILS: the object that was taken back has been freed\n";
exit($sound ? 0 : 1);
