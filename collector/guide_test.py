# SPDX-License-Identifier: Apache-2.0

"""Runs the commands of GUIDE.md in order, as a reader would, and compares their output with it.

Place: beside the guide. It reads these blocks of it:
  console   commands after `$ `, each with its output. A line `...` stands for any lines. Campaigns
            run for a few seconds only, and their times and counts are not compared.
  c         excerpts of the example in C.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from fuzz.testing import console, ouro_driver

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
HERE = os.path.join(ROOT, "collector")
CAMPAIGN_SECONDS = 2
SECONDS = 240  # for all commands: far more than they take, so that a hang is a failure
READER = "/home/you"  # where the reader of the guide begins
DONE = "==== done, exit code "
EXAMPLES = ["examples/c/toy_adapter.c", "examples/c/toy_gc.c"]

# The mistakes of the table: its first words, the right text of toy.py, the wrong one.
MISTAKES = [
    ("output is not flushed", "print(line, flush=True)", "print(line)"),
    ("a reset does not restart", "        self.born = 0\n",
     "        self.born = getattr(self, 'born', 0)\n"),
    ("`collect` does nothing", r'say(f"> {line}\n> done 0")', "pass"),
    ("an assignment releases the old value first",
     "        if value is not None:\n            value.count += 1\n"
     "        old, holder[key] = holder[key], value\n        self.release(old)\n",
     "        self.release(holder[key])\n        holder[key] = value\n"
     "        if value is not None:\n            value.count += 1\n"),
    ("a death does not release the last slot", "range(len(thing.slots))",
     "range(len(thing.slots) - 1)"),
    ("a weak reference keeps", "self.target = target",
     "self.target = target\n        if target is not None:\n            target.count += 1"),
    ("an object is freed although", "            thing.count = 1", "            thing.count = 0"),
    ("`self` is lost", '        self.registers["self"] = outer\n',
     '        self.registers["self"] = None\n'),
    ("a finalizer's exception", ' + (" raised" if how == "raise" else "")', ""),
    ("the contract is the wrong one", "", ""),
]


def read(path):
    with open(os.path.join(HERE, path)) as file:
        return file.read()


def blocks(language):
    return console.blocks(read("GUIDE.md"), language)


class GuideTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        tools = os.path.join(cls.folder, "tools")
        os.mkdir(tools)
        os.symlink(os.path.realpath(ouro_driver.OURO), os.path.join(tools, "ouro"))
        os.symlink(sys.executable, os.path.join(tools, "python3"))
        for name, other in (("cc", "clang"), ("c++", "clang++")):
            if shutil.which(name) is None and shutil.which(other) is not None:
                os.symlink(shutil.which(other), os.path.join(tools, name))
        cls.environment = {**os.environ, "OUROBOROS": ROOT,
                           "PATH": tools + ":" + os.environ["PATH"]}
        for name in ("BUILD_WORKING_DIRECTORY", "PYTHONUNBUFFERED"):
            cls.environment.pop(name, None)
        # One of them takes ten seconds: the other tests run meanwhile.
        pool = concurrent.futures.ThreadPoolExecutor(3)
        cls.addClassCleanup(pool.shutdown)
        cls.mistakes = [pool.submit(cls.make, i) for i in range(len(MISTAKES))]

    @classmethod
    def run_shell(cls, script):
        return subprocess.run(["bash"], input=script, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, cwd=cls.folder,
                              env=cls.environment, timeout=SECONDS).stdout

    @classmethod
    def make(cls, number):
        """Makes a mistake. Returns what `check-adapter` says."""
        _, right, wrong = MISTAKES[number]
        text = read("examples/protocol/toy.py")
        with open(os.path.join(cls.folder, f"mistake{number}.py"), "w") as file:
            file.write(text.replace(right, wrong) if right else text)
        contract = "perl" if right else "lua"
        return cls.run_shell(f"ouro check-adapter 'process:{contract}:python3 mistake{number}.py'")

    def test_commands_print_what_it_says(self):
        if shutil.which("cc", path=self.environment["PATH"]) is None:
            print("SKIPPED: no C compiler on PATH", file=sys.stderr)
            self.skipTest("no C compiler")
        steps = [step for block in blocks("console") for step in console.commands(block)]
        self.assertGreater(len(steps), 20)
        script = ""
        for command, _ in steps:
            short = re.sub(r"--seconds \d+", f"--seconds {CAMPAIGN_SECONDS}", command)
            script += f"{short}\necho \"{DONE}$?\"\n"
        outputs = re.split(rf"{DONE}(\d+)\n", self.run_shell(script))
        self.assertEqual(len(outputs), 2 * len(steps) + 1, outputs[-1])
        for i, (command, expected) in enumerate(steps):
            here = outputs[2 * i].replace(os.path.realpath(self.folder), READER)
            printed, code = here.splitlines(), int(outputs[2 * i + 1])
            with self.subTest(command):
                self.assertTrue(console.matches(console.comparable(command, expected),
                                        console.comparable(command, printed)),
                                "\n".join(["it printed:", *printed]))
                text = "\n".join(expected)
                wanted = 2 if text.startswith("ouro: ") else "unlawful" in text or "broke" in text
                self.assertEqual(code, int(wanted or "shrunk" in text or "acts as if" in text))

    def test_it_begins_in_a_way_that_lasts(self):
        first = re.search(r"(?ms)^## Before you begin$.*?^```\n(.*?)^```$", read("GUIDE.md"))[1]
        setup, *rest = first.splitlines()
        self.assertEqual(setup, "tools/setup && bazel build //:ouro")
        place = os.path.join(self.folder, "checkout")
        for config in ("fast", "opt"):
            os.makedirs(os.path.join(place, config, "fuzz/ouro"))
        os.symlink(os.path.realpath(ouro_driver.OURO), os.path.join(place, "fast/fuzz/ouro/ouro"))
        os.symlink("fast", os.path.join(place, "bazel-bin"))
        # Bazel builds something else.
        script = "\n".join([*rest, "rm bazel-bin; ln -s opt bazel-bin", "ouro laws",
                            "test $OUROBOROS = $PWD && echo done"])
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=place)
        self.assertIn("no-free-while-held", done.stdout, done.stderr)
        self.assertTrue(done.stdout.endswith("done\n"), done.stdout)

    def test_a_case_that_crashes_is_shown(self):
        if shutil.which("cc", path=self.environment["PATH"]) is None:
            self.skipTest("no C compiler")
        right = "static void leaf(void* gc, int dest) { node(gc, dest, 0, false); }"
        adapter = read("examples/c/toy_adapter.c")
        self.assertIn(right, adapter)
        crashing = os.path.join(self.folder, "crashing.c")
        with open(crashing, "w") as file:
            file.write(adapter.replace(right, right.replace("{", "{ __builtin_trap();")))
        output = self.run_shell(
            "cc -shared -fPIC -I$OUROBOROS/collector -I$OUROBOROS/collector/examples/c "
            "-o crashing.so crashing.c $OUROBOROS/collector/examples/c/toy_gc.c\n"
            "ouro check-adapter lib:crashing.so; echo code $?")
        first = output.split("failed: ")[1]
        self.assertTrue(first.startswith("the birth of a leaf is reported\n"), output)
        self.assertIn("crashed with signal 4", first)
        # As the trace up to its end or, where there is none, as the program.
        self.assertRegex(first, r"\n *r0 = leaf\b")
        self.assertRegex(output, r"lib:\S*/crashing.so: CONFORMANCE CASES FAILED: ")
        self.assertIn("suspect the adapter first, then the contract ", output)
        self.assertTrue(output.endswith("code 1\n"), output)

    def test_excerpts_are_excerpts(self):
        texts = [read(path) for path in EXAMPLES]
        self.assertEqual(len(blocks("c")), 2)
        for block in blocks("c"):
            self.assertTrue(any(block in text for text in texts), block)

    def test_fields_are_those_of_contracts(self):
        listed = subprocess.run([ouro_driver.OURO, "contracts"], capture_output=True, text=True)
        table = dict(re.findall(r"(?m)^\| `([a-z]+)` \| [^|]* \| ([^|]*) \|$", read("GUIDE.md")))
        fields = re.findall(r"(?m)^ +([a-z]+)=([-\w]+): ", listed.stdout)
        self.assertEqual({name for name, _ in fields}, set(table))
        for name, value in fields:
            self.assertIn(f"`{value}`" if not value.isdigit() else "` ...", table[name], name)

    def test_mistakes_are_called_what_it_says(self):
        rows = re.findall(r"(?m)^\| (.*) \| (`.*`) \|$",
                          read("GUIDE.md").split("## Mistakes that adapters make")[1])
        self.assertEqual(len(rows), len(MISTAKES))
        for (mistake, says), (words, right, _), made in zip(rows, MISTAKES, self.mistakes):
            with self.subTest(mistake):
                self.assertTrue(mistake.startswith(words))
                self.assertIn(right, read("examples/protocol/toy.py"))
                first = made.result().split("\nfailed: ")[0]
                for part in re.findall(r"`` ?(.*?) ?``|`([^`]+)`", says):
                    self.assertIn("".join(part), first)


class ExamplesTest(unittest.TestCase):
    """The examples as Bazel builds them, with more programs than the guide has patience for."""

    PROGRAMS = "5000"

    def check(self, library):
        path = os.path.join(HERE, library)
        done = subprocess.run(
            [ouro_driver.OURO, "check-adapter", "--seed", "51", "--programs", self.PROGRAMS,
             "lib:" + path],
            capture_output=True, text=True)
        return done.stdout.replace(path, "toy.so"), done.returncode

    def test_sound_ones_are_lawful(self):
        for library in ("examples/c/toy_gc.so", "examples/cpp/toy_cpp.so"):
            output, code = self.check(library)
            self.assertEqual(code, 0, output)
            self.assertIn(f"{self.PROGRAMS} random programs lawful", output)

    def test_the_first_version_is_convicted_as_the_guide_shows(self):
        output, code = self.check("examples/c/toy_gc_first.so")
        self.assertEqual(code, 1)
        output = output.replace(self.PROGRAMS, "2000").replace("lib:toy.so",
                                                               f"lib:{READER}/toy/toy.so")
        self.assertIn("free 1      # <- here", output)
        self.assertIn(output, read("GUIDE.md"))


class SelfTest(unittest.TestCase):

    def test_matches(self):
        for expected, printed, same in (("", "", True), ("a b", "a b", True), ("a", "a b", False),
                                        ("a b", "a", False), ("... b", "a a b", True),
                                        ("a ...", "a", True), ("a ... c", "a b", False)):
            self.assertEqual(console.matches(expected.split(), printed.split()), same, expected)

    def test_commands(self):
        self.assertEqual(list(console.commands("$ a\n$ cat <<'E'\n$ x\nE\nb\n...\n")),
                         [("a", []), ("cat <<'E'\n$ x\nE", ["b", "..."])])


if __name__ == "__main__":
    unittest.main()
