# SPDX-License-Identifier: Apache-2.0
"""The experiments answer as recorded, on every CPython that is on PATH.

Place: beside the experiments. Each runs in a process of its own; what it prints is compared with
the comments `# On VERSIONS:` at its end. A version that no such comment names is reported as having
no recorded answer: it neither passes nor fails. The last tests are of this test: it can fail.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
SECONDS = 60  # for one experiment: most take a twentieth of one
PYTHON = re.compile(r"python([23](\.\d+)?)?$")
NAME = re.compile(r"[A-Z]{1,2}\d+[a-z]?$")
SECTION = re.compile(r"(?m)^# On (.+):\n((?:#(?:   .*)?\n)+)")
WHO = ("import platform, sys; print(platform.python_implementation() + ' ' + "
       "'.'.join(map(str, sys.version_info[:3])) + ' ' + sys.executable)")


def experiments():
    return sorted(path for path in FOLDER.glob("*.py") if NAME.match(path.stem))


def parts(version):
    return tuple(int(part) for part in version.split("."))


def within(version, ranges):
    """Whether `ranges`, "2.7, 3.6 - 3.7.4", has the version. A last 3.7 means all of 3.7.x."""
    for span in ranges.split(", "):
        first, _, last = span.partition(" - ")
        last = parts(last or first)
        if parts(first) <= parts(version) and parts(version)[:len(last)] <= last:
            return True
    return False


def recorded(text, version):
    """What a script prints on that version, or None if nobody has looked."""
    found = [answer for ranges, answer in SECTION.findall(text) if within(version, ranges)]
    if len(found) > 1:
        raise ValueError(f"{len(found)} answers for {version}")
    return "".join(line[4:].rstrip() + "\n" for line in found[0].splitlines()) if found else None


def pythons():
    """The CPythons on PATH, as pairs of version and path: one for each version and real path."""
    found = {}
    for folder in os.get_exec_path():
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            if not PYTHON.match(name):
                continue
            try:
                done = subprocess.run([os.path.join(folder, name), "-E", "-c", WHO],
                                      timeout=SECONDS, text=True, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL)
                kind, version, path = done.stdout.strip().split(" ", 2)
            except (OSError, ValueError, subprocess.TimeoutExpired):
                continue  # a link to nowhere, or a shim for a version that is not chosen
            if kind == "CPython":
                found.setdefault((version, os.path.realpath(path)), path)
    return sorted(((version, path) for (version, _), path in found.items()),
                  key=lambda pair: (parts(pair[0]), pair[1]))


def ask(python, script):
    done = subprocess.run([python, "-E", "-B", str(script)], timeout=SECONDS, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    failed = f"exit code {done.returncode}\n{done.stderr}" if done.returncode else ""
    return done.stdout + failed


def differences(script, version, python):
    """None if nobody knows the answer, "" if it is as recorded, or what differs."""
    expected = recorded(script.read_text(), version)
    if expected is None:
        return None
    actual = ask(python, script)
    if actual == expected:
        return ""
    return f"{script.name} on {version} ({python})\nrecorded:\n{expected}printed:\n{actual}"


class ExperimentsTest(unittest.TestCase):

    def test_all_on_every_python(self):
        found = pythons()
        self.assertTrue(found, "no CPython is on PATH")
        wrong = []
        for version, python in found:
            unknown = []
            for script in experiments():
                difference = differences(script, version, python)
                if difference is None:
                    unknown.append(script.stem)
                elif difference:
                    wrong.append(difference)
            print(f"CPython {version} ({python}): {len(experiments()) - len(unknown)} asked",
                  file=sys.stderr)
            if unknown:
                print(f"  NO RECORDED ANSWER for {version}: {' '.join(unknown)}", file=sys.stderr)
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_form(self):
        self.assertGreater(len(experiments()), 80)
        for script in FOLDER.glob("*.py"):
            if script.stem not in ("prelude", "experiments_test"):
                self.assertRegex(script.stem, NAME)
                question = rf'(#.*\n)*"""Experiment {script.stem}: .*\?'
                self.assertTrue(re.match(question, script.read_text()),
                                f"{script.name} does not open with its name and question")

    def test_versions_with_answers(self):
        for script in experiments():
            text = script.read_text()
            for version in ("2.7.18", "3.6.15", "3.8.18", "3.9.18", "3.11.7", "3.12.1", "3.13.0"):
                self.assertIsNotNone(recorded(text, version), f"{script.name}, {version}")


class SelfTest(unittest.TestCase):
    """The test convicts wrong answers, and knows what it does not know."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.version = ".".join(str(part) for part in sys.version_info[:3])

    def differences(self, text):
        script = pathlib.Path(self.folder.name) / "X9.py"
        script.write_text(text)
        return differences(script, self.version, sys.executable)

    def test_answers(self):
        self.assertEqual(self.differences("print('a')\n\n# On 3.0 - 3.99:\n#   a\n"), "")
        self.assertEqual(self.differences("print()\nprint('  a')\n\n# On 3:\n#\n#     a\n"), "")
        for wrong in ("print('b')\n", "print('a')\nprint('a')\n", "", "print('a')\n1 / 0\n"):
            self.assertIn("X9.py on " + self.version,
                          self.differences(wrong + "\n# On 3.0 - 3.99:\n#   a\n"))
        self.assertIsNone(self.differences("print('a')\n\n# On 2.7, 3.0 - 3.1:\n#   a\n"))
        self.assertIsNone(self.differences("print('a')\n"))
        with self.assertRaises(ValueError):
            self.differences("print('a')\n\n# On 3:\n#   a\n# On 3.0 - 3.99:\n#   a\n")

    def test_versions(self):
        for ranges, inside, outside in (
                ("2.7", ("2.7.0", "2.7.18"), ("2.6.1", "3.0.0")),
                ("3.6 - 3.7.4", ("3.6.0", "3.7.4"), ("3.5.9", "3.7.5", "3.8.0")),
                ("3.7.5 - 3.7, 3.9", ("3.7.5", "3.7.17", "3.9.1"), ("3.7.4", "3.8.0", "3.10.0")),
                ("3.9 - 3.13", ("3.10.0", "3.13.9"), ("3.14.0", "3.8.20"))):
            for version in inside:
                self.assertTrue(within(version, ranges), (version, ranges))
            for version in outside:
                self.assertFalse(within(version, ranges), (version, ranges))

    def test_shims_are_passed_over(self):
        for name, text in (("python3", "exit 127"), ("python2", "echo no python"),
                           ("python3.99", f"exec {sys.executable} \"$@\""),
                           ("python3-config", "echo CPython 3.0.0 /x")):
            shim = pathlib.Path(self.folder.name) / name
            shim.write_text(f"#!/bin/sh\n{text}\n")
            shim.chmod(0o755)
        saved = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", saved)
        os.environ["PATH"] = self.folder.name + os.pathsep + "/nowhere"
        self.assertEqual([version for version, _ in pythons()], [self.version])


if __name__ == "__main__":
    unittest.main()
