// SPDX-License-Identifier: Apache-2.0

// The list of steps: operations, and behind ">" what the collector reported, indented as they are
// nested. Only the rows that can be seen are there, so that a run may have many thousands.
//
// Place: the right column of a run; run.js keeps it at the step. Search is here, too.

const ROW = 23;  // pixels, as report.css has it
const ALWAYS_WHOLE = 300;  // a list this short is there with all of its rows, for paper too

class StepList {
  constructor(element, run, go) {
    this.element = element;
    this.run = run;
    this.go = go;
    this.step = -1;
    this.found = new Set();
    this.body = h("div", { class: "rows", style: `height:${run.steps.length * ROW}px` });
    element.replaceChildren(this.body);
    element.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.step >= 0 && this.show(this.step)).observe(element);
    this.drawn = "";
  }

  draw() {
    const all = this.run.steps.length;
    let first = 0, last = all;
    if (all > ALWAYS_WHOLE) {
      first = Math.max(0, Math.floor(this.element.scrollTop / ROW) - 20);
      last = Math.min(all, first + Math.ceil((this.element.clientHeight || 600) / ROW) + 40);
    }
    const now = `${first} ${last} ${this.step} ${this.found.size}`;
    if (now === this.drawn) return;
    this.drawn = now;
    const rows = [];
    for (let i = first; i < last; i++) rows.push(this.row(i));
    this.body.replaceChildren(...rows);
  }

  row(i) {
    const step = this.run.steps[i];
    const classes = ["step", step.is];
    const fault = i === this.run.verdict.step;
    if (i === this.step) classes.push("current");
    if (fault) classes.push("fault");
    if (this.found.has(i)) classes.push("found");
    const indent = Math.min(step.in || 0, 12) * 14;
    return h("div", { class: classes.join(" "), style: `top:${i * ROW}px`, "data-step": i,
      title: step.text, "aria-current": i === this.step ? "step" : undefined,
      onclick: () => this.go(i) },
    h("span", { class: "step-number" }, String(i + (this.run.left_out || 0) + 1)),
    h("code", { style: `padding-left:${indent}px` }, stepText(step)),
    isPart(this.run, step) ? partOf(this.run, step.line) : null,
    fault ? h("span", { class: "here" }, this.run.verdict.missing ? "✗ after this" : "✗ here")
      : null);
  }

  show(step) {
    this.step = step;
    const top = step * ROW, list = this.element;
    if (top < list.scrollTop + ROW || top > list.scrollTop + list.clientHeight - 3 * ROW) {
      list.scrollTop = top - list.clientHeight / 2;
    }
    this.draw();
  }

  // Marks the steps whose text has all words of a query; returns their numbers.
  search(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = words.map(wordMatcher);
    this.found = new Set();
    if (words.length > 0) {
      this.run.steps.forEach((step, i) => {
        const text = `${step.is === "event" ? "> " : ""}${step.text}`.toLowerCase();
        if (matches.every((match) => match(text))) this.found.add(i);
      });
    }
    this.drawn = "";
    this.draw();
    return [...this.found];
  }
}

// "#3" finds the object 3 as a number of its own, behind "#" or bare, as events have it; and "3"
// does not find 30.
function wordMatcher(word) {
  const number = /^#?(\d+)$/.exec(word);
  if (!number) return (text) => text.includes(word);
  const pattern = new RegExp(`(^|[^\\w.])#?${number[1]}(?![\\w.])`);
  return (text) => pattern.test(text);
}

function stepText(step) {
  return step.is === "event" ? `> ${step.text}` : step.text;
}

// Whether an operation is one of several that a line of the program is executed in: a birth into a
// register that is not empty, a chain, and pops at the end of a script.
function isPart(run, step) {
  if (step.is !== "operation" || step.line < 0) return false;
  return run.program[step.line].trim() !== step.text;
}

function partOf(run, line) {
  return h("span", { class: "part",
    title: `a part of ${run.program[line].trim()}, which is executed in several steps` },
  `part of line ${line + 1}`);
}
