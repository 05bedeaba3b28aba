<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: a cycle leaks. A generator waits in `finally`; the value that it is
// about to return is not told to the collector.
//
//     php php_finally_return.php      "destroyed" comes after "end" where the bug is present
//
// Expected:
//     destroyed
//     int(%d)
//     end

class N { public $g; function __destruct() { echo "destroyed\n"; } }
function g($a) { try { return $a; } finally { yield; } }
$o = new N; $o->g = g($o); $o->g->current(); $o = null;
var_dump(gc_collect_cycles()); echo "end\n";
