// SPDX-License-Identifier: Apache-2.0

// A run's view: the parts of the page that show one run, all at the same step, and what moves that
// step: the slider, keys, clicks, search, and the address.
//
// Place: the top of what shows a run; main.js makes it.

class RunView {
  // `remember(step, jump)` writes the address.
  constructor(run, remember) {
    this.run = run;
    this.remember = remember;
    this.course = new Course(run.steps);
    this.union = gatherUnion(this.course);
    this.layouts = new Map();
    this.limit = FIRST_SHOWN;
    this.step = -1;
    this.focus = run.verdict.object >= 0 ? run.verdict.object : -1;
    this.zoom = 0;  // as it fits
    this.kept = new KeptShapes();
    showVerdict(byId("verdict"), run, (step) => this.go(step, true));
    showLegend(byId("legend"), run);
    showWords(byId("words"), run);
    this.program = new ProgramView(byId("program"), run, (step) => this.go(step, true));
    this.list = new StepList(byId("steps"), run, (step) => this.go(step, true));
    this.listen();
    const many = run.steps.length - 1;
    byId("slider").max = Math.max(many, 0);
    byId("slider").disabled = many < 1;
    byId("fault-button").hidden = run.verdict.step < 0;
    byId("left-out").textContent = run.left_out
      ? `${count(run.left_out, "earlier step")} left out` : "";
    this.placeFaultMark();
  }

  start(step) {
    const { verdict, steps } = this.run;
    const at = verdict.step >= 0 ? verdict.step : steps.length - 1;
    this.go(step === null ? at : step, false, true);
  }

  // Goes to a step. `jump`: the browser's "back" returns to where one was.
  go(step, jump, silent) {
    const last = this.run.steps.length - 1;
    if (last < 0) return;
    const to = Math.min(Math.max(step, 0), last);
    if (to === this.step) return;
    this.step = to;
    this.show();
    if (!silent) this.remember(to, jump);
  }

  // The beginning of an operation of main, before or after the present step.
  operation(direction) {
    const { steps } = this.run;
    for (let i = this.step + direction; i >= 0 && i < steps.length; i += direction) {
      if ((steps[i].in || 0) === 0 && steps[i].is !== "event") return i;
    }
    return direction < 0 ? 0 : steps.length - 1;
  }

  fault() {
    const { step, object } = this.run.verdict;
    if (object >= 0) this.focus = object;
    if (step === this.step) this.show();
    else if (step >= 0) this.go(step, true);
  }

  select(id) {
    this.focus = id;
    this.show();
  }

  layout() {
    const first = this.union.objects.keys().next().value;
    const center = this.focus >= 0 && this.union.objects.has(this.focus) ? this.focus : first;
    const whole = this.union.objects.size <= ALL_SHOWN;
    const key = whole ? "all" : `${center} ${this.limit}`;
    if (!this.layouts.has(key)) {
      const shown = chooseShown(this.union, center, this.limit);
      this.layouts.set(key, { ...makeLayout(this.union, shown.ids), ...shown });
    }
    return this.layouts.get(key);
  }

  show() {
    const begin = performance.now();
    const { run, step } = this;
    const state = this.course.at(step), before = this.course.at(step - 1);
    const layout = this.layout();
    const path = this.focus >= 0 ? pathTo(state, this.focus) : null;
    const atFault = step === run.verdict.step && run.verdict.kind === "convicted";
    const view = { state, before, layout, path, focus: this.focus,
      fault: atFault ? run.verdict.object : -1 };
    this.program.show(step);
    this.list.show(step);
    const drawn = drawGraph(byId("graph"), view, this.kept);
    const select = (id) => this.select(id);
    byId("changes").replaceChildren(h("b", {}, "in this step"),
      ...sayChanges(changeWords(drawn.change, before, state)));
    showLanes(byId("lanes"), state, before, this.focus, select);
    showPanel(byId("panel"), state, this.focus, path, select);
    showBar(byId("bar"), run, step);
    this.showPlace(state, path, layout);
    window.ouro.lastRenderMs = performance.now() - begin;
    this.drawn = drawn;
    this.fit(layout);
  }

  showPlace(state, path, layout) {
    const { run, step } = this;
    const first = run.left_out || 0;
    byId("slider").value = step;
    byId("slider").setAttribute("aria-valuetext", stepText(run.steps[step]));
    byId("place").textContent = `step ${step + first + 1} of ${run.steps.length + first}`;
    byId("doing").textContent = stepText(run.steps[step]);
    byId("frames").textContent = state.frames.join(" › ") || "main";
    const there = this.focus >= 0 && isThere(state.objects.get(this.focus));
    byId("route").textContent = !there ? "" : path ? `held: ${pathWords(path)}`
      : `nothing holds #${this.focus}`;
    byId("route").className = path ? "route" : "route nothing";
    byId("more").hidden = layout.whole || this.limit >= ALL_SHOWN;
    byId("shown").textContent = layout.whole ? "" :
      `${layout.ids.size} of ${this.union.objects.size} objects, around #${layoutCenter(layout)}`;
  }

