<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: heap corruption. An ArrayObject releases the old element before it
// writes the new one; the destructor of the old one writes the same element.
//
//     php php_arrayobject_write.php      "zend_mm_heap corrupted", or the element is lost
//
// Expected:
//     M destroyed
//     string(3) "new"
//     end

class M { function __destruct() { echo "M destroyed\n"; } }
class D { public $a; function __destruct() { $this->a[0] = new M; } }
$a = new ArrayObject([1]);
$d = new D; $d->a = $a; $a[0] = $d; unset($d);
$a[0] = 'new';
var_dump($a[0]); gc_collect_cycles(); echo "end\n";
