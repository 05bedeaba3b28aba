# SPDX-License-Identifier: Apache-2.0

"""docs/reports: each report is whole, shows its script unchanged, and no bug lacks one.

Place: beside the documents that it reads: docs/trophies.md, the one list of bugs, and the reports
that are ready to send. A bug of the list whose column "known" begins with "none" or "not searched"
and which has a script needs a report, or the words "no report:" with the reason.
"""

import ast
import os
import pathlib
import re
import unittest

PARTS = ("Versions", "Steps", "Expected", "Actual", "Minimal case", "Suspected cause", "Search")
PRIVATE = "To be disclosed in private: use of freed memory"
ADDRESSES = {"php": "php/php-src", "cpython": "security@python.org",
             "perl": "perl-security@perl.org", "glib": "GNOME/glib"}
COMMENTS = {".php": "//", ".js": "//", ".c": ("//", "/*"), ".pl": "#", ".rb": "#"}
NATIVE = "corpus/native"
SCRIPT = re.compile(r"`([a-z]+_\w+\.(?:py|php|pl|js|c|lua|rb))`")
NO_REPORT = "no report:"


def top():
    """The workspace: bazel shows us a link to this file."""
    return pathlib.Path(os.path.realpath(__file__)).parent.parent


def code(path):
    """A script from its first line of code on."""
    lines = path.read_text().splitlines(keepends=True)
    if path.suffix == ".py":
        return "".join(lines[ast.parse("".join(lines)).body[0].end_lineno:]).lstrip("\n")
    begin = 0
    while lines[begin].startswith(COMMENTS[path.suffix]) or lines[begin].strip() in ("", "<?php"):
        begin += 1
    return "".join(lines[begin:])


def reports():
    """The reports by name."""
    return {path.stem: path.read_text() for path in (top() / "docs/reports").glob("*.md")
            if path.name != "README.md"}


def scripts():
    """The native scripts by name."""
    return {path.stem: path for path in (top() / NATIVE).iterdir() if path.suffix != ".md"}


def parts(text):
    """The headings of a report's parts, and what they contain."""
    outside = re.split(r"(?ms)^(```.*?^```)$", text)
    marked = "".join(part if i % 2 else re.sub(r"(?m)^## ", "\0", part)
                     for i, part in enumerate(outside))
    return {part.split("\n", 1)[0]: part.split("\n", 1)[1].strip()
            for part in marked.split("\0")[1:]}


def offences(name, text, script):
    """What is wrong with a report, as lines for people."""
    found = parts(text)
    if tuple(found) != PARTS:
        yield f"{name}: its parts are {', '.join(found)}"
    for part in (part for part, content in found.items() if not content):
        yield f"{name}: nothing under {part}"
    if script is None:
        yield f"{name}: no script of that name is in {NATIVE}"
    elif code(script) not in found.get("Minimal case", "") + "\n":
        yield f"{name}: it does not show the code of {script.name}"
    elif f"]({'../../' + NATIVE}/{script.name})" not in text:
        yield f"{name}: it does not link to {script.name}"


def rows(text):
    """The rows of bugs: cells by title, of tables that have a column `known`."""
    titles = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else None
        if cells is None:
            titles = None
        elif titles is None:
            titles = cells
        elif "known" in titles and not set(line) <= set("|-"):
            yield dict(zip(titles, cells))


def lacking(text, known_reports):
    """The scripts of bugs of the list that need a report, and have none."""
    for row in rows(text):
        line = " ".join(row.values())
        if not re.match(r"none|not searched", row["known"]) or NO_REPORT in line:
            continue
        for script in SCRIPT.findall(line):
            if script.split(".")[0] not in known_reports:
                yield script


class ReportsTest(unittest.TestCase):

    def test_reports_are_whole(self):
        found = [offence for name, text in sorted(reports().items())
                 for offence in offences(name, text, scripts().get(name))]
        self.assertFalse(found, "\n" + "\n".join(found))
        self.assertGreater(len(reports()), 30)

    def test_memory_is_private(self):
        index = (top() / "docs/reports/README.md").read_text()
        for name, text in reports().items():
            row = re.search(rf"(?m)^\| \[{name}\]\({name}\.md\) \| (\S+) \|", index)
            self.assertTrue(row, f"{name} is not in the index")
            first = text.split("\n", 1)[0]
            self.assertEqual(first.startswith(PRIVATE), row[1] == "**memory**", name)
            if first.startswith(PRIVATE):
                self.assertIn(ADDRESSES[name.split("_")[0]], first)
        for name in re.findall(r"\]\((\w+)\.md\)", index):
            self.assertIn(name, reports())

    def test_each_bug_has_one(self):
        text = (top() / "docs/trophies.md").read_text()
        self.assertGreater(len(list(rows(text))), 50)
        self.assertEqual(list(lacking(text, reports())), [])
        for name in reports():
            self.assertIn(f"](reports/{name}.md)", text)

    def test_each_script_is_in_the_list(self):
        listed = set(SCRIPT.findall((top() / "docs/trophies.md").read_text()))
        missing = sorted(path.name for path in scripts().values() if path.name not in listed)
        self.assertEqual(missing, [])

    def test_what_is_missing_is_found(self):
        script = top() / NATIVE / "php_late_free.php"
        text = reports()["php_late_free"]
        self.assertEqual(list(offences("php_late_free", text, script)), [])
        for old, new in (("## Steps", "# Steps"), ("gc_collect_cycles();", "gc();"),
                         ("## Search\n", "## Search\n\n## More\n"), (f"{NATIVE}/php", "php")):
            self.assertTrue(list(offences("php_late_free", text.replace(old, new), script)), old)
        self.assertTrue(list(offences("php_late_free", text, None)))
        table = "| what | script | known |\n|---|---|---|\n| x | `php_a.php` | none found |\n"
        self.assertEqual(list(lacking(table, {})), ["php_a.php"])
        self.assertEqual(list(lacking(table, {"php_a": ""})), [])
        self.assertEqual(list(lacking(table.replace("| x", "| no report: y"), {})), [])
        self.assertEqual(list(lacking(table.replace("none found", "GH-1"), {})), [])


if __name__ == "__main__":
    unittest.main()
