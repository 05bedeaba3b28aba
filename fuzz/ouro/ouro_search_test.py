# SPDX-License-Identifier: Apache-2.0

"""Searches among small programs: `ouro sweep`, `enumerate` and `shrink`."""

import re

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD, lines


class SweepTest(ouro_driver.OuroTest):

    def test_sweep(self):
        self.write("a.gct", "r0 = node 0\nr1 = weak r0\nr0 = none\n")
        output, _ = self.ouro("sweep", "a.gct")
        self.assertRegex(output, r"^\d+ variations of 1 program on optimized, 0 convicted\n$")
        bug = "planted:failed-weakref"
        self.ouro("run", "--specimen", bug, "a.gct")  # lawful: the program itself misses the bug
        output, _ = self.ouro("sweep", "--specimen", bug, "a.gct", code=1)
        self.assertIn("a.gct with fail 1 before operation 2 of main: ", output)
        self.assertRegex(output, r"\n  \d+ x crashed with signal ")


class EnumerateTest(ouro_driver.OuroTest):

    def test_all_programs_of_three_operations(self):
        output, _ = self.ouro("enumerate", "--ops", "3")
        match = re.match(r"all (\d+) programs of up to 3 operations on optimized, .*: lawful\n",
                         output)
        self.assertTrue(match, output)
        self.assertIn("  states after 0, 1, ... operations: 1, 8, ", output)
        self.assertRegex(output, r"\n  not followed: \d+ operations that differ in names ")
        one, _ = self.ouro("enumerate", "--ops", "3", "--workers", "1")
        self.assertIn(f"all {match[1]} programs of up to 3 operations on optimized, 1 worker in ",
                      one)
        self.assertEqual(lines(one)[1:], lines(output)[1:])
        counted, _ = self.ouro("enumerate", "--ops", "3", "--count")
        self.assertRegex(counted, rf"^all {match[1]} programs of up to 3 .*: counted\n")

    def test_literally_all_programs(self):
        output, _ = self.ouro("enumerate", "--ops", "3", "--plain")
        self.assertRegex(output, r"^all \d+ programs of 3 operations on optimized, .*: lawful\n$")

    def test_finds_the_smallest_program(self):
        output, _ = self.ouro("enumerate", "--ops", "4", "--specimen", "planted:not-merged", code=1)
        self.assertRegex(output, r"all \d+ programs of up to 4 operations on .*: UNLAWFUL\n"
                         r"  \d+ x ")

    def test_stops_with_the_first_conviction(self):
        output, _ = self.ouro("enumerate", "--ops", "4", "--specimen", "liar:load", "--slots", "2",
                              "--stop-on-first", code=1)
        self.assertRegex(output, r"the first \d+ programs of up to 4 operations on liar:load, ")


class ShrinkTest(ouro_driver.OuroTest):

    def test_result_is_a_small_program_that_is_convicted_of_the_same(self):
        programs, _ = self.ouro("generate", "--seed", "1", "--count", "60")
        for text in programs.split("---\n"):
            self.write("big.gct", text)
            if self.convicted("big.gct"):
                break
        big, _ = self.ouro("shrink", "--specimen", "liar:load", "big.gct", code=1)
        self.assertIn("# signature: load at load in ", big)
        self.assertIn("# origin: big.gct\n", big)
        self.write("small.gct", big)
        self.assertTrue(self.convicted("small.gct"))
        operations = [line for line in lines(big) if " = " in line and line[0] != "#"]
        self.assertLess(len(operations), 10)

    def convicted(self, name):
        child = self.start("run", "--specimen", "liar:load", name)
        output, _ = child.communicate(timeout=ouro_driver.SECONDS)
        return child.returncode == 1 and "broke the law load\n" in output

    def test_report_goes_to_standard_error(self):
        _, errors = self.ouro("shrink", "--specimen", "liar:load", "-", code=1, stdin=LOAD)
        self.assertIn("liar:load broke the law load\n", errors)
        self.assertIn("  shrunk from 3 operations to 3, stability 3/3\n", errors)

    def test_lawful(self):
        output, errors = self.ouro("shrink", "-", stdin=LOAD)
        self.assertEqual(output, "")
        self.assertIn("nothing to shrink", errors)

    def test_bad_input(self):
        self.assertIn("2 programs", self.complaint("shrink", "-", stdin=LEAF + "---\n" + LEAF))
        self.assertIn("holds no program", self.complaint("shrink", "-"))
        self.assertIn("-: line 1: ", self.complaint("shrink", "-", stdin="lief\n"))


if __name__ == "__main__":
    ouro_driver.main()
