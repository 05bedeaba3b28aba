// SPDX-License-Identifier: Apache-2.0

// The verdict comes first: what happened, which law that breaks, what would have been lawful, and
// how to have it again. The bar compares what the judge expects at a step with what was reported.
//
// Place: the head of a run, and the line below the picture; run.js fills both.

const VERDICTS = {
  convicted: { symbol: "✗", word: "Convicted" },
  lawful: { symbol: "✓", word: "Lawful" },
  broken: { symbol: "‼", word: "Broken" },
};

function headline(run) {
  const { kind, sentence } = run.verdict;
  if (kind === "lawful") return "Lawful: every step was allowed";
  return sentence || VERDICTS[kind].word;
}

function fact(name, ...content) {
  return h("div", { class: "fact" }, h("dt", {}, name), h("dd", {}, content));
}

// A fact that has a row of its own.
function wide(name, ...content) {
  return h("div", { class: "fact wide" }, h("dt", {}, name), h("dd", {}, content));
}

function replayLine(run) {
  const code = h("code", {}, run.replay);
  const done = h("span", { class: "copied", role: "status" });
  const button = h("button", { class: "copy", type: "button", title: "click to copy",
    onclick: async () => {
      done.textContent = (await copyText(run.replay, code)) ? "copied" : "press Ctrl+C";
      setTimeout(() => { done.textContent = ""; }, 1500);
    } }, code, h("small", {}, "copy"));
  return [button, done];
}

// Sentences in which "step 12" leads there, with the line of the program that it is in.
function linked(text, run, go) {
  return text.split(/\b(step \d+)\b/).map((part, i) => {
    const step = Number(part.slice(5)) - 1 - (run.left_out || 0);
    if (i % 2 === 0 || run.steps[step] === undefined) return prose(part);
    const line = currentLine(run, step) + 1;
    return [h("button", { class: "link", type: "button", onclick: () => go(step) }, part),
      line > 0 ? h("small", { class: "dim" }, ` (line ${line})`) : ""];
  });
}

function showVerdict(element, run, go) {
  const { verdict } = run;
  const look = VERDICTS[verdict.kind] || VERDICTS.broken;
  const facts = [];
  if (verdict.law) {
    facts.push(fact("law broken", h("b", {}, verdict.law), " – ", prose(verdict.law_text)));
  }
  if (verdict.lawful) facts.push(fact("lawful instead", prose(verdict.lawful)));
  facts.push(fact("collector", h("b", {}, run.specimen),
    run.specimen_summary ? ` – ${run.specimen_summary}` : ""));
  facts.push(fact("judged by", h("b", {}, run.contract),
    run.contract_summary ? ` – ${run.contract_summary}` : ""));
  if (run.replay) facts.push(fact("replay", replayLine(run)));
  const explanation = run.explanation;
  if (explanation && explanation.cause) {
    facts.push(wide("cause", h("ul", { class: "cause" }, explanation.cause.split("\n")
      .map((sentence) => h("li", {}, linked(sentence, run, go))))));
  }
  if (verdict.words) facts.push(fact("last words", h("pre", {}, verdict.words)));
  if ((verdict.frames || []).length) {
    facts.push(fact("frames", h("pre", {}, verdict.frames.join("\n"))));
  }
  if (run.file) {
    facts.push(fact("program", h("code", {}, run.file), (run.head || []).length ? h("details", {},
      h("summary", {}, "what its head says"), h("pre", {}, run.head.join("\n"))) : ""));
  }
  element.className = `verdict ${verdict.kind}`;
  element.replaceChildren(
    h("h1", {}, h("span", { class: "stamp" }, look.symbol), prose(headline(run))),
    h("dl", {}, facts));
}

// What is said of a step: {expected, reported, differs}; the texts are "" where nothing is known.
function comparison(run, i) {
  const step = run.steps[i];
  const fault = i === run.verdict.step && run.verdict.kind !== "lawful";
  const reported = step.is === "event" ? step.text : "";
  if (!fault) return { expected: step.may || "", reported, differs: false };
  if (run.verdict.missing) {
    return { expected: run.verdict.lawful || step.may || "", reported: "nothing more",
      differs: true };
  }
  return { expected: run.verdict.lawful || step.may || "", reported: reported || step.text,
    differs: true };
}

function showBar(element, run, i) {
  const { expected, reported, differs } = comparison(run, i);
  const step = run.steps[i];
  element.className = differs ? "bar differs" : "bar";
  const right = differs
    ? [h("span", { class: "symbol" }, "✗ "), h("b", {}, reported)]
    : [h("span", { class: "symbol" }, reported ? "✓ " : ""), reported || idle(step)];
  element.replaceChildren(
    h("div", { class: "side expected" }, h("span", { class: "side-name" }, "the judge expects"),
      h("code", {}, expected || "–")),
    h("div", { class: "side reported" }, h("span", { class: "side-name" },
      "the collector reported"), h("code", {}, right)));
}

function idle(step) {
  const words = {
    operation: "– (the program acts)", void: "– (void: it was skipped)", note: "–",
  };
  return words[step.is] || "–";
}
