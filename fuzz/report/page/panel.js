// SPDX-License-Identifier: Apache-2.0

// The panel says in words what the picture shows of one object: its record, who holds it, and the
// way by which a root leads to it. Beside it is the legend of the picture.
//
// Place: below the picture; run.js fills it when an object is selected.

function pathWords(path) {
  const chain = path.objects.map((id) => `#${id}`);
  return [path.root, ...chain].join(" → ");
}

function holderItem(holder, select) {
  const note = holder.firm ? "" : " (does not keep it alive)";
  if (holder.from < 0) return h("li", {}, holder.text + note);
  return h("li", {}, h("button", { class: "link", type: "button",
    onclick: () => select(holder.from) }, holder.text), note);
}

// Fills the panel with the object `id` of a state; if none is selected, with a hint.
function showPanel(element, state, id, path, select) {
  const object = state.objects.get(id);
  if (object === undefined) {
    const hint = id < 0 ? "Select an object to see who holds it." : `#${id} is not born yet.`;
    element.replaceChildren(h("p", { class: "hint" }, hint));
    return;
  }
  const all = holders(state, id);
  const slots = (object.s || []).map((to, slot) => to < 0 ? null :
    h("li", {}, `slot ${slot}${object.a && object.a[slot] ? ` (${object.a[slot]})` : ""}: `,
      h("button", { class: "link", type: "button", onclick: () => select(to) }, `#${to}`)));
  const route = path ? ["Held: ", h("b", {}, pathWords(path))]
    : [h("b", { class: "nothing" }, `Nothing holds #${id}`),
      all.some((holder) => holder.firm) ? " from a root; only other unreachable objects do." : "."];
  element.replaceChildren(h("div", {},
    h("h3", {}, `#${id}`),
    h("p", {}, objectWords(object).replace(/^#\d+, /, "") + "."),
    h("p", { class: "route" }, route),
    h("h4", {}, `Who refers to it (${all.length})`),
    all.length ? h("ul", {}, all.map((holder) => holderItem(holder, select)))
      : h("p", { class: "hint" }, "nobody"),
    slots.some(Boolean) ? h("h4", {}, "What it refers to") : null,
    slots.some(Boolean) ? h("ul", {}, slots) : null));
}

// A picture with its meaning, for the legend.
function legendItem(shape, width, text) {
  const svg = s("svg", { viewBox: `-4 -11 ${width + 8} 60`, width: 58, height: 34,
    "aria-hidden": "true" }, shape);
  return h("li", {}, svg, h("span", {}, text));
}

function legendObject(record, text) {
  const object = { i: 1, k: "node", state: "living", ...record };
  const shape = objectShape(object, { x: 0, y: 0, width: 92, height: 44, slots: [] },
    { brief: true });
  shape.removeAttribute("tabindex");
  shape.removeAttribute("role");
  return legendItem(shape, 92, text);
}

function legendEdge(classes, text) {
  const line = { d: "M4 22L84 22", label: [0, 0] };
  return legendItem(edgeShape("", line, classes, "", text), 92, text);
}

function legendWord(word, text) {
  return h("li", {}, h("span", { class: "symbol" }, word), h("span", {}, text));
}

function showLegend(element, run) {
  const all = run.steps.flatMap((step) => (step.d && step.d.o) || []);
  const has = (test) => all.some(test);
  element.replaceChildren(...[
    ...Object.entries(STATES).map(([state, look]) =>
      has((object) => object.state === state) && legendObject({ state }, look.text)),
    has((object) => object.k === "leaf") && legendObject({ k: "leaf" }, "leaf: has no slots"),
    has((object) => object.k === "weak") &&
      legendObject({ k: "weak", t: 2, bond: "yes" }, "weak reference"),
    legendItem(s("g", { class: "cycle" }, s("rect", { width: 92, height: 40, rx: 14 })), 92,
      "cycle: each leads to each other"),
    legendEdge([], "reference from a slot"),
    has((object) => object.k === "weak") && legendEdge(["weak"], "weak: does not keep alive"),
    legendEdge(["added"], "new in this step"),
    legendEdge(["ghost"], "removed in this step"),
    legendEdge(["path"], "the way from a root"),
    has((object) => object.fin === "due") && legendWord("⚑ due", "its script must run yet"),
    has((object) => object.fin === "ran") && legendWord("✓ ran", "its script has run"),
    has((object) => object.k === "map") &&
      legendWord("◇ [#3]", "entry of a map: the map and key #3 hold a value"),
    has((object) => object.g >= 0) &&
      legendWord("g1 · 2 refs", "generation 1, two references to it"),
    legendWord("> free 3", "behind > is what the collector reported"),
  ].filter(Boolean));
}
