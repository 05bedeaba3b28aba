# SPDX-License-Identifier: Apache-2.0

"""A campaign runs mutants one after the other, each against steps that may kill it, and keeps what
became of it as a line of a file. Whoever kills the campaign loses the mutant at hand.

A step is a command: what it says of the unchanged program is recorded first, with the mutants that
it reaches, and those that it does not reach cannot fail it. One process tries one mutant, with
bounds of memory and time. The clock says nothing but that a mutant hangs.

Place: above build.py, whose programs it runs; report.py adds up what it finds.
"""

import dataclasses
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time

from build import ROOT, step_of

MEMORY = 8 << 30  # bytes of address space
LEAST = 3.0       # seconds that every step has, at least
SLOWER = 5        # as many times as long as the unchanged program may a mutant take
NOT_REACHED = "not reached"
VERIFIED = 300    # random programs after each of whose operations the heap looks at itself
CORPUS = [str(ROOT / "corpus" / name) for name in ("laws", "rules", "history", "found")]
# Properties, scaled down: fewer random programs for each test, a sixth of the liars, and no test of
# how often something happens, which few programs do not show. Trim with 100,000 objects only.
SCALED = {"RC_PARAMS": "max_success=100", "OURO_WILD": "200"}
SCALES = {"damage_test": {"RC_PARAMS": "max_success=3"},
          "liar_test": {"GTEST_TOTAL_SHARDS": "6", "GTEST_SHARD_INDEX": "0"}}
FILTERS = {"wild_test": "*IsLawful", "damage_test": "-DamagedUnderBounds*",
           "trim_test": "*/0"}


@dataclasses.dataclass
class Step:
    name: str
    command: list
    cwd: pathlib.Path = ROOT
    environment: dict = dataclasses.field(default_factory=dict)
    seconds: float = 0.0        # that the unchanged program takes
    at_least: float = 0.0       # that it takes by its own wish
    reached: bytes = b""
    clean: pathlib.Path = None  # a folder that is deleted before


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def execute(step, number, seconds, reached=None):
    """The exit code of a step with that mutant; None if it does not end."""
    if step.clean is not None:
        shutil.rmtree(step.clean, ignore_errors=True)
    environment = {**os.environ, **step.environment, "OURO_MUTANT": str(number)}
    if reached is not None:
        environment["OURO_REACHED"] = str(reached)
    process = subprocess.Popen(
        step.command, cwd=step.cwd, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limit,
        start_new_session=True)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def heap_steps(build, libraries, seconds):
    ouro = str(ROOT / "bazel-bin/fuzz/ouro/ouro")
    programs = build.folder / "programs.gct"
    if not programs.exists():
        text = subprocess.run([ouro, "generate", "--count", str(VERIFIED)], check=True,
                              capture_output=True).stdout
        programs.write_bytes(text)
    steps = []
    for contract, library in libraries.items():
        name = ["--specimen", f"lib:{library}"]
        out = build.folder / "random"
        steps += [
            Step("corpus", [ouro, "run", "--in-process", *name, *CORPUS]),
            Step("random", [ouro, "campaign", *name, "--engine", "random", "--workers", "1",
                            "--stop-on-first", "--seconds", str(seconds), "--out", str(out)],
                 at_least=seconds, clean=out),
            Step("verify", [ouro, "run", "--in-process", "--verify", *name, str(programs),
                            *CORPUS])]
    order = {"corpus": 0, "random": 1, "verify": 2}
    steps.sort(key=lambda step: order[step.name])
    return steps


def test_steps(tests):
    """A step for each program of tests, where Bazel would run it."""
    steps = []
    for test, program in tests.items():
        runfiles = next(iter((ROOT / "bazel-bin" / f"{test}.runfiles").glob("*main*")), ROOT)
        name = step_of(test)
        command = [str(program), "--gtest_fail_fast", "--gtest_brief=1",
                   f"--gtest_filter={FILTERS.get(name, '*')}"]
        scale = SCALED if test.startswith("properties/") else {}
        steps.append(Step(name, command, runfiles, {**scale, **SCALES.get(name, {})}))
    return steps


def calibrate(steps, build, say):
    """Runs the unchanged program: how long it takes, and which mutants it reaches."""
    size = (len(build.mutants) // 4096 + 1) * 4096
    for step in steps:
        reached = build.folder / "reached"
        reached.write_bytes(bytes(size))
        start = time.monotonic()
        code = execute(step, 0, 600, reached)
        step.seconds = time.monotonic() - start
        step.reached = reached.read_bytes()
        say(f"{step.name}: {step.seconds:.1f} s, reaches {sum(step.reached)} mutants")
        if code != 0:
            raise SystemExit(f"the unchanged program fails {step.name}: {code}")


def fate(number, steps):
    """The name of the step that kills that mutant, "" if none does, and how."""
    for step in steps:
        if not step.reached[number]:
            continue
        code = execute(step, number, LEAST + SLOWER * step.seconds)
        if code != 0:
            return step.name, "hang" if code is None else str(code)
    return "", "" if any(step.reached[number] for step in steps) else NOT_REACHED


class Results:
    """A file with a line of JSON for each mutant that has been tried."""

    def __init__(self, path):
        self.path, self.by_key = path, {}
        if path.exists():
            whole = path.read_bytes()
            complete = whole[:whole.rfind(b"\n") + 1]  # the rest is of a campaign that was killed
            if complete != whole:
                path.write_bytes(complete)
            for line in complete.decode().splitlines():
                self._know(json.loads(line))

    def _know(self, result):
        """The last word counts, but what is dead stays so: campaigns may run side by side."""
        before = self.by_key.get(result["key"])
        if before is None or result["by"] or not before["by"]:
            self.by_key[result["key"]] = result

    def add(self, mutant, by, how, seconds, steps):
        """`steps`: the names of those that it met; what others, before, said of it is kept."""
        before = self.by_key.get(mutant.key, {})
        if how == NOT_REACHED and before.get("how", NOT_REACHED) != NOT_REACHED:
            how = ""
        result = {**dataclasses.asdict(mutant), "by": by, "how": how, "seconds": round(seconds, 2),
                  "met": list(dict.fromkeys([*before.get("met", []), *steps]))}
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._know(result)


def run(mutants, numbers, steps, results, again=False):
    """Tries those of the mutants of which nothing is known; `again`: those that are known to
    live."""
    known = results.by_key
    left = [m for m in mutants if m.key not in known] if not again else \
        [m for m in mutants if m.key in known and not known[m.key]["by"]]
    start = said = time.monotonic()
    for done, m in enumerate(left):
        began = time.monotonic()
        if began - said > 2:
            said = began
            rate = done / (began - start)
            print(f"{done} of {len(left)}, {rate * 60:.0f} a minute, {m.file}:{m.line}  ",
                  file=sys.stderr, end="\r" if sys.stderr.isatty() else "\n", flush=True)
        by, how = fate(numbers[m.key], steps)
        results.add(m, by, how, time.monotonic() - began, [step.name for step in steps])
