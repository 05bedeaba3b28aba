<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: a leak. A value that is only tested for truth is released without being noted as
// a possible root of a cycle: no collection finds it.
//
//     php -n php_condition_not_root.php             exits 1 where the bug is present
//     php -n php_condition_not_root.php control
//
// Ouroboros found it by the kind `spl-heap-own`: law `trash-freed`.

class Node {
    public $to;
}

$node = new Node;
$node->to = $node;
$weak = WeakReference::create($node);
$list = new SplMinHeap;
$list->insert($node);
unset($node);
gc_collect_cycles();  // It is no possible root any more.
if (in_array('control', $argv)) $list->extract();
elseif ($list->extract()) $list = null;
gc_collect_cycles();
$leaks = $weak->get() !== null;
echo PHP_VERSION, $leaks ? " FAILS: the cycle was not collected\n" : " passes\n";
exit($leaks ? 1 : 0);
