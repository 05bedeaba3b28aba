# SPDX-License-Identifier: Apache-2.0

"""Kinds from the command line: each alone, and what `ouro native` prints, run by its interpreter.

Place: beside the other tests of `ouro`. A kind that leaks is taken from those that the adapter
itself says to leak on the version that is here.
"""

import os
import subprocess

from fuzz.testing import ouro_driver

CYCLE = "r0 = node 1\nr0.0 = r0 as %s\nr0 = none\ncollect 2\n"


class KindsTest(ouro_driver.OuroTest):
    def setUp(self):
        super().setUp()
        self.python = self.cpython()
        if self.python == "cpython":  # not a shim of a pyenv, which each process would pay for
            path = subprocess.run(["python3", "-c", "import sys; print(sys.executable)"],
                                  capture_output=True, text=True, timeout=60).stdout.strip()
            self.python = "cpython:" + path
        output, _ = self.ouro("kinds", self.python + "?kinds", "--list")
        self.kinds = dict(line.split(" ", 1) for line in output.splitlines())

    def native(self, kind):
        """What the script of a cycle through that kind prints, by the python3 that was tested."""
        script, _ = self.ouro("native", "--specimen", f"{self.python}?kinds={kind}", "-",
                              stdin=CYCLE % kind)
        path = os.path.join(self.folder, self.write("script.py", script))
        interpreter = self.python.removeprefix("cpython:") if ":" in self.python else "python3"
        run = subprocess.run([interpreter, path], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, script + run.stderr)
        return run.stdout

    def test_a_sound_kind(self):
        output, _ = self.ouro("kinds", self.python + "?kinds=list-item", "--all")
        self.assertIn(" 1 kinds: 1 fine, 0 as known, 0 not as expected", output)
        self.assertEqual(self.native("list-item"), "alive: []\n")

    def test_several_specimens_make_a_table(self):
        for everything in ([], ["--all"]):
            output, _ = self.ouro("kinds", "optimized?kinds=handle",
                                  "liar:trash-freed?kinds=liar-edge", *everything)
            table = output.split("\n\n")[1].splitlines()
            self.assertIn(f"{'liar-edge':<34}       L", table)  # blank: the first has none
            self.assertEqual(f"{'handle':<34}   ." in table, bool(everything))
            self.assertIn("\n1 of 2 kinds fail somewhere\n", output)

    def test_a_kind_that_leaks(self):
        leaks = [kind for kind, words in self.kinds.items()
                 if "leaks=" in words and words.startswith("edge")]
        self.assertTrue(leaks)
        kind = leaks[0]
        self.ouro("kinds", f"{self.python}?kinds={kind}")  # it fails as the adapter says
        output, _ = self.ouro("run", "--specimen", f"{self.python}?kinds={kind}", "-", code=1,
                              stdin=CYCLE % kind)
        self.assertIn("trash-freed", output)
        self.assertEqual(self.native(kind), "alive: [0]\n")

    def test_in_this_process(self):
        if "\ncpython-api " not in self.ouro("specimens")[0]:
            self.skipTest("built without libpython3-dev")
        here, _ = self.ouro("kinds", "cpython-api?kinds", "--list")
        edges = [line for line in here.splitlines() if " edge" in line]
        self.assertGreater(len(edges), 400)
        three = "list-item,list-subclass,list-root"
        output, _ = self.ouro("kinds", f"cpython-api?kinds={three}", "--all")
        self.assertIn(" 3 kinds: 3 fine, 0 as known, 0 not as expected", output)
        script, _ = self.ouro("native", "--specimen", "cpython-api?kinds=list-item", "-",
                              stdin=CYCLE % "list-item")
        path = os.path.join(self.folder, self.write("here.py", script))
        run = subprocess.run(["python3", path], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.stdout, "alive: []\n", script + run.stderr)

    def test_a_finalizer_writes_to_the_register_that_is_written(self):
        """The old holder's end runs a finalizer while the register gets a new holder: a stream."""
        if "\nphp " not in self.ouro("specimens")[0]:
            self.skipTest("built without php-dev")
        self.ouro("run", "--specimen", "php?kinds=stream-wrapper-root", "-", stdin=(
            "def 0:\n  r2 = none\n  r2 = node 0 del 2\n"
            "def 1:\n  r2 = self as stream-wrapper-root\n"
            "main:\n  r1 = node 0 del 1\n  r2 = node 1 del 1\n  r0 = node 0 del 0\n"
            "  r2.0 = r0\n  r2 = none\n  r0 = none\n  r1 = none\n"))

    def test_no_finalizer_throws_while_a_fiber_waits(self):
        """The engine corrupts memory then; the script still ends as one that raised."""
        if "\nphp " not in self.ouro("specimens")[0]:
            self.skipTest("built without php-dev")
        output, _ = self.ouro("run", "--trace", "--specimen", "php?kinds=fiber-this", "-", stdin=(
            "def 0:\n  raise\nmain:\n  r1 = node 1 del 0\n  r1.0 = r1 as fiber-this\n"
            "  r2 = node 1\n  r1.0 = r2 as fiber-this\n  r1 = none\n"))
        self.assertIn("> end 0 raised", output)

    def test_what_is_not_there(self):
        for arguments, complaint in (
                (("kinds", "naive"), "offers no kinds"),
                (("kinds", self.python + "?kinds=unheard-of"), "has no kind or family"),
                (("native", "--specimen", "naive", "-"), "no words of its own")):
            self.assertIn(complaint, self.complaint(*arguments, stdin="r0 = leaf\n"))


if __name__ == "__main__":
    ouro_driver.main()
