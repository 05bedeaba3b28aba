"""README.md is true: each of its commands works as it stands on a fresh checkout, in their order.

Place: beside what keeps the repository in shape. Commands are the lines of blocks without a
language, and code in the text, that begin with `bazel` or `tools/`. Bazel cannot be run within
Bazel, so of a command
  bazel run //:ouro -- ARGUMENTS       `ouro ARGUMENTS` is run, in a copy of what it may name;
                                       campaigns for a second (RULES below has the exceptions)
  bazel run|test|build OPTIONS TARGET  the target is there, and so are its --config
  tools/...                            the file is there, and may be executed
A collector that is not here (`ouro specimens` says so) is the one excuse.
"""

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
HEADLINES = ("tools/setup && bazel run //:ouro", "tools/setup && bazel test //...")
SECONDS = 120  # for one command: far more than any takes

# How commands are made short. Where the second is None, only the options are looked for in --help.
RULES = [
    (r"--seconds \d+", "--seconds 1"),
    (r"^campaign(?!.*--seconds)|^$", r"campaign --seconds 1"),
    (r"^power\b.*", None),  # minutes, and 86 libraries
]


def commands():
    """All of README, in order, without their comments."""
    fenced = re.findall(r"(?ms)^```\n(.*?)^```$", README)
    found = [line for block in fenced for line in block.splitlines()]
    found += re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```$", "", README))
    # Comments stand behind two blanks.
    found = [re.sub(r"\s{2,}#.*", "", line).strip() for line in found]
    return [line for line in found if re.match(r"(bazel (run|test|build)|tools/\S+ &&) ", line)]


def parts(command):
    return [part.strip() for part in command.split("&&")]


def targets(package):
    """The names of targets in the BUILD file of a package, and what macros make of them."""
    text = (ROOT / package / "BUILD").read_text()
    names = set(re.findall(r'name = "([^"]+)"', text))
    return names | {name + "_run" for name in names} | {os.path.basename(package)}


class ReadmeTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name in ("corpus", "collector/examples/protocol"):
            shutil.copytree(ROOT / name, os.path.join(cls.folder, name))
        done = subprocess.run([ouro_driver.OURO, "specimens"], capture_output=True, text=True)
        cls.absent = re.findall(r"(?m)^absent: ([\w-]+)", done.stdout)

    def ouro(self, arguments):
        environment = {**os.environ, "BUILD_WORKING_DIRECTORY": self.folder,
                       "BUILD_WORKSPACE_DIRECTORY": self.folder}
        # The shell, for its quotes and patterns, as the user's.
        return subprocess.run(["bash", "-c", f"{ouro_driver.OURO} {arguments}"], cwd=self.folder,
                              env=environment, capture_output=True, text=True, timeout=SECONDS)

    def test_headlines(self):
        for headline in HEADLINES:
            self.assertIn("\n```\n" + headline + "\n```\n", README)
        self.assertGreater(len(commands()), 30)

    def test_there_are_no_placeholders(self):
        for command in commands():
            self.assertNotRegex(command, r"\b(FILE|DIR|PATH|NAME)\b", command)

    def test_commands(self):
        for command in commands():
            for part in parts(command):
                with self.subTest(part):
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
                known = self.ouro(arguments.split()[0] + " --help").stdout
                for option in re.findall(r"--[\w-]+", arguments):
                    self.assertIn(option, known)
                return
            if short is not None:
                arguments = re.sub(pattern, short, arguments)
        done = self.ouro(arguments)
        said = done.stdout + done.stderr
        if done.returncode == 2 and any(f"ouro: {name} is not" in said for name in self.absent):
            print(f"NOT TESTED: ouro {arguments}: {done.stderr}")
            return
        self.assertIn(done.returncode, (0, 1), said)

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

    def test_a_failure_looks_as_it_says(self):
        shown = re.search(r"(?ms)^```\n(liar:\S+ broke the law .*?)^```$", README)[1]
        self.assertLess(README.index(shown), README.index("\n## Two commands"))
        command = re.search(r"(?m)^bazel run //:ouro -- (shrink --specimen liar:.*)$", README)[1]
        self.assertIn(shown, self.ouro(command).stderr)

    def test_compare_prints_what_it_says(self):
        command, shown = re.search(
            r"(?s)bazel run //:ouro -- (compare corpus/\S+)\n```\n```\n(.*?)```", README).groups()
        printed = [line.split() for line in self.ouro(command).stdout.splitlines()]
        for line in shown.splitlines():
            if line.split() and line.split()[0] not in self.absent + ["cpython"]:
                self.assertIn(line.split(), printed)

    def test_files_and_links(self):
        for path in re.findall(r"`((?:model|corpus|fuzz|properties|collector|tools)/[\w./-]*)`",
                               README):
            self.assertTrue((ROOT / path).exists(), path)
        for path in re.findall(r"\]\(([^)#:]+)\)", README):
            self.assertTrue((ROOT / path).exists(), path)
        for name in re.findall(r"\]\(#([^)]+)\)", README):
            titles = [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
                      for title in re.findall(r"(?m)^#+ (.*)$", README)]
            self.assertIn(name, titles)


if __name__ == "__main__":
    unittest.main()
