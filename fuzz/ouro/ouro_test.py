"""The command line, as its users meet it: every command, its errors, and its exit codes."""

import os
import re

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import lines

COMMANDS = ["campaign", "add", "merge", "encode", "decode", "run", "replay", "compare", "sweep",
            "exhaust", "check-adapter", "power", "shrink", "generate", "judge", "specimens",
            "contracts", "laws"]

LOAD = "r0 = node 2\nr0.0 = r0\nr1 = r0.0\n"  # what liar:load lies about
LEAF = "r0 = leaf\n"
LOAD_TRACE = "r0 = node 2\n> new 0\nr0.0 = r0\nr1 = r0.0\n> got 0\n---\n"
UNLAWFUL_TRACE = "r0 = leaf\n> new 0\n# held all the same\ncollect 2\n> free 0\n---\n"


def peer(script):
    """A specimen: a shell script that greets, and then does something else."""
    return f"process:cpython39:read l; echo '> hello sick 1.0'; echo ok; {script}"


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
            if ":" not in name and name != "cpython":
                self.ouro("run", "--specimen", name, "a.gct")

    def test_contracts(self):
        output, _ = self.ouro("contracts")
        names = re.findall(r"(?m)^\w+", output)
        self.assertEqual(names[:4], ["cpython26", "cpython27", "cpython34", "cpython39"])
        self.write("t", LOAD_TRACE)
        for name in names:
            self.ouro("judge", "--contract", name, "t")

    def test_every_law_has_its_liar(self):
        output, _ = self.ouro("laws")
        names = [line.split()[0] for line in lines(output)]
        self.assertGreater(len(names), 15)
        self.write("a.gct", "disable\n")  # nothing to lie about
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


