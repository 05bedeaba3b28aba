# SPDX-License-Identifier: Apache-2.0

"""One program on many collectors: `ouro replay`, `compare`, and `check-adapter`."""

import os
import re
import sys

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD, lines


class ReplayAndCompareTest(ouro_driver.OuroTest):

    def test_replay_runs_on_every_specimen(self):
        self.write("d/a.gct", LOAD)
        self.write("d/b.gct", LEAF)
        output, _ = self.ouro("replay", "d")
        names = [line.split()[0] for line in lines(output) if "2 programs, 0 convicted" in line]
        for name in ("optimized", "optimized-27", "optimized-pep442", "naive", "naive-pep442"):
            self.assertIn(name, names)

    def test_replay_errors(self):
        self.assertIn("nosuch: No such file", self.complaint("replay", "nosuch"))
        self.assertIn("-: line 2: ", self.complaint("replay", "-", stdin="\nlief\n"))

    def test_compare(self):
        self.write("a.gct", LOAD)
        output, _ = self.ouro("compare", "--specimen", "naive", "--with", "optimized", "a.gct")
        self.assertIn("1 the same, 0 different, 0 convicted", output)
        output, _ = self.ouro("compare", "--specimen", "liar:load", "--with", "naive", "a.gct",
                              code=1)
        self.assertRegex(output, r"a\.gct: unlawful: operation 3: .*got none.*got 0")

    def test_compare_shows_timelines_on_all_available_specimens(self):
        self.write("a.gct", "r0 = node 0\nr1 = weak r0\nr0 = none\n")
        output, _ = self.ouro("compare", "a.gct")
        for name in ("optimized", "optimized-pep442", "naive"):
            self.assertRegex(output, rf"(?m)^{name} .*X3 .*lawful$")
        self.assertIn("no such file", self.complaint("compare", "nosuch").lower())

    def python(self, version, change):
        """A python of that version on PATH, which edits the adapter that it is given."""
        path = self.write(f"bin/python{version}",
                          f"#!/bin/sh\nexec {sys.executable} \"$1\" \"$2\" "
                          f"\"$(printf %s \"$3\" | sed '{change}')\"\n")
        os.chmod(os.path.join(self.folder, path), 0o755)

    def test_compare_shows_where_versions_begin_to_differ(self):
        self.python("3.5", "")
        self.python("3.30", "")
        self.python("3.31", "s/gc.collect(EXAMINED.*/0/")  # it collects no more
        self.python("3.4", "s/.*/exit()/")
        self.write("a.gct", "r0 = node 1\nr0.0 = r0\nr0 = none\ncollect 2\n")
        env = {"PATH": os.path.join(self.folder, "bin") + ":/usr/bin:/bin"}
        output, _ = self.ouro("compare", "--versions", "cpython", "a.gct", code=1, env=env)
        rows = [line for line in lines(output) if re.match(r"cpython:\S+ \(\S+\)  ", line)]
        places = [index for index, row in enumerate(rows)
                  if row.startswith(("cpython:3.5 ", "cpython:3.30 ", "cpython:3.31 "))]
        self.assertEqual(len(places), 3, output)
        self.assertEqual(places[1] + 1, places[2])
        self.assertRegex(rows[places[2]], r"-\s+UNLAWFUL, CHANGED$")
        self.assertRegex(output, r"(?m)^absent: cpython:3\.4: ")
        self.assertRegex(output, r"(?m)^cpython:3\.31 \(.*\) differs from cpython:3\.30 \(.*\) at "
                                 r"operation 4: `collect 2`: only the first: \[done 1, free 0\]; "
                                 r"only the second: \[done 0\]$")
        self.assertIn('no language "java" with versions; there are: cpython lua php ruby',
                      self.complaint("compare", "--versions", "java", "a.gct"))


class CheckAdapterTest(ouro_driver.OuroTest):

    def test_check_adapter(self):
        output, _ = self.ouro("check-adapter", "--programs", "100", "optimized")
        self.assertRegex(output, r"^optimized: all \d+ conformance cases passed, 100 random "
                                 r"programs lawful\n"
                                 r"  \d+ more were skipped; they need abilities that are not "
                                 r"claimed: step\n$")
        output, _ = self.ouro("check-adapter", "liar:load", code=1)
        self.assertIn("failed: ", output)
        self.assertIn("look for ", output)
        self.assertIn("liar:load: CONFORMANCE CASES FAILED: ", output)


if __name__ == "__main__":
    ouro_driver.main()
