# SPDX-License-Identifier: Apache-2.0
"""tools/check and tools/lint in a small repository; other people's tools are played.

Place: beside tools/check and tools/lint.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOOLS = pathlib.Path(os.path.realpath(__file__)).parent
SCRIPTS = ("check", "lint", "include_check.py", "style_test.py")
GOOD = """// SPDX-License-Identifier: Apache-2.0

// A noun. Place: a test.

#include <vector>

std::vector<int> numbers;
"""
BAD = GOOD.replace("#include <vector>\n\n", "")
FORMAT = "#!/bin/sh\n! grep -q ';;$' $3\n"
# It complains of a file that includes the bad header, and by way of it of that, with absolute
# paths.
TIDY = """#!/bin/sh
echo '1234 warnings generated.' >&2
if grep -q bad.h $4; then
  echo "$PWD/./a/bad.h:2:3: warning: it is bad [bugprone-x]"
  echo '  bad'
  echo "$PWD/$4:1:1: warning: it is worse [performance-y]"
fi
"""
NPX = """#!/bin/sh
test "$2" = @bazel/buildifier@8.2.1 || exit 9
shift 5
grep -l bad $* /dev/null && exit 4 || exit 0
"""


class Repository(unittest.TestCase):
    """A repository with these scripts, one good file, and other tools that are played."""

    def setUp(self):
        if shutil.which("git") is None:
            self.skipTest("no git here")
        self.root = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR")))
        self.addCleanup(shutil.rmtree, self.root)
        for name in SCRIPTS:
            self.write(f"tools/{name}", (TOOLS / name).read_text(), 0o755)
        self.write("a/good.cc", GOOD)
        self.write("a/BUILD", "# SPDX-License-Identifier: Apache-2.0\n# A room.\n")
        self.git("init", "-q")
        self.git("add", ".")
        self.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "First")
        self.bin = self.root / ".git/bin"
        for name in ("python3", "git", "sh", "grep", "nice", "env"):
            self.bin.mkdir(exist_ok=True)
            os.symlink(shutil.which(name), self.bin / name)

    def write(self, name, text, mode=0o644):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.root, check=True)

    def run_script(self, script, *arguments):
        """The exit code and the lines of both outputs."""
        done = subprocess.run([self.root / "tools" / script, *arguments], cwd=self.root, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env={"PATH": str(self.bin)})
        return done.returncode, done.stdout


class CheckTest(Repository):

    def test_nothing_has_changed(self):
        self.write("a/new.cc", BAD)  # git does not know it
        self.write("a/notes.txt", "std::vector")
        self.git("add", "a/notes.txt")
        code, text = self.run_script("check")
        self.assertEqual((code, text), (0, ""))

    def test_what_has_changed_is_checked_and_mended(self):
        self.write("a/new.cc", BAD)
        self.git("add", "a/new.cc")
        self.write("a/good.cc", GOOD + "// " + 100 * "x" + "\n")
        code, text = self.run_script("check")
        self.assertEqual(code, 1, text)
        self.assertIn("the format is not checked", text)
        self.assertIn("a/new.cc:5: std::vector without #include <vector>\n", text)
        self.assertIn("a/good.cc:8: 103 columns", text)
        self.assertEqual(self.run_script("check", "a/BUILD")[0], 0)
        self.write("a/good.cc", GOOD)
        code, text = self.run_script("check", "--fix")
        self.assertEqual((code, (self.root / "a/new.cc").read_text()), (0, GOOD), text)

    def test_format(self):
        self.write(".git/bin/clang-format-14", FORMAT, 0o755)
        self.write("a/good.cc", GOOD + "int x;;\n")
        code, text = self.run_script("check")
        self.assertEqual((code, text), (1, "a/good.cc: clang-format-14 would change it\n"))
        self.write("a/good.cc", GOOD + "int x;\n")
        self.assertEqual(self.run_script("check"), (0, ""))


class LintTest(Repository):

    def setUp(self):
        super().setUp()
        self.write(".git/bin/clang-tidy-14", TIDY, 0o755)
        self.write(".git/bin/npx", NPX, 0o755)

    def database(self, *files):
        self.write("compile_commands.json", json.dumps([{"file": name} for name in files]))

    def test_clean(self):
        self.database("a/good.cc")
        self.assertEqual(self.run_script("lint"), (0, ""))

    def test_complaints_are_shown_once(self):
        for name in ("a/one.cc", "a/two.cc"):
            self.write(name, GOOD + '#include "a/bad.h"\n')
        self.write("a/bad.h", GOOD)
        self.git("add", "a")
        self.database("a/good.cc", "a/one.cc", "a/two.cc", "a/bad.h")
        code, text = self.run_script("lint", "--jobs", "1")
        self.assertEqual(code, 1)
        self.assertEqual(text, "a/bad.h:2:3: warning: it is bad [bugprone-x]\n  bad\n"
                         "a/one.cc:1:1: warning: it is worse [performance-y]\n"
                         "a/two.cc:1:1: warning: it is worse [performance-y]\n")
        self.assertEqual(self.run_script("lint", "a/good.cc", "a/BUILD"), (0, ""))

    def test_build_files_and_includes(self):
        self.write("a/BUILD", "bad\n")
        self.write("a/good.cc", BAD)
        self.database("a/good.cc")
        self.assertEqual(self.run_script("lint", "a/BUILD"), (1, "a/BUILD\n"))
        code, text = self.run_script("lint", "a/good.cc")
        self.assertEqual((code, text), (1, "a/good.cc:5: std::vector without #include <vector>\n"))

    def test_what_cannot_be_checked_is_said(self):
        self.database()
        self.assertEqual(self.run_script("lint", "a/good.cc"),
                         (0, "tools/lint: no target compiles: a/good.cc\n"))
        for name in ("npx", "clang-tidy-14"):
            (self.bin / name).unlink()
        code, text = self.run_script("lint")
        self.assertEqual(code, 2)
        self.assertIn("no npx here", text)
        self.assertIn("no clang-tidy-14 here", text)


del Repository  # it has no tests of its own


if __name__ == "__main__":
    unittest.main()
