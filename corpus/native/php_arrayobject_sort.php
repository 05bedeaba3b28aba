<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: a cycle leaks. An ArrayObject whose array is an object is sorted, and
// forgets to release the object once.
//
//     php php_arrayobject_sort.php      "destroyed" comes after "end" where the bug is present
//
// Expected:
//     destroyed
//     int(%d)
//     end

class N { public $a; public $b = 1; function __destruct() { echo "destroyed\n"; } }
$o = new N; $o->a = new ArrayObject($o);
$o->a->uasort(fn($a, $b) => 0);
$o = null; var_dump(gc_collect_cycles()); echo "end\n";
