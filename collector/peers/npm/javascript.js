// SPDX-License-Identifier: Apache-2.0

// An engine of JavaScript as a collector under test, over the line protocol (docs/language.md). A
// script, so that any engine can evaluate it; it defines `serve`. What the language does not have
// is the host's:
//
//   host.name        "NAME VERSION"
//   host.read()      the next line; ends the process after the last
//   host.write(text)
//   host.collect()   a collection of everything
//   host.turn()      a promise that is kept in a later job
//
// What the language says, and what follows from it:
//
// * A target that a WeakRef has yielded, or that one was made of, lives to the end of the job. So
//   each operation is executed in a job of its own. Scripts, too, are served by the main loop: the
//   engine's FinalizationRegistry only tells it which are due.
// * A finalizer runs after the death of its object, and knows a number. There is no `self`.
// * A death is seen in a WeakRef that watches the object. It is asked after each operation, after a
//   collection, and before each finalizer.
// * No local variable of a function that waits or collects holds an object.
//
// Contract: that of Ruby, where unreferenced objects die at once: the engine counts references.
'use strict';

globalThis.serve = async function (host) {
  const MAX_COLLECTIONS = 32;  // That a reset tries.
  const MAX_TURNS = 1000;      // That a finalizer which is due is waited for.

  class Leaf {
    constructor(number) { this.number = number; }
  }
  class Weak {
    constructor(number, target) {
      this.number = number;
      this.ref = new WeakRef(target);
    }
  }
  class Node {  // Even slots are properties, the others elements of an array.
    constructor(number, slots) {
      this.number = number;
      this.odd = new Array(slots >> 1).fill(null);
      for (let k = 0; k < slots; k += 2) this['slot' + k] = null;
    }
    get(k) { return k % 2 ? this.odd[k >> 1] : this['slot' + k]; }
    put(k, thing) {
      if (k % 2) this.odd[k >> 1] = thing;
      else this['slot' + k] = thing;
    }
  }

  const registers = new Map();
  let watch = new Map();      // Number -> WeakRef of an object that is not reported dead.
  let finalized = new Set();  // Numbers of objects whose finalizer has not run.
  let expected = [];          // The dead among them.
  let arrived = [];           // Those that the registry has told of.
  let registry;
  let born = 0, scripts = 0;
  let answer = '';

  const say = (line) => { answer += line + '\n'; };

  function forget() {  // What the old registry tells later goes nowhere.
    const told = arrived = [];
    registry = new FinalizationRegistry((number) => { told.push(number); });
    finalized = new Set();
    expected = [];
    watch = new Map();
    born = 0;
  }

  // -- Births and deaths

  function birth(register, thing) {
    watch.set(born, new WeakRef(thing));
    registers.set(register, thing);
    say('> new ' + born++);
  }

  function reportDeaths() {
    for (const [number, ref] of watch) {
      if (ref.deref() !== undefined) continue;
      watch.delete(number);
      say('> free ' + number);
      if (finalized.delete(number)) expected.push(number);
    }
  }

  async function runScript(number) {
    say('> finalize ' + number);
    ++scripts;
    const raised = await serveLines(true);
    --scripts;
    say(`> end ${number}` + (raised ? ' raised' : ''));
  }

  // The scripts of the dead, in the order in which the engine tells of them.
  async function runFinalizers() {
    for (let turns = 0; expected.length > 0 && turns < MAX_TURNS; ++turns) {
      while (arrived.length > 0) {
        const number = arrived.shift();
        reportDeaths();
        const at = expected.indexOf(number);
        if (at < 0) throw new Error(`the finalizer of ${number}, which lives, is due`);
        expected.splice(at, 1);
        await runScript(number);
      }
      if (expected.length > 0) await host.turn();
    }
  }

  // -- Operations

  const of = (name) => name === 'none' ? null : registers.get(name) || null;

  function give(register, thing) {
    say('> got ' + (thing ? thing.number : 'none'));
    registers.set(register, thing || null);
  }

  function node(register, slots, script) {
    birth(register, new Node(born, +slots));
    if (!script) return;
    finalized.add(born - 1);
    registry.register(registers.get(register), born - 1);
  }

  async function collect(generation) {
    say('> collect ' + generation);
    host.collect();
    await host.turn();
    reportDeaths();
    await host.turn();
    await runFinalizers();
    say('> done 0');  // The language does not say how many.
  }

  const someLive = () => [...watch.values()].some((ref) => ref.deref() !== undefined);

  // Drops everything and proves it: a surviving object would affect the next program.
  async function reset() {
    if (scripts > 0) throw new Error('a script is running');
    registers.clear();
    for (let k = 0; k < MAX_COLLECTIONS && someLive(); ++k) {
      await host.turn();
      host.collect();
      await host.turn();
    }
    if (someLive()) say('error objects survive a reset');
    forget();
  }

  const D = '(r\\d|r1[0-5])', V = '(r\\d|r1[0-5]|none)';
  const OPERATIONS = [
    [`${D} = node ([0-8])( del \\d+)?`, node],
    [`${D} = leaf`, (d) => birth(d, new Leaf(born))],
    [`${D} = weak ${D}`, (d, r) => birth(d, new Weak(born, of(r)))],
    [`${D} = ${V}`, (d, v) => { registers.set(d, of(v)); }],
    [`${D} = ${D}\\.([0-7])`, (d, r, k) => give(d, of(r).get(+k))],
    [`${D} = ${D}\\(\\)`, (d, r) => give(d, of(r).ref.deref())],
    [`${D}\\.([0-7]) = ${V}`, (r, k, v) => of(r).put(+k, of(v))],
    ['collect ([0-2])', collect],
    ['hello', () => say(`> hello ${host.name} contract=ruby,prompt=yes weak finalizer`)],
    ['reset', reset],
  ].map(([pattern, run]) => [new RegExp(`^${pattern}$`), run]);

  function execute(line) {  // A promise, of operations that wait.
    for (const [pattern, run] of OPERATIONS) {
      const operands = pattern.exec(line);
      if (operands) return run(...operands.slice(1));
    }
    throw new Error('no operation');
  }

  // Returns when a script ends, whether it raised; main's goes on for ever.
  async function serveLines(inScript) {
    for (;;) {
      host.write(answer);
      answer = '';
      const line = host.read();
      if (inScript && (line === 'end' || line === 'raise')) return line === 'raise';
      try {
        const waiting = execute(line);
        if (waiting) await waiting;
        await host.turn();
        reportDeaths();
        await runFinalizers();
        say('ok');
      } catch (error) {
        say(`error in "${line.slice(0, 80)}": ${String(error.message).slice(0, 200)}`);
      }
    }
  }

  forget();
  await serveLines(false);
};
