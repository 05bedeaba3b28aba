<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: a cycle leaks. A fiber waits within __get.
//
//     php php_fiber_magic_get.php      "destroyed" comes after "end" where the bug is present
//
// Expected:
//     destroyed
//     int(%d)
//     end

class N { public $f; function __destruct() { echo "destroyed\n"; } }
class S {
    public $n;
    function __construct($n) { $this->n = $n; }
    function __get($name) { Fiber::suspend(); }
}

$n = new N;
$n->f = new Fiber(function () use ($n) { (new S($n))->p; });
$n->f->start();
$n = null;
var_dump(gc_collect_cycles());
echo "end\n";
