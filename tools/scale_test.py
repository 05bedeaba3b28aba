# SPDX-License-Identifier: Apache-2.0
"""tools/merge_cost and tools/scale_simulation: on little, and the simulation on blocks of which one
knows what many workers reach.

Place: beside the tools. docs/scale.md has what they print for much.
"""

import os
import subprocess
import tempfile
import unittest

from fuzz.testing import ouro_driver

TOOLS = os.path.dirname(os.path.realpath(__file__))
RECORDER = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"],
                        "fuzz/merge/feature_blocks")


class ScaleTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def call(self, *command, code=0):
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder,
                              env={**os.environ, "OURO": ouro_driver.OURO})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def simulate(self, text, *options, code=0):
        path = os.path.join(self.folder, "blocks")
        with open(path, "w") as file:
            file.write(text)
        return self.call(os.path.join(TOOLS, "scale_simulation"), *options, path, code=code)

    def rows(self, text):
        return [line.split() for line in text.splitlines() if line[:1] in " 1"]

    def test_the_simulation(self):
        # Ten blocks: all have feature 1, each has one of its own, both in its first program.
        text = "".join(f"1 1:0 {block + 2}:0\n" for block in range(10))
        output = self.simulate(text, "--size", "100", "--rounds", "2")
        self.assertEqual(output, self.simulate(text, "--size", "100", "--rounds", "2"))
        rows = self.rows(output)
        self.assertIn(["1,000", "11", "10.0", "100"], rows)  # 11 features, ten of one block
        self.assertIn(["1", "1,000", "never", "11", "10", "10.0", "0"], rows)
        self.assertIn(["10", "100", "never", "11", "10", "1.0", "0"], rows)
        self.assertIn("line 2", self.simulate("1 1:0\n1 x\n", code=1))
        self.assertIn("has no blocks", self.simulate("", code=1))

    def test_recorded_blocks(self):
        blocks = self.call(RECORDER, "2", "3", "50")
        self.assertEqual(len(blocks.splitlines()), 6)
        self.assertEqual(blocks, self.call(RECORDER, "2", "3", "50"))
        self.assertIn("\n       300 ", self.simulate(blocks, "--size", "50"))
        self.assertIn("usage: ", self.call(RECORDER, "2", "3", code=2))
        self.assertIn("usage: ", self.call(RECORDER, "2", "x", "3", code=2))

    def test_merge_cost(self):
        output = self.call(os.path.join(TOOLS, "merge_cost"), "2", "--programs", "20", "--where",
                           self.folder)
        for what in ("2 folders", "again, nothing new", "one more folder", "all touched, none new"):
            self.assertRegex(output, f" {what}  +[0-9.]+ s  +[0-9.]+ s cpu  +[0-9]+ MB\n")
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    unittest.main()
