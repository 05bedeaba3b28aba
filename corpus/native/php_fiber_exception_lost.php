<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: an exception is not caught. As php_fiber_unwound.php; here the
// `catch` of the same function is skipped.
//
//     php php_fiber_exception_lost.php      "Uncaught Exception" where the bug is present
//
// Expected:
//     M
//     caught: thrown by a destructor
//     end
//     really

class N { public $f; function __destruct() { throw new Exception('thrown by a destructor'); } }
class M { function __destruct() { strlen('x'); echo "M\n"; } }
function main() {
  $n = new N;
  $n->f = new Fiber(function () { Fiber::suspend(); });
  $n->f->start();
  try { $n = null; } catch (Throwable $e) { echo 'caught: ', $e->getMessage(), "\n"; }
  echo "end\n";
}
main();
echo "really\n";
