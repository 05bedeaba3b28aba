// SPDX-License-Identifier: Apache-2.0

// A layout is where each object is drawn, at all steps: it is made once, for the union of all
// states. Objects that have to do with each other are placed by dagre, and such groups in rows.
//
// Place: between the union (union.js) and the picture (graph.js).

const ROOT_BOX = { width: 46, height: 30, gap: 10, top: 14, below: 64 };
const MARGIN = 28;
const GUTTER = 34;  // to the right of a group, for references that go around its objects
const ROW_GAP = 54;
const NARROWEST = 860;  // of rows
const LONG_HELD = 0.3;  // of the steps since its birth: such an object belongs near the roots

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
  for (const id of hanging(union, boxes)) graph.setEdge("root", String(id), { weight: 0.1 });
  for (const [pair, steps] of union.edges) {
    const [from, to] = pair.split(">");
    if (!boxes.has(Number(from)) || !boxes.has(Number(to)) || from === to) continue;
    graph.setEdge(from, to, { weight: 1 + Math.round((9 * steps) / union.longest) });
  }
  return graph;
}

// The boxes in groups, each a map as they are: of those that references ever connect. Groups of
// several objects come first, then by the object that was born first.
function groupsOf(union, boxes) {
  const leader = new Map([...boxes.keys()].map((id) => [id, id]));
  const find = (id) => {
    while (leader.get(id) !== id) id = leader.get(id);
    return id;
  };
  for (const pair of union.edges.keys()) {
    const [from, to] = pair.split(">").map(Number);
    if (!leader.has(from) || !leader.has(to)) continue;
    const [a, b] = [find(from), find(to)];
    leader.set(Math.max(a, b), Math.min(a, b));
  }
  const groups = new Map();
  for (const [id, box] of boxes) {
    const first = find(id);
    if (!groups.has(first)) groups.set(first, new Map());
    groups.get(first).set(id, box);
  }
  return [...groups.values()].sort((a, b) => Number(b.size > 1) - Number(a.size > 1));
}

// Places a group by itself, from 0, 0: {boxes, graph, left, top (to be taken off), width, height}.
function placeGroup(union, boxes) {
  const graph = dagreGraph(union, boxes);
  dagre.layout(graph);
  let left = Infinity, top = Infinity, right = 0, bottom = 0;
  for (const [id, box] of boxes) {
    const node = graph.node(String(id));
    box.x = Math.round(node.x - box.width / 2);
    box.y = Math.round(node.y - box.height / 2);
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  for (const edge of graph.edges()) {
    for (const { x } of graph.edge(edge).points || []) {
      left = Math.min(left, Math.round(x));
      right = Math.max(right, Math.round(x));
    }
  }
  return { boxes, graph, left, top, width: right - left + GUTTER, height: bottom - top };
}

// Gives each group its place in rows, as across and down; the width and height of all.
function placeInRows(groups) {
  const area = groups.reduce((sum, { width, height }) => sum + width * (height + ROW_GAP), 0);
  const limit = Math.max(NARROWEST, 1.5 * Math.sqrt(area), ...groups.map(({ width }) => width));
  let x = 0, y = 0, row = 0, width = 0;
  for (const group of groups) {
    if (x > 0 && x + group.width > limit) {
      x = 0;
      y += row + ROW_GAP;
      row = 0;
    }
    group.across = x;
    group.down = y;
    x += group.width + GUTTER / 2;
    row = Math.max(row, group.height);
    width = Math.max(width, x);
  }
  return { width, height: y + row };
}

// Leads the references from roots to a group that is not in the first row down beside those above.
function leadPast(group, x, under, routes) {
  for (const id of group.boxes.keys()) {
    const name = `root>${id}`;
    routes.set(name, [[x, under - 14], [x, under + group.down - 22], ...(routes.get(name) || [])]);
  }
}

// Where the objects `ids` and the roots are: {boxes, roots, routes, width, height}. A box has x and
// y of its corner, and what union.js says. A route is the points by which a reference from one
// object to another, or from "root", passes others.
function makeLayout(union, ids) {
  const boxes = makeBoxes(union, ids);
  const groups = groupsOf(union, boxes).map((group) => placeGroup(union, group));
  const inner = placeInRows(groups);
  const roots = rootPlaces(union);
  const width = Math.max(roots.width, inner.width + 2 * MARGIN);
  const begin = Math.round((width - inner.width + GUTTER / 2) / 2);
  const under = ROOT_BOX.top + ROOT_BOX.height + ROOT_BOX.below;
  const routes = new Map();
  for (const group of groups) {
    const across = begin + group.across - group.left, down = under + group.down - group.top;
    for (const box of group.boxes.values()) {
      box.x += across;
      box.y += down;
    }
    for (const edge of group.graph.edges()) {
      const points = (group.graph.edge(edge).points || []).slice(1, -1);
      routes.set(`${edge.v}>${edge.w}`, points.map(({ x, y }) =>
        [Math.round(x + across), Math.round(y + down)]));
    }
    if (group.down > 0) leadPast(group, begin + group.across - GUTTER / 2, under, routes);
  }
  const room = Math.round((width - roots.width) / 2);
  for (const place of roots.places.values()) place.x += room;
  const height = boxes.size ? under + inner.height + MARGIN + 22 : under;
  return { boxes, roots: roots.places, routes, width, height };
}
