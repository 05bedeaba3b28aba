# SPDX-License-Identifier: Apache-2.0

"""Examples in other languages, where their compilers are: they are built as GUIDE.md says, they are
lawful, and the first version of the heap in Rust is convicted of its bug.

Place: beside the guide, whose commands these are. guide_test has C and C++.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from fuzz.testing import ouro_driver

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
EXAMPLES = os.path.join(ROOT, "collector/examples")
RUST = "rustc --edition 2021 -O -C panic=abort --crate-type cdylib -o libgc.so adapter.rs"
SECONDS = "3"

with open(os.path.join(ROOT, "collector/GUIDE.md")) as file:
    GUIDE = file.read()


class LanguagesTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(shutil.rmtree, self.folder)

    def build(self, command, compiler, sources):
        """Copies the sources and runs the command. Skips the test if there is no compiler."""
        if shutil.which(compiler) is None:
            print(f"SKIPPED: no {compiler} on PATH", file=sys.stderr)
            self.skipTest("no " + compiler)
        for source in sources:
            shutil.copy(os.path.join(EXAMPLES, source), self.folder)
        done = subprocess.run(command.split(), cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, "GOCACHE": self.folder})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")  # no warnings

    def ouro(self, *arguments, code):
        done = subprocess.run([ouro_driver.OURO, *arguments], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def build_rust(self, *flags):
        self.build(" ".join([RUST, *flags]), "rustc", ["rust/heap.rs", "rust/adapter.rs"])

    def test_rust(self):
        self.assertIn("\n" + RUST + "\n", GUIDE)
        self.build_rust()
        output = self.ouro("check-adapter", "lib:./libgc.so", code=0)
        self.assertIn("all 105 conformance cases passed, 2000 random programs lawful", output)
        self.ouro("campaign", "--specimen", "lib:./libgc.so", "--seconds", SECONDS, code=0)

    def test_rust_first_version(self):
        self.assertIn("`--cfg first_version`", GUIDE)
        self.build_rust("--cfg", "first_version")
        output = self.ouro("campaign", "--specimen", "lib:./libgc.so", "--seconds", SECONDS,
                           "--stop-on-first", code=1)
        self.assertIn("no-free-while-held", output)

    def test_go(self):
        self.assertIn("\ngo build toy.go\nouro check-adapter process:perl:./toy\n", GUIDE)
        self.build("go build toy.go", "go", ["protocol/toy.go"])
        output = self.ouro("check-adapter", "process:perl:./toy", code=0)
        self.assertIn("all 105 conformance cases passed, 2000 random programs lawful", output)


if __name__ == "__main__":
    unittest.main()
