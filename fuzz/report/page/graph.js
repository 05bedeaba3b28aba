// SPDX-License-Identifier: Apache-2.0

// The picture of one state: roots above, objects in their places, references, cycles behind them,
// and what this step has changed.
//
// Place: above layout.js and shapes.js; run.js shows it.

// The shapes of the picture before, of which those are taken again that would look the same: a step
// changes little.
class KeptShapes {
  constructor() {
    this.before = new Map();
    this.now = new Map();
  }

  // The shape by that name; `make` is called unless one was made of the same `parts` before.
  get(name, parts, make) {
    let kept = this.before.get(name);
    if (!kept || !parts.every((part, i) => part === kept.parts[i])) {
      kept = { parts, shape: make() };
    }
    this.now.set(name, kept);
    return kept.shape;
  }

  turn() {
    this.before = this.now;
    this.now = new Map();
  }
}

// Makes `shapes` the children of an element, in this order, and moves as few as possible.
function arrange(element, shapes) {
  const wanted = new Set(shapes);
  for (const child of [...element.childNodes]) if (!wanted.has(child)) child.remove();
  let at = element.firstChild;
  for (const shape of shapes) {
    if (shape === at) at = at.nextSibling;
    else element.insertBefore(shape, at);
  }
}

function referenceShape(reference, layout, classes, bend) {
  const box = layout.boxes.get(reference.from), target = layout.boxes.get(reference.to);
  if (!box || !target) return null;
  const index = box.slots.indexOf(reference.slot);
  const x = reference.kind === "weak" ? box.x + box.width - 26
    : box.x + slotX(box, index < 0 ? box.slots.length : index) + 2;
  const route = layout.routes.get(`${reference.from}>${reference.to}`) || [];
  const line = curve(x, box.y + box.height, target, route, bend, box.x + box.width);
  // The slot's number, where there is more than one.
  const text = reference.label ||
    (reference.slot >= 0 && box.slots.length > 1 ? String(reference.slot) : "");
  return edgeShape(reference.key, line, classes, text,
    `${reference.kind === "weak" ? "weak reference" : `slot ${reference.slot}`}: ` +
    `#${reference.from} → #${reference.to}`);
}

function edgeShape(key, line, classes, text, title) {
  return s("g", { class: `edge ${classes.join(" ")}`, "data-key": key },
    s("title", {}, title),
    s("path", { class: "line", d: line.d, "marker-end": `url(#${markerOf(classes)})` }),
    text && s("text", { x: line.label[0] + 5, y: line.label[1] + 4 }, text));
}

function markerOf(classes) {
  if (classes.includes("path")) return "arrow-path";
  if (classes.includes("added")) return "arrow-added";
  return classes.includes("ghost") ? "arrow-ghost" : "arrow";
}

// An entry of a map holds its value by a map and a key, which meet in a diamond below the map.
function entryShape([map, key, value], layout, classes, index) {
  const [m, k, v] = [map, key, value].map((id) => layout.boxes.get(id));
  if (!m || !k || !v) return null;
  const x = m.x + 24 + (index % 6) * 22, y = m.y + m.height + 22;
  const name = entryKey(map, key, value);
  const line = curve(x, y + 8, v, layout.routes.get(`${map}>${value}`) || [], 0);
  const side = k.x + k.width / 2 < x ? k.x + k.width : k.x;
  const keyLine = k.y > y + 20 ? curve(x, y + 8, k, [], 0).d
    : `M${x} ${y}L${side} ${k.y + k.height / 2}`;
  return s("g", { class: `edge entry ${classes.join(" ")}`, "data-key": name },
    s("title", {}, `map #${map} leads to #${value} as long as its key #${key} lives`),
    s("path", { class: "line part", d: `M${x} ${m.y + m.height}L${x} ${y - 8}` }),
    s("path", { class: "line part weak", d: keyLine }),
    s("path", { class: "line", d: line.d, "marker-end": `url(#${markerOf(classes)})` }),
    s("path", { class: "diamond", d: `M${x} ${y - 8}l8 8l-8 8l-8 -8z` }),
    s("text", { x: x + 11, y: y + 4 }, `[#${key}]`));
}

// A box behind each cycle; where others lie between its members, a shape that leaves those out.
function cycleShape(members, layout) {
  const boxes = members.map((id) => layout.boxes.get(id)).filter(Boolean);
  if (boxes.length === 0) return null;
  const pad = 15;
  const x = Math.min(...boxes.map((box) => box.x)) - pad;
  const y = Math.min(...boxes.map((box) => box.y)) - pad - 2;
  const right = Math.max(...boxes.map((box) => box.x + box.width)) + pad + 14;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + pad;
  const strangers = [...layout.boxes.values()].some((box) => !members.includes(box.id) &&
    box.x < right && box.x + box.width > x && box.y < bottom && box.y + box.height > y);
  const group = s("g", { class: strangers ? "cycle many" : "cycle",
    "data-members": members.join(" ") });
  if (strangers) {
    for (const box of boxes) {
      group.append(s("rect", { x: box.x - pad, y: box.y - pad, width: box.width + 2 * pad,
        height: box.height + 2 * pad, rx: 16 }));
    }
  } else {
    group.append(s("rect", { x, y, width: right - x, height: bottom - y, rx: 18 }));
  }
  const end = strangers ? boxes[0].x + boxes[0].width + pad : right;
  const above = strangers ? boxes[0].y - pad : y;
  group.append(s("text", { x: end - 12, y: above - 5, "text-anchor": "end" },
    members.length === 1 ? "cycle: refers to itself" : `cycle of ${members.length}`));
  return group;
}

