# SPDX-License-Identifier: Apache-2.0
"""tools/newest: what it says, what it refuses, and what it asks of tools/in_debian, for which a
script stands that writes it down. That a root is made and used is for people to try.

Place: beside tools/newest.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "newest")


class NewestTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        self.script = shutil.copy(SCRIPT, self.folder)
        other = os.path.join(self.folder, "in_debian")
        with open(other, "w") as file:
            file.write("#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done\n")
        os.chmod(other, 0o755)

    def call(self, *arguments, code=0):
        done = subprocess.run([self.script, *arguments], capture_output=True, text=True,
                              cwd=self.folder,
                              env={**os.environ, "OURO_ROOTS": os.path.join(self.folder, "r")})
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout, done.stderr

    def asked(self, *arguments):
        """The options for in_debian, and the command."""
        *options, command = self.call(*arguments)[0].rstrip("\0").split("\0")
        return options, command

    def test_help(self):
        output, errors = self.call("--help")
        self.assertEqual(errors, "")
        self.assertIn("Example: ", output)
        self.assertRegex(output, r"--roots FOLDER .* Default: \S+/r\n")

    def test_wrong_calls(self):
        for arguments, sentence in (((), "what shall it do?"), (("--nope", "run"), "--nope"),
                                    (("--suite",), "--suite needs a value"),
                                    (("--suite", "../x", "run"), "not the name of a suite: ../x"),
                                    (("--peer", "cpython", "run"), "--peer takes NAME=VERSION"),
                                    (("fly",), "unknown command fly")):
            _, errors = self.call(*arguments, code=2)
            self.assertIn(sentence, errors)
            self.assertIn("newest --help", errors)

    def test_says_how_long_the_first_call_takes(self):
        self.assertIn("no root of sid yet", self.call("install")[1])
        os.makedirs(os.path.join(self.folder, "r", "sid"))
        self.assertEqual(self.call("install")[1], "")

    def test_runs_ouro_in_this_folder_with_the_words_as_they_are(self):
        words = ["run", "--specimen", "php?kinds=spl&x=1", "it's $HOME.gct"]
        options, command = self.asked("run", "--", *words)
        self.assertEqual(options, ["--roots", os.path.join(self.folder, "r"), "--share",
                                   self.folder, "--quiet", "sid"])
        lexer = shlex.split(command.rpartition("fuzz/ouro/ouro\"")[2])
        self.assertEqual(lexer, words)
        self.assertTrue(self.asked("run")[1].endswith("fuzz/ouro/ouro\""))
        self.assertTrue(self.asked("install")[1].endswith(" specimens"))

    def test_takes_the_peer_that_is_wanted(self):
        options, command = self.asked("--suite", "trixie", "--peer", "cpython=3.14", "run")
        self.assertEqual(options[-1], "trixie")
        self.assertIn(" --repo_env=OURO_PEER_CPYTHON=3.14 //:ouro", command)
        self.assertNotIn("repo_env", self.asked("run")[1])

    def test_removes_no_other_root(self):
        if os.geteuid() != 0:
            return self.call("remove", code=2)
        for name in ("sid", "trixie"):
            os.makedirs(os.path.join(self.folder, "r", name))
        self.call("remove")
        self.assertEqual(os.listdir(os.path.join(self.folder, "r")), ["trixie"])


if __name__ == "__main__":
    unittest.main()
