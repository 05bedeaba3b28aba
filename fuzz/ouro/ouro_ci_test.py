# SPDX-License-Identifier: Apache-2.0

"""`ouro ci`: its exit codes, its files, what it remembers from run to run; and docs/ci.md, whose
commands are run in order, as a reader would, and whose workflows are read as YAML.

Place: beside the command. campaign_cli_test has campaigns, ci_test the forms of the files.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

from fuzz.testing import console, ouro_driver
from fuzz.testing.ouro_driver import LOAD, until

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
SHORT = ("--minutes", "0.05", "--workers", "1")
BUGGY = "planted:enabled-again"  # by setting thresholds, and by nothing else
SECONDS = 240  # for all commands of the document: far more than they take
READER = "/home/you"
DONE = "==== done, exit code "

with open(os.path.join(ROOT, "docs/ci.md")) as file:
    DOCUMENT = file.read()


class CiTest(ouro_driver.OuroTest):

    def ci(self, *arguments, code, **options):
        return self.ouro("ci", *SHORT, *arguments, code=code, **options)

    def files(self, folder="ouro-ci"):
        return sorted(os.listdir(os.path.join(self.folder, folder)))

    def test_lawful(self):
        self.write("one.gct", LOAD)
        output, _ = self.ci("--adapter", "optimized", "one.gct", code=0)
        self.assertIn("adapter: 141 cases passed, 0 failed", output)
        self.assertIn("corpus: 1 program ran, 0 unlawful", output)
        self.assertRegex(output, r"\noptimized: lawful; ouro-ci/summary.md, ")
        for name in ("junit.xml", "ouroboros.sarif", "summary.md", "found", "stats.json"):
            self.assertIn(name, self.files())
        top = ElementTree.fromstring(self.read("ouro-ci/junit.xml"))
        self.assertEqual([case.get("name") for case in top.iter("testcase")],
                         ["adapter", "one.gct", "corpus", "programs"])
        self.assertTrue(self.read("ouro-ci/summary.md").startswith("## Ouroboros: lawful\n"))

    def test_what_is_new_is_told_once_and_then_known(self):
        summary = os.path.join(self.folder, "step.md")
        environment = {**os.environ, "GITHUB_STEP_SUMMARY": summary}
        output, _ = self.ci("--adapter", BUGGY, code=1, env=environment)
        lines = re.findall(r"(?m)^new: (like .*)$", output)
        self.assertTrue(lines, output)
        self.assertIn(f"{BUGGY}: unlawful, {len(lines)} new; ", output)
        shown = self.read("step.md")
        self.assertEqual(shown, self.read("ouro-ci/summary.md"))
        for line in lines:
            self.assertIn("\n" + line + "\n", shown)
        # All that there can be looks like this one.
        self.write("known.txt", "# a comment\nlike collection-schedule: threshold\n")
        output, _ = self.ci("--adapter", BUGGY, "--known", "known.txt", code=0)
        self.assertIn(f"{BUGGY}: nothing new; ", output)
        self.assertIn('"suppressions"', self.read("ouro-ci/ouroboros.sarif"))
        # The same findings in the folder, and a list that knows nothing.
        self.write("known.txt", "")
        output, _ = self.ci("--adapter", BUGGY, "--known", "known.txt", code=1)
        self.assertIn("unlawful, ", output)

    def test_a_finding_that_is_lawful_now_is_set_aside(self):
        os.makedirs(os.path.join(self.folder, "ouro-ci/found"))
        for name, signature in (("one", "load at load in main"), ("two", "not repeatable: load")):
            self.write(f"ouro-ci/found/{name}.gct",
                       "# was\n# specimen: optimized (a heap), contract cpython26\n"
                       f"# signature: {signature}\n# cause: {signature}\n{LOAD}")
        output, _ = self.ci("--adapter", "optimized", code=1)
        self.assertEqual(self.files("ouro-ci/mended"), ["one.gct"])
        self.assertIn("Mended: `ouro-ci/mended/one.gct`", self.read("ouro-ci/summary.md"))
        self.assertRegex(output, r"new: like not repeatable: load\n")

    def test_an_adapter_that_is_wrong(self):
        output, _ = self.ci("--adapter", "liar:no-free-while-held", code=1)
        self.assertIn("NEW: conformance: ", output)
        self.assertIn("in the adapter, look for ", self.read("ouro-ci/summary.md"))
        line = re.search(r"(?m)^new: (conformance: .*)$", output)[1]
        self.write("known.txt", line + "\n")
        output, _ = self.ci("--adapter", "liar:no-free-while-held", "--known", "known.txt", code=1)
        self.assertIn(f"known: {line}\n", output)

    def test_a_program_that_is_not_lawful_fails_unless_its_head_knows(self):
        self.write("one.gct", LOAD)
        output, _ = self.ci("--adapter", "liar:load", "one.gct", code=1)
        self.assertIn("NEW: one.gct\n", output)
        self.write("one.gct", "# convicts: liar:load by load: it lies\n" + LOAD)
        output, _ = self.ci("--adapter", "liar:load", "one.gct", code=1)
        self.assertIn("known: one.gct\n", output)

    def test_an_interruption_leaves_all_but_the_page(self):
        child = self.start("ci", "--adapter", BUGGY, "--workers", "1")
        until(lambda: os.path.exists(os.path.join(self.folder, "ouro-ci/stats.json")),
              "the campaign to begin")
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate(timeout=ouro_driver.SECONDS)
        self.assertIn(child.returncode, (0, 1), output)
        self.assertIn("**It was interrupted**", self.read("ouro-ci/summary.md"))
        self.assertIn('"executionSuccessful": false', self.read("ouro-ci/ouroboros.sarif"))
        ElementTree.fromstring(self.read("ouro-ci/junit.xml"))
        self.assertNotIn("report.html", self.files())

    def test_wrong_input_ends_it_before_the_work(self):
        for arguments, sentence in ((("--adapter", "nope"), "there is no specimen"),
                                    (("--known", "nope.txt"), "nope.txt: "),
                                    (("nope.gct",), "nope.gct: "),
                                    (("--minutes", "0"), "--minutes")):
            self.assertIn(sentence, self.complaint("ci", *arguments))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "ouro-ci/found")))


class DocumentTest(ouro_driver.OuroTest):

    def test_commands_print_what_it_says(self):
        missing = [tool for tool in ("cc", "git", "make") if shutil.which(tool) is None]
        if missing:
            print("SKIPPED: not installed:", *missing, file=sys.stderr)
            self.skipTest("tools are missing")
        tools = os.path.join(self.folder, "tools")
        os.mkdir(tools)
        os.symlink(os.path.realpath(ouro_driver.OURO), os.path.join(tools, "ouro"))
        environment = {**os.environ, "PATH": tools + ":" + os.environ["PATH"], "OUROBOROS": ROOT,
                       "HOME": self.folder, "GIT_CONFIG_NOSYSTEM": "1"}
        for name in ("BUILD_WORKING_DIRECTORY", "GITHUB_STEP_SUMMARY"):
            environment.pop(name, None)
        steps = [step for block in console.blocks(DOCUMENT) for step in console.commands(block)]
        self.assertGreater(len(steps), 10)
        script = "".join(f"{command}\necho \"{DONE}$?\"\n" for command, _ in steps)
        output = subprocess.run(["bash"], input=script, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, cwd=self.folder,
                                env=environment, timeout=SECONDS).stdout
        outputs = re.split(rf"{DONE}(\d+)\n", output)
        self.assertEqual(len(outputs), 2 * len(steps) + 1, outputs[-1])
        for i, (command, expected) in enumerate(steps):
            printed = outputs[2 * i].replace(os.path.realpath(self.folder), READER).splitlines()
            with self.subTest(command):
                self.assertTrue(console.matches(expected, printed), "\n".join(printed))
                self.assertEqual(int(outputs[2 * i + 1]), int("unlawful" in "\n".join(expected)))

    def test_workflows_are_yaml_and_shell(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("no yaml")
        github, gitlab = (yaml.safe_load(block) for block in console.blocks(DOCUMENT, "yaml"))
        steps = github["jobs"]["collector"]["steps"]
        scripts = [step["run"] for step in steps if "run" in step] + gitlab["ouroboros"]["script"]
        self.assertEqual(len([script for script in scripts if "ouro ci" in script]), 2)
        for script in scripts:
            subprocess.run(["bash", "-n", "-c", script], check=True)
        for script in scripts:
            if script.startswith("ouro ci"):
                words = [word for word in script.split() if word.startswith("--")]
                usage, _ = self.ouro("ci", "--help", code=0)
                for word in words:
                    self.assertIn(word, usage)


if __name__ == "__main__":
    unittest.main()
