# SPDX-License-Identifier: Apache-2.0

"""Help and lists: every command explains itself, and every name that a list shows exists."""

import re

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD, LOAD_TRACE, lines

COMMANDS = ["campaign", "add", "merge", "encode", "decode", "run", "replay", "compare", "sweep",
            "enumerate", "check-adapter", "power", "shrink", "generate", "judge", "specimens",
            "contracts", "laws"]


class HelpTest(ouro_driver.OuroTest):

    def test_help_lists_all_commands(self):
        output, _ = self.ouro("--help")
        for command in COMMANDS:
            self.assertRegex(output, rf"(?m)^  {command} +\S")
        self.assertIn("Exit: 0 lawful, 1 convicted, 2", output)
        self.assertEqual(self.ouro("-h")[0], output)
        self.assertEqual(self.ouro("help")[0], output)

    def test_every_command_has_help_with_an_example(self):
        for command in COMMANDS:
            output, _ = self.ouro(command, "--help")
            self.assertRegex(output, rf"(?m)^(Usage: )?ouro {command}")  # CLI11 2.6 has no word
            self.assertRegex(output, r"example: ouro ")
            self.assertEqual(self.ouro("help", command)[0], output)

    def test_every_option_is_explained(self):
        for command in COMMANDS:
            text = re.sub(r"\n {10,}", "  ", self.ouro(command, "--help")[0])
            for option in re.findall(r"(?m)^  -.*$", text):
                self.assertRegex(option, r"\S  +\S", option)  # two columns

    def test_examples_name_real_options(self):
        for command in COMMANDS:
            output, _ = self.ouro(command, "--help")
            example = output[output.index("example: "):]
            for part in example.split("|"):
                words = part[part.index("ouro "):].split()
                known, _ = self.ouro(words[1], "--help")
                for word in words:
                    if word.startswith("--"):
                        self.assertIn(word, known)

    def test_usage_errors(self):
        for arguments in (["nosuch"], ["--nosuch"], ["run"], ["run", "--nosuch", "x"], ["judge"],
                          ["judge", "x"], ["shrink"], ["shrink", "a", "b"], ["replay"],
                          ["generate", "--count", "x"], ["generate", "--count", "0"],
                          ["generate", "--ops", "0"], ["generate", "--seed", "x"],
                          ["campaign", "--seconds", "0"], ["campaign", "--workers", "-1"],
                          ["compare"], ["check-adapter"], ["laws", "x"]):
            self.assertIn("--help`", self.complaint(*arguments))

    def test_a_usage_error_names_its_command(self):
        self.assertTrue(self.complaint("run").startswith("ouro run: FILE is required\n"))


class ListsTest(ouro_driver.OuroTest):

    def test_specimens(self):
        output, _ = self.ouro("specimens")
        names = [line.split()[0] for line in lines(output)]
        for name in ("optimized", "optimized-27", "optimized-pep442", "naive", "naive-pep442",
                     "planted:map-last-slot", "planted:NAME", "liar:LAW", "cpython",
                     "cpython:PATH", "process:CONTRACT:COMMAND"):
            self.assertIn(name, names)
        self.write("a.gct", LOAD)
        for name in names:
            if ":" not in name and "?" not in name and name != "cpython":
                self.ouro("run", "--specimen", name, "a.gct")

    def test_contracts(self):
        output, _ = self.ouro("contracts")
        names = re.findall(r"(?m)^\w+", output)
        self.assertEqual(names[:4], ["cpython26", "cpython27", "cpython34", "cpython37"])
        self.write("t", LOAD_TRACE)
        for name in names:
            self.ouro("judge", "--contract", name, "t")

    def test_every_law_has_its_liar(self):
        output, _ = self.ouro("laws")
        names = [line.split()[0] for line in lines(output)]
        self.assertGreater(len(names), 15)
        self.write("a.gct", "disable\n")  # no liar can break a law here
        for name in names:
            self.ouro("run", "--specimen", f"liar:{name}", "a.gct")

    def test_unknown_names(self):
        self.write("a.gct", LEAF)
        self.assertIn("`ouro specimens`", self.complaint("run", "--specimen", "nosuch", "a.gct"))
        self.assertIn(" free-once ", self.complaint("run", "--specimen", "liar:no", "a.gct"))
        self.assertIn("`ouro contracts`", self.complaint("judge", "--contract", "no", "a.gct"))
        for bad in ("process:", "process:x", "process:cpython39", "process:no:true"):
            self.assertIn("process:CONTRACT:COMMAND",
                          self.complaint("run", "--specimen", bad, "a.gct"))
        self.complaint("shrink", "--specimen", "nosuch", "a.gct")
        self.complaint("campaign", "--specimen", "nosuch")
        self.complaint("compare", "--with", "nosuch", "a.gct")
        self.complaint("check-adapter", "nosuch")


if __name__ == "__main__":
    ouro_driver.main()
