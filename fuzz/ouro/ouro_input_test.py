# SPDX-License-Identifier: Apache-2.0

"""Bad input: misspelt words, odd numbers, empty names, files without a program, without an end, or
unreadable, libraries that misbehave while they are loaded, and closed standard streams."""

import os
import pty
import re
import resource
import select
import shutil
import subprocess
import sys

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD, lines



class UsageTest(ouro_driver.OuroTest):

    def test_did_you_mean(self):
        for arguments, meant in ((["campain"], "campaign"), (["capmaign"], "campaign"),
                                 (["replya", "corpus"], "replay"),
                                 (["campain", "--seconds", "20"], "campaign"),
                                 (["--secnods", "20"], "--seconds"),
                                 (["run", "--specimne", "naive", "x"], "--specimen"),
                                 (["run", "--specimne=naive", "x"], "--specimen")):
            self.assertIn(f"; did you mean `{meant}`?\n", self.complaint(*arguments))
        self.assertNotIn("did you mean", self.complaint("nosuch"))

    def test_a_renamed_command_says_its_new_name(self):
        for arguments in (["exhaust"], ["exhaust", "--ops", "4"]):
            self.assertIn("ouro: there is no command `exhaust`; it is now called `enumerate`\n",
                          self.complaint(*arguments))

    def test_bare_options_are_those_of_a_campaign(self):
        output, _ = self.ouro("--seconds", "1", "--workers", "1", "--out", "o")
        self.assertRegex(output, r"(?m)^optimized: lawful after ")
        self.assertTrue(os.path.isdir(os.path.join(self.folder, "o", "found")))

    def test_version(self):
        output, _ = self.ouro("--version")
        self.assertRegex(output, r"^ouro \d+\.\d+\.\d+, commit (unknown|[0-9a-f]{7,}\+?), clang \d")
        copy = shutil.copy(ouro_driver.OURO, os.path.join(self.folder, "ouro"))
        done = subprocess.run([copy, "--version"], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout), (0, output))

    def test_help_has_groups(self):
        output, _ = self.ouro("--help")
        groups = re.findall(r"(?m)^([A-Z][\w ]+):$", output)
        self.assertEqual(groups.pop(0).capitalize(), "Options")  # CLI11 2.5 and later shout it
        self.assertEqual(groups, ["Find bugs", "Look at programs", "Judge collectors and logs",
                                  "Maintain corpora and measure", "Lists"])
        self.assertNotIn("subcommands:", output.lower())

    def test_odd_numbers(self):
        for text in ("-1", "18446744073709551616", "", "010", "00", "1e3", "0x10", " 1", "1 ",
                     "+1", "1.0", "99999999999999999999999"):
            for option in (["generate", "--seed"], ["generate", "--count"], ["generate", "--ops"],
                           ["campaign", "--seed"], ["campaign", "--seconds"],
                           ["campaign", "--workers"], ["check-adapter", "naive", "--seed"],
                           ["power", "naive", "--seeds"], ["enumerate", "--ops"]):
                self.assertIn("--help`", self.complaint(*option, text))
        self.assertEqual(len(self.ouro("generate", "--count", "10")[0].split("---\n")), 10)
        self.ouro("generate", "--seed", "18446744073709551615")
        self.ouro("generate", "--seed", "0")

    def test_empty_names(self):
        self.write("a.gct", LEAF)
        for arguments in (["campaign", "--out", ""], ["encode", "--out", "", "a.gct"],
                          ["merge", "--out", "", "."], ["run", ""], ["run", "--specimen", "", "-"],
                          ["power", "--out", "", "naive"], ["add", "--to", "", "a.gct"],
                          ["judge", "--contract", "", "a.gct"]):
            self.assertIn("is empty", self.complaint(*arguments))


class FilesTest(ouro_driver.OuroTest):

    def test_no_programs(self):
        for text in ("", "\n", "# nothing\n", "---\n---\n", "# all\rr0 = leaf\r"):
            with open(os.path.join(self.folder, "a.gct"), "wb") as file:
                file.write(text.encode())
            for command in ("run", "shrink", "replay", "compare", "sweep"):
                self.assertIn("a.gct: holds no program", self.complaint(command, "a.gct"))
        self.assertIn("CR", self.complaint("run", "a.gct"))
        self.write("d/a.gct", LEAF)
        self.write("d/b.gct", "")
        self.assertIn("d/b.gct: holds no program", self.complaint("run", "d"))

    def test_cr_before_lf_is_ignored_or_refused(self):
        with open(os.path.join(self.folder, "a.gct"), "wb") as file:
            file.write(b"# specimen: naive\r\nr0 = leaf\r\n")
        done = subprocess.run([ouro_driver.OURO, "run", "a.gct"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        if done.returncode == 0:
            self.assertIn("1 program on naive, 0 convicted", done.stdout)

    def test_input_without_an_end(self):
        for command in (["run"], ["judge", "--contract", "lua"], ["decode"]):
            complaint = self.complaint(*command, "/dev/zero")
            self.assertIn("/dev/zero: is longer than 256 MiB", complaint)

    def test_out_of_memory(self):
        if "AddressSanitizer" in self.ouro("--version")[0]:
            self.skipTest("AddressSanitizer needs more memory than there would be")
        def little():
            resource.setrlimit(resource.RLIMIT_AS, (100 << 20, 100 << 20))
        done = subprocess.run([ouro_driver.OURO, "run", "/dev/zero"], capture_output=True,
                              text=True, preexec_fn=little)
        self.assertEqual((done.returncode, done.stderr), (2, "ouro: out of memory\n"))

    def test_folders_that_cannot_be_read(self):
        self.write("d/a.gct", LEAF)
        self.write("d/e/b.gct", LEAF)
        os.chmod(os.path.join(self.folder, "d", "e"), 0)
        self.addCleanup(os.chmod, os.path.join(self.folder, "d", "e"), 0o700)
        # Root can read everything, unless it is denied to override permissions.
        mere = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
        mere = mere if os.geteuid() == 0 else []
        if mere and subprocess.run([*mere, "true"], capture_output=True).returncode != 0:
            print("SKIPPED: root, and no setpriv that works", file=sys.stderr)
            self.skipTest("root, and no setpriv that works")
        for folder, inner in (("d", "d/e"), ("d/e", "d/e")):
            for command in ("run", "replay", "compare", "sweep"):
                done = subprocess.run([*mere, ouro_driver.OURO, command, folder], cwd=self.folder,
                                      capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout, done.stderr),
                                 (2, "", f"ouro: {inner}: Permission denied\n"))

    def test_files_that_may_not_grow(self):
        def small():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 14, 1 << 14))
        done = subprocess.run([ouro_driver.OURO, "campaign", "--seconds", "100"], cwd=self.folder,
                              capture_output=True, text=True, preexec_fn=small)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("File too large", done.stderr)


