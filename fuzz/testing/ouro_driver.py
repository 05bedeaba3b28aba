# SPDX-License-Identifier: Apache-2.0

"""Drives the real `ouro` for tests: in an empty folder of the test's own, and bounded in time.

Place: testonly. Everything here waits for events, never for a guessed time; SECONDS is the bound.
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

OURO = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "fuzz/ouro/ouro")
SECONDS = 50  # the bound of a single run, far above what any takes: a hang of ours is a failure

LEAF = "r0 = leaf\n"
LOAD = "r0 = node 2\nr0.0 = r0\nr1 = r0.0\n"  # convicts liar:load
LOAD_TRACE = "r0 = node 2\n> new 0\nr0.0 = r0\nr1 = r0.0\n> got 0\n---\n"


def lines(text):
    return text.splitlines()


def children(pid):
    """The living processes that `pid` started."""
    found = []
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as file:
                state, parent = file.read().rsplit(")", 1)[1].split()[:2]
        except OSError:  # it ended in the meantime
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.split("/")[2]))
    return found


def descendants(pid):
    """The living processes below `pid`, at any depth."""
    found = []
    for child in children(pid):
        found += [child] + descendants(child)
    return found


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def until(condition, what):
    """Waits until `condition()` is true; fails after SECONDS, saying `what` did not come."""
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.02)


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
        """Starts `ouro` and returns the process; the caller waits for it."""
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
        """Runs `ouro` to its end. Returns standard output and standard error."""
        done = subprocess.run([OURO, *arguments], input=stdin, capture_output=True, text=True,
                              timeout=SECONDS, cwd=cwd or self.folder,
                              env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, code,
                         f"ouro {' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def complaint(self, *arguments, stdin="", env=None):
        """Runs what must be refused. Returns standard error; standard output must be empty."""
        output, complaint = self.ouro(*arguments, code=2, stdin=stdin, env=env)
        self.assertEqual(output, "")
        self.assertTrue(complaint.startswith("ouro"), complaint)
        return complaint

    def cpython(self):
        """The specimen of a CPython on this machine; skips the test if there is none."""
        for specimen in ("cpython", "cpython:/usr/bin/python3"):
            if subprocess.run([OURO, "run", "--specimen", specimen, "-"], input="r0 = leaf\n",
                              capture_output=True, text=True, timeout=SECONDS).returncode == 0:
                return specimen
        print("SKIPPED: no working python3 on PATH or in /usr/bin", file=sys.stderr)
        self.skipTest("no working python3")


class _Shard(unittest.TestLoader):
    """Of the tests of each class, in the order of their names, every n-th: as `shard_count` of a
    rule wants it."""

    def getTestCaseNames(self, testCaseClass):  # noqa: N802, the name is unittest's
        names = super().getTestCaseNames(testCaseClass)
        return names[int(os.environ["TEST_SHARD_INDEX"])::int(os.environ["TEST_TOTAL_SHARDS"])]


def main():
    if os.environ.get("TEST_TOTAL_SHARDS", "1") == "1":
        return unittest.main()
    with open(os.environ["TEST_SHARD_STATUS_FILE"], "w"):
        pass  # Bazel asks for this sign that the test knows of shards
    return unittest.main(testLoader=_Shard())
