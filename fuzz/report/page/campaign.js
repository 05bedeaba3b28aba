// SPDX-License-Identifier: Apache-2.0

// A campaign's index: the causes of its findings, its curves, and the situations that it missed.
//
// Place: main.js shows it where the address names no run.

const COLUMNS = [
  { key: "headline", name: "cause" },
  { key: "sentence", name: "what happened" },
  { key: "hits", name: "hits", number: true },
  { key: "first_seen", name: "first seen", number: true },
  { key: "operations", name: "operations", number: true },
  { key: "alike", name: "alike", number: true },
];

const CURVES = [
  { key: "programs", name: "programs", color: "--curve-1", dash: [] },
  { key: "features", name: "features", color: "--curve-2", dash: [8, 4] },
  { key: "edges", name: "edges", color: "--curve-3", dash: [3, 3] },
  { key: "findings", name: "findings", color: "--curve-4", dash: [12, 3, 2, 3] },
];

function seconds(value) {
  if (value === undefined || value === null) return "–";
  return value < 100 ? `${Number(value.toFixed(1))} s` : `${Math.round(value / 60)} min`;
}

function causeRow(cause) {
  const runs = (cause.runs || []).map((run, i) =>
    h("a", { href: `#run=${run}` }, i === 0 ? "show" : `another (${i + 1})`));
  return h("tr", {},
    h("td", { class: "headline" }, cause.runs && cause.runs.length
      ? h("a", { href: `#run=${cause.runs[0]}` }, cause.headline) : cause.headline),
    h("td", {}, prose(cause.sentence), " ", h("span", { class: "file" }, cause.file || "")),
    h("td", { class: "number" }, (cause.hits || 0).toLocaleString("en")),
    h("td", { class: "number" }, seconds(cause.first_seen)),
    h("td", { class: "number" }, String(cause.operations ?? "–")),
    h("td", { class: "number" }, String(cause.alike ?? "–")),
    h("td", { class: "runs" }, runs.length ? runs.flatMap((run) => [run, " "]) : "–"));
}

function causeTable(causes) {
  const body = h("tbody");
  const order = { key: "hits", down: true };
  const heads = COLUMNS.map((column) => h("th", { scope: "col",
    class: column.number ? "number" : "" }, h("button", { type: "button",
    onclick: () => {
      order.down = order.key === column.key ? !order.down : Boolean(column.number);
      order.key = column.key;
      fillRows();
    } }, column.name)));
  function fillRows() {
    const sign = order.down ? -1 : 1;
    const value = (cause) => cause[order.key] ?? "";
    const sorted = causes.map((cause, i) => [cause, i]).sort(([a, i], [b, j]) => {
      if (value(a) === value(b)) return i - j;
      return (value(a) < value(b) ? -1 : 1) * sign;
    });
    body.replaceChildren(...sorted.map(([cause]) => causeRow(cause)));
    heads.forEach((head, i) => head.setAttribute("aria-sort", COLUMNS[i].key !== order.key
      ? "none" : order.down ? "descending" : "ascending"));
  }
  fillRows();
  return h("table", { class: "causes" }, h("thead", {}, h("tr", {}, heads, h("th", {}, "run"))),
    body);
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function drawCurves(element, curve, logarithmic) {
  const there = CURVES.filter(({ key }) => (curve[key] || []).length > 0);
  // A logarithm has no place for 0.
  const values = (key) => curve[key].map((y) => logarithmic && y <= 0 ? null : y);
  const axis = { stroke: color("--dim"), grid: { stroke: color("--line"), width: 1 },
    ticks: { stroke: color("--line"), width: 1 }, size: 84 };
  element.replaceChildren();
  return new uPlot({
    width: Math.max(320, element.clientWidth), height: 260,
    title: curve.specimen,
    scales: { x: { time: false }, y: { distr: logarithmic ? 3 : 1 } },
    axes: [{ ...axis, label: "seconds", size: 40, labelSize: 18 }, axis],
    series: [{ label: "seconds" }, ...there.map(({ name, color: line, dash }) => ({
      label: name, stroke: color(line), width: 2, dash, points: { show: false } }))],
  }, [curve.seconds, ...there.map(({ key }) => values(key))], element);
}

function curvesPart(curves) {
  if (curves.length === 0) return [];
  const places = curves.map(() => h("div", { class: "plot" }));
  const box = h("input", { type: "checkbox", id: "log", checked: true });
  const draw = () => curves.forEach((curve, i) => drawCurves(places[i], curve, box.checked));
  box.addEventListener("change", draw);
  requestAnimationFrame(draw);
  return [h("h2", {}, "How it went"),
    h("label", {}, box, " logarithmic"), h("div", { class: "plots" }, places)];
}

function situationsPart(situations) {
  const { missing = [], reached = [] } = situations || {};
  if (missing.length + reached.length === 0) return [];
  const list = missing.length
    ? h("dl", { class: "missing" }, missing.flatMap(({ name, text }) => [h("dt", {}, name),
      h("dd", {}, text)])) : h("p", {}, "none");
  return [h("h2", {}, `Situations that it did not reach (${missing.length} of ` +
    `${missing.length + reached.length})`), list,
  h("details", {}, h("summary", {}, `reached: ${reached.length}`), h("p", {}, reached.join(", ")))];
}

function showCampaign(element, data) {
  const causes = data.causes || [];
  const hits = causes.reduce((sum, cause) => sum + (cause.hits || 0), 0);
  const words = causes.length === 0 ? "Nothing unlawful was found"
    : `${count(causes.length, "cause")} of unlawful runs, found ${count(hits, "time")}`;
  element.replaceChildren(
    h("header", { class: `verdict ${causes.length ? "convicted" : "lawful"}` },
      h("h1", {}, h("span", { class: "stamp" }, causes.length ? "✗" : "✓"), words),
      h("dl", {}, fact("report on", h("code", {}, data.title)),
        (data.specimens || []).map((specimen) => fact("collector", h("b", {}, specimen.name),
          ` – ${count(specimen.programs, "program")} in ${seconds(specimen.seconds)}, ` +
          `${count(specimen.findings, "finding")}`)))),
    h("div", { class: "index-body" },
      causes.length ? [h("h2", {}, "Causes"), causeTable(causes)] : [],
      curvesPart(data.curves || []), situationsPart(data.situations)));
}
