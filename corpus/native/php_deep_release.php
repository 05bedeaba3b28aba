<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: stack overflow. Releasing an object releases what it holds by a call within the
// call: with a C stack of 8 MB, a list of 100,000 links (8.2) or 200,000 (8.4) overflows it.
//
//     php -n php_deep_release.php [LINKS]      crashes where the bug is present; 1000 links pass
//
// GH-18717.

class Link {
    public $next;
}

$links = (int)($argv[1] ?? 300000);
$list = null;
for ($i = 0; $i < $links; ++$i) {
    $link = new Link;
    $link->next = $list;
    $list = $link;
}
unset($link);
$list = null;
echo PHP_VERSION, " passes\n";
