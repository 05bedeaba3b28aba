// SPDX-License-Identifier: Apache-2.0

// QuickJS 2025-04-26: a value of a WeakMap that refers to its own key keeps it alive as long as the
// map lives.
//
//     qjs --std quickjs_weakmap_key.js        exits 1 where the bug is present
//
// Ouroboros found it by the kind `weakmap-holder`: law `trash-freed`.

const map = new WeakMap();
let key = {};
map.set(key, {key});
const reference = new WeakRef(key);
key = null;
os.setTimeout(() => {
  for (let i = 0; i < 3; ++i) std.gc();
  print('freed: ' + (reference.deref() === undefined ? 1 : 0) + ' of 1');
  std.exit(reference.deref() === undefined ? 0 : 1);
}, 0);
