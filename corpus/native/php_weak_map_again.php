<?php
// SPDX-License-Identifier: Apache-2.0

// PHP 8.2 to 8.5: use after free. A key of a WeakMap dies, and its value with it; the value's
// destructor gets the dying key through a WeakReference and makes it a key of another map. That map
// has an entry for a freed object then, and crashes as it dies. (With 100 other maps the list of
// the key's maps is moved while the engine walks it, too: valgrind shows a read of what was freed.)
//
//     php -n php_weak_map_again.php            says FAILS and crashes where the bug is present
//     php -n php_weak_map_again.php control    the same with a new object as the key: passes
//
// GH-20404.

class Registrar {
    function __destruct() {
        global $weak, $other, $control;
        $other[$control ? new stdClass : $weak->get()] = 1;
    }
}

$control = in_array('control', $argv);
$map = new WeakMap;
$other = new WeakMap;
$key = new stdClass;
$map[$key] = new Registrar;
$weak = WeakReference::create($key);  // made after the map's entry, so it is cleared after it
unset($key);
$fails = count($other) !== 0;
echo PHP_VERSION, $fails ? " FAILS: a map has an entry for a freed object\n" : " passes\n";
exit($fails ? 1 : 0);
