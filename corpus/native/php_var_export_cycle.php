<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: a leak. var_export of an object that holds an ArrayIterator over that object: the
// object is never freed, though nothing but itself refers to it.
//
//     php -n php_var_export_cycle.php                   exits 1 where the bug is present
//
// Ouroboros found it by the kind `array-iterator-content`: law `trash-freed`.

set_error_handler(fn() => true);  // var_export does not handle circular references, and says so
class Node {
    public $to;
}

$node = new Node;
$node->to = new ArrayIterator($node);
$weak = WeakReference::create($node);
if (!in_array('control', $argv)) @var_export($node, true);
unset($node);
gc_collect_cycles();
$leaks = $weak->get() !== null;
echo PHP_VERSION, $leaks ? " FAILS: the cycle was not collected\n" : " passes\n";
exit($leaks ? 1 : 0);
