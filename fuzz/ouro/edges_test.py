# SPDX-License-Identifier: Apache-2.0

"""Campaigns on the toy of collector/GUIDE.md, built with and without coverage: edges of the user's
collector are counted, and reported as its own. That what reaches them is kept,
fuzz/campaign/edges_test.cc tests.
"""

import json
import os
import re
import shutil
import subprocess

from fuzz.testing import ouro_driver

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
TOYS = os.path.join(ROOT, "collector/examples/c")
EDGES = r"(?m)^  reached: \d+ features, ([1-9]\d*) of ([1-9]\d*) edges of (\S+), a corpus of (\d+) "


class EdgesTest(ouro_driver.OuroTest):

    def campaign(self, library, *arguments, workers=1):
        """Runs one. Returns the summary, and the statistics."""
        out = f"out-{len(os.listdir(self.folder))}"
        output, errors = self.ouro("campaign", "--specimen", "lib:" + os.path.join(TOYS, library),
                                   "--seconds", "2", "--workers", str(workers), "--out", out,
                                   *arguments)
        self.assertEqual(errors, "")
        return output, json.loads(self.read(os.path.join(out, "stats.json")))

    def test_each_engine_counts_the_edges_of_a_library(self):
        for library in ("toy_edges.so", "toy_edges_fuzzer.so"):
            for engine in ("random", "libfuzzer"):
                with self.subTest(library=library, engine=engine):
                    output, stats = self.campaign(library, "--engine", engine)
                    match = re.search(EDGES, output)
                    self.assertTrue(match, output)
                    reached, edges = int(match[1]), int(match[2])
                    self.assertEqual(match[3], library)
                    self.assertLess(reached, edges, "nothing runs out of memory")
                    self.assertGreater(2 * reached, edges)
                    self.assertEqual((stats["edges"], stats["edges_in_all"]), (reached, edges))

    def test_a_library_without_has_none(self):
        for engine in ("random", "libfuzzer"):
            output, stats = self.campaign("toy_gc.so", "--engine", engine)
            self.assertRegex(output, r"(?m)^  reached: \d+ features, a corpus of ")
            self.assertEqual((stats["edges"], stats["edges_in_all"]), (0, 0))

    def test_gcc(self):
        if shutil.which("gcc") is None:
            self.skipTest("no gcc")
        library = os.path.join(self.folder, "toy_gcc.so")
        subprocess.run(["gcc", "-O1", "-fsanitize-coverage=trace-pc", "-shared", "-fPIC",
                        f"-I{ROOT}/collector", "-o", library, f"{TOYS}/toy_adapter.c",
                        f"{TOYS}/toy_gc.c"], check=True)
        output, stats = self.campaign(library, "--engine", "random")
        self.assertRegex(output, r"(?m)^  reached: \d+ features, \d\d+ edges of toy_gcc.so, ")
        self.assertEqual(stats["edges_in_all"], 0)
        output, _ = self.campaign(library, workers=2)
        self.assertIn("engine random, ", output)
        self.assertIn("which libFuzzer refuses", self.complaint(
            "campaign", "--specimen", "lib:" + library, "--engine", "libfuzzer"))

    def test_other_code_is_not_mistaken_for_it(self):
        # The same file name, first with one collector and then with another.
        library = os.path.join(self.folder, "mine.so")
        for source in ("toy_edges.so", "toy_edges_fuzzer.so"):
            shutil.copy(os.path.join(TOYS, source), library + ".new")
            os.rename(library + ".new", library)
            output, _ = self.ouro("campaign", "--specimen", "lib:" + library, "--seconds", "1",
                                  "--workers", "1", "--out", "out")
            match = re.search(EDGES, output)
            self.assertTrue(match, output)
            self.assertLess(int(match[1]), int(match[2]))

    def test_callbacks_change_nothing_else(self):
        output, _ = self.ouro("--version")
        self.assertTrue(output.startswith("ouro "), output)
        output, _ = self.ouro("campaign", "--seconds", "1", "--workers", "1", "--engine", "random",
                              "--out", "own")
        self.assertRegex(output, r"(?m)^  reached: \d+ features, a corpus of ")


if __name__ == "__main__":
    ouro_driver.main()
