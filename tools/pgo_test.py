# SPDX-License-Identifier: Apache-2.0
"""tools/pgo, but for Bazel: a program that counts as .bazelrc says makes a profile that the
compiler takes as .bazelrc says, of the same bytes each time. Bazel's place is taken by a script
that runs it.

Place: beside tools/pgo.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from load_script import load_script

pgo = load_script("pgo")

PROGRAM = """
#include <cstring>
int Twice(int x) { return x % 3 == 0 ? x : 2 * x; }
int main(int argc, char** argv) {
  int sum = 0;
  for (int i = 0; i < 1000; ++i) sum += Twice(i + argc);
  return argc == 2 && std::strcmp(argv[1], "--train") == 0 && sum > 0 ? 0 : 1;
}
"""
# What `bazel run` does with --run_under, the target and what follows `--`.
BAZEL = """#!/usr/bin/env python3
import subprocess, sys
under = next(word for word in sys.argv if word.startswith("--run_under="))
after = sys.argv[sys.argv.index("--") + 1:]
words = under.split("=", 1)[1].split()
sys.exit(subprocess.run([*words, "{program}", *after]).returncode)
"""


def options(config, kind):
    """The words that a configuration of .bazelrc hands to the compiler, or to the linker."""
    text = (pgo.ROOT / ".bazelrc").read_text()
    lines = re.findall(rf"(?m)^build:{config} (.*)$", text)
    words = [word for line in lines for word in line.split()]
    found = [word.split("=", 1)[1] for word in words if word.startswith(f"--{kind}=")]
    for word in words:
        if word.startswith("--config="):
            found += options(word.split("=", 1)[1], kind)
    return found


class PgoTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "program.cc").write_text(PROGRAM)
        self.compile("pgo-train", "program", *options("pgo-train", "linkopt"))
        script = self.folder / "bazel"
        script.write_text(BAZEL.format(program=self.folder / "program"))
        script.chmod(0o755)
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        os.environ["PATH"] = f"{self.folder}:{path}"
        pgo.FOLDER = self.folder / "pgo"

    def compile(self, config, out, *words):
        subprocess.run(["clang++", "-O2", "-Werror", "-fuse-ld=lld", *options(config, "copt"),
                        *words, "program.cc", "-o", out], cwd=self.folder, check=True)

    def test_what_was_counted_is_used(self):
        first = pgo.train()
        made = first.read_bytes()
        second = pgo.train()
        self.assertEqual(second.name, first.name)
        self.assertEqual(second.read_bytes(), made)
        self.assertEqual([one.name for one in pgo.FOLDER.iterdir()], [first.name])
        self.compile("pgo-trained", "trained", f"-fprofile-use={second}",
                     *options("pgo-trained", "linkopt"))
        shown = subprocess.run([pgo.llvm.tool("llvm-profdata"), "show", "--function=main",
                                "--counts", second], capture_output=True, text=True, check=True)
        self.assertIn("1000", shown.stdout)

    def test_a_failure_leaves_the_profile_that_was_there(self):
        kept = pgo.train()
        (self.folder / "program").unlink()
        with self.assertRaises(SystemExit) as end:
            pgo.train()
        self.assertIn("failed", str(end.exception))
        self.assertTrue(kept.exists())


if __name__ == "__main__":
    unittest.main()
