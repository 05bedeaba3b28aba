# SPDX-License-Identifier: Apache-2.0
"""tools/mutate: which mutants there are of a small source, the schema that holds them, what becomes
of those that do not compile, and a campaign that is killed.

Place: beside tools/mutate. What a campaign says of the heap and the judge is in survivors.md.
"""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent / "mutate"
sys.dont_write_bytecode = True
sys.path.insert(0, str(FOLDER))
import campaign  # noqa: E402
import operators  # noqa: E402
import report  # noqa: E402
import schema  # noqa: E402

SOURCE = """// A comment: a < b.
enum class Color { kRed, kBlue };
constexpr int kConstant = 1;  // has to be a constant
struct Cell {
  int size = 2;
};
bool Less(int a, int b) {
  if (a < b && !Odd(b)) return true;
  return Less(b, a);
}
void Count(Cell& cell, Color color) {
  const int step = color == Color::kRed ? 1 : cell.size;
  cell.size += step;  // "text"
  for (int i = 0; i < step; ++i) {
    if (i == 3) break;
    cell.size = i;
    Print("a < b");
  }
}
"""
# Line, function, kind, what it is and what it becomes.
MUTANTS = """\
5 (members) constant: 2 -> 1
5 (members) constant: 2 -> 3
8 Less condition: a < b && !Odd(b) -> (a < b) || (!Odd(b))
8 Less dropped condition: a < b && !Odd(b) -> !Odd(b)
8 Less dropped condition: a < b && !Odd(b) -> a < b
8 Less negation: a < b && !Odd(b) -> !(a < b && !Odd(b))
8 Less bound: a < b -> a <= b
8 Less bound: a < b -> a >= b
8 Less negation: !Odd(b) -> Odd(b)
8 Less returned value: return true; -> return false;
8 Less constant: true -> false
9 Less returned value: return Less(b, a); -> return false;
9 Less returned value: return Less(b, a); -> return true;
9 Less swapped arguments: Less(b, a) -> Less(a, b)
11 Count emptied function: { -> return;
12 Count comparison: color == Color::kRed -> color != Color::kRed
12 Count enumerator: Color::kRed -> Color::kBlue
12 Count constant: 1 -> 0
12 Count constant: 1 -> 2
13 Count dropped statement: cell.size += step; -> 
13 Count arithmetic: cell.size += step -> cell.size -= step
14 Count constant: 0 -> 1
14 Count bound: i < step -> i <= step
14 Count bound: i < step -> i >= step
14 Count step: ++i -> --i
15 Count comparison: i == 3 -> i != 3
15 Count constant: 3 -> 2
15 Count constant: 3 -> 4
15 Count dropped exit: break; -> 
16 Count swapped: cell.size = i; Print("a < b"); -> Print("a < b"); cell.size = i;
16 Count dropped statement: cell.size = i; -> 
17 Count dropped statement: Print("a < b"); -> 
"""
# The same at once, of the last two statements and two lines before.
SCHEMA = """\
    if ((OURO_M(1) ? (i != 3) : (i == (OURO_M(2) ? (2) : ((OURO_M(3) ? (4) : (3))))))) \
{ if (OURO_M(4)) {  } else { break; } }
    { if (OURO_M(5)) { Print("a < b"); } } { if (OURO_M(6)) {  } else { cell.size = i; } }
    if (!OURO_M(5)) { { if (OURO_M(7)) {  } else { Print("a < b"); } } }
"""
PROGRAM = """#include <cstdio>
int Sum(int n) {
  int sum = 0;
  for (int i = 1; i <= n; ++i) sum += i;
  return sum;
}
int main() { std::printf("%d", Sum(3)); }
"""


def find(text):
    finder = operators.Finder("a.cc", text, operators.enumerators([text]), {})
    return finder.find()


class FinderTest(unittest.TestCase):
    def test_mutants(self):
        found = "".join(f"{m.line} {m.function} {m.kind}: {m.old} -> {m.new}\n"
                        for m in find(SOURCE))
        self.maxDiff = None
        self.assertEqual(found, MUTANTS)

    def test_keys_are_unique_and_survive_changes_elsewhere(self):
        keys = [m.key for m in find(SOURCE)]
        self.assertEqual(len(keys), len(set(keys)))
        changed = SOURCE.replace("constexpr int", "\n\n// More.\nconstexpr int")
        self.assertEqual(keys, [m.key for m in find(changed)])