  placeFaultMark() {
    const { verdict, steps } = this.run;
    byId("fault-tick").hidden = verdict.step < 0;
    const share = steps.length > 1 ? verdict.step / (steps.length - 1) : 0;
    byId("fault-tick").style.left = `calc(8px + (100% - 16px) * ${share})`;
  }

  // The picture as large as there is room, but readable; then the object in question is in sight.
  fit(layout) {
    const svg = byId("graph"), room = byId("canvas");
    const whole = Math.min((room.clientWidth - 4) / layout.width,
      (room.clientHeight - 4) / layout.height, 1.35);
    const scale = this.zoom || Math.max(whole, 0.62);
    svg.setAttribute("width", Math.round(layout.width * scale));
    svg.setAttribute("height", Math.round(layout.height * scale));
    byId("zoom").textContent = `${Math.round(scale * 100)} %`;
    this.scale = scale;
    const box = layout.boxes.get(this.focus);
    if (!box || this.centered === `${this.focus} ${scale} ${layout.boxes.size}`) return;
    this.centered = `${this.focus} ${scale} ${layout.boxes.size}`;
    room.scrollLeft = (box.x + box.width / 2) * scale - room.clientWidth / 2;
    room.scrollTop = (box.y + box.height / 2) * scale - room.clientHeight / 2;
  }

  zoomBy(factor) {
    this.zoom = factor === 0 ? 0 : Math.min(Math.max(this.scale * factor, 0.15), 3);
    this.fit(this.layout());
  }

  grow() {
    this.limit = Math.min(this.limit + FIRST_SHOWN, ALL_SHOWN);
    this.show();
  }

  search(query) {
    this.matches = this.list.search(query);
    const word = /^#(\d+)$/.exec(query.trim());
    if (word && this.union.objects.has(Number(word[1]))) this.focus = Number(word[1]);
    byId("matches").textContent = query.trim() ? count(this.matches.length, "step") : "";
    if (this.matches.length > 0) {
      const next = this.matches.find((step) => step >= this.step);
      const to = next === undefined ? this.matches[0] : next;
      if (to !== this.step) this.go(to, true);
      else this.show();
    }
  }

  searchNext(direction) {
    const found = this.matches || [];
    if (found.length === 0) return;
    const ordered = direction > 0 ? found : found.slice().reverse();
    const next = ordered.find((step) => (step - this.step) * direction > 0);
    this.go(next === undefined ? ordered[0] : next, true);
  }

  listen() {
    const on = (id, event, act) => { byId(id)[`on${event}`] = act; };
    on("slider", "input", () => this.go(Number(byId("slider").value), false));
    on("first", "click", () => this.go(0, true));
    on("previous-operation", "click", () => this.go(this.operation(-1), false));
    on("previous", "click", () => this.go(this.step - 1, false));
    on("next", "click", () => this.go(this.step + 1, false));
    on("next-operation", "click", () => this.go(this.operation(1), false));
    on("last", "click", () => this.go(this.run.steps.length - 1, true));
    on("fault-button", "click", () => this.fault());
    on("more", "click", () => this.grow());
    on("zoom-in", "click", () => this.zoomBy(1.25));
    on("zoom-out", "click", () => this.zoomBy(0.8));
    on("zoom", "click", () => this.zoomBy(0));
    on("search", "input", () => this.search(byId("search").value));
    on("graph", "click", (event) => this.clicked(event));
    on("graph", "keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") this.clicked(event);
    });
  }

  clicked(event) {
    const object = event.target.closest("[data-id]");
    if (!object) return;
    event.preventDefault();
    event.stopPropagation();
    const id = Number(object.dataset.id);
    this.select(id);
    const again = byId("graph").querySelector(`[data-id="${id}"]`);
    if (event.type === "keydown" && again) again.focus();
  }
}

function sayChanges(words) {
  if (words.length === 0) return [h("span", {}, "nothing changes in the heap")];
  return words.map(({ sign, text }) => h("span", { class: sign === "−" ? "gone" : "" },
    sign ? h("i", {}, sign) : "", text));
}

function layoutCenter(layout) {
  return layout.ids.values().next().value;
}
