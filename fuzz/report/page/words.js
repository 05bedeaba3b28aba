// SPDX-License-Identifier: Apache-2.0

// The words of programs and traces, explained for readers who have never seen one; only those that
// the run has.
//
// Place: below the legend; run.js fills it. docs/language.md is the whole language.

const WORDS = [
  [/^r\d+ = node \d+(?! with)/, "r0 = node 2 del 0",
    "a new object with 2 slots in register r0, a root; the script `def 0` is its finalizer"],
  [/= node \d+ with/, "node 2 with r0 r1", "its slots hold r0 and r1 from the beginning"],
  [/= leaf/, "leaf", "an object without slots, which no collection looks at"],
  [/= weak (?!\S+ with)/, "weak r0 call 1",
    "a weak reference to what r0 holds; `def 1` is called when that dies"],
  [/= weak \S+ with/, "weak r0 with r1", "a weak reference to r0 that has a slot, which holds r1"],
  [/= map/, "map", "a map with weak keys: r0[r1] = r2 holds r2 while the map and r1 live"],
  [/^\S+\.\d+ = /, "r0.1 = r2", "stores r2 in slot 1 of r0"],
  [/= \S+\.\d+/, "r2 = r0.1", "loads it"],
  [/\(\)$/, "r0 = r1()", "asks the weak reference in r1 for its target"],
  [/^collect \d/, "collect 2", "collects generation 2 and all that are younger"],
  [/^threshold/, "threshold 700 10 10",
    "beyond how many births, and collections, one comes by itself"],
  [/garbage/, "garbage", "the list of what is uncollectable: on a cycle with a finalizer"],
  [/^(push|pop)/, "push r0, pop", "holds r0 on a stack, and lets go of it"],
  [/^end$/, "end", "the collector is torn down"],
  [/^census/, "census", "the collector reports every object that it tracks, with its generation"],
  [/^dispose/, "dispose r0", "calls the finalizer of r0, which lives on"],
  [/\bself\b/, "self", "the object whose finalizer or callback is running"],
];
const EVENTS = [
  ["new", "> new 3", "the collector made #3; `>` is what it reports, the rest is the program"],
  ["got", "> got 3", "a load or dereference yielded #3"],
  ["free", "> free 3", "it freed #3, or emptied it for good"],
  ["finalize", "> finalize 3", "it calls the finalizer of #3, which ends with `> end 3`"],
  ["callback", "> callback 3", "it calls the callback of weak reference #3"],
  ["collect", "> collect 2", "a collection of generation 2 begins; `auto`: nobody asked for it"],
  ["done", "> done 4", "it has ended, and says that it found 4 unreachable objects"],
  ["garbage", "> garbage 3", "#3 was put into the garbage list"],
  ["tracked", "> tracked 3 1", "#3 is tracked, in generation 1"],
  ["failed", "> failed", "the allocation failed, as it had to"],
];

function showWords(element, run) {
  const lines = run.program.map((line) => line.trim());
  const events = new Set(run.steps.filter((step) => step.is === "event")
    .map((step) => step.text.split(" ")[0]));
  const rows = [
    ...WORDS.filter(([pattern]) => lines.some((line) => pattern.test(line)))
      .map((row) => row.slice(1)),
    ...EVENTS.filter(([name]) => events.has(name)).map((row) => row.slice(1)),
  ];
  element.replaceChildren(...rows.flatMap(([word, text]) =>
    [h("dt", {}, h("code", {}, word)), h("dd", {}, prose(text))]));
}