class SchemaTest(unittest.TestCase):
    def test_text(self):
        mutants = [m for m in find(SOURCE) if m.line >= 15]
        text = schema.write(SOURCE, mutants, {m.key: n for n, m in enumerate(mutants, 1)})
        self.maxDiff = None
        self.assertEqual("\n".join(text.split("\n")[14:17]) + "\n", SCHEMA)
        self.assertEqual(text.count("\n"), SOURCE.count("\n"))

    def test_each_number_chooses_one(self):
        mutants = find(PROGRAM)
        numbers = {m.key: n for n, m in enumerate(mutants, 1)}
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "schema.h").write_text(schema.HEADER)
            (folder / "runtime.cc").write_text(schema.RUNTIME)
            (folder / "a.cc").write_text(schema.write(PROGRAM, mutants, numbers))
            subprocess.run(["clang++", "-std=c++20", "-w", "-include", "schema.h", "a.cc",
                            "runtime.cc", f"-DOURO_MUTANTS={len(mutants)}", "-o", "a"],
                           cwd=folder, check=True)

            def printed(number):
                return subprocess.run([folder / "a"], env={"OURO_MUTANT": str(number)},
                                      capture_output=True, text=True, timeout=30,
                                      check=True).stdout
            self.assertEqual(printed(0), "6")
            wanted = {"i <= n -> i < n": "3", "sum += i -> sum -= i": "-6", "1 -> 2": "5",
                      "return sum; -> return {};": "0", "0 -> 1": "7"}
            for m in mutants:
                result = wanted.pop(f"{m.old} -> {m.new}", None)
                if result is not None:
                    self.assertEqual(printed(numbers[m.key]), result, m)
            self.assertEqual(wanted, {})


class RefusalTest(unittest.TestCase):
    """A compiler refuses some mutants."""

    def setUp(self):
        self.mutants = find(SOURCE)
        self.bad = {self.mutants[3].key, self.mutants[17].key}
        self.compiled = 0

    def accepted(self, blame):
        def compile_schema(mutants):
            self.compiled += 1
            bad = {m.key for m in mutants} & self.bad
            return blame(bad) if bad else None
        return [m.key for m in schema.accepted(self.mutants, compile_schema)]

    def test_it_says_which(self):
        good = [m.key for m in self.mutants if m.key not in self.bad]
        self.assertEqual(self.accepted(lambda bad: bad), good)
        self.assertEqual(self.compiled, 2)

    def test_it_says_nothing(self):
        good = [m.key for m in self.mutants if m.key not in self.bad]
        self.assertEqual(self.accepted(lambda bad: set()), good)
        self.assertLess(self.compiled, len(self.mutants))

    def test_who_is_blamed(self):
        text = "int x;\n  f((OURO_M(7) ? (a + b) : ((OURO_M(8) ? (c) : (d)))));\n"
        column = text.split("\n")[1].index("a + b") + 3
        self.assertEqual(schema.blamed(text, {(2, column)}), {7})
        self.assertEqual(schema.blamed(text, {(2, len(text) - 9)}), {8})
        self.assertEqual(schema.blamed(text, {(1, 1)}), set())


# Runs a campaign over SOURCE in the folder that it is given. Each mutant takes 0.05 s, and notes
# itself; every third is killed.
CAMPAIGN = """
import pathlib, sys
sys.dont_write_bytecode = True
sys.path[:0] = [{folder!r}, {tests!r}]
import campaign, mutate_test
out = pathlib.Path(sys.argv[1])
mutants = mutate_test.find(mutate_test.SOURCE)
command = "echo $OURO_MUTANT >> tried; sleep 0.05; exit $(( OURO_MUTANT % 3 == 0 ))"
step = campaign.Step("step", ["sh", "-c", command], out, reached=bytes([1] * 99))
numbers = {{m.key: n for n, m in enumerate(mutants, 1)}}
campaign.run(mutants, numbers, [step], campaign.Results(out / "results.jsonl"))
"""


class CampaignTest(unittest.TestCase):
    def test_resumes(self):
        script = CAMPAIGN.format(folder=str(FOLDER), tests=str(FOLDER.parent))
        mutants = find(SOURCE)
        with tempfile.TemporaryDirectory() as name:
            results = pathlib.Path(name) / "results.jsonl"
            command = [sys.executable, "-c", script, name]
            process = subprocess.Popen(command, start_new_session=True)
            deadline = time.monotonic() + 30
            while not results.exists() or results.read_bytes().count(b"\n") < 5:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            done = results.read_bytes().count(b"\n")
            self.assertLess(done, len(mutants))
            with open(results, "ab") as file:
                file.write(b'{"key": "half of a li')  # what a write that was torn leaves
            subprocess.run(command, check=True, timeout=30)
            lines = [json.loads(line) for line in results.read_text().splitlines()]
            self.assertEqual([r["key"] for r in lines], [m.key for m in mutants])
            tried = (pathlib.Path(name) / "tried").read_text().split()
        self.assertEqual(tried.count("1"), 1)
        self.assertLessEqual(len(tried), len(mutants) + 1)  # the one at hand once more
        killed = [n for n, r in enumerate(lines, 1) if r["by"] == "step"]
        self.assertEqual(killed, list(range(3, len(mutants) + 1, 3)))

    def test_one_that_hangs_is_killed(self):
        step = campaign.Step("loop", ["sh", "-c", "sleep 60 & wait"])
        self.assertIsNone(campaign.execute(step, 1, 0.2))

    def test_report(self):
        mutants = find(SOURCE)
        results = [{**dataclasses.asdict(m), "by": "" if n else "step", "how": "", "seconds": 1}
                   for n, m in enumerate(mutants[2:4])]
        text = report.report("heap", results, mutants, {mutants[0].key})
        self.assertIn("| `a.cc` | 32 | 1 | 2 | 1 | 1 | 50.0 % |", text)
        self.assertIn("| a.cc:8 | `Less` | dropped condition | `a < b && !Odd(b)` | `!Odd(b)` |",
                      text)


if __name__ == "__main__":
    unittest.main()
