# SPDX-License-Identifier: Apache-2.0

"""Speed is not lost in silence: the instructions of the heap's workloads and of a trial.

A count, by callgrind, does not depend on what else a machine does, as a time would. It may differ
by two per cent from what instructions.txt says, more or less: who gains records the gain, as that
is what the next one must not lose.

    REGENERATE=1 bazel run --config=ci //tools:instructions_test

Place: beside the test of the style, as it guards what no other test would notice. The workloads are
those of collector/benchmark/workloads.h; `trial` is fuzz/campaign/throughput.cc. Without valgrind,
or with another compiler than instructions.txt is of, it is NOT TESTED.
"""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

HERE = pathlib.Path(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "tools")
HEAP = HERE / "heap_benchmark"
TRIALS = HERE.parent / "fuzz/campaign/throughput"
GOLDEN = HERE / "instructions.txt"

N = 10_000
RUNS = 51  # of a workload of that size: Scales in collector/benchmark/main.cc
GARBAGE = 100_000  # nodes that W4 and W4b make in each run
PROGRAMS = 2_000  # kPrograms of throughput.cc
NODES = {"W1": RUNS * N, "W1s": RUNS * N, "W2": RUNS * N, "W3": RUNS * N,
         "W4": RUNS * GARBAGE, "W4b": RUNS * GARBAGE, "W5": N}
TOLERANCE = 0.02

HEAD = """\
# Instructions, counted by callgrind: of the heap's workloads for each node, n = 10^4, `-c opt`; and
# of a trial for each program, as tests are built. Held within 2 % by instructions_test.py, which
# says how to make this file.
"""


def compiler(program):
    """The compiler that built it, as its .comment says."""
    found = re.search(rb"clang version (\d+)", program.read_bytes())
    return f"clang {found[1].decode()}" if found else "another compiler"


def counts(function, *command):
    """What each process that `command` starts executed in functions of that name."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         f"--toggle-collect=*{function}*", *command],
        capture_output=True, text=True, check=False, timeout=250)
    if done.returncode:
        raise AssertionError(f"{command}: {done.stderr[-2000:]}")
    collected = [int(count) for count in re.findall(r"Collected : (\d+)", done.stderr)]
    return [count for count in collected if count]


def measure():
    """{what: instructions}"""
    measured = {}
    for workload, nodes in NODES.items():
        of = counts("TimeOf", HEAP, f"--benchmark_filter=^{workload}/optimized/{N}$")
        if workload == "W5":  # pairs of processes: a heap grows without and with collections
            measured[workload] = (sum(of[1::2]) - sum(of[::2])) / (len(of) // 2) / nodes
        else:
            measured[workload] = sum(of) / nodes
    measured["trial"] = sum(counts(
        "AsInACampaign", TRIALS, "--benchmark_filter=Campaign/optimized$",
        "--benchmark_min_time=0.001")) / PROGRAMS
    return measured


def told():
    """The compiler and {what: instructions}"""
    lines = [line.split() for line in GOLDEN.read_text().splitlines() if line[:1] not in ("", "#")]
    assert lines[0][0] == "compiler"
    return " ".join(lines[0][1:]), {what: float(count) for what, count in lines[1:]}


class InstructionsTest(unittest.TestCase):

    def test_as_many_as_told(self):
        built_by, golden = told()
        why = self.not_tested(built_by)
        if why:
            print("NOT TESTED:", why)
            return
        measured = measure()
        self.assertEqual(list(measured), list(golden))
        report = "".join(f"\n{what:6} {golden[what]:9.1f} -> {count:9.1f}  "
                         f"{100 * (count / golden[what] - 1):+.1f} %"
                         for what, count in measured.items())
        off = [what for what, count in measured.items()
               if abs(count / golden[what] - 1) > TOLERANCE]
        self.assertFalse(off, "told -> counted. More: find out why. Fewer: record it, see the head "
                         f"of this test.{report}")

    @staticmethod
    def not_tested(built_by):
        """Why the counts would say nothing, or ''."""
        if not shutil.which("valgrind"):
            return "valgrind is not here"
        if compiler(TRIALS) != built_by:
            return f"built by {compiler(TRIALS)}; tools/instructions.txt is of {built_by}"
        if os.environ["COMPILATION_MODE"] != "fastbuild" or b"__asan" in TRIALS.read_bytes():
            return "tests are built in another way than usual"
        return ""


def regenerate():
    golden = pathlib.Path(os.environ["BUILD_WORKSPACE_DIRECTORY"], "tools/instructions.txt")
    lines = [f"{what} {count:.1f}" for what, count in measure().items()]
    golden.write_text("\n".join([HEAD + f"compiler {compiler(TRIALS)}", *lines, ""]))


if __name__ == "__main__":
    if os.environ.get("REGENERATE"):
        regenerate()
    else:
        unittest.main()
