<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: SIGSEGV. An ArrayObject that has another one as its array is
// unserialized into.
//
//     php php_arrayobject_unserialize.php      crashes where the bug is present
//
// Expected:
//     int(0)

$a = new ArrayObject(new ArrayObject([1]));
try {
    $a->unserialize('x:i:0;a:0:{};m:a:0:{}');
} catch (Throwable $e) {
    echo $e->getMessage(), "\n";
}
var_dump(count($a));
