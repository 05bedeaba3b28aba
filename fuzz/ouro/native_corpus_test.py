# SPDX-License-Identifier: Apache-2.0

"""Each script of corpus/native as a test of its engine's suite: `ouro native --test` makes it, and
it fails on each version of the engine that has the bug, and passes on each that has not.

Place: beside the other tests of `ouro`. Which versions fail is what the table of
corpus/native/README.md says; those that are not on this machine are NOT TESTED.
"""

import concurrent.futures
import os
import re
import sys

from fuzz.testing import ouro_driver
from fuzz.testing import suites

FOLDER = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "corpus/native")
PARENTHESES = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
VERSIONS = re.compile(r"(\d+(?:\.\d+)*)(?: to (\d+(?:\.\d+)*))?")
WORDS = {"fails": False, "passes": True}


def numbers(version):
    return tuple(int(number) for number in version.split("."))


def tried(cell):
    """What a cell says: (passes, the first version, the last one), of each range."""
    for clause in PARENTHESES.sub("", cell).split(";"):
        word, _, versions = clause.partition(":")
        if word.strip() in WORDS:
            for first, last in VERSIONS.findall(versions):
                yield WORDS[word.strip()], numbers(first), numbers(last or first)


def table():
    """What the table says, by script."""
    found = {}
    with open(os.path.join(FOLDER, "README.md")) as file:
        for line in file:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if line.startswith("| `"):
                for name in re.findall(r"`(\w+\.\w+)`", cells[0]):
                    found[name] = list(tried(cells[2]))
    return found


def expected(ranges, version):
    """Whether that version passes; None if nobody tried. 3.13 is each 3.13.N."""
    for passes, first, last in ranges:
        if version[:len(first)] >= first and version[:len(last)] <= last:
            return passes
    return None


class NativeCorpusTest(ouro_driver.OuroTest):

    def regenerate(self, name):
        """The path of the test that a script becomes."""
        test, _ = self.ouro("native", "--test", os.path.join(FOLDER, name))
        with open(os.path.join(FOLDER, name)) as file:
            script = file.read()
        if name.endswith(".py"):  # it is in quotes
            script = script.replace("\\", "\\\\").replace("'", "\\'")
        self.assertIn(script, test, name)
        self.assertNotRegex(test, "@(TITLE|SCRIPT|EXPECTED|VARIABLES)@")
        base, extension = os.path.splitext(name)
        return os.path.join(self.folder, self.write(
            f"{base}_test{suites.SUITES[extension].extension}", test))

    def test_each_script_fails_where_the_bug_is(self):
        scripts = table()
        self.assertEqual(set(scripts), set(os.listdir(FOLDER)) - {"README.md", "__init__.py"})
        runs, untested = [], []
        for name, ranges in sorted(scripts.items()):
            self.assertTrue(ranges, f"{name}: the table says of no version whether it fails")
            path = self.regenerate(name)
            extension = os.path.splitext(name)[1]
            engines = [engine for engine in suites.engines(extension, self.folder)
                       if expected(ranges, numbers(engine.version)) is not None
                       and name.split("_")[0] in ENGINES[engine.name]]
            runs += [(name, extension, engine, path, ranges) for engine in engines]
            untested += [] if engines else [name]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(lambda run: suites.passes(run[1], run[2], run[3]), runs))
        wrong = [f"{name} on {engine.name} {engine.version}: {'passes' if passes else 'fails'}"
                 for (name, _, engine, _, ranges), passes in zip(runs, outcomes)
                 if passes != expected(ranges, numbers(engine.version))]
        self.assertEqual(wrong, [])
        print(f"{len(scripts)} scripts regenerated; {len(runs)} runs on versions of which the "
              f"table speaks: {outcomes.count(False)} fail, {outcomes.count(True)} pass",
              file=sys.stderr)
        if untested:
            print("NOT TESTED: no engine is here for", ", ".join(untested), file=sys.stderr)

    def test_sound_scripts_pass(self):
        """So no failure is one of the form."""
        for extension, script in SOUND.items():
            path = os.path.join(self.folder, self.write("sound" + extension, script))
            test, _ = self.ouro("native", "--test", path)
            path = os.path.join(self.folder, self.write(
                "sound_test" + suites.SUITES[extension].extension, test))
            for engine in suites.engines(extension, self.folder):
                self.assertTrue(suites.passes(extension, engine, path),
                                f"{extension} {engine.version}: {test}")

    def test_the_table_is_read(self):
        cell = "fails: 2.7.18 to 3.1 (with `x`, a y of `()`, 3.9, too), 3.15.2; passes: PHP 3.12"
        self.assertEqual([expected(list(tried(cell)), numbers(version)) for version in (
            "2.7.17", "2.7.18", "3.1.4", "3.2", "3.9", "3.12.9", "3.15.2", "3.15.20")],
            [None, False, False, None, None, True, False, None])


# Which scripts are an engine's: those whose names begin so.
ENGINES = {
    "CPython": ("cpython",), "PHP": ("php",), "Lua": ("lua",), "Perl": ("perl",),
    "Ruby": ("ruby",), "Duktape": ("duktape",), "GLib": ("glib", "gobject"),
}
# What is quoted in forms must come out as it went in.
SOUND = {
    ".py": '"""It\'s sound."""\nimport sys\ntext = \'\'\'a\\tb\'\'\'\nsys.exit(text != "a\\tb")\n',
    ".php": "<?php\n// Sound.\n//\n// Expected:\n//     number %d\n\necho 'number 7', \"\\n\";\n",
    ".lua": "-- Sound.\nassert([[a\\t]] .. 'b' == 'a\\\\tb')\n",
    ".pl": "# Sound.\nexit('a\\tb' eq \"a\\tb\" ? 1 : 0);\n",
    ".rb": "# Sound.\nexit 'a\\tb' != \"a\\tb\"\n",
    ".js": "// Sound.\nprint('what a script says is not compared');\n",
    ".c": "/* SPDX-License-Identifier: Apache-2.0 */\n\n// Sound.\n"
          "int main(int n, char** words) {\n  return n != 1 || words[1] != 0;\n}\n",
}


if __name__ == "__main__":
    ouro_driver.main()
