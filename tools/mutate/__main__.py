# SPDX-License-Identifier: Apache-2.0

"""Mutates the heap and the judge, one small change at a time, and says which changes no test sees.

    python3 tools/mutate --out /tmp/mutants --only heap --sample 1500

Each change is tried by programs that are compiled once with all of them: a mutant of the heap by
the corpus, by random programs under two contracts, by the heap's look at itself, and by its unit
tests; one of the judge by its rules, and then by the corpus, liars, damaged traces, and lawful
collectors. Killed at any moment and run again, it goes on. What lives is equivalent, or a hole;
tools/survivors.md explains it.

Place: a tool for developers; no test runs it. properties/mutants has the mutants made by hand.
"""

import argparse
import pathlib
import random
import sys

sys.dont_write_bytecode = True
import build  # noqa: E402
import campaign  # noqa: E402
import report  # noqa: E402


def options():
    parser = argparse.ArgumentParser(
        prog="python3 tools/mutate", description=__doc__.split("\n")[0],
        epilog="example: python3 tools/mutate --out /tmp/mutants --only judge --sample 1000")
    parser.add_argument("--out", type=pathlib.Path, help="a folder for programs and results")
    parser.add_argument("--only", default="heap", metavar="heap|judge|FILE",
                        help="what is mutated; heap by default")
    parser.add_argument("--sample", type=int, metavar="N", help="try N of them, at random")
    parser.add_argument("--seed", type=int, default=1, help="of the sample, and of the order")
    parser.add_argument("--seconds", type=int, default=4,
                        help="of random programs for each mutant of the heap and contract")
    parser.add_argument("--steps", metavar="NAME,NAME",
                        help="what tries them, instead of all that is fast: corpus, random, verify,"
                        " rules, or the name of a test that build.py has")
    parser.add_argument("--again", action="store_true",
                        help="try again what lives: by other steps, or by new tests")
    parser.add_argument("--workers", type=int, default=2, help="compilers at a time")
    parser.add_argument("--list", action="store_true", help="print the mutants, and do no more")
    parser.add_argument("--report", action="store_true", help="print what is known, and do no more")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


def chosen(mutants, a):
    """The sample, in an order of its own: a part of it is a sample, too."""
    mutants = [m for m in mutants if a.only in build.TARGETS or m.file == a.only]
    random.Random(a.seed).shuffle(mutants)
    return mutants[:a.sample]


def main():
    a = options()
    target = build.JUDGE if a.only == "judge" or a.only.startswith("model/") else build.HEAP
    if a.list:
        for m in chosen(build.find(target), a):
            print(f"{m.key} {m.file}:{m.line}: {m.kind}: {m.old} -> {m.new or '(nothing)'}")
        return
    if a.out is None:
        raise SystemExit("--out is missing; --help has an example")
    folder = a.out / target.name
    folder.mkdir(parents=True, exist_ok=True)
    made = build.Build(target, folder, a.workers, say)
    results = campaign.Results(folder / "results.jsonl")
    if a.report:
        made.load_refused()
    else:
        names = a.steps.split(",") if a.steps else []
        tests, libraries = made.programs(names)
        steps = campaign.heap_steps(made, libraries, a.seconds) if libraries else []
        steps += campaign.test_steps(tests)
        steps = [step for step in steps if not names or step.name in names]
        if not steps:
            raise SystemExit(f"there are no steps {a.steps}")
        campaign.calibrate(steps, made, say)
        accepted = [m for m in made.mutants if m.key not in made.refused]
        campaign.run(chosen(accepted, a), made.numbers, steps, results, a.again)
    known = {m.key for m in made.mutants} - made.refused  # a use may have refused one since
    print(report.report(target.name, [r for r in results.by_key.values() if r["key"] in known],
                        made.mutants, made.refused))


if __name__ == "__main__":
    main()
