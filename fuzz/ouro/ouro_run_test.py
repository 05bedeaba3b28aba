# SPDX-License-Identifier: Apache-2.0

"""`ouro run`, `judge` and `generate`, alone and as a pipe."""

import os
import subprocess

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import LEAF, LOAD, LOAD_TRACE, lines

UNLAWFUL_TRACE = "r0 = leaf\n> new 0\n# the object is still referenced\ncollect 2\n> free 0\n---\n"


class RunTest(ouro_driver.OuroTest):

    def test_lawful(self):
        self.write("a.gct", LOAD)
        for specimen in ("optimized", "naive"):
            output, errors = self.ouro("run", "--specimen", specimen, "a.gct")
            self.assertEqual(output, f"1 program on {specimen}, 0 convicted\n")
            self.assertEqual(errors, "")

    def test_convicted(self):
        self.write("a.gct", LEAF + "---\n" + LOAD)
        output, errors = self.ouro("run", "--specimen", "liar:load", "a.gct", code=1)
        self.assertEqual(lines(output)[0],
                         "a.gct program 2: liar:load broke the law load")
        self.assertIn("> got none      # <- here\n", output)
        self.assertIn("  lawful here: ", output)
        self.assertEqual(lines(output)[-1], "2 programs on liar:load, 1 convicted")
        self.assertEqual(errors, "")

    def test_standard_output_contains_only_traces(self):
        self.write("a.gct", LOAD)
        output, errors = self.ouro("run", "--trace", "a.gct")
        self.assertEqual(output, LOAD_TRACE)
        self.assertEqual(errors, "1 program on optimized, 0 convicted\n")
        output, errors = self.ouro("run", "--trace", "--specimen", "liar:load", "a.gct", code=1)
        self.assertTrue(output.endswith("> got none      # <- here\n---\n"))
        self.assertIn("broke the law load", errors)

    def test_folders_standard_input_and_several_files(self):
        self.write("d/a.gct", LOAD)
        self.write("d/e/b.gct", LEAF)
        self.write("d/readme.txt", "not a program")
        output, _ = self.ouro("run", "d", "d/a.gct", "-", stdin=LEAF + "---\n" + LEAF)
        self.assertEqual(output, "5 programs on optimized, 0 convicted\n")

    def test_bad_input(self):
        self.write("a.gct", "main:\n" + 5 * "  r0 = leaf\n" + "  r0 = lief\n")
        self.assertIn("ouro: a.gct: line 7: ", self.complaint("run", "a.gct"))
        self.assertIn("ouro: -: line 1: ", self.complaint("run", "-", stdin="\0\1\2\n"))
        self.assertIn("nosuch.gct: No such file", self.complaint("run", "nosuch.gct"))
        os.mkdir(os.path.join(self.folder, "empty"))
        self.assertIn("empty: holds no .gct files", self.complaint("run", "empty"))
        self.assertIn("a.gct/b: Not a directory", self.complaint("run", "a.gct/b"))

    def test_input_that_cannot_be_read(self):
        folder = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, folder)
        child = self.start("run", "-", stdin=folder)
        self.assertEqual(child.wait(ouro_driver.SECONDS), 2)
        self.assertIn("-: Is a directory", child.stderr.read())

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            for arguments in (["laws"], ["generate", "--count", "3000"]):
                child = self.start(*arguments, stdout=full)
                self.assertEqual(child.wait(ouro_driver.SECONDS), 2)
                self.assertEqual(child.stderr.read(),
                                 "ouro: standard output cannot be written\n")

    def test_paths_are_relative_to_the_working_folder(self):
        self.write("here/a.gct", LOAD)
        here = os.path.join(self.folder, "here")
        env = {"BUILD_WORKING_DIRECTORY": here}
        self.ouro("run", "a.gct", cwd="/", env=env)
        self.ouro("run", os.path.join(here, "a.gct"), cwd="/", env=env)
        self.ouro("run", ".", cwd="/", env=env)
        self.write("here/t", LOAD_TRACE)
        self.ouro("judge", "--contract", "cpython26", "t", cwd="/", env=env)
        self.assertIn("b.gct: No such", self.complaint("run", "b.gct", env=env))
        self.write("here/sick.sh", "read l; echo '> hello sick 1.0'; echo ok")
        self.ouro("run", "--specimen", "process:lua:sh sick.sh", "a.gct", cwd="/", env=env, code=1)


