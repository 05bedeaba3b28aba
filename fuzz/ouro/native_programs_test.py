# SPDX-License-Identifier: Apache-2.0

"""Programs as tests of an engine's suite: `ouro native --test` makes them, a finding's fails on the
engine that has the bug, and that of a lawful run passes.

Place: beside native_corpus_test.py, which does the same with scripts. The findings are those of
corpus/found, and kinds that their adapters know to leak; the lawful runs those of corpus/rules.
"""

import concurrent.futures
import glob
import os
import re
import sys

from fuzz.testing import ouro_driver
from fuzz.testing import suites

CORPUS = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "corpus")
SPECIMENS = {".py": "cpython-api", ".php": "php", ".lua": "lua", ".pl": "perl", ".rb": "ruby"}
# Which finding convicts which engine.
FINDINGS = [
    (".php", "php-no-free-while-held-2113", "alive"),
    (".php", "php-free-at-once-7105", "dead"),
    (".php", "cpython-dereference-6ea5", "alive"),
    (".py", "cpython-dereference-6ea5", "alive"),
]
CYCLE = "r0 = node 1\nr0.0 = r0 as %s\nr0 = none\ncollect 2\n"


class NativeProgramsTest(ouro_driver.OuroTest):

    def setUp(self):
        super().setUp()
        specimens, _ = self.ouro("specimens")
        self.engines = {}  # by extension: of the version that is in this process, if it is here
        for extension, name in SPECIMENS.items():
            for engine in suites.engines(extension, self.folder):
                version = re.search(rf"(?m)^{name} .*?(\d+\.[\d.]*\d)", specimens)
                if version and (engine.version + ".").startswith(version[1] + "."):
                    self.engines[extension] = engine
        for extension, name in SPECIMENS.items():
            if extension not in self.engines:
                print("NOT TESTED: no engine is here of the version of", name, file=sys.stderr)

    def make(self, name, extension, program, kind=""):
        """The test that a program becomes, and its path."""
        specimen = f"{SPECIMENS[extension]}?kinds{kind and '=' + kind}"
        test, _ = self.ouro("native", "--test", "--specimen", specimen, "-", stdin=program)
        path = self.write(f"{name}_test{suites.SUITES[extension].extension}", test)
        return test, os.path.join(self.folder, path)

    def passes(self, extension, path):
        return suites.passes(extension, self.engines[extension], path)

    def test_a_finding_fails_where_the_bug_is(self):
        for extension, name, says in FINDINGS:
            if extension in self.engines:
                with open(os.path.join(CORPUS, "found", name + ".gct")) as file:
                    test, path = self.make(name, extension, file.read())
                self.assertRegex(test, rf"demand\(.*{says}", name)
                self.assertFalse(self.passes(extension, path), name)

    def test_a_finding_fails_on_no_other_version(self):
        """The weak reference that yields what is being cleared: CPython 3.4 to 3.13.5."""
        if ".py" not in self.engines:
            self.skipTest("no CPython")
        with open(os.path.join(CORPUS, "found/cpython-dereference-6ea5.gct")) as file:
            _, path = self.make("cleared", ".py", file.read())
        for engine in suites.engines(".py", self.folder):
            version = [int(number) for number in engine.version.split(".")]
            if version < [3]:  # what precedes a script is for the version that it was made on
                continue
            self.assertEqual(suites.passes(".py", engine, path),
                             not [3, 4] <= version <= [3, 13, 5], engine.version)

    def test_kinds_that_leak(self):
        failed = []
        for extension, name in SPECIMENS.items():
            kinds, _ = self.ouro("kinds", name + "?kinds", "--list") if (
                extension in self.engines) else ("", "")
            leaks = [line.split()[0] for line in kinds.splitlines()
                     if "leaks=" in line and line.split()[1] == "edge"]
            for kind in leaks[:3]:
                test, path = self.make(kind, extension, CYCLE % kind, kind)
                if "did not free it" in test:  # some need more than a cycle
                    self.assertFalse(self.passes(extension, path), kind)
                    failed.append(kind)
        print(f"{len(failed)} kinds leak in tests, too: {', '.join(failed)}", file=sys.stderr)

    def test_lawful_runs_pass(self):
        """Each rule on one of the engines in turn."""
        extensions = sorted(self.engines)
        rules = sorted(glob.glob(os.path.join(CORPUS, "rules/*.gct")))
        self.assertGreater(len(rules), 50)

        def run(i):
            with open(rules[i]) as file:
                program = file.read()
            name = f"{os.path.basename(rules[i])[:-4]}_{i}"
            extension = extensions[i % len(extensions)]
            return self.passes(extension, self.make(name, extension, program)[1])

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(run, range(len(rules) if extensions else 0)))
        wrong = [f"{rules[i]} {extensions[i % len(extensions)]}"
                 for i, passes in enumerate(outcomes) if not passes]
        self.assertEqual(wrong, [])

    def test_what_a_script_cannot_see_is_said(self):
        complaint = self.complaint("native", "--test", "--specimen", "naive", "-",
                                   stdin="r0 = leaf\n")
        self.assertIn("no words of its own", complaint)
        self.assertIn("nothing.py", self.complaint("native", "--test", "nothing.py"))


if __name__ == "__main__":
    ouro_driver.main()