function rootShapes(view, change) {
  const shapes = [];
  const roots = rootReferences(view.state);
  for (const [name, place] of view.layout.roots) {
    const mine = roots.filter((root) => root.root === name);
    const changed = mine.some((root) => change.addedKeys.has(root.key)) ||
      change.removed.some((reference) => reference.root === name);
    const onPath = view.path && view.path.root === name;
    const title = mine.length ? mine.map((root) => `#${root.to}`).join(", ") : "empty";
    const classes = `root ${mine.length ? "" : "empty"} ${changed ? "changed" : ""} ` +
      `${onPath ? "onPath" : ""}`;
    shapes.push(s("g", { class: classes, transform: `translate(${place.x},${place.y})`,
      "data-root": name },
    s("title", {}, `${rootWords(name)}: ${title}`),
    s("rect", { width: place.width, height: place.height, rx: 4 }),
    s("text", { x: place.width / 2, y: 20, "text-anchor": "middle" }, name)));
  }
  return shapes;
}

function rootEdge(reference, layout, classes) {
  const place = layout.roots.get(reference.root), target = layout.boxes.get(reference.to);
  if (!place || !target) return null;
  const route = layout.routes.get(`root>${reference.to}`) || [];
  const line = curve(place.x + place.width / 2, place.y + place.height, target, route, 0);
  return edgeShape(reference.key, line, ["rooted", ...classes], "",
    `${rootWords(reference.root)} → #${reference.to}`);
}

// One reference of any sort, or null if an end of it is not in the picture.
function anyEdge(reference, layout, classes, bend) {
  if (reference.entry) return entryShape(reference.entry, layout, classes, bend);
  if (reference.root) return rootEdge(reference, layout, classes);
  const more = reference.kind === "weak" ? ["weak", ...classes] : classes;
  return referenceShape(reference, layout, more, bend);
}

function edgeShapes(view, change, kept) {
  const under = [], over = [];
  const bends = new Map();  // how many references have gone around that target's side
  const all = [
    ...references(view.state), ...rootReferences(view.state),
    ...view.state.entries.filter(([map]) => isThere(view.state.objects.get(map)))
      .map((entry) => ({ key: entryKey(...entry), entry })),
  ];
  for (const reference of change.removed) {
    const shape = anyEdge(reference, view.layout, ["ghost"], 1);
    if (shape) under.push(shape);
  }
  for (const reference of all) {
    const classes = [];
    const onPath = view.path && view.path.keys.has(reference.key);
    if (onPath) classes.push("path");
    if (change.addedKeys.has(reference.key)) classes.push("added");
    if (reference.to >= 0 && !isThere(view.state.objects.get(reference.to))) {
      classes.push("dangling");
    }
    const end = reference.entry ? `map ${reference.entry[0]}` : reference.to;
    const bend = bends.get(end) || 0;
    if (!reference.root) bends.set(end, bend + 1);
    const shape = kept.get(reference.key, [view.layout, classes.join(" "), bend, reference.label],
      () => anyEdge(reference, view.layout, classes, bend));
    if (shape) (classes.length ? over : under).push(shape);
  }
  return [...under, ...over];
}

function objectShapes(view, change, kept) {
  const shapes = [];
  for (const [id, box] of view.layout.boxes) {
    const object = view.state.objects.get(id);
    if (object === undefined) continue;
    const marks = {
      isNew: change.born.has(id), changed: change.changed.has(id), focus: view.focus === id,
      atFault: view.fault === id, onPath: Boolean(view.path && view.path.objects.includes(id)),
    };
    shapes.push(kept.get(`#${id}`, [view.layout, object, ...Object.values(marks)],
      () => objectShape(object, box, marks)));
  }
  return shapes;
}

// Draws a view into an <svg>: {state, before, layout, focus, path, fault (an object or -1)}.
function drawGraph(svg, view, kept) {
  const change = changes(view.before, view.state);
  const { layout, state } = view;
  const cyclesThere = cycles(state);
  const layers = ["cycles", "roots", "edges", "objects"].map((name) => {
    const old = svg.querySelector(`g.${name}`);
    if (old) return old;
    const layer = s("g", { class: name });
    svg.append(layer);
    return layer;
  });
  const shapes = [
    cyclesThere.map((members) => cycleShape(members, layout)).filter(Boolean),
    rootShapes(view, change), edgeShapes(view, change, kept), objectShapes(view, change, kept),
  ];
  layers.forEach((layer, i) => arrange(layer, shapes[i]));
  kept.turn();
  svg.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
  return { change, cycles: cyclesThere };
}
