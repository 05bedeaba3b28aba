# SPDX-License-Identifier: Apache-2.0
"""tools/compile_commands, given what Bazel says of a compilation: the commands are for one compiler
alone, and compile. Bazel itself cannot be asked here, as it is running this test.

Place: beside tools/compile_commands.
"""

import os
import subprocess
import tempfile
import unittest

from load_script import load_script

compile_commands = load_script("compile_commands")
ROOT = compile_commands.ROOT
BIN = "bazel-out/k8-fastbuild/bin"


def action(file, more=()):
    """As Bazel 4.2.3 and 7 write it."""
    return {"mnemonic": "CppCompile", "arguments": [
        "/usr/bin/clang", "-Wall", "-fcolor-diagnostics", "-std=c++0x", "-MD", "-MF",
        f"{BIN}/a/_objs/a.pic.d", f"-frandom-seed={BIN}/a/_objs/a.pic.o", "-fPIC", "-iquote", ".",
        "-iquote", BIN, "-iquote", "external/fmt", "-isystem", "external/fmt",
        "-Iexternal/x/include", "-Wextra", "-Werror", "-std=c++20", "-no-canonical-prefixes",
        "-Wno-builtin-macro-redefined", '-D__DATE__="redacted"', '-D__TIMESTAMP__="redacted"',
        '-D__TIME__="redacted"', "-fmodule-name=//a:a", f"-fmodule-map-file={BIN}/a/a.cppmap",
        "-fmodules-strict-decluse", "-Wprivate-header", *more, "-c", file, "-o",
        f"{BIN}/a/_objs/a.pic.o"]}


def entries(actions, base="/base"):
    return compile_commands.entries(actions, ROOT, base, f"{base}/execroot/ouroboros")


class CompileCommandsTest(unittest.TestCase):

    def test_command(self):
        execution_root = "/base/execroot/ouroboros"
        self.assertEqual(entries([action("a/a.cc")]), [
            {"directory": str(ROOT), "file": "a/a.cc", "arguments": [
                "/usr/bin/clang", "-Wall", "-fPIC", "-iquote", ".", "-iquote",
                f"{execution_root}/{BIN}", "-iquote", "/base/external/fmt", "-isystem",
                "/base/external/fmt", "-I/base/external/x/include", "-Wextra", "-std=c++20",
                "a/a.cc"]}])

    def test_one_entry_a_source_sorted(self):
        found = entries([action("b/b.h", ["-xc++"]), action("a/a.cc"),
                         action("a/a.cc", ["-DTWICE"]),
                         action(f"{BIN}/collector/planted/copy.cc"), action("external/x/x.cc"),
                         {"mnemonic": "CppCompile", "arguments": ["/usr/bin/clang", "--help"]},
                         {"mnemonic": "CppCompile"}])
        self.assertEqual([entry["file"] for entry in found], ["a/a.cc", "b/b.h"])
        self.assertNotIn("-DTWICE", found[0]["arguments"])
        self.assertIn("-xc++", found[1]["arguments"])

    def test_the_command_compiles(self):
        """The real file, with the headers of fmt where Bazel would keep them."""
        if not os.path.exists("/usr/bin/clang"):
            self.skipTest("no clang here")
        with tempfile.TemporaryDirectory() as base:
            os.makedirs(f"{base}/external/fmt")
            os.symlink("/usr/include/fmt", f"{base}/external/fmt/fmt")
            entry, = entries([action("model/program.cc")], base)
            for more, code in (([], 0), (["-include", "no/such.h"], 1)):
                done = subprocess.run([*entry["arguments"], *more, "-fsyntax-only"],
                                      cwd=entry["directory"], capture_output=True, text=True)
                self.assertEqual(done.returncode, code, done.stderr)


if __name__ == "__main__":
    unittest.main()
