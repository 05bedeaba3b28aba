// SPDX-License-Identifier: Apache-2.0

// Duktape 2.7.0: an object that dies while a coroutine runs is freed without its finalizer.
//
//     duk duktape_coroutine_finalizer.js        exits 1 where the bug is present
//
// Ouroboros found it by the kind `thread-try`: law `finalize-before-free`.

var finalized = 0;
var thread = new Duktape.Thread(function () {
  var object = {};
  Duktape.fin(object, function () { ++finalized; });
  object = null;
});
Duktape.Thread.resume(thread);
Duktape.gc();
print('finalized: ' + finalized + ' of 1');
if (finalized !== 1) throw new Error('the bug is present');
