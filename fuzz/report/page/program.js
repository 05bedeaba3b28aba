// SPDX-License-Identifier: Apache-2.0

// The program, line by line, with the line that is being executed, the line at fault, and what an
// explanation found out about each.
//
// Place: the left column of a run; run.js keeps it at the step.

const MARKS = {
  needed: { symbol: "●", text: "needed: without it nothing is convicted" },
  any: { symbol: "◐", text: "needed, but could be as the line below it says" },
  irrelevant: { symbol: "○", text: "irrelevant: without it the same law is broken there" },
};

class ProgramView {
  // `go(step)` is called with the step that a line leads to.
  constructor(element, run, go) {
    this.run = run;
    this.go = go;
    this.stepsOfLine = new Map();
    run.steps.forEach((step, i) => {
      if (step.line < 0) return;
      if (!this.stepsOfLine.has(step.line)) this.stepsOfLine.set(step.line, []);
      this.stepsOfLine.get(step.line).push(i);
    });
    this.step = 0;
    const marks = new Map(((run.explanation || {}).lines || []).map((mark) => [mark.line, mark]));
    this.fault = faultLine(run);
    this.lines = run.program.map((text, i) => this.line(text, i, marks.get(i)));
    const key = marks.size ? h("p", { class: "marks" }, Object.entries(MARKS).map(([, look]) =>
      h("span", {}, h("b", {}, look.symbol), ` ${look.text}`))) : "";
    element.replaceChildren(h("ol", { class: "code" }, this.lines), key);
  }

  line(text, number, mark) {
    const classes = ["line"];
    if (/:$/.test(text)) classes.push("header");
    if (number === this.fault) classes.push("fault");
    if (mark) classes.push(`mark-${mark.mark}`);
    const reached = this.stepsOfLine.has(number);
    const look = mark && MARKS[mark.mark];
    return h("li", { class: classes.join(" "), "data-line": number,
      tabindex: reached ? 0 : undefined, role: reached ? "button" : undefined,
      title: reached ? "" : "not executed",
      onclick: () => this.jump(number),
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        this.jump(number);
      } },
    h("span", { class: "line-number" }, String(number + 1)),
    look ? h("span", { class: "mark", title: look.text }, look.symbol) : null,
    h("code", {}, text),
    number === this.fault ? h("span", { class: "here" }, "✗ here") : null,
    mark && mark.note ? h("span", { class: "note" }, mark.note) : null);
  }

  // A line leads to its next step after the present one, or to its first.
  jump(number) {
    const steps = this.stepsOfLine.get(number);
    if (!steps) return;
    const next = steps.find((step) => step > this.step);
    this.go(next === undefined ? steps[0] : next);
  }

  show(step) {
    this.step = step;
    const at = currentLine(this.run, step);
    this.lines.forEach((line, i) => {
      line.classList.toggle("current", i === at);
      if (i === at) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    });
    if (at >= 0) scrollInto(this.lines[at]);
  }
}

// The line of a step. An event has that of the last step before it that is not nested deeper.
function currentLine(run, step) {
  const depth = run.steps[step].in || 0;
  for (let i = step; i >= 0; i--) {
    const { line, in: nested = 0 } = run.steps[i];
    if (line >= 0 && nested <= depth) return line;
  }
  return -1;
}

function faultLine(run) {
  return run.verdict.step >= 0 && run.verdict.step < run.steps.length
    ? currentLine(run, run.verdict.step) : -1;
}

// Scrolls only the list that the element is in, never the page.
function scrollInto(element) {
  const list = element.closest(".scroll");
  if (!list) return;
  const top = element.getBoundingClientRect().top - list.getBoundingClientRect().top;
  if (top > 30 && top < list.clientHeight - 60) return;
  list.scrollTop += top - list.clientHeight / 2;
}
