<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: a collection destroys a living object. A fiber waits within `eval`:
// what its variables hold is counted twice, so that one reference from outside is overlooked.
//
//     php -n php_fiber_eval_alive.php             exits 1 where the bug is present
//     php -n php_fiber_eval_alive.php control     the same without `eval`: passes
//
// The other side of php_fiber_eval.php, found as that was followed to its cause.

class Node {
    public $fiber;
    function __destruct() {
        ++$GLOBALS['destroyed'];
    }
}

$destroyed = 0;
$control = in_array('control', $argv ?? []);
$node = new Node;
$keep = $node;
$node->fiber = new Fiber(function () use ($node, $control) {
    if ($control) Fiber::suspend();
    else eval('Fiber::suspend();');
});
$node->fiber->start();
unset($node);
gc_collect_cycles();
$fails = $destroyed !== 0;
echo PHP_VERSION, $fails ? " FAILS: it was destroyed, and \$keep has it\n" : " passes\n";
exit($fails ? 1 : 0);
