<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2.36, 8.4.27, 8.5.10: a corrupted heap. An option of a stream context is released while it
// is in its slot; its destructor sets the same option, and so releases it again.
//
//     php php_context_option.php      crashes where the bug is present
//
// Expected:
//     end

class Option {
  function __destruct() {
    global $context;
    stream_context_set_option($context, 'o', 'x', 2);
  }
}
for ($n = 0; $n < 20; ++$n) {
  $context = stream_context_create(['o' => ['x' => new Option]]);
  stream_context_set_option($context, 'o', 'x', 1);
  $more = [new Option, new Option];
  $context = $more = null;
}
echo "end\n";
