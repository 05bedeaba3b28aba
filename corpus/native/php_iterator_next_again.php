<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: use after free. An IteratorIterator, or any class of its kind, releases its
// current element before it forgets it. If the element's destructor moves the same iterator, the
// element is released twice, although the destructor has saved it.
//
//     php -n php_iterator_next_again.php           exits 1, or crashes, where the bug is present
//
// Ouroboros found it by the kind `iterator-filter-current`: law `no-free-while-held`.

class Mover {
    public $text;
    function __destruct() {
        $GLOBALS['saved'] = $this;
        $GLOBALS['iterator']->next();
    }
}

$mover = new Mover;
$mover->text = str_repeat('x', 10);
$iterator = new IteratorIterator(new ArrayIterator([$mover]));
$iterator->rewind();
$iterator->getInnerIterator()[0] = null;  // only the current element of the outer one is left
unset($mover);
$iterator->next();

$others = [];
for ($i = 0; $i < 100; ++$i) {  // new objects, one of which gets the memory of the freed one
    $others[$i] = new stdClass;
    $others[$i]->text = 'another';
}
$sound = $saved instanceof Mover && $saved->text === 'xxxxxxxxxx';
echo PHP_VERSION, $sound ? " passes\n" : " FAILS: the object that was saved has been freed\n";
exit($sound ? 0 : 1);
