# SPDX-License-Identifier: Apache-2.0

"""Tunes the generator's weights: a search for those that find the bugs of mutants soonest.

    bazel build //:ouro //properties/mutants
    python3 tools/tune.py --out /tmp/tuned bazel-bin/properties/mutants

The measure of weights is the walk (`ouro power --programs`): how many programs pass until one shows
a mutant's bug, times what a program costs in operations. No clock is in it, so it is the same on a
busy machine. The aim is the mean of its logarithm, with the slowest quarter of the mutants counted
twice, plus a fine for each conjunction that becomes rare (`ouro reach`).

The mutants are halved by the hash of their names. Weights are tuned on one half and told on the
other, and then the reverse: a gain that the other half does not see is none. A step changes a few
weights by a random factor and keeps the change if the aim falls on seeds that alternate. The folder
has each step, so the same command resumes; which steps are tried depends on --seed alone.

Place: a tool for developers; no test runs it. The weights that it found are in
properties/generator/weights.cc.
"""

import argparse
import hashlib
import json
import math
import pathlib
import random
import re
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHANGED = 0.12       # of the weights, in a step
FACTOR = 0.7         # of a change: the standard deviation of its binary logarithm
RARE_FINE = 0.02     # for a conjunction that fewer programs reach than before the search
NOT_FOUND = 4.0      # times the limit: what a walk counts that found nothing
REACH_PROGRAMS = 30_000
FEW = 2              # of these, below which a conjunction is rare in so small a sample


def read_weights(text):
    """Lines `group name number` as a list of lists."""
    return [[*line.rsplit(" ", 1)] for line in text.splitlines() if line]


def weights_text(weights):
    return "".join(f"{name} {number}\n" for name, number in weights)


def half_of(mutant):
    return hashlib.sha256(mutant.encode()).digest()[0] % 2


class Measure:
    """What `ouro` says of weights."""

    def __init__(self, ouro, libraries, programs, scratch):
        self.ouro, self.libraries, self.programs = ouro, libraries, programs
        self.file = scratch / "weights.txt"

    def run(self, weights, *arguments):
        self.file.write_text(weights_text(weights))
        done = subprocess.run([self.ouro, *arguments, "--weights", str(self.file)],
                              stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode > 1:
            raise SystemExit(f"{arguments}: exit code {done.returncode}")
        return done.stdout

    def walks(self, weights, half, seeds):
        """Mutant -> binary logarithms of the operations of its walks."""
        files = [str(path) for path in self.libraries if half_of(path.stem) == half]
        text = self.run(weights, "power", "--programs", str(self.programs), "--seeds", str(seeds),
                        *files)
        cost = float(re.search(r"# ([\d.]+) operations", text).group(1))
        walks = {}
        for line in text.splitlines():
            name, *counts = line.split()
            if name != "#":
                walks[name] = [math.log2((int(n) or NOT_FOUND * self.programs) * cost)
                               for n in counts]
        return walks

    def rare(self, weights):
        text = self.run(weights, "reach", "--specimen", "optimized-pep442", "--programs",
                        str(REACH_PROGRAMS))
        counts = [int(line.split("|")[1]) for line in text.splitlines()
                  if re.match(r"\| \d+ \|", line)]
        return sum(count < FEW for count in counts)


def aim(walks, seeds):
    """Of the walks of these seeds, by number; smaller is better."""
    means = sorted(statistics.mean(row[seed] for seed in seeds) for row in walks.values())
    tail = means[-max(1, len(means) // 4):]
    return (statistics.mean(means) + statistics.mean(tail)) / 2


def changed(weights, chance):
    """A copy in which a few weights are others. One that is 0 stays: it has a reason."""
    new = []
    for name, number in weights:
        value = int(number)
        if value > 0 and chance.random() < CHANGED:
            factor = 2 ** chance.gauss(0, FACTOR)
            most = 100 if name.startswith("chance") else 1000
            value = min(most, max(1, value + 1 if 1 < factor < 1.5 else round(value * factor)))
        new.append([name, str(value)])
    return new


def search(measure, half, folder, steps, seed):
    """Resumes or begins the search on one half; returns the best weights."""
    log = folder / f"half{half}.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    first = read_weights(subprocess.run([measure.ouro, "generate", "--weights"], check=True,
                                        stdout=subprocess.PIPE, text=True).stdout)
    if not lines:
        lines.append({"step": 0, "kept": True, "weights": first, "rare": measure.rare(first),
                      "aim": aim(measure.walks(first, half, 2), (0, 1))})
        log.write_text(json.dumps(lines[0]) + "\n")
    best = [line for line in lines if line["kept"]][-1]
    rare_before = lines[0]["rare"]
    for step in range(len(lines), steps + 1):
        chance = random.Random(f"{seed} {half} {step}")
        weights = changed(best["weights"], chance)
        value = aim(measure.walks(weights, half, 2), (0, 1))
        kept = value < best["aim"]
        rare = measure.rare(weights) if kept else best["rare"]
        value += RARE_FINE * max(0, rare - rare_before) if kept else 0
        kept = kept and value < best["aim"]
        line = {"step": step, "kept": kept, "weights": weights, "rare": rare, "aim": value}
        with open(log, "a") as file:
            file.write(json.dumps(line) + "\n")
        if kept:
            best = line
        print(f"half {half}, step {step}: {value:.3f} {'kept' if kept else ''}", flush=True)
    return first, best["weights"]


def tell(measure, name, half, before, after, seeds):
    """Prints what the tuning is worth on a half, in seeds that the search did not use."""
    unseen = tuple(range(2, 2 + seeds))
    old, new = (measure.walks(weights, half, 2 + seeds) for weights in (before, after))
    for what, walks in (("before", old), ("after", new)):
        values = sorted(statistics.mean(row[seed] for seed in unseen) for row in walks.values())
        print(f"{name}, {what}: {len(values)} mutants, mean 2^{statistics.mean(values):.2f} "
              f"operations, median 2^{statistics.median(values):.2f}, slowest tenth "
              f"2^{statistics.mean(values[-max(1, len(values) // 10):]):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, type=pathlib.Path, help="a folder for the steps")
    parser.add_argument("--ouro", default=str(ROOT / "bazel-bin/fuzz/ouro/ouro"))
    parser.add_argument("--steps", type=int, default=60, help="of each half")
    parser.add_argument("--programs", type=int, default=2000, help="the limit of a walk")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--told", type=int, default=4, help="seeds in which the result is told")
    parser.add_argument("mutants", type=pathlib.Path, help="a folder of libraries lib-*.so")
    a = parser.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    measure = Measure(a.ouro, sorted(a.mutants.glob("lib-*.so")), a.programs, a.out)
    for half in (0, 1):
        before, after = search(measure, half, a.out, a.steps, a.seed)
        (a.out / f"half{half}.txt").write_text(weights_text(after))
        tell(measure, "the half that was tuned on", half, before, after, a.told)
        tell(measure, "the other half", 1 - half, before, after, a.told)


if __name__ == "__main__":
    main()
