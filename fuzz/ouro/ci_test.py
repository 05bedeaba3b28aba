# SPDX-License-Identifier: Apache-2.0

"""Files for other programs: `--junit` and `--sarif` for continuous integration, `--observe` for
viewers of property-based tests. All are read here as those programs read them.

Kills at random moments: OURO_KILLS is their number; `--test_env=OURO_KILLS=100` for a long run.
"""

import glob
import json
import os
import random
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD, children, lines, until

KILLS = int(os.environ.get("OURO_KILLS", "8"))
SMALL = "planted:enabled-again"  # is convicted, never crashes
LIAR = "liar:load"
SCRIPT = "# a head\ndef 3:\n  r1 = self.0\nmain:\n  r0 = node 2 del 3\n\n  r2 = leaf\n  r0.0 = r2\n"

# The types of the documented schema of observations; all keys are required, and no other may be.
NUMBER = (int, float)
TEST_CASE = {"type": str, "status": str, "status_reason": str, "representation": str,
             "arguments": dict, "how_generated": (str, type(None)), "features": dict,
             "coverage": (dict, type(None)), "timing": dict, "metadata": dict, "property": str,
             "run_start": NUMBER}
MESSAGE = {"type": str, "title": str, "content": (str, dict), "property": str, "run_start": NUMBER}


class ReportTest(ouro_driver.OuroTest):

    def path(self, name):
        return os.path.join(self.folder, name)

    def junit(self, name="r.xml"):
        """The suites: {specimen: {program: element}}; the sums of the attributes are checked."""
        top = ElementTree.parse(self.path(name)).getroot()
        self.assertEqual(top.tag, "testsuites")
        for parent in (top, *top):
            for attribute, tag in (("tests", "testcase"), ("failures", "failure"),
                                   ("errors", "error"), ("skipped", "skipped")):
                self.assertEqual(int(parent.get(attribute)), len(list(parent.iter(tag))))
        for case in top.iter("testcase"):
            self.assertIsNone(case.get("time"))  # there is no clock in a report
        return {suite.get("name"): {case.get("name"): case for case in suite} for suite in top}

    def sarif(self, name="r.sarif"):
        log = json.loads(self.read(name))
        self.assertEqual((log["version"], len(log["runs"])), ("2.1.0", 1))
        run = log["runs"][0]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        self.assertEqual(len(rules), len(set(rules)))
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
            self.assertTrue(result["message"]["text"])
            self.assertTrue(result["partialFingerprints"]["signature/v1"])
        return run

    def place(self, result):
        physical = result["locations"][0]["physicalLocation"]
        return physical["artifactLocation"]["uri"], physical.get("region", {}).get("startLine")

    def left(self):
        return [name for name in os.listdir(self.folder) if ".tmp" in name or "probe" in name]

    def observations(self, name="o.jsonl"):
        text = self.read(name)
        self.assertTrue(text.endswith("\n"))
        rows = [json.loads(line) for line in lines(text)]
        for row in rows:
            types = TEST_CASE if row["type"] == "test_case" else MESSAGE
            self.assertEqual(set(row), set(types))
            for key, kind in types.items():
                self.assertIsInstance(row[key], kind, key)
            if types is MESSAGE:
                self.assertIn(row["type"], ("info", "alert", "error"))
                continue
            self.assertIn(row["status"], ("passed", "failed", "gave_up"))
            self.assertEqual(row["status"] == "passed", row["status_reason"] == "")
            for seconds in row["timing"].values():
                self.assertGreaterEqual(seconds, 0)
            for value in row["features"].values():
                self.assertIsInstance(value, (str, *NUMBER))
        self.assertEqual(len({row["run_start"] for row in rows}), 1)
        return rows


