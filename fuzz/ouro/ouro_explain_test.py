# SPDX-License-Identifier: Apache-2.0

"""`ouro run --state`, `why`, `explain` and `report`: what they print, and of what they complain.

That pages work in a browser is the subject of fuzz/report/page_test.py.
"""

import os
import re

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD, lines

RESURRECTED = "# specimen: liar:no-free-while-held\ndef 0:\n  r1 = self\nmain:\n" \
              "  r0 = node 0 del 0\n  r0 = none\n  r1 = none\n"


class StateTest(ouro_driver.OuroTest):

    def test_each_line_says_what_changes(self):
        self.write("a.gct", RESURRECTED)
        output, errors = self.ouro("run", "--state", "a.gct", code=1)
        self.assertEqual(output, """\
r0 = node 0 del 0                 # 1:
> new 0                           # 2: r0=#0
r0 = none                         # 3: r0=none  #0 dying
> finalize 0                      # 4: #0 was called  #0 living
  r1 = self                       # 5: r1=#0
> end 0                           # 6: #0 may be called again
> free 0      # <- here           7:
---
""")
        self.assertIn("broke the law no-free-while-held", errors)

    def test_it_is_a_trace(self):
        self.write("a.gct", LOAD)
        output, _ = self.ouro("run", "--state", "a.gct")
        judged, _ = self.ouro("judge", "--contract", "cpython26", "-", stdin=output)
        self.assertIn("1 trace, 0 unlawful", judged)


class WhyTest(ouro_driver.OuroTest):

    def test_of_the_verdict(self):
        self.write("a.gct", RESURRECTED)
        output, _ = self.ouro("why", "a.gct")
        self.assertEqual(lines(output),
                         ["after step 7, free 0:",
                          "#0 is a node of 0 slots; its finalizer, def 0, has not run; "
                          "in generation 0",
                          "it is held by", "  r1 -> #0"])

    def test_at_a_line(self):
        self.write("a.gct", RESURRECTED)
        output, _ = self.ouro("why", "--at", "3", "--object", "0", "a.gct")
        self.assertIn("nothing refers to it: its death is on its way", output)
        self.write("b.gct", LEAF + "r0 = none\n")
        output, _ = self.ouro("why", "--object", "0", "b.gct")
        self.assertEqual(lines(output), ["after step 4, free 0:", "#0 is a leaf", "it is freed",
                                         "at step 4, free 0"])

    def test_what_cannot_be_answered(self):
        self.write("a.gct", LEAF)
        self.assertIn("the verdict is about no object; name one", self.complaint("why", "a.gct"))
        self.assertIn("at step 2 there are 1 objects, and no #1",
                      self.complaint("why", "--object", "1", "a.gct"))
        self.write("b.gct", LEAF + "---\n" + LEAF)
        self.assertIn("contains 2 programs", self.complaint("why", "--object", "0", "b.gct"))


class ExplainTest(ouro_driver.OuroTest):

    def test_lines_and_grounds(self):
        self.write("a.gct", RESURRECTED)
        output, _ = self.ouro("explain", "a.gct", code=1)
        self.assertIn("  r0 = node 0 del 0               # any: ", output)
        self.assertIn("  r1 = none                       # irrelevant\n", output)
        self.assertIn(
            "Hypothesis: the collector acts as if step 5, r1 = self, had not been there.\n", output)
        self.assertRegex(lines(output)[-1],
                         r"1 of 4 operations irrelevant; \d+ programs and \d+ changes of the past")

    def test_conditions(self):
        self.write("a.gct", "# specimen: planted:not-merged\nr0 = node 1\nr0.0 = r0\nr0 = none\n"
                            "collect 2\n")
        output, _ = self.ouro("explain", "a.gct", code=1)
        self.assertIn("It happens only with generation 2 in line 4 of the program, collect 2.\n",
                      output)

    def test_what_is_lawful_needs_none(self):
        self.write("a.gct", LOAD)
        output, _ = self.ouro("explain", "a.gct")
        self.assertEqual(output, "a.gct: lawful on optimized; there is nothing to explain\n")


class ReportTest(ouro_driver.OuroTest):

    def has_page(self, *arguments, code):
        """Runs `ouro report`; skips the test in a build without a page, except in CI."""
        child = self.start("report", *arguments)
        output, errors = child.communicate(timeout=ouro_driver.SECONDS)
        if child.returncode == 2 and "this build has no page" in errors and not os.getenv("CI"):
            self.skipTest("this build has no page")
        self.assertEqual(child.returncode, code, errors)
        return output

    def test_a_run(self):
        self.write("a.gct", RESURRECTED)
        output = self.has_page("a.gct", "-o", "out/a.html", code=1)
        self.assertRegex(output, r"^out/a.html: 1 unlawful run, \d+ KB\n$")
        page = self.read("out/a.html")
        self.assertTrue("#0 was freed while referenced: r1 -> #0" in page)
        self.assertLess(len(page), 1_000_000)
        self.has_page("a.gct", "-o", "again.html", code=1)
        self.assertTrue(page == self.read("again.html"))

    def test_nothing_is_loaded(self):
        self.write("a.gct", RESURRECTED)
        self.has_page("a.gct", code=1)
        page = self.read("report.html")
        self.assertEqual(re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page), [])

    def test_several_programs_have_an_index(self):
        self.write("d/a.gct", RESURRECTED)
        self.write("d/b.gct", "# specimen: liar:load\n" + LOAD)
        self.write("d/c.gct", LEAF)
        self.has_page("d", code=1)
        page = self.read("report.html")
        for sentence in ("#0 was freed while referenced", "`r1 = r0.0` yielded none"):
            self.assertTrue(sentence in page, sentence)  # assertIn would print the page

    def test_a_campaign(self):
        self.ouro("campaign", "--specimen", "liar:load", "--seconds", "2", "--stop-on-first",
                  "--engine", "random", "--workers", "1", code=1)
        output = self.has_page("ouro-out", code=1)
        self.assertRegex(output, r"^report.html: 1 cause, \d+ KB\n$")
        self.assertTrue('"curves":[{' in self.read("report.html"))

    def test_what_cannot_be_shown(self):
        self.write("a.gct", LEAF)
        self.has_page("a.gct", code=0)
        self.assertIn("nosuch: No such file", self.complaint("report", "nosuch"))
        self.assertIn("a.gct/x.html: ", self.complaint("report", "a.gct", "-o", "a.gct/x.html"))


if __name__ == "__main__":
    ouro_driver.main()
