<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: a cycle leaks. A fiber waits within `eval`, which shares a symbol
// table with the function around it: what its variables hold is told to the collector twice.
// php_fiber_eval_alive.php has the other consequence.
//
//     php php_fiber_eval.php      "destroyed" comes after "end" where the bug is present
//
// Expected:
//     destroyed
//     int(%d)
//     end

class N { public $f; function __destruct() { echo "destroyed\n"; } }

$n = new N;
$n->f = new Fiber(function () use ($n) {
    $a = $n;
    eval('Fiber::suspend();');
});
$n->f->start();
$n = null;
var_dump(gc_collect_cycles());
echo "end\n";
