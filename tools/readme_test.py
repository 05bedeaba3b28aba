# SPDX-License-Identifier: Apache-2.0

"""README.md and what it leads to are true: commands work as they stand on a fresh checkout, in
their order; files and links exist; tables say what `ouro` says.

Place: beside what keeps the repository in shape. Commands are the lines of blocks without a
language, and code in the text, that begin with `bazel` or `tools/`. Bazel cannot be run within
Bazel, so of a command
  bazel run //:ouro -- ARGUMENTS       `ouro ARGUMENTS` is run, in a copy of what it may name;
                                       campaigns for a second (RULES below has the exceptions)
  bazel run|test|build OPTIONS TARGET  the target is there, and so are its --config
  tools/...                            the file is there, and may be executed
The excuses: a collector is not here (`ouro specimens` says so), or its version has no contract. The
commands of collector/GUIDE.md, which need a reader's folder, have a test of their own.
"""

import glob
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from fuzz.testing import ouro_driver

ROOT = pathlib.Path(os.path.realpath(__file__)).parent.parent
README = (ROOT / "README.md").read_text()
README_LINES = 150
# Documents by path: those at the root, and docs/.
DOCUMENTS = {str(path.relative_to(ROOT)): path.read_text()
             for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]}
# A section of CONTRIBUTING.md that lists files, and what is in all files that it has to list, tests
# aside: one that is typical of its kind.
LISTS = (
    ("## How to add an operation", r"case OpCode::kDeref:"),
    ("## How to add a law", r"Law::kTrashFreed\b"),
    ("## How to add a situation", r"Situation::kWeakMadeByFinalizer\b"),
    ("## How to add a contract", r"\bkPerl\b"),
    ("## How to add a peer", r"\bgobject\b"),
)
HEADLINES = ("tools/setup && bazel run //:ouro", "tools/setup && bazel test //...")
SECONDS = 120  # for one command: far more than any takes
FOLDERS = "model|corpus|fuzz|properties|collector|tools|docs|third_party|\\.ci|\\.github"

# How commands are made short. Where the second is None, only the options are looked for in --help.
RULES = [
    (r"--seconds \d+", "--seconds 1"),
    (r"^campaign(?!.*--seconds)|^$", r"campaign --seconds 1"),
    (r"^power\b.*", None),  # minutes, and 86 libraries
]


def fenced(text, language=""):
    """The blocks of code in that language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def inline(text):
    """Code within the text."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```$", "", text))


def commands(text):
    """All of a document, in order, without their comments, which stand behind two blanks."""
    found = [line for block in fenced(text) for line in block.splitlines()]
    found += [code for code in inline(text) if not re.fullmatch(r"tools/\S+", code)]
    found = [re.sub(r"\s{2,}#.*", "", line).strip() for line in found]
    return [line for line in found if re.match(r"(bazel (run|test|build) |tools/\S+( |$))", line)]


def parts(command):
    return [part.strip() for part in command.split("&&")]


def targets(package):
    """The names of targets in the BUILD file of a package, and what macros make of them."""
    text = (ROOT / package / "BUILD").read_text()
    names = set(re.findall(r'name = "([^"]+)"', text))
    return names | {name + "_run" for name in names} | {os.path.basename(package)}


def paths(text):
    """What looks like a path of this repository; `model/law.{h,cc}` are two, `docs/X.md` none."""
    for code in inline(text):
        if re.search(r"/X\b", code) or not re.fullmatch(rf"({FOLDERS})/[\w./{{}},*-]*", code):
            continue
        braces = re.search(r"\{(.*?)\}", code)
        for word in braces[1].split(",") if braces else [""]:
            yield code.replace(braces[0], word) if braces else code


def section(text, heading):
    """What follows a heading, up to the next one of its level or a higher one."""
    level = len(heading) - len(heading.lstrip("#"))
    rest = text[text.index(heading + "\n") + len(heading):]
    return re.split(rf"(?m)^#{{1,{level}}} ", rest)[0]