class LibraryTest(ouro_driver.OuroTest):
    """Libraries whose constructors misbehave."""

    def library(self, code):
        compiler = shutil.which("cc") or shutil.which("clang")
        if compiler is None:
            print("SKIPPED: no C compiler on PATH", file=sys.stderr)
            self.skipTest("no C compiler")
        self.write("a.c", "#include <stdlib.h>\n#include <stdio.h>\n#include <unistd.h>\n"
                          "#include <signal.h>\n"
                          f"__attribute__((constructor)) static void f(void) {{ {code}; }}\n")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", "a.so", "a.c"], cwd=self.folder,
                       check=True)
        return "lib:a.so"

    def test_constructors(self):
        self.write("a.gct", LEAF)
        for code, says in (("exit(0)", "ended the process with exit code 0"),
                           ("_exit(3)", "ended the process with exit code 3"),
                           ("abort()", "crashed with signal 6 (Aborted)"),
                           ('puts("raw\\033[31m"); fflush(stdout); raise(11)', "signal 11"),
                           ("if (fork() == 0) sleep(1000); _exit(0)", "exit code 0")):
            library = self.library(code)
            for command in (["run", "a.gct", "--specimen"], ["check-adapter"],
                            ["campaign", "--specimen"]):
                complaint = self.complaint(*command, library)
                self.assertIn(says, complaint)
                self.assertNotIn("\033", complaint)

    def test_a_constructor_that_hangs(self):
        self.write("a.gct", LEAF)
        self.assertIn("it hung for 10 s while it was loaded",
                      self.complaint("run", "a.gct", "--specimen", self.library("sleep(1000)")))


class StreamsTest(ouro_driver.OuroTest):

    def shell(self, command):
        done = subprocess.run(["sh", "-c", command.replace("ouro", ouro_driver.OURO, 1)],
                              cwd=self.folder, capture_output=True, text=True,
                              timeout=ouro_driver.SECONDS)
        return done.returncode, done.stdout, done.stderr

    def test_closed_standard_output(self):
        self.assertEqual(self.shell("ouro campaign --seconds 100 >&-"),
                         (2, "", "ouro: standard output cannot be written: it is closed\n"))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "ouro-out")))

    def test_other_closed_streams(self):
        self.write("a.gct", LOAD)
        self.assertEqual(self.shell("ouro run a.gct <&-")[0], 0)
        self.assertEqual(self.shell("ouro run a.gct 2>&-")[0], 0)
        self.assertIn("holds no program", self.shell("ouro run - <&-")[2])
        code, output, _ = self.shell("ouro run --specimen liar:load a.gct <&- 2>&-")
        self.assertEqual(code, 1)
        self.assertIn("broke the law load", output)

    def terminal(self, *arguments, **environment):
        """Runs it on a terminal. Returns what it wrote there."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        child = self.start(*arguments, stdout=slave, env={"TERM": "xterm", **environment})
        os.close(slave)
        text = b""
        while select.select([master], [], [], ouro_driver.SECONDS)[0]:
            try:
                text += os.read(master, 4096)
            except OSError:  # the end
                break
        child.wait(ouro_driver.SECONDS)
        return text.decode()

    def test_the_culprit_has_colour_on_a_terminal(self):
        self.write("a.gct", LOAD)
        run = ("run", "--specimen", "liar:load", "a.gct")
        culprit = [line for line in lines(self.terminal(*run)) if "<- here" in line][0]
        self.assertRegex(culprit, "^\033\\[.*<- here\033\\[0m$")
        self.assertNotIn("\033", self.terminal(*run, NO_COLOR="1"))
        self.assertNotIn("\033", self.terminal(*run, TERM="dumb"))
        self.assertNotIn("\033", self.ouro(*run, code=1)[0])


if __name__ == "__main__":
    ouro_driver.main()
