# SPDX-License-Identifier: Apache-2.0
"""examples/consumer, as its user builds and tests it: by a Bazel of its own, from nothing. Its
sound collector passes; the first version of it fails, by its test and as a fuzz target, with the
law that it breaks.

Place: beside the workspace, which it finds through the link to itself. Slow: Bazel compiles all
that a consumer needs, in minutes.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest
import zipfile

WORKSPACE = pathlib.Path(os.path.realpath(__file__)).parent / "consumer"
PASSING = ["//:gc_test", "//:gc_fuzz_test"]
FAILING = ["//:gc_first_test", "//:gc_first_fuzz_test"]
PACKED = "//:gc_fuzz_test_oss_fuzz"
TESTS_FAILED = 3  # Bazel's exit code for: all was built, and tests failed
RUNS = 10000  # of the packed fuzzer


class ConsumerTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        # Bazel makes folders that cannot be written to.
        cls.addClassCleanup(subprocess.run, ["sh", "-c", 'chmod -R u+w "$0"; rm -rf "$0"',
                                             str(cls.folder)])
        cls.startup = ["bazel", f"--output_user_root={cls.folder}/bazel"]
        cls.addClassCleanup(cls.bazel, "shutdown")
        cls.done = cls.bazel("test", "--keep_going", *PASSING, *FAILING, PACKED)
        cls.output = cls.done.stdout + cls.done.stderr

    @classmethod
    def bazel(cls, command, *arguments):
        """Not what the outer Bazel has set: a user's shell has none of it."""
        environment = {name: value for name, value in os.environ.items()
                       if not re.match("TEST_|RUNFILES_|BUILD_|BAZEL", name)}
        options = ["--experimental_convenience_symlinks=ignore"] if command == "test" else []
        return subprocess.run([*cls.startup, command, *options, *arguments], cwd=WORKSPACE,
                              env=environment, capture_output=True, text=True)

    def logs(self, target):
        return self.folder_of("bazel-testlogs") / target.removeprefix("//:")

    def folder_of(self, name):
        return pathlib.Path(self.bazel("info", name).stdout.strip())

    def test_sound_one_passes_and_first_one_fails(self):
        self.assertEqual(self.done.returncode, TESTS_FAILED, self.output[-5000:])
        for target in PASSING:
            self.assertRegex(self.output, rf"{target} +PASSED")
        for target in FAILING:
            self.assertRegex(self.output, rf"{target} +FAILED")

    def test_failures_name_the_law(self):
        for target in FAILING:
            log = (self.logs(target) / "test.log").read_text()
            self.assertIn("broke the law finalize-before-free", log)
        log = (self.logs(FAILING[0]) / "test.log").read_text()
        self.assertIn("The findings are in test.outputs beside this log", log)
        outputs = self.logs(FAILING[0]) / "test.outputs/outputs.zip"
        with zipfile.ZipFile(outputs) as files:
            names = files.namelist()
        self.assertTrue([name for name in names if re.search(r"ouro-out/found/.*\.gct$", name)],
                        names)

    def test_packed_fuzzer_runs_in_an_empty_folder(self):
        tarball = self.folder_of("bazel-bin") / "gc_fuzz_test_oss_fuzz.tar"
        out = self.folder / "out"
        with tarfile.open(tarball) as tar:
            tar.extractall(out)
        self.assertEqual(sorted(os.listdir(out)),
                         ["gc_fuzz_test", "gc_fuzz_test.dict", "gc_fuzz_test.options",
                          "gc_fuzz_test_seed_corpus.zip"])
        with zipfile.ZipFile(out / "gc_fuzz_test_seed_corpus.zip") as seeds:
            seeds.extractall(self.folder / "seeds")
        done = subprocess.run([out / "gc_fuzz_test", f"-runs={RUNS}", "-seed=1",
                               self.folder / "seeds"], cwd=out, env={}, capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        self.assertIn(f"Done {RUNS} runs", done.stderr)
        self.assertEqual(len(os.listdir(out)), 4)


if __name__ == "__main__":
    if shutil.which("bazel") is None:
        raise SystemExit("no bazel on PATH")
    unittest.main()
