// SPDX-License-Identifier: Apache-2.0

// A layout is where each object is drawn, at all steps: it is made once, by dagre, for the union of
// all states, in which a reference weighs as much as it lives long.
//
// Place: between the course (state.js) and the picture (graph.js).

const BOX = { width: 146, head: 46, slots: 22, slot: 24, gap: 46, rank: 54 };
const MAX_SLOTS_DRAWN = 12;
const ALL_SHOWN = 200;  // more objects than these are shown in part
const FIRST_SHOWN = 60;
const ROOT_BOX = { width: 46, height: 30, gap: 10, top: 14, below: 64 };
const MARGIN = 28;
const LONG_HELD = 0.3;  // of the steps since its birth: such an object belongs near the roots

// What a run has in all of its states together: its objects with the slots that they ever use, the
// references with the number of steps for which they are there, and the roots that are ever used.
function gatherUnion(course) {
  const union = { objects: new Map(), edges: new Map(), roots: new Set(),
    steps: course.steps.length };
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

function rootPlaces(union) {
  const registers = [...Array(REGISTERS).keys()].map((i) => `r${i}`);
  const names = [...registers, "self", "pushed", "garbage"].filter((name) => union.roots.has(name));
  const places = new Map();
  let x = MARGIN;
  for (const name of names) {
    const width = name.length > 3 ? 74 : ROOT_BOX.width;
    places.set(name, { x, y: ROOT_BOX.top, width, height: ROOT_BOX.height });
    x += width + ROOT_BOX.gap;
  }
  return { places, width: x - ROOT_BOX.gap + MARGIN };
}

// Objects that hang directly from the roots: those that are held long, or by nobody else.
function hanging(union, boxes) {
  const inner = new Set();
  for (const pair of union.edges.keys()) {
    const [from, to] = pair.split(">");
    if (from !== "root" && boxes.has(Number(from)) && Number(from) < Number(to)) inner.add(to);
  }
  return [...boxes.keys()].filter((id) => {
    const held = union.edges.get(`root>${id}`) || 0;
    const life = Math.max(1, union.steps - union.objects.get(id).step);
    return !inner.has(String(id)) || held / life > LONG_HELD;
  });
}

function dagreGraph(union, boxes) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: BOX.gap, ranksep: BOX.rank, edgesep: 14 });
  graph.setDefaultEdgeLabel(() => ({}));
  graph.setNode("root", { width: 1, height: 1 });
  for (const [id, box] of boxes) {
    graph.setNode(String(id), { width: box.width, height: box.height });
  }
  for (const id of hanging(union, boxes)) {
    graph.setEdge("root", String(id), { weight: 0.1 });
  }
  const longest = Math.max(1, ...union.edges.values());
  for (const [pair, steps] of union.edges) {
    const [from, to] = pair.split(">");
    if (!boxes.has(Number(from)) || !boxes.has(Number(to)) || from === to) continue;
    graph.setEdge(from, to, { weight: 1 + Math.round((9 * steps) / longest) });
  }
  return graph;
}

// Where the objects `ids` and the roots are: {boxes, roots, routes, width, height}. A box has x and
// y of its corner, width, height, the slots that are drawn, and whether others are hidden. A route
// is the points by which a reference from one object to another, or from "root", passes others.
function makeLayout(union, ids) {
  const boxes = new Map();
  for (const id of [...ids].sort((a, b) => a - b)) {
    const seen = union.objects.get(id);
    const slots = drawnSlots(seen);
    const hidden = seen.slots > slots.length;
    boxes.set(id, { id, slots, hidden, ...boxSize(seen, slots, hidden) });
  }
  const graph = dagreGraph(union, boxes);
  if (boxes.size > 0) dagre.layout(graph);
  let left = Infinity, top = Infinity, end = 0;
  for (const [id, box] of boxes) {
    const node = graph.node(String(id));
    box.x = Math.round(node.x - box.width / 2);
    box.y = Math.round(node.y - box.height / 2);
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    end = Math.max(end, box.x + box.width);
  }
  for (const edge of graph.edges()) {
    for (const { x } of graph.edge(edge).points || []) {
      left = Math.min(left, x);
      end = Math.max(end, x);
    }
  }
  const roots = rootPlaces(union);
  const right = boxes.size ? end - left : 0;
  const width = Math.max(roots.width, right + 2 * MARGIN + 30);
  const across = Math.round((width - right) / 2 - left);
  const down = ROOT_BOX.top + ROOT_BOX.height + ROOT_BOX.below - top;
  let height = ROOT_BOX.top + ROOT_BOX.height + MARGIN;
  for (const box of boxes.values()) {
    box.x += across;
    box.y += down;
    height = Math.max(height, box.y + box.height + MARGIN + 22);
  }
  const room = Math.round((width - roots.width) / 2);
  for (const place of roots.places.values()) place.x += room;
  return { boxes, roots: roots.places, routes: routesOf(graph, across, down), width, height };
}

function routesOf(graph, across, down) {
  const routes = new Map();
  for (const edge of graph.edges()) {
    const points = (graph.edge(edge).points || []).slice(1, -1);
    routes.set(`${edge.v}>${edge.w}`, points.map(({ x, y }) =>
      [Math.round(x + across), Math.round(y + down)]));
  }
  return routes;
}
