# SPDX-License-Identifier: Apache-2.0

"""The version is the same wherever it is written or printed, and CHANGELOG.md has an entry for it.

Place: beside readme_test. fuzz/build_name.h is where the version is set.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from fuzz.testing import ouro_driver

ROOT = pathlib.Path(os.path.realpath(__file__)).parent.parent


def top_of(changelog):
    """The version of the first entry: `## 0.2.0` or `## 0.2.0 (2026-11-29)`."""
    return re.search(r"(?m)^## (\d+\.\d+\.\d+)( \(\d{4}-\d\d-\d\d\))?$", changelog)[1]


def of_module(text):
    """The `version` of `module(...)` in a MODULE.bazel, not that of a dependency; or None."""
    module = re.search(r"(?ms)^module\((.*?)\)", text)
    version = module and re.search(r'\bversion = "([^"]*)"', module[1])
    return version and version[1]


class VersionTest(unittest.TestCase):

    def setUp(self):
        done = subprocess.run([ouro_driver.OURO, "--version"], capture_output=True, text=True)
        self.version = re.match(r"ouro (\S+), commit ", done.stdout)[1]

    def test_changelog(self):
        self.assertEqual(top_of((ROOT / "CHANGELOG.md").read_text()), self.version)

    def test_module(self):
        module = ROOT / "MODULE.bazel"
        if module.exists():
            self.assertEqual(of_module(module.read_text()), self.version)

    def test_findings_and_statistics(self):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
            subprocess.run([ouro_driver.OURO, "campaign", "--specimen", "liar:load", "--seconds",
                            "20", "--workers", "1", "--stop-on-first", "--out", folder],
                           capture_output=True, cwd=folder, timeout=120)
            build = json.loads((pathlib.Path(folder) / "stats.json").read_text())["build"]
            self.assertTrue(build.startswith(f"ouro {self.version}, "), build)
            found = list((pathlib.Path(folder) / "found").glob("*.gct"))
            self.assertTrue(found)
            for path in found:
                self.assertIn(f"# build: {build}\n", path.read_text())


class SelfTest(unittest.TestCase):

    def test_top_of(self):
        self.assertEqual(top_of("# Changes\n\n## 0.3.0 (2027-01-02)\n\n## 0.2.0\n"), "0.3.0")
        self.assertEqual(top_of("## 1.2.3\n"), "1.2.3")

    def test_of_module(self):
        text = 'module(\n    name = "a",\n    version = "0.2.0",\n)\nbazel_dep(version = "9")\n'
        self.assertEqual(of_module(text), "0.2.0")
        self.assertEqual(of_module('module(name = "a", version = "1.0.0")\n'), "1.0.0")
        self.assertIsNone(of_module('module(\n    name = "a",\n)\nbazel_dep(version = "9")\n'))


if __name__ == "__main__":
    unittest.main()
