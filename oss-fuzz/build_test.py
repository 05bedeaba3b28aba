# SPDX-License-Identifier: Apache-2.0

"""build.sh in a folder that imitates OSS-Fuzz's base builder, and what its bad_build_check asks of
the result: each target starts alone, in an empty folder, needs no library that a runner lacks, is
instrumented, has seeds, a dictionary and options, and runs without a report.

OURO_SANITIZERS, by default `address`, are those that are tried: address, undefined, memory; all of
them with `--test_env=OURO_SANITIZERS=address,undefined,memory`.

Place: beside build.sh, which it finds through the link to itself.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(os.path.realpath(__file__)).parent.parent
RUNFILES = pathlib.Path(os.environ["TEST_SRCDIR"]) / os.environ["TEST_WORKSPACE"]
SANITIZERS = os.environ.get("OURO_SANITIZERS", "address").split(",")
TARGETS = ["optimized_fuzzer", "toy_fuzzer"]
RUNS = 10000
# The flags of the base builder, but for -stdlib=libc++: Debian's libFuzzer is built on libstdc++.
BASE = ("-O1 -fno-omit-frame-pointer -gline-tables-only "
        "-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION")
CHECKS = {
    "address": "-fsanitize=address -fsanitize-address-use-after-scope",
    "undefined": "-fsanitize=undefined,unsigned-integer-overflow "
                 "-fno-sanitize-recover=undefined",
    "memory": "-fsanitize=memory -fsanitize-memory-track-origins",
}
COUNTED = "-fsanitize=fuzzer-no-link"
# What OSS-Fuzz's runner has, and what the sanitizer of an imitated builder takes from Debian.
LIBRARIES = re.compile(r"linux-vdso|ld-linux|libc\.so|libm\.so|libdl|libpthread|librt|libresolv|"
                       r"libgcc_s|libstdc\+\+|libc\+\+|libunwind")
SYMBOL = {"address": "__asan_report_load8", "undefined": "__ubsan_handle",
          "memory": "__msan_warning"}


def compilers():
    """The newest clang with libFuzzer, as the base builder's is: its names."""
    for suffix in ("", "-14", "-19", "-21"):
        if shutil.which("clang" + suffix) and shutil.which("clang++" + suffix):
            return "clang" + suffix, "clang++" + suffix
    return None


class SourcesTest(unittest.TestCase):

    def test_sources_are_those_of_the_graph(self):
        listed = (ROOT / "oss-fuzz/sources.txt").read_text().split()
        labels = (RUNFILES / "oss-fuzz/linked_sources").read_text().split()
        known = sorted(label.removeprefix("//").replace(":", "/") for label in labels
                       if label.startswith("//") and label.endswith(".cc"))
        self.assertEqual(listed, known, "oss-fuzz/sources.txt should have these")


class BuildTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        found = compilers()
        if found is None:
            print("SKIPPED: no clang", file=sys.stderr)
            raise unittest.SkipTest("no clang")
        cls.cc, cls.cxx = found
        cls.folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def build(self, sanitizer):
        """Runs build.sh. Returns $OUT."""
        folders = {name: self.folder / sanitizer / name.lower() for name in ("SRC", "OUT", "WORK")}
        for folder in folders.values():
            folder.mkdir(parents=True)
        (folders["SRC"] / "ouroboros").symlink_to(ROOT)
        flags = f"{BASE} {CHECKS[sanitizer]} {COUNTED}"
        environment = {"PATH": os.environ["PATH"], "CC": self.cc, "CXX": self.cxx, "CFLAGS": flags,
                       "CXXFLAGS": flags, "SANITIZER": sanitizer,
                       "LIB_FUZZING_ENGINE": "-fsanitize=fuzzer", "HOME": str(self.folder),
                       **{name: str(folder) for name, folder in folders.items()}}
        # The builder's standard library is instrumented; of ours, all that can be is in headers. Of
        # what is not, encode uses file systems, and the targets nothing.
        if sanitizer == "memory":
            environment["OURO_ENCODE"] = str(RUNFILES / "fuzz/libfuzzer/encode")
            environment["CXXFLAGS"] += " -D_GLIBCXX_EXTERN_TEMPLATE=0"
        done = subprocess.run(["bash", "-eu", ROOT / "oss-fuzz/build.sh"], cwd=folders["SRC"],
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-5000:])
        return folders["OUT"]

    def check(self, out, target, sanitizer):
        self.assertEqual({path.name for path in out.iterdir()},
                         {name + suffix for name in TARGETS
                          for suffix in ("", ".dict", ".options", "_seed_corpus.zip")})
        binary = out / target
        linked = subprocess.run(["ldd", binary], capture_output=True, text=True).stdout
        self.assertNotIn("not found", linked)
        for line in linked.splitlines():
            self.assertRegex(line, LIBRARIES)
        names = subprocess.run(["nm", binary], capture_output=True, text=True).stdout
        self.assertIn("LLVMFuzzerTestOneInput", names)
        self.assertIn(SYMBOL[sanitizer], names)
        # Alone, in an empty folder, as a runner copies it.
        alone = self.folder / sanitizer / ("run_" + target)
        (alone / "seeds").mkdir(parents=True)
        shutil.copy(binary, alone)
        with zipfile.ZipFile(out / (target + "_seed_corpus.zip")) as seeds:
            seeds.extractall(alone / "seeds")
        self.assertGreater(len(os.listdir(alone / "seeds")), 100)
        shutil.copy(out / (target + ".dict"), alone)
        options = re.findall(r"(?m)^(\w+) = (\S+)$", (out / (target + ".options")).read_text())
        flags = [f"-{name}={value}" for name, value in options]
        self.assertIn(f"-dict={target}.dict", flags)
        # libFuzzer reads it by strings, whose functions are those of our instrumented headers here.
        if sanitizer == "memory":
            flags.remove(f"-dict={target}.dict")
        done = subprocess.run([f"./{target}", f"-runs={RUNS}", "-seed=1", *flags, "seeds"],
                              cwd=alone, env={}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr[-5000:])
        runs = re.search(r"Done (\d+) runs", done.stderr)  # it ends a chain of mutations first
        self.assertTrue(runs and RUNS <= int(runs[1]) < 2 * RUNS, done.stderr[-5000:])
        edges = int(re.search(r"\((\d+) inline 8-bit counters\)", done.stderr)[1])
        covered = int(re.findall(r"cov: (\d+)", done.stderr)[-1])
        print(f"{sanitizer}, {target}: {covered} of {edges} edges after {RUNS} runs")
        self.assertGreater(covered, edges // 5)

    def test_targets_pass_what_bad_build_check_asks(self):
        for sanitizer in SANITIZERS:
            out = self.build(sanitizer)
            for target in TARGETS:
                with self.subTest(sanitizer=sanitizer, target=target):
                    self.check(out, target, sanitizer)


class ClusterFuzzLiteTest(unittest.TestCase):

    def test_it_builds_what_oss_fuzz_does(self):
        for name in ("Dockerfile", "project.yaml", "build.sh"):
            self.assertTrue((ROOT / ".clusterfuzzlite" / name).exists())
        here, there = ((ROOT / folder / "Dockerfile").read_text().split("FROM ")[1]
                       for folder in ("oss-fuzz", ".clusterfuzzlite"))
        packages = re.compile(r"apt-get install .*")
        self.assertEqual(packages.findall(here), packages.findall(there))


if __name__ == "__main__":
    unittest.main()
