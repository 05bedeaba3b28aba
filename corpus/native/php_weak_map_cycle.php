<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.0 to 8.2: a leak. A value of a WeakMap leads to its key, and nothing else does: while the
// map lives, no collection frees them. 8.3 does.
//
//     php -n php_weak_map_cycle.php            exits 1 where the bug is present
//     php -n php_weak_map_cycle.php control    the same with a value that leads elsewhere: passes
//
// GH-10043.

class Node {
    public $to;
}

$control = in_array('control', $argv);
$map = new WeakMap;
$key = new Node;
$map[$key] = new Node;
$map[$key]->to = $control ? new Node : $key;
$weak = WeakReference::create($key);
unset($key);
gc_collect_cycles();
gc_collect_cycles();
$leaks = $weak->get() !== null;
echo PHP_VERSION, $leaks ? " FAILS: the key was not collected\n" : " passes\n";
exit($leaks ? 1 : 0);
