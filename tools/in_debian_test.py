# SPDX-License-Identifier: Apache-2.0
"""tools/in_debian, as far as it goes without a network and a root of another Debian: what it says,
and what it refuses. That it runs a suite is for people to try: it takes an hour.

Place: beside tools/in_debian.
"""

import os
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "in_debian")


class InDebianTest(unittest.TestCase):

    def call(self, *arguments, code):
        with tempfile.TemporaryDirectory() as roots:
            done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True,
                                  env={**os.environ, "OURO_ROOTS": os.path.join(roots, "r")})
            self.assertEqual(os.listdir(roots), [])  # no root was begun
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout, done.stderr

    def test_help_says_where_roots_are_and_has_an_example(self):
        output, errors = self.call("--help", code=0)
        self.assertEqual(errors, "")
        self.assertIn("Example: ", output)
        self.assertRegex(output, r"--roots FOLDER .* Default: \S+/r\n")
        self.assertIn("Needs root", output)
        self.assertIn("tools/setup && bazel run //:ouro -- --version && bazel test //...", output)

    def test_wrong_calls(self):
        for arguments, sentence in (((), "which suite?"), (("--nope", "sid"), "--nope"),
                                    (("--roots",), "--roots needs a value"),
                                    (("../sid",), "not the name of a suite: ../sid")):
            _, errors = self.call(*arguments, code=2)
            self.assertIn(sentence, errors)
            self.assertIn("in_debian --help", errors)

    def test_needs_root(self):
        if os.geteuid() != 0:
            _, errors = self.call("sid", code=2)
            self.assertIn("needs root", errors)


if __name__ == "__main__":
    unittest.main()
