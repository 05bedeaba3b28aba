"""Runs the real `ouro` for tests, in a folder of its own and with a time limit.

Place: testonly, beside ouro_test and campaign_cli_test.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

OURO = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "fuzz/ouro/ouro")
SECONDS = 50  # for one run: far more than any takes, so a hang of `ouro` is a failure


class OuroTest(unittest.TestCase):
    """A test in an empty folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        # Workers of an `ouro` that was just killed may still write there.
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return name

    def read(self, name):
        with open(os.path.join(self.folder, name)) as file:
            return file.read()

    def start(self, *arguments, env=None, **options):
        """Starts it; the caller waits for it."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        environment = {**os.environ, **(env or {})}
        options.setdefault("cwd", self.folder)
        child = subprocess.Popen([OURO, *arguments], env=environment, **options)
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream:
                stream.close()

    def ouro(self, *arguments, code=0, stdin="", env=None, cwd=None):
        """Runs it to its end. Returns its standard output and standard error."""
        done = subprocess.run([OURO, *arguments], input=stdin, capture_output=True, text=True,
                              timeout=SECONDS, cwd=cwd or self.folder,
                              env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, code,
                         f"ouro {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def complaint(self, *arguments, stdin="", env=None):
        """Runs a command that must be refused. Returns its message, from standard error."""
        output, complaint = self.ouro(*arguments, code=2, stdin=stdin, env=env)
        self.assertEqual(output, "")
        self.assertTrue(complaint.startswith("ouro"), complaint)
        return complaint

    def cpython(self):
        """A CPython specimen of this machine; skips the test if there is none."""
        for specimen in ("cpython", "cpython:/usr/bin/python3"):
            if subprocess.run([OURO, "run", "--specimen", specimen, "-"], input="r0 = leaf\n",
                              capture_output=True, text=True, timeout=SECONDS).returncode == 0:
                return specimen
        print("SKIPPED: no python3 that runs, on PATH or in /usr/bin", file=sys.stderr)
        self.skipTest("no python3 that runs")


def lines(text):
    return text.splitlines()


main = unittest.main
