// SPDX-License-Identifier: Apache-2.0

// A lane is a generation, with the objects that are in it as chips, and how full it is. Objects
// that no generation has are in a lane of their own.
//
// Place: a strip below the picture; run.js fills it. Contracts without generations have none.

const MAX_CHIPS = 80;

function lanesOf(state) {
  const lanes = new Map();
  const generations = state.counts ? state.counts.length : 0;
  for (let i = 0; i < generations; i++) lanes.set(i, []);
  lanes.set(-1, []);
  for (const object of state.objects.values()) {
    if (!isThere(object)) continue;
    const generation = object.g === undefined ? -1 : object.g;
    if (!lanes.has(generation)) lanes.set(generation, []);
    lanes.get(generation).push(object);
  }
  return [...lanes].sort(([a], [b]) => (a < 0 ? 99 : a) - (b < 0 ? 99 : b));
}

function chip(object, former, focus, select) {
  const moved = former !== undefined && former.g !== object.g && object.g >= 0;
  const look = STATES[object.state] || STATES.living;
  const classes = `chip state-${object.state} ${moved ? "moved" : ""} ` +
    `${object.i === focus ? "focus" : ""}`;
  const from = moved && former.g >= 0 ? `, came from generation ${former.g}` : "";
  return h("button", { class: classes, type: "button", title: objectWords(object) + from,
    onclick: () => select(object.i) }, `${look.symbol}${moved ? "→" : ""}#${object.i}`);
}

// Fills an element with the lanes of a state; hides it where there are no generations.
function showLanes(element, state, before, focus, select) {
  const lanes = lanesOf(state);
  const has = state.counts !== null || lanes.some(([generation]) => generation >= 0);
  element.hidden = !has;
  if (!has) return;
  const head = state.counts ? h("div", { class: "lane head" },
    h("span", { class: "lane-name" }, "generation"),
    h("span", { class: "lane-count",
      title: "of generation 0: objects born, less those that died; of older ones: collections" },
    "count / threshold"), h("span", {}, "objects in it")) : "";
  element.replaceChildren(head, ...lanes.map(([generation, objects]) => {
    const chips = objects.slice(0, MAX_CHIPS).map((object) =>
      chip(object, before.objects.get(object.i), focus, select));
    if (objects.length > MAX_CHIPS) chips.push(h("span", {}, `+${objects.length - MAX_CHIPS}`));
    const name = generation < 0 ? "untracked" : String(generation);
    return h("div", { class: "lane", "data-generation": generation },
      h("span", { class: "lane-name" }, name),
      h("span", { class: "lane-count" }, fullness(state, generation)),
      h("span", { class: "chips" }, chips.length ? chips : h("i", {}, "–")));
  }));
}

// "3 / 700": the count by which a collection of that generation is started, and its threshold.
function fullness(state, generation) {
  if (generation < 0 || !state.counts || state.counts[generation] === undefined) return "";
  const threshold = state.thresholds ? state.thresholds[generation] : undefined;
  const is = `${state.counts[generation]}`;
  if (threshold === undefined) return is;
  return threshold === 0 ? `${is} / never` : `${is} / ${threshold}`;
}
