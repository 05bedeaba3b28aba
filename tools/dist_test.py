# SPDX-License-Identifier: Apache-2.0

"""tools/dist: what it packs runs where it is unpacked, and docs/install.md is true: its blocks are
executed in order, in an empty folder, with the tarball. What needs a tool that is not here (cmake,
make, pkg-config, dpkg-dev) is left out, and said. That the package installs on a bare Debian is for
people to try: docs/platforms.md.

Place: beside tools/dist. It packs the `ouro` of this build, so that no Bazel runs in Bazel.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

from fuzz.testing import console, ouro_driver
from load_script import load_script

ROOT = pathlib.Path(os.path.realpath(__file__)).parent.parent
SCRIPT = ROOT / "tools/dist"
DOCUMENT = (ROOT / "docs/install.md").read_text()
READER = "/home/you"
DONE = "==== done, exit code "
SECONDS = 240  # for all commands of the document: far more than they take
# What the commands below a heading need.
NEEDED = {"The tarball": "tar", "With cc": "cc pkg-config", "With make": "make cc pkg-config",
          "With CMake": "cmake ctest cc"}
SETTINGS = ("OURO_PEERS", "OURO_FUZZER", "PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH", "CFLAGS",
            "BUILD_WORKSPACE_DIRECTORY", "BUILD_WORKING_DIRECTORY", "MAKEFLAGS")

dist = load_script("dist")
help_pages = dist.help_pages


def missing(tools):
    return [tool for tool in tools.split() if shutil.which(tool) is None]


class DistTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))).resolve()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.environment = {name: value for name, value in os.environ.items()
                           if name not in SETTINGS}
        for name in ("one", "two"):
            cls.said = cls.call("--binary", ouro_driver.OURO, "-o", str(cls.folder / name)).stdout
        cls.tarball = next((cls.folder / "one").glob("*.tar.gz"))
        with tarfile.open(cls.tarball) as tar:
            cls.members = tar.getmembers()
            tar.extractall(cls.folder / "unpacked")
        cls.prefix = next((cls.folder / "unpacked").iterdir())

    @classmethod
    def call(cls, *arguments, code=0):
        done = subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True,
                              text=True, env=cls.environment, cwd=cls.folder)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def run_program(self, *command, code=0, stdin="", **options):
        done = subprocess.run(command, capture_output=True, text=True, input=stdin,
                              env={**self.environment, **options}, cwd=self.folder, timeout=SECONDS)
        self.assertEqual(done.returncode, code, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def ouro(self, *arguments, **options):
        return self.run_program(str(self.prefix / "bin/ouro"), *arguments, **options)

    def test_it_says_what_it_made(self):
        version = dist.version()
        self.assertRegex(self.said, rf"made \S+/two/ouroboros-{version}\.tar\.gz, \d+\.\d MB\n")
        self.assertTrue(self.said.endswith(self.ouro("--version")))
        self.assertIn("--binary PATH", self.call("--help").stdout)
        self.assertIn("there is no /nowhere", self.call("--binary", "/nowhere", code=1).stderr)

    def test_twice_the_same_bytes(self):
        made = sorted((self.folder / "one").iterdir())
        self.assertTrue(made)
        for path in made:
            self.assertEqual(path.read_bytes(), (self.folder / "two" / path.name).read_bytes())

    def test_the_tarball(self):
        names = [member.name for member in self.members]
        top = f"ouroboros-{dist.version()}"
        self.assertEqual(names[0], top)
        self.assertEqual(names[1:], sorted(names[1:]))
        self.assertEqual({member.uid for member in self.members}, {0})
        self.assertEqual({member.mtime for member in self.members}, {dist.epoch()})
        for name in ("bin/ouro", "lib/ouroboros/collector_fuzzer", "lib/ouroboros/benchmark",
                     "include/ouroboros/ouroboros.h", "lib/ouroboros/peers/lua/lua.so",
                     "share/doc/ouroboros/licences/fmt", "share/doc/ouroboros/docs/install.md",
                     "share/doc/ouroboros/copyright"):
            self.assertIn(f"{top}/{name}", names)
        self.assertFalse([name for name in names if "@VERSION@" in name or "__pycache__" in name])
        for path in self.prefix.glob("lib/cmake/*/*Version.cmake"):
            self.assertIn(f'"{dist.version()}"', path.read_text())

    def test_links_within_documents(self):
        """Those to other documents; sources are only in the checkout."""
        folder = self.prefix / "share/doc/ouroboros"
        for name in ("README.md", "collector/GUIDE.md", "docs/install.md"):
            for link in re.findall(r"\]\(([^)\s#:]+\.md)[#)]", (folder / name).read_text()):
                if not link.startswith("CONTRIBUTING"):
                    self.assertTrue((folder / name).parent.joinpath(link).exists(), link)

    def test_what_documents_copy_is_packed(self):
        """All but C++ and Bazel, which need the checkout; not in share/doc, see dist.DATA."""
        for document in ("collector/GUIDE.md", "docs/ci.md", "docs/install.md"):
            named = re.findall(r"\$OUROBOROS/([\w./*\[\]-]+)", (ROOT / document).read_text())
            self.assertTrue(named)
            for pattern in named:
                if "/cpp/" not in pattern and pattern != "examples/consumer":
                    self.assertTrue(list((self.prefix / "share/ouroboros").glob(pattern)), pattern)
        self.assertIn("share/ouroboros/corpus",
                      (self.prefix / "lib/cmake/Ouroboros/OuroborosConfig.cmake").read_text())

    def test_what_it_looks_for_is_beside_it(self):
        gone = self.prefix / "lib/ouroboros/peers/quickjs/quickjs.so"
        self.assertIn("0 convicted", self.ouro("run", str(self.prefix / "share/ouroboros/"
                                                          "corpus/laws/load.gct")))
        gone.unlink()
        said = self.ouro("run", "--specimen", "quickjs", "-", code=2, stdin="r0 = leaf\n")
        self.assertIn(f"there is no {gone}", said)
        said = self.ouro("campaign", "--engine", "libfuzzer", "--seconds", "2", "--out",
                         str(self.folder / "out"))
        self.assertIn("0 findings", said)
        self.assertIn("W3 ", self.ouro("bench", "--no-paces", "--smoke", "--workload", "W3"))

    def test_the_package(self):
        if missing("dpkg-deb dpkg-shlibdeps"):
            self.assertIn("no .deb", self.said)
            print("NOT TESTED: the package, as dpkg-dev is not here")
            return
        package = str(next((self.folder / "one").glob("*.deb")))
        depends = self.run_program("dpkg-deb", "-f", package, "Depends")
        self.assertRegex(depends, r"libc6 \(>= ")
        self.assertNotRegex(depends, "python|lua|php|ruby")
        listed = self.run_program("dpkg-deb", "-c", package).splitlines()
        self.assertEqual({line.split()[1] for line in listed}, {"root/root"})
        packed = {"/".join(line.split(" ./usr/")[1].split("/")) for line in listed
                  if " ./usr/" in line}
        for member in self.members[1:]:
            name = member.name.split("/", 1)[1]
            self.assertTrue({name, f"{name}/", f"{name} -> {member.linkname}"} & packed, name)

    def test_the_manual(self):
        page = self.prefix / "share/man/man1/ouro.1"
        for command, arguments in (("groff", ["-man", "-ww", "-Tascii"]), ("mandoc", ["-Tascii"])):
            if missing(command):
                print(f"NOT TESTED: the manual with {command}, which is not here")
                continue
            done = subprocess.run([command, *arguments, page], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            text = re.sub(r".\x08|\x1b\[[\d;]*m", "", done.stdout)
            self.assertIn("ouro - find bugs in memory collectors", text)
        program = help_pages.Program(str(self.prefix / "bin/ouro"))
        self.assertGreater(len(program.commands), 20)
        text = re.sub(r"\\f[BR]", "", page.read_text()).replace("\\-", "-")
        for name, its in program.commands.items():
            self.assertIn(f"\n.SH OURO {name.upper()}\n", text)
            self.assertIn("--help", its.options())
            for option in its.options():
                self.assertRegex(text, rf"(?<![\w-]){re.escape(option)}\b")

    def complete(self, *words):
        script = self.prefix / "share/bash-completion/completions/ouro"
        typed = " ".join(f"'{word}'" for word in words)
        asked = f". {script}; COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _ouro"
        return self.run_program("bash", "-c", asked + "; echo ${COMPREPLY[@]}").split()

    def test_completion(self):
        self.run_program("bash", "-n", str(self.prefix / "share/bash-completion/completions/ouro"))
        self.assertEqual(self.complete("ouro", "ca"), ["campaign"])
        self.assertEqual(self.complete("ouro", "run", "--tr"), ["--trace"])
        self.assertIn("--specimen", self.complete("ouro", "shrink", "--trace", "-"))
        self.assertEqual(self.complete("ouro", "run", "corp"), [])  # files

    def steps(self):
        """Yields the commands of the document, each with what it prints and its heading."""
        for part in re.split(r"(?m)^## ", DOCUMENT)[1:]:
            heading = part.splitlines()[0]
            if console.blocks(part) and missing(NEEDED[heading]):
                print(f"NOT TESTED: \"{heading}\", as it needs {missing(NEEDED[heading])}")
                continue
            for block in console.blocks(part):
                for command, expected in console.commands(block):
                    yield command, expected

    def test_the_document(self):
        place = self.folder / "reader"
        place.mkdir()
        shutil.copy(self.tarball, place)
        steps = list(self.steps())
        script = "".join(f"{re.sub(r'--seconds 10', '--seconds 2', command)}\necho \"{DONE}$?\"\n"
                         for command, _ in steps)
        done = subprocess.run(["bash"], input=script, stdout=subprocess.PIPE, cwd=place, text=True,
                              stderr=subprocess.STDOUT, env=self.environment, timeout=SECONDS)
        outputs = re.split(rf"{DONE}(\d+)\n", done.stdout)
        self.assertEqual(len(outputs), 2 * len(steps) + 1, outputs[-1])
        for i, (command, expected) in enumerate(steps):
            printed = outputs[2 * i].replace(str(place), READER).splitlines()
            with self.subTest(command):
                self.assertTrue(console.matches(console.comparable(command, expected),
                                                console.comparable(command, printed)),
                                "\n".join(["it printed:", *printed]))
                lawful = not re.search("NOT ALL LAWFUL|FAILED", "\n".join(expected))
                self.assertEqual(outputs[2 * i + 1] == "0", lawful, "\n".join(printed))


class SelfTest(unittest.TestCase):

    HELP = ("What it does.\nUsage: x [OPTIONS] FILE\n\nPositionals:\n  FILE TEXT ... REQUIRED  "
            "files\n\nOptions:\n  -o,--out TEXT=a   where\n  --seconds INT:INT in [1 - 9]=6\n"
            "                              how long\n\nexample: x a\n         x b\n")

    def test_help(self):
        page = help_pages.Help(self.HELP)
        self.assertEqual([section.title for section in page.sections], ["Positionals", "Options"])
        self.assertEqual(page.sections[1].entries,
                         [("-o,--out TEXT=a", "where"),
                          ("--seconds INT:INT in [1 - 9]=6", "how long")])
        self.assertEqual(page.options(), ["-o", "--out", "--seconds"])
        self.assertEqual(help_pages.examples(page), (["x a", "x b"], []))

    def test_roff(self):
        self.assertEqual(help_pages.roff(".a `b-c`\\"), "\\&.a \\fBb\\-c\\fR\\e")


if __name__ == "__main__":
    unittest.main()