class RunTest(ReportTest):

    def test_run(self):
        self.write("a.gct", LEAF + "---\n# in between\n" + LOAD)
        self.write("deep er/b.gct", LEAF)
        arguments = ("run", "--specimen", LIAR, "--junit", "r.xml", "--sarif", "r.sarif", "a.gct",
                     "deep er")
        self.ouro(*arguments, code=1)
        cases = self.junit()[LIAR]
        self.assertEqual(list(cases), ["a.gct", "a.gct program 2", "deep er/b.gct"])
        self.assertEqual([len(case) for case in cases.values()], [0, 1, 0])
        failure = cases["a.gct program 2"][0]
        self.assertEqual((failure.tag, failure.get("type")), ("failure", "load"))
        self.assertIn("> got none      # <- here\n", failure.text)
        run = self.sarif()
        self.assertEqual(run["invocations"], [{"executionSuccessful": True}])
        self.assertEqual([self.place(result) for result in run["results"]], [("a.gct", 6)])
        self.assertEqual(run["results"][0]["level"], "error")
        self.assertEqual(run["results"][0]["properties"]["specimen"], LIAR)
        before = self.read("r.xml"), self.read("r.sarif")
        self.ouro(*arguments, code=1)
        self.assertEqual((self.read("r.xml"), self.read("r.sarif")), before)  # the same bytes
        self.assertEqual(self.left(), [])

    def test_nothing_was_found(self):
        self.ouro("run", "--junit", "new/r.xml", "--sarif", "new/r.sarif", "-", stdin=LEAF)
        self.assertEqual([len(case) for case in self.junit("new/r.xml")["optimized"].values()], [0])
        self.assertEqual(self.sarif("new/r.sarif")["results"], [])

    def test_the_line_at_fault_may_be_in_a_script(self):
        self.write("a.gct", SCRIPT)
        self.ouro("run", "--specimen", LIAR, "--sarif", "r.sarif", "a.gct")
        self.write("a.gct", SCRIPT + "  r0 = none\n")
        self.ouro("run", "--specimen", LIAR, "--sarif", "r.sarif", "--trace", "a.gct", code=1)
        self.assertEqual([self.place(result) for result in self.sarif()["results"]], [("a.gct", 3)])

    def test_files_elsewhere_and_standard_input(self):
        self.write("x/a.gct", LOAD)
        os.makedirs(self.path("y"))
        arguments = ("run", "--specimen", LIAR, "--sarif", "r.sarif")
        self.ouro(*arguments, "../x/a.gct", code=1, cwd=self.path("y"))
        uri, line = self.place(self.sarif("y/r.sarif")["results"][0])
        self.assertEqual((uri, line), ("file://" + self.path("x/a.gct"), 3))
        self.ouro(*arguments, "-", code=1, stdin=LOAD)
        self.assertNotIn("locations", self.sarif()["results"][0])
        # As bazel run has it: the program runs elsewhere.
        self.ouro(*arguments, "x/a.gct", code=1, cwd="/",
                  env={"BUILD_WORKING_DIRECTORY": self.folder})
        self.assertEqual(self.place(self.sarif()["results"][0]), ("x/a.gct", 3))

    def test_a_broken_collector_with_bytes_that_xml_forbids(self):
        dies = (r"process:cpython39:read l; echo '> hello sick 1.0'; echo ok; read l; "
                r"printf 'last \033[1m words \001\377' >&2; exit 3")
        self.ouro("run", "--specimen", dies, "--junit", "r.xml", "--sarif", "r.sarif", "-",
                  code=1, stdin=LEAF)
        (case,) = self.junit()[dies].values()
        self.assertEqual((case[0].tag, case[0].get("type")), ("error", "broken"))
        self.assertEqual(self.sarif()["results"][0]["ruleId"], "broken")

    def test_bad_files_are_complained_of_at_the_start(self):
        self.write("a.gct", LEAF)
        self.write("file", "")
        for option in ("--junit", "--sarif", "--observe"):
            for bad in ("file/x", "/proc/nowhere", ".", "/dev/null", "-"):
                complaint = self.complaint("run", "--trace", option, bad, "a.gct")
                self.assertIn(bad, complaint)
                self.complaint("campaign", "--seconds", "1000", option, bad)
        self.assertIn("x.xml", self.complaint("replay", "--junit", "/proc/x.xml", "a.gct"))
        self.assertIn("file each", self.complaint("run", "--junit", "x", "--sarif", "x", "a.gct"))
        # Bad input leaves the last report.
        self.write("r.xml", "the last one")
        self.complaint("run", "--junit", "r.xml", "nosuch.gct")
        self.assertEqual(self.read("r.xml"), "the last one")
        self.assertEqual(self.left(), [])

    def test_an_interruption_leaves_a_report_of_a_part(self):
        self.write("a.gct", "---\n".join([LEAF] * 20_000))
        for number in (signal.SIGINT, signal.SIGTERM):
            child = self.start("run", "--junit", "r.xml", "--sarif", "r.sarif", "--observe",
                               "o.jsonl", "a.gct")
            until(lambda: os.path.exists(self.path("o.jsonl")), "the first program")
            child.send_signal(number)
            child.communicate(timeout=ouro_driver.SECONDS)
            self.assertEqual(child.returncode, -number)  # as without a report
            cases = list(self.junit()["optimized"].values())
            self.assertEqual(len(cases), 20_000)
            self.assertEqual((len(cases[0]), cases[-1][0].tag), (0, "skipped"))
            self.assertEqual(self.sarif()["invocations"][0]["executionSuccessful"], False)
            self.observations()
            for name in ("r.xml", "r.sarif", "o.jsonl"):
                os.remove(self.path(name))