class JudgeTest(ouro_driver.OuroTest):

    def test_verdicts(self):
        self.write("t", LOAD_TRACE + UNLAWFUL_TRACE + LOAD_TRACE)
        output, errors = self.ouro("judge", "--contract", "cpython26", "t", code=1)
        self.assertEqual(lines(output)[0], "t:11: broke the law no-free-while-held")
        self.assertIn("#0 was freed while", lines(output)[1])
        self.assertTrue(lines(output)[2].startswith("  lawful here: "))
        self.assertEqual(lines(output)[-1], "3 traces, 1 unlawful")
        self.assertEqual(errors, "")

    def test_lawful_and_empty(self):
        for text, count in ((LOAD_TRACE, "1 trace"), (LOAD_TRACE * 2, "2 traces"),
                            ("---\n---\n", "2 traces")):
            output, _ = self.ouro("judge", "--contract", "cpython39", "-", stdin=text)
            self.assertEqual(output, f"{count}, 0 unlawful\n")
        for text in ("", "# nothing\n"):
            self.assertIn("-: contains no trace",
                          self.complaint("judge", "--contract", "cpython39", "-", stdin=text))

    def test_bad_input(self):
        self.write("t", LOAD_TRACE + "> nonsense\n")
        self.assertIn("ouro: t: line 7: ", self.complaint("judge", "--contract", "cpython26", "t"))
        self.assertIn("nosuch: No such file",
                      self.complaint("judge", "--contract", "cpython26", "nosuch"))
        self.assertIn(".: is a folder", self.complaint("judge", "--contract", "cpython26", "."))


class PipeTest(ouro_driver.OuroTest):

    def test_generate_run_judge(self):
        for specimen, contract, options in (("optimized", "cpython26", []),
                                            ("optimized-27", "cpython27", ["--uniform"]),
                                            ("naive-pep442", "cpython39", ["--ops", "1"]),
                                            ("optimized-pep442", "cpython39", [])):
            programs, _ = self.ouro("generate", "--seed", "5", "--count", "60", *options)
            traces, _ = self.ouro("run", "--trace", "--specimen", specimen, "-", stdin=programs)
            self.assertEqual(lines(traces).count("---"), 60)
            verdict, _ = self.ouro("judge", "--contract", contract, "-", stdin=traces)
            self.assertEqual(lines(verdict)[-1], "60 traces, 0 unlawful")

    def test_many_programs_give_what_each_gives_alone(self):
        programs, _ = self.ouro("generate", "--seed", "5", "--count", "25")
        for specimen in ("planted:map-last-slot", "planted:failed-weakref", "optimized"):
            code = 0 if specimen == "optimized" else 1
            command = ("run", "--trace", "--specimen", specimen, "-")
            alone = [subprocess.run([ouro_driver.OURO, *command], input=program, text=True,
                                    capture_output=True, timeout=ouro_driver.SECONDS)
                     for program in programs.split("---\n")]
            together, errors = self.ouro(*command, code=code, stdin=programs)
            self.assertEqual(together, "".join(one.stdout for one in alone))
            unlawful = sum(one.returncode for one in alone)
            self.assertEqual(unlawful > 0, code == 1)
            self.assertEqual(lines(errors)[-1], f"25 programs on {specimen}, {unlawful} convicted")
            for one in alone:
                report = one.stderr[:one.stderr.rindex("1 program on")].replace("-: ", "", 1)
                self.assertIn(report, errors)

    def test_generate_is_deterministic(self):
        one, _ = self.ouro("generate", "--seed", "9", "--count", "5")
        self.assertEqual(self.ouro("generate", "--seed", "9", "--count", "5")[0], one)
        self.assertTrue(one.startswith(self.ouro("generate", "--seed", "9")[0]))
        self.assertNotEqual(self.ouro("generate", "--seed", "10", "--count", "5")[0], one)
        self.assertEqual(lines(one).count("---"), 4)

    def test_generate_ops(self):
        for ops in (1, 40, 200):
            program, _ = self.ouro("generate", "--ops", str(ops))
            text = program.split("main:\n")[-1]
            self.assertGreaterEqual(len(lines(text)), ops)
            self.assertLess(len(lines(text)), ops + 30)

    def test_cpython(self):
        specimen = self.cpython()
        # One program in 400 shows a bug of CPython, and so does one of seed 5 (gh-91636).
        programs, _ = self.ouro("generate", "--seed", "7", "--count", "20")
        output, _ = self.ouro("run", "--specimen", specimen, "-", stdin=programs)
        self.assertEqual(output, f"20 programs on {specimen}, 0 convicted\n")


if __name__ == "__main__":
    ouro_driver.main()
