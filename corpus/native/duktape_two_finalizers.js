// SPDX-License-Identifier: Apache-2.0

// Duktape 2.7.0: two objects with finalizers in a cycle, one of which became finalizable a
// collection later than the other, are never freed, although no finalizer rescues anything. In each
// collection one is finalized, which keeps the other; so its own finalization is forgotten, and it
// is finalized again in the next one.
//
//     duk duktape_two_finalizers.js        exits 1 where the bug is present
//
// Ouroboros found it by the kind `finalizer-beside`: law `trash-freed`.

var finalized = 0;
function finalizer() { ++finalized; }
(function () {
  var first = {}, second = {};
  first.to = second;
  second.to = first;
  Duktape.fin(first, function (object) {
    ++finalized;
    // Only now does the other one have a finalizer.
    if (finalized === 1) Duktape.fin(object.to, finalizer);
  });
  first = second = null;
})();
var collections = 20;
for (var i = 0; i < collections; ++i) Duktape.gc();
var before = finalized;
for (i = 0; i < collections; ++i) Duktape.gc();
var again = finalized - before;
print('finalized again: ' + again + ' times in ' + collections + ' collections');
if (again > 0) throw new Error('the bug is present');
