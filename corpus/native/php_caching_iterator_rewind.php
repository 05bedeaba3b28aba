<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: a double free. CachingIterator::rewind releases the elements of its cache while
// they are still in it; the destructor of what one
// holds writes to the cache, which releases that one again.
//
//     php -n php_caching_iterator_rewind.php       crashes where the bug is present
//     php -n php_caching_iterator_rewind.php control
//
// Ouroboros found it by the kind `iterator-caching-property`.

class Inner {
    function __destruct() {
        if (!in_array('control', $GLOBALS['argv'])) $GLOBALS['cache'][0] = null;
    }
}

class Element {
    public $inner;
}

$cache = new CachingIterator(new ArrayIterator, CachingIterator::FULL_CACHE);
for ($i = 0; $i < 100; ++$i) {
    $cache[0] = new Element;
    $cache[0]->inner = new Inner;
    $cache->rewind();
}
echo PHP_VERSION, " passes\n";
