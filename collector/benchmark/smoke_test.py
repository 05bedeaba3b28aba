# SPDX-License-Identifier: Apache-2.0

"""The benchmark works: every workload of every installed peer, and the table.

Place: runs the real program on a few nodes. It does not judge times.
"""

import json
import os
import subprocess
import unittest

BENCHMARK = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"],
                         "collector", "benchmark", "benchmark")
N = 1000
ALWAYS_HERE = {"floor", "optimized"}
PEERS = ALWAYS_HERE | {"cpython", "lua", "boehm"}
PAUSES = {"W4", "W4b"}
FLOORS = {"W1", "W1s", "W2", "W3"}
WORKLOADS = FLOORS | PAUSES | {"W5", "memory"}


def run(*arguments):
    return subprocess.run([BENCHMARK, "--smoke", *arguments], capture_output=True, text=True,
                          timeout=100)


class SmokeTest(unittest.TestCase):

    def test_every_workload_of_every_peer_is_measured(self):
        done = run("--benchmark_format=json")
        self.assertEqual(done.returncode, 0, done.stderr)
        absent = {line.split()[2] for line in done.stderr.splitlines()
                  if line.startswith("not here: ")}
        self.assertFalse(absent & ALWAYS_HERE)
        cases = {case["name"]: case for case in json.loads(done.stdout)["benchmarks"]}
        expected = {f"{workload}/{peer}/{N}" for peer in PEERS - absent
                    for workload in (FLOORS if peer == "floor" else WORKLOADS)}
        self.assertEqual(set(cases), expected)
        for name, case in cases.items():
            workload = name.split("/")[0]
            if workload == "W5":  # a difference of two times, which on few nodes may be anything
                self.assertIsInstance(case["ns_per_object"], float, name)
                continue
            counter = "bytes_per_object" if workload == "memory" else "ns_per_object"
            self.assertGreater(case[counter], 0, name)
            if workload in PAUSES:
                self.assertGreater(case["max_pause_us"], 0, name)

    def test_a_filter_chooses_by_name(self):
        done = run("--benchmark_format=json", f"--benchmark_filter=^W3/optimized/{N}$")
        self.assertEqual(done.returncode, 0, done.stderr)
        names = [case["name"] for case in json.loads(done.stdout)["benchmarks"]]
        self.assertEqual(names, [f"W3/optimized/{N}"])

    def test_the_table_has_a_row_for_each_workload(self):
        done = run()
        self.assertEqual(done.returncode, 0, done.stderr)
        head, *rows = done.stdout.splitlines()
        for peer in ALWAYS_HERE:
            self.assertIn(peer, head)
        labels = [row[:16].strip() for row in rows if not row.startswith("not here")]
        self.assertEqual(labels, ["W1", "W1s", "W2", "W3", "W4", "W4 pause, us", "W4b",
                                  "W4b pause, us", "W5", "memory, bytes"])
        self.assertIn(f"W1/optimized/{N}", done.stderr)  # progress


if __name__ == "__main__":
    unittest.main()
