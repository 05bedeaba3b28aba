# SPDX-License-Identifier: Apache-2.0
"""tools/coverage, as far as no build is needed: what is counted, the sums, and whether processes
that end in any way leave their counts with the options of .bazelrc.

Place: beside tools/coverage.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import llvm
from load_script import load_script

coverage = load_script("coverage")

# Each function is executed by a process of another end. The third writes nothing when it exits.
PROGRAM = """
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
int Exit(int x) {
  return x + 1;
}
int UnderscoreExit(int x) {
  return x + 1;
}
int Killed(int x) {
  return x + 1;
}
int Never(int x) {
  return x + 1;
}
int main(int argc, char**) {
  if (fork() == 0) _exit(UnderscoreExit(argc) - argc - 1);
  wait(nullptr);
  if (fork() == 0) raise(Killed(argc) > 0 ? SIGKILL : 0);
  wait(nullptr);
  return Exit(argc) > 100 ? Never(argc) : 0;
}
"""


def options():
    """What --config=coverage adds for the compiler and the linker."""
    text = (coverage.ROOT / ".bazelrc").read_text()
    lines = re.findall(r"(?m)^build:coverage (.*)$", text)
    return [re.sub(r"^--(?:copt|linkopt)=", "", word) for line in lines for word in line.split()
            if word.startswith(("--copt=", "--linkopt="))]


def summary(covered, count):
    return {kind: {"covered": covered, "count": count} for kind in coverage.KINDS}


class CoverageTest(unittest.TestCase):

    def test_what_is_measured(self):
        for path in ("model/program.cc", "collector/heap/heap.h", "collector/examples/c/toy_gc.c",
                     "fuzz/ouro/ouro.cc"):
            self.assertTrue(coverage.measured(path), path)
        for path in ("model/program_test.cc", "model/testing/counting_collector.h",
                     "bazel-out/k8-fastbuild-coverage/bin/collector/planted/unguarded.cc",
                     "properties/mutants/x.cc", "external/fmt/fmt/format.h",
                     "/usr/include/fmt/format.h"):
            self.assertFalse(coverage.measured(path), path)

    def test_sums(self):
        sums = coverage.by_folder({"a/x.cc": summary(1, 4), "a/y.cc": summary(2, 2),
                                   "b/z.cc": summary(0, 0)})
        self.assertEqual(sums["a"]["lines"], [3, 6])
        self.assertEqual(sums[""], {"lines": [3, 6], "functions": [3, 6], "branches": [3, 6],
                                    "files": 3})
        self.assertEqual([re.split(r"  +", line) for line in coverage.table(sums)], [
            ["folder", "files", "lines", "executed", "functions", "branches"],
            ["a", "2", "6", "50.0 %", "50.0 %", "50.0 %"],
            ["b", "1", "0", "-", "-", "-", ""],
            ["total", "3", "6", "50.0 %", "50.0 %", "50.0 %"]])

    def test_every_end_of_a_process_is_counted(self):
        if shutil.which("clang++") is None:
            self.skipTest("no clang here")
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "ends.cc").write_text(PROGRAM)
            (folder / "raw").mkdir()
            subprocess.run(["clang++", *options(), "ends.cc", "-o", "ends"], cwd=folder, check=True)
            subprocess.run([folder / "ends"], check=True, cwd="/",
                           env={"LLVM_PROFILE_FILE": f"{folder}/raw/%m%c.profraw"})
            self.assertEqual(coverage.instrumented(folder), [str(folder / "ends")])
            profile, cov = folder / "p", llvm.tool("llvm-cov")
            subprocess.run([llvm.tool("llvm-profdata"), "merge", *folder.glob("raw/*"),
                            "-o", profile], check=True)
            text = subprocess.run([cov, "show", folder / "ends", f"-instr-profile={profile}",
                                   f"-compilation-dir={folder}"], check=True, capture_output=True,
                                  text=True).stdout
        for function, count in (("Exit", 1), ("UnderscoreExit", 1), ("Killed", 1), ("Never", 0)):
            self.assertRegex(text, rf"\|\s+{count}\|int {function}\(", text)

    def test_programs_without_counters_are_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(f"{folder}/x.runfiles")
            shutil.copy("/bin/true", f"{folder}/true")
            pathlib.Path(folder, "text").write_text("__llvm_covmap")
            os.chmod(f"{folder}/text", 0o755)
            self.assertEqual(coverage.instrumented(folder), [])


if __name__ == "__main__":
    unittest.main()
