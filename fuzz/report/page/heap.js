// SPDX-License-Identifier: Apache-2.0

// What a state says about who refers to whom: references, roots, holders, the way from a root to an
// object, and cycles.
//
// Place: above state.js; graph.js draws it, and panel.js says it in words.

function isThere(object) {
  return object !== undefined && object.state !== "freed";
}

// The references that an object has: {key, from, to, kind, slot, label, firm}. `key` says it all,
// so that two states have a reference in common if they have its key in common.
function referencesOf(object) {
  const found = [];
  if (!isThere(object)) return found;
  (object.s || []).forEach((to, slot) => {
    if (to < 0) return;
    const kind = object.a ? object.a[slot] : undefined;
    found.push({
      key: `${object.i}.${slot}>${to}`, from: object.i, to, kind: "slot", slot,
      label: kind || "", firm: true,
    });
  });
  if (object.t !== undefined && object.t >= 0 && object.bond !== "no") {
    found.push({
      key: `${object.i}~${object.t}`, from: object.i, to: object.t, kind: "weak", slot: -1,
      label: object.bond === "maybe" ? "weak, perhaps cleared" : "weak", firm: false,
    });
  }
  return found;
}

function references(state) {
  const found = [];
  for (const object of state.objects.values()) found.push(...referencesOf(object));
  return found;
}

// What holds objects from outside: {root, to}. Roots are registers, "pushed", "garbage" and "self".
function rootReferences(state) {
  const found = [];
  state.registers.forEach((to, i) => to >= 0 && found.push({ root: `r${i}`, to }));
  for (const to of state.pushed) found.push({ root: "pushed", to });
  for (const to of state.garbage) found.push({ root: "garbage", to });
  for (const frame of state.frames) {
    const self = /^(?:finalizer|callback) of #(\d+)/.exec(frame);
    if (self) found.push({ root: "self", to: Number(self[1]) });
  }
  const keys = new Set();
  return found.filter((reference) => {
    reference.key = `${reference.root}>${reference.to}`;
    return !keys.has(reference.key) && keys.add(reference.key);
  });
}

function rootWords(root) {
  const words = {
    pushed: "the stack (pushed)", garbage: "the garbage list", self: "a running script (self)",
  };
  return words[root] || `register ${root}`;
}

// Who refers to an object, in words: {text, from, firm}; `from` is -1 for a root.
function holders(state, id) {
  const found = rootReferences(state).filter((root) => root.to === id)
    .map((root) => ({ text: rootWords(root.root), from: -1, firm: true }));
  for (const reference of references(state)) {
    if (reference.to !== id) continue;
    const from = state.objects.get(reference.from);
    if (reference.kind === "weak") {
      found.push({ text: `weak reference #${from.i}`, from: from.i, firm: false });
    } else {
      const kind = reference.label ? `, a ${reference.label}` : "";
      found.push({ text: `slot ${reference.slot} of #${from.i}${kind}`, from: from.i, firm: true });
    }
  }
  for (const [map, key, value] of state.entries) {
    if (!isThere(state.objects.get(map))) continue;
    if (value === id) {
      found.push({ text: `map #${map}, as long as key #${key} lives`, from: map, firm: true });
    }
    if (key === id) found.push({ text: `map #${map}, as a weak key`, from: map, firm: false });
  }
  return found;
}

// The shortest way from a root to an object: {root, objects, keys}, or null. A map's value is
// reached when its map and its key are.
function pathTo(state, id) {
  const before = new Map();  // object to {from, root, keys}
  const queue = [];
  const reach = (to, step) => {
    if (before.has(to) || !isThere(state.objects.get(to))) return;
    before.set(to, step);
    queue.push(to);
  };
  for (const root of rootReferences(state)) {
    reach(root.to, { from: -1, root: root.root, keys: [root.key] });
  }
  for (let i = 0; i < queue.length && !before.has(id); i++) {
    for (const reference of referencesOf(state.objects.get(queue[i]))) {
      if (reference.firm) reach(reference.to, { from: queue[i], keys: [reference.key] });
    }
    for (const [map, key, value] of state.entries) {
      if ((map === queue[i] || key === queue[i]) && before.has(map) && before.has(key)) {
        reach(value, { from: map, keys: [entryKey(map, key, value)] });
      }
    }
  }
  if (!before.has(id)) return null;
  const path = { root: "", objects: [], keys: new Set() };
  for (let at = id; at >= 0;) {
    const step = before.get(at);
    path.objects.unshift(at);
    step.keys.forEach((key) => path.keys.add(key));
    path.root = step.root || path.root;
    at = step.from;
  }
  return path;
}

function entryKey(map, key, value) {
  return `${map}[${key}]>${value}`;
}

// Sets of objects each of which leads to each other by slots: of more than one, or one that refers
// to itself. Tarjan's algorithm, without recursion, since chains may be long.
function cycles(state) {
  const index = new Map(), low = new Map(), open = [], isOpen = new Set(), found = [];
  const targets = (id) => referencesOf(state.objects.get(id))
    .filter((reference) => reference.firm && isThere(state.objects.get(reference.to)))
    .map((reference) => reference.to);
  const enter = (id, work) => {
    index.set(id, index.size);
    low.set(id, index.get(id));
    open.push(id);
    isOpen.add(id);
    work.push({ id, targets: targets(id), next: 0 });
  };
  const leave = (id) => {
    if (low.get(id) !== index.get(id)) return;
    const members = open.splice(open.indexOf(id));
    members.forEach((member) => isOpen.delete(member));
    if (members.length > 1 || targets(id).includes(id)) found.push(members.sort((a, b) => a - b));
  };
  for (const object of state.objects.values()) {
    if (!isThere(object) || index.has(object.i)) continue;
    const work = [];
    enter(object.i, work);
    while (work.length > 0) {
      const top = work[work.length - 1];
      if (top.next < top.targets.length) {
        const to = top.targets[top.next++];
        if (!index.has(to)) enter(to, work);
        else if (isOpen.has(to)) low.set(top.id, Math.min(low.get(top.id), index.get(to)));
        continue;
      }
      work.pop();
      leave(top.id);
      if (work.length === 0) continue;
      const parent = work[work.length - 1].id;
      low.set(parent, Math.min(low.get(parent), low.get(top.id)));
    }
  }
  return found;
}
