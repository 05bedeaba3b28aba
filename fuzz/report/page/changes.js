// SPDX-License-Identifier: Apache-2.0

// Changes are what differs between two states, one step apart: for the picture, which marks them,
// and in words.
//
// Place: above heap.js; graph.js and run.js show them.

const MOST_CHANGES = 8;  // in words

// What differs between two states: {added, removed (references), addedKeys, changed, born (numbers
// of objects)}.
function changes(before, after) {
  const old = new Map(), now = new Map();
  const collect = (state, into) => {
    for (const reference of [...references(state), ...rootReferences(state)]) {
      into.set(reference.key, reference);
    }
    for (const [map, key, value] of state.entries) {
      const name = entryKey(map, key, value);
      into.set(name, { key: name, entry: [map, key, value] });
    }
  };
  collect(before, old);
  collect(after, now);
  const result = { added: [], removed: [], changed: new Set(), born: new Set() };
  for (const [key, reference] of now) if (!old.has(key)) result.added.push(reference);
  for (const [key, reference] of old) if (!now.has(key)) result.removed.push(reference);
  for (const [id, object] of after.objects) {
    const former = before.objects.get(id);
    if (former === undefined) result.born.add(id);
    else if (former !== object) result.changed.add(id);
  }
  result.addedKeys = new Set(result.added.map((reference) => reference.key));
  return result;
}

function edgeWords(reference) {
  if (reference.entry) {
    const [map, key, value] = reference.entry;
    return `#${map}[#${key}] → #${value}`;
  }
  if (reference.root) return `${reference.root} → #${reference.to}`;
  if (reference.kind === "weak") return `#${reference.from} ⇢ #${reference.to}`;
  return `#${reference.from}.${reference.slot} → #${reference.to}`;
}

function objectChanges(former, object) {
  const words = [];
  if (former.state !== object.state) {
    words.push(object.state === "freed" ? "is freed" : `is ${object.state}`);
  }
  if (former.fin !== object.fin && object.fin === "ran") words.push("its finalizer runs");
  if (former.bond === "yes" && object.bond === "no") words.push("is cleared");
  if (former.g !== object.g && object.g >= 0 && object.state !== "freed") {
    words.push(`moves to generation ${object.g}`);
  }
  return words.length ? [`#${object.i} ${words.join(", ")}`] : [];
}

// Each a few words: {sign, text}; the sign is "+" for what has come, "−" for what has gone, and
// "•" else. Empty if the step changes nothing.
function changeWords(change, before, after) {
  const words = [];
  for (const id of change.born) {
    const object = after.objects.get(id);
    words.push({ sign: "+", text: `#${id}, a ${object.as || object.k}` });
  }
  for (const id of change.changed) {
    for (const text of objectChanges(before.objects.get(id), after.objects.get(id))) {
      words.push({ sign: "•", text });
    }
  }
  for (const reference of change.added) words.push({ sign: "+", text: edgeWords(reference) });
  for (const reference of change.removed) words.push({ sign: "−", text: edgeWords(reference) });
  if (words.length <= MOST_CHANGES) return words;
  const rest = words.length - MOST_CHANGES + 1;
  return [...words.slice(0, MOST_CHANGES - 1), { sign: "", text: `and ${rest} more` }];
}