class RunTest(ouro_driver.OuroTest):

    def test_lawful(self):
        self.write("a.gct", LOAD)
        for specimen in ("optimized", "naive"):
            output, errors = self.ouro("run", "--specimen", specimen, "a.gct")
            self.assertEqual(output, f"1 programs on {specimen}, 0 convicted\n")
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

    def test_trace_is_all_that_standard_output_holds(self):
        self.write("a.gct", LOAD)
        output, errors = self.ouro("run", "--trace", "a.gct")
        self.assertEqual(output, LOAD_TRACE)
        self.assertEqual(errors, "1 programs on optimized, 0 convicted\n")
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

    def test_paths_are_relative_to_where_the_user_stands(self):
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
        for text, count in ((LOAD_TRACE, 1), (LOAD_TRACE * 2, 2), ("---\n---\n", 2)):
            output, _ = self.ouro("judge", "--contract", "cpython39", "-", stdin=text)
            self.assertEqual(output, f"{count} traces, 0 unlawful\n")
        for text in ("", "# nothing\n"):
            self.assertIn("-: holds no trace",
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
        programs, _ = self.ouro("generate", "--seed", "5", "--count", "20")
        output, _ = self.ouro("run", "--specimen", specimen, "-", stdin=programs)
        self.assertEqual(output, f"20 programs on {specimen}, 0 convicted\n")


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

    def test_compare_shows_fates_on_all_that_are_here(self):
        self.write("a.gct", "r0 = node 0\nr1 = weak r0\nr0 = none\n")
        output, _ = self.ouro("compare", "a.gct")
        for name in ("optimized", "optimized-pep442", "naive"):
            self.assertRegex(output, rf"(?m)^{name} .*X3 .*lawful$")
        self.assertIn("no such file", self.complaint("compare", "nosuch").lower())

    def test_check_adapter(self):
        output, _ = self.ouro("check-adapter", "--programs", "100", "optimized")
        self.assertRegex(output, r"^optimized: all \d+ duties done, 100 random programs lawful\n$")
        output, _ = self.ouro("check-adapter", "liar:load", code=1)
        self.assertIn("not done: ", output)
        self.assertIn("look for ", output)
        self.assertIn("liar:load: NOT ALL DUTIES DONE: ", output)

    def test_sweep(self):
        self.write("a.gct", "r0 = node 0\nr1 = weak r0\nr0 = none\n")
        output, _ = self.ouro("sweep", "a.gct")
        self.assertRegex(output, r"^\d+ variations of 1 programs on optimized, 0 convicted\n$")
        bug = "planted:failed-weakref"
        self.ouro("run", "--specimen", bug, "a.gct")  # which the program alone does not find
        output, _ = self.ouro("sweep", "--specimen", bug, "a.gct", code=1)
        self.assertIn("a.gct with fail 1 before operation 2 of main: ", output)
        self.assertRegex(output, r"\n  \d+ x crashed with signal ")


class ExhaustTest(ouro_driver.OuroTest):

    def test_all_programs_of_three_operations(self):
        output, _ = self.ouro("exhaust", "--ops", "3")
        match = re.fullmatch(r"all (\d+) programs of 3 operations on optimized, .*: lawful\n",
                             output)
        self.assertTrue(match, output)
        one, _ = self.ouro("exhaust", "--ops", "3", "--workers", "1")
        self.assertIn(f"all {match[1]} programs of 3 operations on optimized, 1 worker in ", one)

    def test_finds_the_smallest_program(self):
        output, _ = self.ouro("exhaust", "--ops", "4", "--specimen", "planted:not-merged", code=1)
        self.assertRegex(output, r"all \d+ programs of 4 operations on .*: UNLAWFUL\n  \d+ x ")

    def test_stops_with_the_first_conviction(self):
        output, _ = self.ouro("exhaust", "--ops", "4", "--specimen", "liar:load", "--slots", "2",
                              "--stop-on-first", code=1)
        self.assertRegex(output, r"the first \d+ programs of 4 operations on liar:load, ")


class PowerTest(ouro_driver.OuroTest):

    MUTANTS = ["planted:map-last-slot", "liar:load"]

    def rows(self):
        return [line.split(",") for line in lines(self.read("out/power.csv"))]

    def test_table_log_and_plot(self):
        output, errors = self.ouro("power", "--seeds", "2", "--seconds", "5", "--out", "out",
                                   *self.MUTANTS)
        self.assertEqual(errors, "")
        self.assertRegex(output, r"\| +random +\| +uniform +\| +libfuzzer *\n")
        self.assertRegex(output, r"\nliar:load +\| +2/2 +\d+ +[\d.e-]+ +\| +2/2 ")
        self.assertRegex(output, r"\nplanted:map-last-slot +\| +2/2 ")
        self.assertRegex(output, r"\nrandom +2 of 2 mutants found, half of them in [\d.e-]+ s, "
                                 r"the slowest in [\d.e-]+ s \(")
        header, *rows = self.rows()
        self.assertEqual(",".join(header), "mutant,engine,seed,found,signature,programs,seconds")
        self.assertEqual([row[:3] for row in rows],
                         [[mutant, engine, seed] for seed in "12" for mutant in sorted(self.MUTANTS)
                          for engine in ("random", "uniform", "libfuzzer")])
        self.assertRegex(self.read("out/power.svg"), r"^<svg (.|\n)*random: 2 of 2(.|\n)*</svg>\n$")

    def test_goes_on_where_it_was_killed(self):
        once = ["power", "--seeds", "1", "--seconds", "5", "--engine", "random", "--out", "out"]
        self.ouro(*once, "liar:load")
        first = self.read("out/power.csv")
        self.write("out/power.csv", first + "planted:map-la")
        output, _ = self.ouro(*once, *self.MUTANTS)
        self.assertTrue(self.read("out/power.csv").startswith(first + "planted:map-last-slot,"))
        whole = self.read("out/power.csv")
        self.assertEqual(self.ouro(*once, *self.MUTANTS)[0], output)  # nothing is measured again
        self.assertEqual(self.read("out/power.csv"), whole)
        output, _ = self.ouro(*once, "--engine", "uniform", "liar:load")
        self.assertRegex(output, r"\nplanted:map-last-slot +\| +1/1 .*\| +- +- +-\n")

    def test_what_is_not_found_is_more_than_the_limit(self):
        output, _ = self.ouro("power", "--seeds", "1", "--seconds", "1", "--engine", "uniform",
                              "naive")
        self.assertRegex(output, r"\nnaive +\| +0/1 +>\d+ +>1\n")
        self.assertIn("uniform    0 of 1 mutants found, half of them in >1 s\n", output)

    def test_bad_input(self):
        power = ["power", "--engine", "random"]
        self.assertIn("there is no specimen", self.complaint(*power, "nosuch"))
        self.assertIn("No such file", self.complaint(*power, "nosuch.so"))
        self.write("bad.so", "no library")
        self.assertIn("bad.so", self.complaint(*power, "bad.so"))
        self.write("d/readme.txt", "no library")
        self.assertIn("d: holds no .so files", self.complaint(*power, "d"))
        self.assertIn('two mutants "naive"', self.complaint(*power, "naive", "naive"))
        self.write("out/power.csv", "dear diary\n")
        self.assertIn("out/power.csv: line 1: ", self.complaint(*power, "--out", "out", "naive"))
        self.complaint("power", "--engine", "nosuch", "naive")
        self.complaint("power", "--engine", "random", "--seconds", "0", "naive")


class PeerTest(ouro_driver.OuroTest):
    """Collectors in other processes that are missing, die, hang, or talk nonsense."""

    def run_on(self, specimen, code):
        self.write("a.gct", LOAD)
        return self.ouro("run", "--specimen", specimen, "a.gct", code=code)

    def test_missing(self):
        self.write("a.gct", LOAD)
        self.assertIn("cannot be started: No such file",
                      self.complaint("run", "--specimen", "cpython:/nonexistent", "a.gct"))
        self.assertIn("python3 cannot be started: No such file",
                      self.complaint("run", "--specimen", "cpython", "a.gct",
                                     env={"PATH": "/nonexistent"}))
        output, _ = self.ouro("replay", "a.gct", env={"PATH": "/nonexistent"})
        self.assertIn("left out: cpython: python3 cannot be started", output)

    def test_dies_before_it_greets(self):
        self.write("a.gct", LOAD)
        self.assertIn("exited with status 1 after `hello`",
                      self.complaint("run", "--specimen", "process:cpython39:false", "a.gct"))
        self.assertIn("exited with status 127",
                      self.complaint("run", "--specimen", "process:cpython39:no-such", "a.gct"))

    def test_says_something_else_than_hello(self):
        self.write("a.gct", LOAD)
        self.assertIn('did not greet after `hello`: "hi"',
                      self.complaint("run", "--specimen", "process:cpython39:echo hi", "a.gct"))

    def test_dies_later(self):
        output, _ = self.run_on(peer("read l; exit 7"), 1)
        self.assertIn("is broken: sick exited with status 7 after `r0 = node 2`", output)
        output, _ = self.run_on(peer("read l; kill -SEGV $$"), 1)
        self.assertIn("is broken: sick died of signal 11 (Segmentation fault)", output)

    def test_talks_nonsense(self):
        output, _ = self.run_on(peer("read l; echo '> new zero'; cat >/dev/null"), 1)
        self.assertIn("is broken: sick talked nonsense after `r0 = node 2`", output)
        output, _ = self.run_on(peer("read l; head -c 100000 /dev/zero; cat >/dev/null"), 1)
        self.assertIn("is broken: sick ", output)
        output, _ = self.run_on(peer("yes '> new 0'"), 1)
        self.assertIn("sick", output)

    def test_breaks_a_law(self):
        output, _ = self.run_on(peer("read l; echo '> new 0'; echo '> free 0'; echo ok; read l"), 1)
        self.assertIn("broke the law no-free-while-held", output)

    def test_a_crash_can_be_shrunk(self):
        self.write("a.gct", LEAF + LOAD)
        output, errors = self.ouro("shrink", "--specimen", peer("read l; exit 7"), "a.gct", code=1)
        for line in ("signature: sick exited with status 7", "stability: 3/3"):
            self.assertIn(f"\n# {line}\n", output)
        self.assertIn("  shrunk from 4 operations to 1, ", errors)

    def test_hang_is_bounded(self):
        self.write("a.gct", LOAD)
        mute = self.start("run", "--specimen", "process:cpython39:sleep 100", "a.gct")
        stuck = self.start("run", "--specimen", peer("read l; sleep 100"), "a.gct")
        _, errors = mute.communicate(timeout=ouro_driver.SECONDS)
        self.assertEqual(mute.returncode, 2)
        self.assertIn("hung after `hello`: no answer in ", errors)
        output, _ = stuck.communicate(timeout=ouro_driver.SECONDS)
        self.assertEqual(stuck.returncode, 1)
        self.assertIn("is broken: sick hung after `r0 = node 2`: no answer in ", output)


if __name__ == "__main__":
    ouro_driver.main()
