<?php
// SPDX-License-Identifier: Apache-2.0

// A root kind is how a register holds its object: `root(name, make, get:, put:, drop:)`.
//
// Place: a table of kinds.php. $h is the holder, in a place of the adapter's; where the object is
// held elsewhere, `drop` lets it go.

root('closure', 'fn() => $x', get: '$h()');
root('generator-local', 'start((function ($a) { while (true) yield 1; })($x))');