def sources():
    """The code of this repository, without tests and what supports them."""
    for folder in ("model", "collector", "properties", "fuzz", "corpus", "third_party"):
        for path in sorted((ROOT / folder).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.suffix in (".cc", ".h", ".bzl") and not re.search(r"_test\.|/testing/", name):
                yield name


def anchors(text):
    """The names of headings, as GitHub makes them."""
    found = []
    for title in re.findall(r"(?m)^#+ (.*)$", re.sub(r"(?ms)^```.*?^```$", "", text)):
        name = re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
        again = sum(re.sub(r"-\d+$", "", other) == name for other in found)
        found.append(f"{name}-{again}" if again else name)
    return found


def rows(text, heading):
    """The cells of the first table after a heading, without its head; code without backquotes."""
    table = re.search(r"(?m)(^\|.*\n)+", text[text.index(heading):])[0]
    return [[cell.strip().replace("`", "") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
            for row in table.splitlines()[2:]]


class DocumentTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name in ("corpus", "collector/examples/protocol"):
            shutil.copytree(ROOT / name, os.path.join(cls.folder, name))
        done = subprocess.run([ouro_driver.OURO, "specimens"], capture_output=True, text=True)
        cls.absent = re.findall(r"(?m)^absent: ([\w-]+)", done.stdout)
        done = subprocess.run([ouro_driver.OURO, "--help"], capture_output=True, text=True)
        cls.known = set(re.findall(r"(?m)^  ([a-z][\w-]*)  ", done.stdout))

    def ouro(self, arguments):
        environment = {**os.environ, "BUILD_WORKING_DIRECTORY": self.folder,
                       "BUILD_WORKSPACE_DIRECTORY": self.folder}
        # The shell, for its quotes and patterns, as the user's.
        return subprocess.run(["bash", "-c", f"{ouro_driver.OURO} {arguments}"], cwd=self.folder,
                              env=environment, capture_output=True, text=True, timeout=SECONDS)

    def test_headlines(self):
        for headline in HEADLINES:
            self.assertIn("\n```\n" + headline + "\n```\n", README)
        self.assertLessEqual(README.count("\n"), README_LINES)
        self.assertGreater(sum(len(commands(text)) for text in DOCUMENTS.values()), 40)

    def test_there_are_no_placeholders(self):
        for name, text in DOCUMENTS.items():
            for command in commands(text):
                self.assertNotRegex(command, r"\b(FILE|DIR|PATH|NAME)\b", f"{name}: {command}")

    def test_commands(self):
        seen = set()
        for name, text in DOCUMENTS.items():
            for part in [part for command in commands(text) for part in parts(command)]:
                if part in seen:
                    continue
                seen.add(part)
                with self.subTest(f"{name}: {part}"):
                    match = re.fullmatch(r"bazel run (?:--config=\S+ )?//:ouro(?: -- (.*))?", part)
                    if match:
                        self.check_configs(part)
                        self.check_ouro(match[1] or "")
                    elif part.startswith("bazel "):
                        self.check_configs(part)
                        self.check_target(part)
                    else:
                        self.assertTrue(os.access(ROOT / part.split()[0], os.X_OK), part)

    def check_ouro(self, arguments):
        for pattern, short in RULES:
            if short is None and re.match(pattern, arguments):
                self.check_options(arguments)
                return
            if short is not None:
                arguments = re.sub(pattern, short, arguments)
        done = self.ouro(arguments)
        said = done.stdout + done.stderr
        untried = "no contract was tried on" in said  # the python3 of a newer Debian
        missing = "`tools/setup --npm" in said or any(
            f"ouro: {name} is not" in said for name in self.absent)
        if done.returncode == 2 and (untried or missing):
            print(f"NOT TESTED: ouro {arguments}: {done.stderr}")
            return
        self.assertIn(done.returncode, (0, 1), said)

    def check_options(self, arguments):
        known = self.ouro(arguments.split()[0] + " --help").stdout
        for option in re.findall(r"(?<=\s)--[a-z][\w-]*", arguments):
            self.assertIn(option, known, arguments)

    def check_configs(self, part):
        rc = (ROOT / ".bazelrc").read_text()
        for config in re.findall(r"--config=(\S+)", part):
            self.assertRegex(rc, rf"(?m)^build:{re.escape(config)} ")

    def check_target(self, part):
        label = next(word for word in part.split() if word.startswith("//"))
        if label.endswith("..."):
            self.assertTrue((ROOT / label[2:-3]).is_dir(), label)
            return
        package, _, name = label[2:].partition(":")
        self.assertIn(name or os.path.basename(package), targets(package))

    def test_what_text_calls_a_command_is_one(self):
        for name, text in DOCUMENTS.items():
            if name == "CHANGELOG.md":
                continue  # it tells of commands that were
            for code in inline(text):
                match = re.match(r"ouro ([a-z][\w-]*)", code)
                if match:
                    self.assertIn(match[1], self.known, f"{name}: {code}")
                    self.check_options(code[len("ouro "):])

    def test_a_failure_looks_as_it_says(self):
        shown = re.search(r"(?ms)^```\n(liar:\S+ broke the law .*?)^```$", README)[1]
        self.assertLess(README.index(shown), README.index("\n## Two commands"))
        command = re.search(r"(?m)^bazel run //:ouro -- (shrink --specimen liar:.*)$", README)[1]
        self.assertIn(shown, self.ouro(command).stderr)

    def test_compare_prints_what_it_says(self):
        command, shown = re.search(
            r"(?s)bazel run //:ouro -- (compare corpus/\S+)\n```\n```\n(.*?)```",
            DOCUMENTS["docs/commands.md"]).groups()
        printed = [line.split() for line in self.ouro(command).stdout.splitlines()]
        for line in shown.splitlines():
            if line.split() and line.split()[0] not in self.absent + ["cpython"]:
                self.assertIn(line.split(), printed)

    def test_laws(self):
        printed = [re.split(r"\s{2,}", line) for line in self.ouro("laws").stdout.splitlines()]
        self.assertEqual(rows(DOCUMENTS["docs/laws.md"], "# The laws"), printed)

    def test_operations(self):
        path = pathlib.Path(self.folder) / "unknown.gct"
        path.write_text("nosuch\n")
        said = self.ouro(f"run {path}").stderr
        self.assertEqual([row[0] for row in rows(DOCUMENTS["docs/language.md"], "## Operations")],
                         re.findall(r"`(.*?)`", said[said.index("operations are"):]))

    def test_programs(self):
        """What stands in a block of that kind is a program, or several, and lawful."""
        blocks = [block for text in DOCUMENTS.values() for block in fenced(text, "gct")]
        self.assertTrue(blocks)
        path = pathlib.Path(self.folder) / "shown.gct"
        for block in blocks:
            path.write_text(block)
            done = self.ouro(f"run --specimen optimized {path}")
            self.assertEqual(done.returncode, 0, block + done.stderr)

    def test_traces(self):
        blocks = [block for text in DOCUMENTS.values() for block in fenced(text, "trace")]
        self.assertTrue(blocks)
        path = pathlib.Path(self.folder) / "shown.trace"
        for block in blocks:
            path.write_text(block)
            done = self.ouro(f"judge --contract cpython26 {path}")
            self.assertEqual(done.returncode, 0, block + done.stdout + done.stderr)

    def test_files(self):
        for name, text in DOCUMENTS.items():
            for path in paths(text) if name != "CHANGELOG.md" else []:
                self.assertTrue(glob.glob(str(ROOT / path)), f"{name}: {path}")

    def test_lists_of_files(self):
        for heading, mark in LISTS:
            listed = {str(pathlib.Path(path).relative_to(ROOT))
                      for pattern in paths(section(DOCUMENTS["CONTRIBUTING.md"], heading))
                      for path in glob.glob(str(ROOT / pattern))}
            marked = {name for name in sources() if re.search(mark, (ROOT / name).read_text())}
            self.assertTrue(marked, mark)
            self.assertFalse(marked - listed, f"not listed under {heading}, and has {mark}")

    def test_links(self):
        documents = {**DOCUMENTS, "collector/GUIDE.md": (ROOT / "collector/GUIDE.md").read_text()}
        for name, text in documents.items():
            for link in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"\w+:", link):
                    continue  # another site
                path, _, anchor = link.partition("#")
                target = (ROOT / name).parent / path if path else ROOT / name
                self.assertTrue(target.exists(), f"{name}: {link}")
                if anchor:
                    self.assertIn(anchor, anchors(target.read_text()), f"{name}: {link}")


class SelfTest(unittest.TestCase):

    def test_commands(self):
        text = ("`bazel test //a` and `tools/x`, `tools/y b`\n```\n$ no\nbazel run //:b -- c  # d\n"
                "tools/z && bazel build //e\n```\n```gct\nbazel test //f\n```\n")
        self.assertEqual(commands(text), ["bazel run //:b -- c", "tools/z && bazel build //e",
                                          "bazel test //a", "tools/y b"])

    def test_paths(self):
        text = ("`model/law.{h,cc}` `corpus/laws/*.gct` `a/b` `docs/X.md` `fuzz/ouro --help`\n"
                "```\n`tools/x`\n```\n")
        self.assertEqual(list(paths(text)), ["model/law.h", "model/law.cc", "corpus/laws/*.gct"])

    def test_anchors(self):
        self.assertEqual(anchors("# A b, c\n```\n# no\n```\n## D-e `f`\n## In C\n## In C++\n"),
                         ["a-b-c", "d-e-f", "in-c", "in-c-1"])

    def test_section(self):
        text = "# a\n## b\nc\n### d\ne\n## f\ng\n"
        self.assertEqual(section(text, "## b"), "\nc\n### d\ne\n")
        self.assertEqual(section(text, "## f"), "\ng\n")

    def test_rows(self):
        text = "## A\n| a | b |\n|---|---|\n| `x` | y \\| z |\n\n| no | no |\n"
        self.assertEqual(rows(text, "## A"), [["x", "y \\| z"]])


if __name__ == "__main__":
    unittest.main()
