// SPDX-License-Identifier: Apache-2.0

// Keys that move through a run.
//
// Place: main.js gives each key press to it while a run is shown.

// What each key does to a RunView. With shift, arrows go by operations.
const KEYS = {
  ArrowLeft: (view) => view.go(view.step - 1, false),
  ArrowRight: (view) => view.go(view.step + 1, false),
  "shift ArrowLeft": (view) => view.go(view.operation(-1), false),
  "shift ArrowRight": (view) => view.go(view.operation(1), false),
  PageUp: (view) => view.go(view.operation(-1), false),
  PageDown: (view) => view.go(view.operation(1), false),
  Home: (view) => view.go(0, true),
  End: (view) => view.go(view.run.steps.length - 1, true),
  Enter: (view) => view.fault(),
  f: (view) => view.fault(),
  n: (view) => view.searchNext(1),
  "shift N": (view) => view.searchNext(-1),
  "+": (view) => view.zoomBy(1.25),
  "-": (view) => view.zoomBy(0.8),
  "0": (view) => view.zoomBy(0),
};

// Keys in the search box are its own, but for these two.
function pressInSearch(event, view) {
  if (event.key === "Escape") {
    byId("search").value = "";
    view.search("");
    byId("search").blur();
  } else if (event.key === "Enter") {
    byId("search").blur();
    event.preventDefault();
  }
}

function press(event, view) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target === byId("search")) {
    pressInSearch(event, view);
    return;
  }
  if (event.key === "Enter" && event.target.closest("button, summary, a, [role=button]")) return;
  if (event.key === "/") {
    event.preventDefault();
    byId("search").focus();
    byId("search").select();
    return;
  }
  const act = KEYS[`${event.shiftKey ? "shift " : ""}${event.key}`] || KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(view);
}
