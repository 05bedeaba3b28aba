<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.7: a cycle leaks. The iterator of a SplFixedArray does not say what it
// holds.
//
//     php php_internal_iterator.php      "destroyed" comes after "end" where the bug is present
//
// Expected:
//     destroyed
//     int(%d)
//     end

class N { public $i; function __destruct() { echo "destroyed\n"; } }
$o = new N; $o->i = SplFixedArray::fromArray([$o])->getIterator();
$o = null; var_dump(gc_collect_cycles()); echo "end\n";
