<?php
// SPDX-License-Identifier: Apache-2.0

// A node kind is what a node itself is: `of(name, class's text without its last brace, slot:)`.
//
// Place: a table of kinds.php. `slot` is the expression of slot # of the node @, after `!` if it is
// not a variable that can be changed in place.

const SLOTS = 'public $number, $s0, $s2, $s4, $s6; public array $odd = [1 => null, 3 => null, ' .
    '5 => null, 7 => null];';
of('standard', 'extends stdClass {', slot: '@->s#');
of('array-object', 'extends ArrayObject { public $number;', slot: '@[#]');
