<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: SIGSEGV. A destructor throws while its object holds a suspended
// fiber; the fiber is unwound while the exception is pending, and the frame that threw is cleaned
// up at an instruction that is not its own.
//
//     php php_fiber_unwound.php      crashes where the bug is present
//
// Expected:
//     caught
//     caught
//     caught
//     caught
//     caught
//     end

class N { public $f; function __destruct() { throw new Exception('thrown'); } }
function f(...$a) { return $a; }
function victim($n) { return f('a', [f('x' . mt_rand()), f(f('y', 'z' . mt_rand()), $n = null)]); }
function make() {
  $n = new N;
  $n->f = new Fiber(function () { try { f(1, 2, Fiber::suspend()); } finally { f(1); } });
  $n->f->start();
  return $n;
}
for ($i = 0; $i < 5; ++$i) {
  try { victim(make()); } catch (Exception $e) { echo "caught\n"; $e = null; }
}
echo "end\n";