class ReplayTest(ReportTest):

    def test_replay(self):
        head = f"# specimen: {LIAR}\n# convicts: {LIAR} by "
        self.write("known.gct", head + "load: it lies\n" + LOAD)
        self.write("missed.gct", head + "load: it lied\n" + LEAF)
        self.write("new.gct", f"# specimen: {LIAR}\n" + LOAD)
        output, _ = self.ouro("replay", "--junit", "r.xml", "--sarif", "r.sarif", "known.gct",
                              "missed.gct", "new.gct", code=1)
        suites = self.junit()
        cases = suites[LIAR]
        self.assertEqual([case[0].tag for case in cases.values()],
                         ["system-out", "error", "failure"])
        self.assertIn("(it lies)", cases["known.gct"][0].text)
        self.assertEqual(cases["missed.gct"][0].get("type"), "missed")
        self.assertEqual([len(case) for case in suites["naive"].values()], [0, 0, 0])
        left_out = [line for line in lines(output) if line.startswith("left out: ")]
        skipped = [case for suite in suites.values() for case in suite.values()
                   if case.find("skipped") is not None]
        self.assertEqual(len(skipped), len(left_out))
        known, missed, new = self.sarif()["results"]
        self.assertEqual(known["suppressions"], [{"kind": "inSource", "status": "accepted",
                                                  "justification": "it lies"}])
        self.assertEqual((missed["ruleId"], missed["level"]), ("missed", "warning"))
        self.assertEqual((new["ruleId"], "suppressions" in new), ("load", False))
        self.assertEqual(self.place(known), ("known.gct", 5))
        self.assertEqual(self.place(missed), ("missed.gct", None))


    def test_an_interruption(self):
        self.write("a.gct", "---\n".join([LEAF] * 5000))
        child = self.start("replay", "--junit", "r.xml", "a.gct", stdout=subprocess.PIPE)
        until(lambda: child.stdout.readline().startswith("optimized "), "the first specimen")
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=ouro_driver.SECONDS)
        self.assertEqual(child.returncode, -signal.SIGINT)
        suites = self.junit()
        self.assertEqual({len(case) for case in suites["optimized"].values()}, {0})
        last = list(suites.values())[-1]
        self.assertEqual(len(last), 5000)
        self.assertEqual({case[0].tag for case in last.values()}, {"skipped"})


