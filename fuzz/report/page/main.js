// SPDX-License-Identifier: Apache-2.0

// The page as a whole: reads the data, and shows what the address asks for: "#step=12" of a run, or
// of a campaign "#run=0&step=12", and without a run its index.
//
// Place: the top; report.html ends with it.

const WRITE_AFTER_MS = 150;  // browsers refuse an address that changes too often

class Page {
  constructor(data) {
    this.data = data;
    this.shown = null;  // number of the run that is shown; -1 is the index
    this.view = null;
    window.addEventListener("hashchange", () => this.follow());
    window.addEventListener("keydown", (event) => this.view && press(event, this.view));
    window.addEventListener("resize", () => this.view && this.view.fit(this.view.layout()));
  }

  address() {
    const words = new URLSearchParams(location.hash.slice(1));
    const number = (name) => /^\d+$/.test(words.get(name) || "") ? Number(words.get(name)) : null;
    return { run: number("run"), step: number("step") };
  }

  // The steps in the address count from 0, as the data's do.
  follow() {
    const { run, step } = this.address();
    if (this.data.kind === "run") this.showRun(0, this.data, step);
    else if (run === null || run >= this.data.runs.length) this.showIndex();
    else this.showRun(run, this.data.runs[run], step);
  }

  showRun(number, run, step) {
    byId("index").hidden = true;
    byId("run").hidden = false;
    if (this.shown === number && this.view) {
      if (step !== null) this.view.go(step, false, true);
      return;
    }
    this.shown = number;
    byId("back").hidden = this.data.kind === "run";
    this.view = new RunView(run, (at, jump) => this.remember(at, jump));
    window.ouro.view = this.view;
    this.view.start(step);
    if (this.data.kind !== "run") document.title = `${run.title} – Ouroboros`;
  }

  showIndex() {
    this.shown = -1;
    this.view = null;
    byId("run").hidden = true;
    byId("index").hidden = false;
    document.title = `${this.data.title} – Ouroboros`;
    showCampaign(byId("index"), this.data);
  }

  remember(step, jump) {
    const run = this.data.kind === "run" ? "" : `run=${this.shown}&`;
    const address = `#${run}step=${step}`;
    clearTimeout(this.later);
    if (jump) location.hash = address;
    else this.later = setTimeout(() => location.replace(address), WRITE_AFTER_MS);
  }
}

function main() {
  window.ouro = { lastRenderMs: 0 };
  const data = JSON.parse(byId("data").textContent);
  byId("version").textContent = data.version || "";
  if (data.format !== 1) {
    byId("verdict").textContent = `this page shows format 1, not ${data.format}`;
    byId("run").hidden = false;
    return;
  }
  const page = new Page(data);
  window.ouro.page = page;
  page.follow();
}

main();
