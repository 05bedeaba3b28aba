<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2: a hang, until memory is exhausted. An exception is thrown into a generator that waits in
// `foreach` over another one; while it leaves, a destructor throws into the same generator again.
// It is running, but the second exception is not refused. Repaired by 8.4.27.
//
//     php -n php_generator_throw_again.php          hangs where the bug is present
//     php -n php_generator_throw_again.php control
//
// Ouroboros found it by the kind `generator-foreach-generator`.

class Content {
    function __destruct() {
        if (in_array('control', $GLOBALS['argv'])) return;
        echo PHP_VERSION, " FAILS if this is the last line\n";
        $GLOBALS['generator']->throw(new Exception('second'));
    }
}

function inner($content) {
    while (true) yield $content;
}
function outer($content) {
    foreach (inner($content) as $item) {
        $content = $item = null;
        yield 1;
    }
}

$generator = outer(new Content);
$generator->current();
try {
    $generator->throw(new Exception('first'));
} catch (Throwable $error) {
}
echo PHP_VERSION, " passes\n";