class CampaignTest(ReportTest):

    def begin(self, *arguments):
        return self.start("campaign", "--seconds", "1000", "--workers", "2", *arguments)

    def test_findings(self):
        self.ouro("campaign", "--specimen", SMALL, "--stop-on-first", "--seconds", "40",
                  "--junit", "r.xml", "--sarif", "r.sarif", "--observe", "o.jsonl", code=1)
        (found,) = glob.glob(self.path("ouro-out/found/*.gct"))
        found = os.path.relpath(found, self.folder)
        cases = self.junit()[SMALL]
        self.assertEqual(len(cases), 2)
        self.assertRegex(cases["programs"].find("system-out").text, r"\d+ programs, \d+ unlawful")
        failure = list(cases.values())[0].find("failure")
        self.assertIn("broke the law", failure.text)
        (result,) = self.sarif()["results"]
        uri, line = self.place(result)
        self.assertEqual(uri.replace("%3A", ":"), found)
        self.assertFalse(lines(self.read(found))[line - 1].startswith("#"))
        rows = self.observations()
        reports = [row["metadata"]["report"] for row in rows if "report" in row.get("metadata", {})]
        self.assertIn("broke the law", reports[-1])
        # Another run of it knows the place from before.
        self.ouro("campaign", "--specimen", SMALL, "--seconds", "1", "--sarif", "again.sarif",
                  code=1)
        places = [self.place(result) for result in self.sarif("again.sarif")["results"]]
        self.assertIn((uri, line), places)

    def test_an_engine_that_misses_the_canary(self):
        complaint = self.ouro("campaign", "--seconds", "5", "--engine", "libfuzzer", "--junit",
                              "r.xml", code=2, env={"OURO_FUZZER": "/bin/true"})[1]
        (case,) = self.junit()["optimized"].values()
        self.assertIn(case[0].get("message").split("\n")[0][:60], complaint)

    def test_an_interrupted_campaign(self):
        child = self.begin("--junit", "r.xml", "--sarif", "r.sarif", "--observe", "o.jsonl")
        until(lambda: os.path.exists(self.path("o.jsonl")), "observations")
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=ouro_driver.SECONDS)
        self.assertEqual(child.returncode, 0)
        self.assertEqual(list(self.junit()["optimized"]), ["programs"])
        self.assertEqual(self.sarif()["invocations"][0]["executionSuccessful"], False)
        self.assertEqual(self.observations()[-1]["type"], "info")


class ObserveTest(ReportTest):

    def test_run(self):
        self.write("a.gct", LEAF + "---\n" + LOAD)
        self.ouro("run", "--specimen", LIAR, "--observe", "o.jsonl", "a.gct", code=1)
        rows = self.observations()
        self.assertEqual([row["status"] for row in rows], ["passed", "failed"])
        self.assertEqual(rows[0]["representation"], LEAF)
        self.assertEqual(rows[0]["property"], "ouro run " + LIAR)
        self.assertEqual([row["features"]["executed"] for row in rows], [1, 3])
        self.assertGreater(rows[0]["timing"]["execute:test"], 0)

    def test_each_engine(self):
        for engine in ("random", "libfuzzer"):
            self.ouro("campaign", "--engine", engine, "--workers", "1", "--seconds", "2",
                      "--observe", engine, "--out", engine + "-out")
            rows = self.observations(engine)
            self.assertGreater(len(rows), 100)
            self.assertLess(len(rows), 10_000)
            made = {row["how_generated"] for row in rows if row["type"] == "test_case"}
            word = {"random": "program 0 of seed 1", "libfuzzer": "libFuzzer, -seed="}[engine]
            self.assertTrue([origin for origin in made if origin.startswith(word)], made)
            self.assertTrue(any("situation: finalizer-runs" in row.get("features", {})
                                for row in rows))

    def test_the_sample_is_the_same(self):
        texts = []
        for out in ("x", "y"):
            self.ouro("campaign", "--engine", "random", "--workers", "1", "--seconds", "1",
                      "--observe", out + ".jsonl", "--out", out)
            texts.append([(row["representation"], row["features"])
                          for row in self.observations(out + ".jsonl")
                          if row["type"] == "test_case"])
        size = min(len(text) for text in texts)
        self.assertGreater(size, 50)
        self.assertEqual(texts[0][:size], texts[1][:size])

    def test_kills_tear_no_line(self):
        dice = random.Random(5)
        for kill in range(KILLS):
            child = self.begin()
            until(lambda: os.path.exists(self.path("o.jsonl")), "observations")
            time.sleep(dice.random())
            if kill % 2 == 1:  # workers: the campaign goes on
                for _ in range(5):
                    victims = children(child.pid)
                    if victims:
                        os.kill(dice.choice(victims), signal.SIGKILL)
                    self.observations()
                    time.sleep(dice.random() * 0.2)
            child.kill()
            child.wait()
            self.observations()
            os.remove(self.path("o.jsonl"))
            until(lambda: not children(child.pid), "the end of its workers")

    def begin(self):
        return self.start("campaign", "--specimen", LIAR, "--seconds", "1000", "--workers", "2",
                          "--observe", "o.jsonl", stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    ouro_driver.main()
