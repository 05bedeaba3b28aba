# SPDX-License-Identifier: Apache-2.0

"""A hostile collector (fuzz/testing/attacks.h) attacks its process, the harness and the machine. A
campaign continues, ends in time with a verdict, prints readable text, leaves no process behind and
writes nothing outside its folder.
"""

import concurrent.futures
import glob
import os
import re
import secrets
import signal
import subprocess
import tempfile
import time

from fuzz.testing import ouro_driver

HERE = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "fuzz/testing")
LIBRARY = os.path.join(HERE, "hostile.so")
NAMES = []
for path in sorted(glob.glob(os.path.join(HERE, "attacks_*.cc"))):
    with open(path) as source:
        NAMES += re.findall(r'^ +\{"([a-z_0-9-]+)",', source.read(), re.MULTILINE)

SECONDS = 1      # of a campaign
PATIENCE = 30    # more seconds, for a busy machine
MOST = 200_000   # bytes of output

MERGE_EVERY = "400"  # a few times in twelve programs: a hang takes its five seconds

# The attacks that even a campaign of one second must convict. Others have no visible effect, or
# take longer to distinguish from a busy machine.
MUST_CONVICT = [name for name in NAMES if name.startswith((
    "segv", "abort", "trap", "exit-", "_exit", "quick", "terminate", "throw", "pthread-exit",
    "thread-", "fpe", "bus", "sys", "quit", "double", "stack-overflow", "finalize-", "says-l",
    "says-e", "says-m", "says-nu", "says-w", "million", "got-least", "collect-nowhere"))]
MUST_CONVICT = [name for name in MUST_CONVICT if name not in (
    "exit-handler-hangs", "terminate-the-parent")]


def marked(mark):
    """The processes whose environment contains `mark`."""
    found = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as file:
                if mark.encode() in file.read():
                    found.append(int(path.split("/")[2]))
        except OSError:  # it ended in the meantime
            continue
    return [pid for pid in found if pid != os.getpid()]


class HostileTest(ouro_driver.OuroTest):

    def attack(self, folder, name, *arguments, every="40", at="assignment"):
        """Runs an attack in its own process group, as a shell does. Returns code and output."""
        mark = "OURO_MARK=" + secrets.token_hex(16)
        env = {**os.environ, "OURO_ATTACK": name, "OURO_AT": at, "OURO_EVERY": every,
               "OURO_MARK": mark.split("=")[1]}
        begin = time.monotonic()
        child = subprocess.Popen([ouro_driver.OURO, *arguments], cwd=folder, env=env,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, start_new_session=True)
        try:
            output, errors = child.communicate(timeout=SECONDS + PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output, errors = child.communicate()
            self.fail(f"it did not end: {output[-2000:]!r} {errors[-2000:]!r}")
        end = time.monotonic() + 5
        while marked(mark) and time.monotonic() < end:
            time.sleep(0.05)
        left = marked(mark)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(left, [], f"left running after {time.monotonic() - begin:.1f} s")
        for text in (output, errors):
            self.assertLess(len(text), MOST)
            self.assertRegex(text, rb"\A[\n\x20-\x7e]*\Z")
        return child.returncode, output.decode(), errors.decode()

    def campaign(self, name, seconds=SECONDS, **place):
        folder = tempfile.mkdtemp(dir=self.folder)
        code, output, errors = self.attack(
            folder, name, "campaign", "--specimen", "lib:" + LIBRARY, "--seconds", str(seconds),
            "--workers", "1", "--engine", "random", "--out", "out", **place)
        self.assertEqual(errors, "")
        self.assertIn(code, (0, 1), output)
        self.assertRegex(output, r"(?m)^lib:\S*hostile.so: (lawful|UNLAWFUL) after ")
        self.assertEqual(os.listdir(folder), ["out"])
        known = {"found", "unexamined", "corpus", "work", "stats.json", "plot_data"}
        self.assertLessEqual(set(os.listdir(os.path.join(folder, "out"))), known)
        self.filed_is_sound(os.path.join(folder, "out", "found"))
        return code, output

    def filed_is_sound(self, found):
        """Every filed finding is one readable program that names its specimen."""
        paths = glob.glob(os.path.join(found, "*.gct"))
        for path in paths:
            text = self.read(path)
            self.assertRegex(text, r"\A(#[ -~]*\n)+[a-z ][ -~\n]*\Z")
            self.assertRegex(text, r"(?m)^# specimen: lib:\S*/hostile.so \(hostile\), contract ")
        if paths:
            done = subprocess.run([ouro_driver.OURO, "run", "--specimen", "naive", found],
                                  capture_output=True, text=True, timeout=ouro_driver.SECONDS)
            self.assertEqual(done.returncode, 0, done.stderr)

    def each(self, names, check):
        """Runs several at once: each mostly waits."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for name, future in [(name, pool.submit(check, name)) for name in names]:
                with self.subTest(name):
                    future.result()

    def test_campaigns(self):
        self.assertGreater(len(NAMES), 140)

        def check(name):
            code, output = self.campaign(name)
            if name in MUST_CONVICT:
                self.assertEqual(code, 1, output)
        self.each(NAMES, check)

    def test_other_places(self):
        for at in ("create", "reset", "destroy"):
            self.each(("abort", "exit-0", "helper-and-crash", "write-into-really-all",
                       "flood-errors", "throw-system", "pthread-exit", "hang"),
                      lambda name, at=at: self.campaign(name, at=at, every="7"))

    def test_each_time(self):
        self.each(("segv", "says-words", "helper", "kill", "stop", "close-really-all",
                   "exit-handler-crashes"), lambda name: self.campaign(name, every="1"))

    def test_a_hang_is_found_in_time(self):
        for name in ("hang", "spin", "hang-deaf"):
            with self.subTest(name):
                begin = time.monotonic()
                code, output = self.campaign(name, seconds=10, every="1")
                self.assertEqual(code, 1, output)
                self.assertIn(" x hung at assignment", output)
                self.assertLess(time.monotonic() - begin, 10 + PATIENCE)

    def test_single_runs(self):
        self.write("a.gct", "r0 = node 1\nr0.0 = r0\nr0 = none\ncollect 2\n")
        for name in ("abort", "pthread-exit", "throw-system", "helper", "write-into-really-all",
                     "flood-errors", "exit-0", "scribble-on-shared", "kill-the-group"):
            with self.subTest(name):
                code, output, _ = self.attack(self.folder, name, "run", "--specimen",
                                              "lib:" + LIBRARY, "a.gct", every="1")
                self.assertIn(code, (0, 1))
                self.assertIn("1 program on lib:", output)
                self.attack(self.folder, name, "check-adapter", "lib:" + LIBRARY, "--programs",
                            "50")

    def test_merges(self):
        self.ouro("generate", "--count", "12", "--out", "in/corpus")

        def check(name):
            folder = tempfile.mkdtemp(dir=self.folder)
            code, output, errors = self.attack(
                folder, name, "merge", "--specimen", "lib:" + LIBRARY, "--workers", "1", "--out",
                "out", os.path.join(self.folder, "in"), every=MERGE_EVERY)
            self.assertEqual((code, errors), (0, ""), output)
            self.assertRegex(output, r"\Aout: \d+ of 12 programs reach everything ")
            self.filed_is_sound(os.path.join(folder, "out", "unexamined"))
        self.each(NAMES, check)


if __name__ == "__main__":
    ouro_driver.main()
