# SPDX-License-Identifier: Apache-2.0

"""The head of a program's file: which collector runs it, and which bugs are known."""

import os
import re

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD, lines

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
LIAR = "# a lie\n# specimen: liar:load (it lies), contract cpython26\n"


class SpecimenTest(ouro_driver.OuroTest):

    def test_a_finding_replayed_bare_is_convicted(self):
        self.ouro("campaign", "--specimen", "liar:load", "--stop-on-first", "--seconds", "40",
                  code=1)
        output, _ = self.ouro("run", "ouro-out/found", code=1)
        self.assertIn("liar:load broke the law load", output)
        self.assertRegex(output, r"(?m)^(\d+) programs? on liar:load, \1 convicted$")
        found = os.listdir(os.path.join(self.folder, "ouro-out", "found"))
        shrunk, errors = self.ouro("shrink", "ouro-out/found/" + found[0], code=1)
        self.assertIn("liar:load broke the law load", errors)
        self.write("again.gct", shrunk)
        self.ouro("run", "again.gct", code=1)

    def test_specimen_overrides(self):
        self.write("a.gct", LIAR + LOAD)
        output, _ = self.ouro("run", "--specimen", "naive", "a.gct")
        self.assertEqual(output, "1 program on naive, 0 convicted\n")

    def test_each_file_of_a_folder_has_its_own(self):
        self.write("d/a.gct", LIAR + LOAD)
        self.write("d/b.gct", "# specimen: naive\n" + LOAD)
        self.write("d/c.gct", LOAD + "---\n" + LOAD)
        output, _ = self.ouro("run", "d", code=1)
        self.assertEqual(lines(output)[-3:], ["1 program on liar:load, 1 convicted",
                                              "1 program on naive, 0 convicted",
                                              "2 programs on optimized, 0 convicted"])
        traces, _ = self.ouro("run", "--trace", "d", code=1)
        self.assertEqual(traces.count("---\n"), 4)
        self.assertIn("<- here", traces.split("---\n")[0])  # in the order of the files

    def test_sweep_and_compare(self):
        bug = "planted:failed-weakref"
        text = "r0 = node 0\nr1 = weak r0\nr0 = none\n"
        self.write("a.gct", f"# specimen: {bug}\n{text}")
        output, _ = self.ouro("sweep", "a.gct", code=1)
        self.assertIn(f" variations of 1 program on {bug}, ", output)
        self.write("b.gct", LIAR + LOAD)
        output, _ = self.ouro("compare", "--with", "naive", "b.gct", code=1)
        self.assertIn("1 program on liar:load and naive: 0 the same, 1 different", output)
        output, _ = self.ouro("compare", "b.gct", code=1)
        self.assertRegex(output, r"(?m)^liar:load .*UNLAWFUL$")
        self.write("c.gct", LOAD)
        output, _ = self.ouro("compare", "--specimen", "liar:load", "c.gct", code=1)
        self.assertRegex(output, r"(?m)^liar:load .*UNLAWFUL$")

    def test_what_a_collector_has_said_names_no_specimen(self):
        self.write("a.gct", "# it said # specimen: nosuch\n# specimen: nosuch\n" + LIAR + LOAD)
        self.ouro("run", "a.gct", code=1)
        self.write("b.gct", LOAD + "# specimen: nosuch\n")
        self.assertIn("1 program on optimized", self.ouro("run", "b.gct")[0])

    def test_a_missing_specimen(self):
        self.write("a.gct", "# specimen: nosuch\n" + LOAD)
        complaint = self.complaint("run", "a.gct")
        self.assertIn('a.gct: there is no specimen "nosuch"', complaint)
        self.assertIn("--specimen names another", complaint)

    def test_a_command_in_a_file_is_announced_before_it_is_started(self):
        self.write("a.gct", "# specimen: process:lua:exit 3; \x1b[31m\n" + LOAD)
        _, errors = self.ouro("run", "a.gct", code=2)
        self.assertTrue(errors.startswith("on process:lua:exit 3; \\x1b[31m, as a.gct says\n"),
                        errors)

    def test_contract_overrides(self):
        self.write("a.gct", "r0 = node 1 del 0\nr0.0 = r0\nr0 = none\ncollect 2\n")
        self.ouro("run", "--specimen", "naive", "a.gct")
        output, _ = self.ouro("run", "--specimen", "naive", "--contract", "cpython39", "a.gct",
                              code=1)
        self.assertIn("naive broke the law ", output)
        for command in ("run", "shrink", "sweep"):
            self.assertIn("contracts`", self.complaint(command, "--contract", "no", "a.gct"))
        for command in ("campaign", "enumerate"):
            self.assertIn("contracts`", self.complaint(command, "--contract", "no"))
        output, _ = self.ouro("enumerate", "--ops", "4", "--contract", "cpython39",
                              "--stop-on-first", code=1)
        self.assertIn("UNLAWFUL", output)

    def test_a_campaign_under_another_contract(self):
        output, _ = self.ouro("campaign", "--specimen", "naive", "--contract", "cpython39",
                              "--seconds", "2", "--stop-on-first", code=1)
        self.assertIn("under the contract cpython39: 2 s, ", lines(output)[0])
        self.assertIn("engine random", lines(output)[0])
        for engine in ("libfuzzer", "both"):
            self.assertIn("--engine random", self.complaint(
                "campaign", "--contract", "cpython39", "--engine", engine))
        _, errors = self.ouro("run", "ouro-out/found")  # lawful under its own contract
        self.assertRegex(errors, r"^on naive: the contract is cpython26 now; \S+ was found under "
                                 r"cpython39: --contract 'cpython39'\n$")
        output, errors = self.ouro("run", "--contract", "cpython39", "ouro-out/found", code=1)
        self.assertEqual(errors, "")

    def test_in_process(self):
        self.write("a.gct", LIAR + LOAD)
        self.ouro("run", "--in-process", "a.gct", code=1)
        self.write("b.gct", "# specimen: planted:failed-weakref\n"
                            "r0 = node 0\nfail 1\nr1 = weak r0\nr0 = none\n")
        output, _ = self.ouro("run", "b.gct", code=1)
        self.assertIn("crashed with signal ", output)
        child = self.start("run", "--in-process", "b.gct")
        _, errors = child.communicate(timeout=ouro_driver.SECONDS)
        # The crash ends ouro itself, unless a sanitizer reports it first.
        self.assertTrue(child.returncode < 0 or "Sanitizer" in errors, child.returncode)


