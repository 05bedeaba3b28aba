// SPDX-License-Identifier: Apache-2.0

// A shape is how one thing is drawn: an object, a reference, a root. An object's state is never
// told by colour alone: there are also patterns, borders, and a word.
//
// Place: between the layout and the picture (graph.js), and for the legend.

const STATES = {
  living: { word: "", symbol: "", text: "living" },
  dying: { word: "dying", symbol: "▾", text: "dying: nothing holds it, its death is on its way" },
  trash: { word: "trash", symbol: "▨", text: "trash: found by a collection, or unreachable" },
  uncollectable: { word: "uncollectable", symbol: "!", text: "uncollectable: kept as garbage" },
  freed: { word: "freed", symbol: "✕", text: "freed" },
};

// The first line of an object's second row: what it is besides its kind.
function scriptWords(object) {
  if (object.k === "weak") {
    const calls = object.del === undefined ? "" : ` · calls def ${object.del}`;
    if (object.bond === "no") return `→ nothing${calls}`;
    return `→ #${object.t}${calls}`;
  }
  if (object.del === undefined) return "";
  const state = { due: "⚑ due", ran: "✓ ran" }[object.fin] || "";
  return `finalizer def ${object.del} ${state}`.trim();
}

function countWords(object) {
  const parts = [];
  if (object.g !== undefined && object.g >= 0) parts.push(`g${object.g}`);
  if (object.n !== undefined && object.state !== "freed") {
    parts.push(object.n === 1 ? "1 ref" : `${object.n} refs`);
  }
  return parts.join(" · ");
}

function slotShapes(object, box) {
  const y = box.height - BOX.slots;
  const shapes = [s("line", { class: "rule", x1: 0, y1: y, x2: box.width, y2: y })];
  box.slots.forEach((slot, i) => {
    if (slot >= (object.s || []).length) return;
    const x = slotX(box, i);
    const full = object.s[slot] >= 0;
    shapes.push(
      s("text", { class: "slot-name", x: x - 5, y: y + 15, "text-anchor": "end" }, String(slot)),
      s("circle", { class: full ? "port full" : "port", cx: x + 2, cy: y + 11, r: 3.5 }));
  });
  if (box.hidden) shapes.push(s("text", { x: slotX(box, box.slots.length), y: y + 14 }, "…"));
  return shapes;
}

function slotX(box, index) {
  return 18 + index * BOX.slot;
}

// A word that sits on a border.
function pill(word, x, y, name) {
  const width = word.length * 6.4 + 12;
  return s("g", { class: `pill ${name}`, transform: `translate(${x},${y})` },
    s("rect", { width, height: 16, rx: 8 }),
    s("text", { x: width / 2, y: 12, "text-anchor": "middle" }, word));
}

function pills(object, marks) {
  const shapes = [];
  const look = STATES[object.state] || STATES.living;
  let x = 10;
  const add = (word, name) => {
    shapes.push(pill(word, x, -9, name));
    x += word.length * 6.4 + 16;
  };
  if (look.word) add(marks.brief ? look.symbol : `${look.symbol} ${look.word}`, object.state);
  if (marks.isNew) add("new", "new");
  if (marks.atFault) add("✗ fault", "fault");
  return shapes;
}

// An object in its box. `marks`: {isNew, changed, focus, atFault, onPath, brief (no words)}.
function objectShape(object, box, marks) {
  const classes = ["object", `kind-${object.k}`, `state-${object.state}`];
  for (const mark of ["changed", "focus", "atFault", "onPath"]) if (marks[mark]) classes.push(mark);
  const radius = { leaf: 21, weak: 12 }[object.k] || 6;
  const { width, height } = box;
  const counts = countWords(object);
  const begin = 18 + 9 * `#${object.i}`.length;
  const room = Math.floor((width - begin - 14 - 5.8 * counts.length) / 6.2);
  const shape = s("g", {
    class: classes.join(" "), transform: `translate(${box.x},${box.y})`, "data-id": object.i,
    tabindex: 0, role: "button", "aria-label": objectWords(object),
  },
  s("title", {}, objectWords(object)),
  s("rect", { class: "halo", x: -5, y: -5, width: width + 10, height: height + 10,
    rx: radius + 4 }),
  s("rect", { class: "body", width, height, rx: radius }),
  object.state === "uncollectable" &&
    s("rect", { class: "inner", x: 3, y: 3, width: width - 6, height: height - 6, rx: radius }),
  object.state === "freed" && s("path", { class: "cross",
    d: `M0 0L${width} ${height}M${width} 0L0 ${height}` }),
  s("text", { class: "number", x: 10, y: 22 }, `#${object.i}`),
  s("text", { class: "kind", x: begin, y: 22 }, cut(object.as || object.k, room)),
  s("text", { class: "counts", x: width - 8, y: 22, "text-anchor": "end" }, counts),
  s("text", { class: "detail", x: 10, y: 38 }, cut(scriptWords(object), 25)),
  box.slots.length > 0 ? slotShapes(object, box) : []);
  shape.append(...pills(object, marks));
  return shape;
}

// The whole record of an object in a sentence, also for those who do not see the picture.
function objectWords(object) {
  const parts = [`#${object.i}, a ${object.k}${object.as ? ` (${object.as})` : ""}`];
  parts.push((STATES[object.state] || STATES.living).text);
  if (object.k === "weak") {
    const yields = { yes: "yields it", no: "yields nothing any more", maybe: "may still yield it" };
    parts.push(`refers weakly to #${object.t} and ${yields[object.bond] || "may yield it"}`);
    if (object.del !== undefined) parts.push(`calls script ${object.del} when that dies`);
  } else if (object.del !== undefined) {
    const state = { due: "is due", ran: "has run" }[object.fin] || "has not run";
    parts.push(`its finalizer, script ${object.del}, ${state}`);
  }
  if (object.g !== undefined) {
    parts.push(object.g < 0 ? "in no generation" : `generation ${object.g}`);
  }
  if (object.n !== undefined) parts.push(count(object.n, "reference") + " to it");
  return parts.join("; ");
}

// From a point down to a box, past others by the points of a route; where the box does not lie
// below, around its right side, and to the right of `past`. `bend` keeps several of these apart.
// Gives {d, label}.
function curve(x, y, target, route, bend, past = x) {
  if (target.y <= y + 12) return around(x, y, target, bend, past);
  const inner = route.filter((point) => point[1] > y + 14 && point[1] < target.y - 14);
  const from = inner.length ? inner[inner.length - 1][0] : x;
  // The words on the upper border are on its left half.
  const enter = Math.min(Math.max(from, target.x + target.width / 2), target.x + target.width - 14);
  const points = [[x, y], ...inner, [enter, target.y - 3]];
  let d = `M${x} ${y}`;
  for (let i = 1; i < points.length; i++) {
    const [x1, y1] = points[i - 1], [x2, y2] = points[i];
    const middle = Math.round((y1 + y2) / 2);
    d += `C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
  }
  const [x1, y1] = points[0], [x2, y2] = points[1];
  return { d, label: points.length > 2 ? points[1] : [(x1 + x2) / 2, (y1 + y2) / 2] };
}

function around(x, y, target, bend, past) {
  const right = target.x + target.width;
  const side = Math.max(past, right) + 16 + bend * 7;
  const into = target.y + 16 + (bend % 3) * 9;
  return {
    d: `M${x} ${y}C${x} ${y + 20} ${side} ${y + 26} ${side} ${y - 12}` +
      `L${side} ${into + 14}C${side} ${into} ${side - 6} ${into} ${right + 3} ${into}`,
    label: [side, (y + into) / 2],
  };
}
