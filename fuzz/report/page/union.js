// SPDX-License-Identifier: Apache-2.0

// The union of a run is what all of its states have together, and of that, what is to be drawn and
// how large it is. A reference weighs as much in it as it lives long.
//
// Place: between the course (state.js) and the layout (layout.js).

const BOX = { width: 156, head: 46, slots: 22, slot: 24, gap: 46, rank: 54 };
const MAX_SLOTS_DRAWN = 12;
const ALL_SHOWN = 200;  // more objects than these are shown in part
const FIRST_SHOWN = 60;

// What a run has in all of its states together: its objects with the slots that they ever use, the
// references with the number of steps for which they are there, and the roots that are ever used.
function gatherUnion(course) {
  const union = { objects: new Map(), edges: new Map(), roots: new Set(),
    steps: course.steps.length, longest: 1 };
  const since = new Map();  // key of a pair to the step from which it is there
  const present = new Map();  // object to the pairs that its record makes
  const state = emptyState();
  const end = (pair, step) => {
    union.edges.set(pair, (union.edges.get(pair) || 0) + step - since.get(pair));
    since.delete(pair);
  };
  const replace = (owner, pairs, step) => {
    const before = present.get(owner) || new Set();
    for (const pair of before) if (!pairs.has(pair)) end(pair, step);
    for (const pair of pairs) if (!since.has(pair)) since.set(pair, step);
    present.set(owner, pairs);
  };
  course.steps.forEach((step, i) => {
    const delta = step.d || {};
    applyDelta(state, delta);
    for (const object of delta.o || []) {
      noteObject(union, object, i);
      replace(object.i, new Set(referencesOf(object).filter((r) => r.to !== r.from)
        .map((r) => `${r.from}>${r.to}`)), i);
    }
    if (delta.e) {
      replace("entries", new Set(delta.e.flatMap(([map, key, value]) =>
        [`${map}>${key}`, `${map}>${value}`])), i);
    }
    if (delta.r || delta.p || delta.b || delta.f) {
      const roots = rootReferences(state);
      for (const { root } of roots) union.roots.add(root);
      replace("roots", new Set(roots.map(({ to }) => `root>${to}`)), i);
    }
  });
  for (const pair of [...since.keys()]) end(pair, course.steps.length);
  for (const length of union.edges.values()) union.longest = Math.max(union.longest, length);
  return union;
}

function noteObject(union, object, step) {
  let seen = union.objects.get(object.i);
  if (!seen) union.objects.set(object.i, seen = { slots: 0, used: new Set(), kind: 0, step });
  seen.kind = Math.max(seen.kind, (object.as || "").length);
  const slots = object.s || [];
  seen.slots = Math.max(seen.slots, slots.length);
  slots.forEach((to, slot) => to >= 0 && seen.used.add(slot));
}

// The objects to be shown: all, or those around `center`, nearest first, at most `limit`.
function chooseShown(union, center, limit) {
  const all = [...union.objects.keys()];
  if (all.length <= ALL_SHOWN) return { ids: new Set(all), whole: true };
  const near = new Map(all.map((id) => [id, []]));
  for (const pair of union.edges.keys()) {
    const [from, to] = pair.split(">").map(Number);  // a root is not a number
    if (!near.has(from) || !near.has(to)) continue;
    near.get(from).push(to);
    near.get(to).push(from);
  }
  const ids = new Set([near.has(center) ? center : all[0]]);
  for (const id of ids) {  // a set that grows while one walks through it
    for (const other of near.get(id)) if (ids.size < limit) ids.add(other);
  }
  return { ids, whole: false };
}

// Which slots are drawn: all, if they are few, else those that are ever used.
function drawnSlots(seen) {
  const all = [...Array(seen.slots).keys()];
  if (all.length <= MAX_SLOTS_DRAWN) return all;
  return [...seen.used].sort((a, b) => a - b).slice(0, MAX_SLOTS_DRAWN);
}

function boxSize(seen, slots, hidden) {
  const cells = slots.length + (hidden ? 1 : 0);
  return {
    width: Math.round(Math.max(BOX.width, cells * BOX.slot + 12,
      116 + 6.2 * Math.min(seen.kind, 22))),
    height: BOX.head + (cells > 0 ? BOX.slots : 0),
  };
}

// The boxes of objects, without their places: by number {id, slots (drawn), hidden (others are
// not), width, height}.
function makeBoxes(union, ids) {
  const boxes = new Map();
  for (const id of [...ids].sort((a, b) => a - b)) {
    const seen = union.objects.get(id);
    const slots = drawnSlots(seen);
    const hidden = seen.slots > slots.length;
    boxes.set(id, { id, slots, hidden, ...boxSize(seen, slots, hidden) });
  }
  return boxes;
}
