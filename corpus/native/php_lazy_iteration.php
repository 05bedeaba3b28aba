<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.4.27, 8.5.7: a leak. A lazy object fails to initialise while it is iterated.
//
//     php php_lazy_iteration.php      "destroyed" comes after "end" where the bug is present
//
// Expected:
//     destroyed
//     end

class N { function __destruct() { echo "destroyed\n"; } }
class Box { public $v; }
function lazy() {
    $n = new N;
    return (new ReflectionClass('Box'))->newLazyGhost(function ($box) use ($n) {
        $box->v = $n;
        throw new Exception('init');
    });
}

$o = new stdClass;
$o->h = lazy();
try {
    foreach ($o->h as $v) {}
} catch (Exception $e) {
    $e = null;
}
$o = null;
gc_collect_cycles();
echo "end\n";