class AbilitiesTest(ouro_driver.OuroTest):

    def test_unknown_abilities_are_reported(self):
        self.write("a.gct", "# nothing to do\nr0 = none\n")
        for greeting, words in (("weak finaliser", '"finaliser"'), ("weak\\r", '"weak\\x0d"'),
                                ("x y", '"x", "y"')):
            peer = (f"process:lua:read l; printf '> hello sick 1.0 {greeting}\\nok\\n'; "
                    "while read l; do echo ok; done")
            _, errors = self.ouro("run", "--specimen", peer, "a.gct")
            self.assertRegex(errors, r"^ouro: warning: process:lua:.* claims unknown abilities, ")
            self.assertIn(f"not tested: {words}. Known ones: weak, callback, ", errors)
            child = self.start("campaign", "--specimen", peer, "--seconds", "1", "--workers", "1")
            self.assertIn(f"not tested: {words}. Known ones: ",
                          child.communicate(timeout=ouro_driver.SECONDS)[1])


class KnownTest(ouro_driver.OuroTest):

    def replay(self, head, text=LOAD, code=0):
        self.write("a.gct", "# specimen: liar:load\n" + head + text)
        return self.ouro("replay", "a.gct", code=code)[0]

    def test_the_corpus_is_green(self):
        output, _ = self.ouro("replay", os.path.join(ROOT, "corpus"))
        self.assertRegex(output, r"(?m)^optimized +\d+ programs, 0 convicted$")
        for peer in re.findall(r"(?m)^(php|cpython-api) ", output):
            self.assertRegex(output, rf"(?m)^known: \S+: {peer} broke the law ")
            self.assertRegex(output, rf"(?m)^{peer} +\d+ programs, 0 convicted, \d known$")

    def test_known(self):
        output = self.replay("# convicts: liar:load by load: gh-1\n")
        self.assertIn("known: a.gct: liar:load broke the law load (gh-1)\n", output)
        self.assertRegex(output, r"\nliar:load +1 program, 0 convicted, 1 known\n")

    def test_not_known(self):
        for head in ("", "# convicts: liar:load by identity: x\n", "# convicts: php: x\n"):
            output = self.replay(head, code=1)
            self.assertIn("a.gct: liar:load broke the law load\n", output)
            self.assertRegex(output, r"\nliar:load +1 program, 1 convicted\n")

    def test_not_found_any_more(self):
        output = self.replay("# convicts: liar:load by load: gh-1\n", LEAF, code=1)
        self.assertIn("missed: a.gct: liar:load (", output)
        self.assertIn("by load (gh-1)", output)
        self.assertRegex(output, r"\nliar:load +1 program, 0 convicted, 1 missed\n")

    def test_bad_heads(self):
        self.write("a.gct", "# convicts: php by nosuch: x\n" + LOAD)
        self.assertIn('a.gct: there is no law "nosuch"', self.complaint("replay", "a.gct"))

    def test_peers_are_asked(self):
        specimens, _ = self.ouro("specimens")
        peers = [name for name in ("lua", "perl", "gobject", "php", "boehm")
                 if f"\n{name} " in specimens]
        self.write("a.gct", LOAD)
        output, _ = self.ouro("replay", "a.gct")
        for name in peers:
            self.assertRegex(output, rf"(?m)^{name} +1 program, 0 convicted$")


if __name__ == "__main__":
    ouro_driver.main()
