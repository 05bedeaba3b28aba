// SPDX-License-Identifier: Apache-2.0

// A state is the heap as the judge's model has it after a step; a course is all of them, made from
// the deltas of the steps. Each hundredth is kept whole, so that any is a hundred deltas away.
//
// Place: above the data, below all that looks at a heap. ../README.md says what the keys mean.

const REGISTERS = 16;
const KEYFRAME = 100;

function emptyState() {
  return {
    registers: new Array(REGISTERS).fill(-1),
    objects: new Map(),  // by number
    entries: [],  // [map, key, value]
    pushed: [],
    garbage: [],
    counts: null,  // of generations; null if the contract has none
    thresholds: null,
    flags: {},
    frames: [],  // what is open, outermost first
  };
}

function cloneState(state) {
  return {
    ...state,
    registers: state.registers.slice(),
    objects: new Map(state.objects),
    flags: { ...state.flags },
  };
}

function applyDelta(state, delta) {
  for (const [number, object] of Object.entries(delta.r || {})) state.registers[number] = object;
  for (const object of delta.o || []) state.objects.set(object.i, object);
  const lists = {
    e: "entries", p: "pushed", b: "garbage", c: "counts", t: "thresholds", f: "frames",
  };
  for (const [key, name] of Object.entries(lists)) {
    if (delta[key] !== undefined) state[name] = delta[key];
  }
  Object.assign(state.flags, delta.x || {});
}

class Course {
  constructor(steps) {
    this.steps = steps;
    this.keyframes = [];
    this.recent = new Map();  // the states that were asked for last
    const state = emptyState();
    for (let i = 0; i < steps.length; i++) {
      applyDelta(state, steps[i].d || {});
      if (i % KEYFRAME === 0) this.keyframes.push(cloneState(state));
    }
  }

  // The state after a step, which is not to be changed; before the first it is empty.
  at(step) {
    if (step < 0 || this.steps.length === 0) return emptyState();
    let state = this.recent.get(step);
    if (state) return state;
    const from = Math.floor(step / KEYFRAME);
    state = cloneState(this.keyframes[from]);
    for (let i = from * KEYFRAME + 1; i <= step; i++) applyDelta(state, this.steps[i].d || {});
    if (this.recent.size > 8) this.recent.clear();
    this.recent.set(step, state);
    return state;
  }
}
