# SPDX-License-Identifier: Apache-2.0

"""Every promise of the heap's headers has its test, or a reason why it has none: promises.md.

Place: beside the headers. What is read of them is the comments of what an embedder may use: all of
embedder.h and handle.h, and heap.h up to its private part. A sentence ends with a full stop or with
its comment. Code in a comment, which is indented, is no sentence.
"""

import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).parent
HEADERS = ["heap.h", "embedder.h", "handle.h"]
TABLE = "promises.md"
REASONS = {"*definition*", "*code*"}  # what may stand in the place of tests

PRIVATE = "\n private:\n"  # the end of what an embedder reads of heap.h
COMMENT = re.compile(r"^\s*//(?: (.*))?$")
TRAILING = re.compile(r"[;,{}(]\s+// (?!namespace)(.*)$")
END = re.compile(r"(?<=[^.]\.)\s+(?=[A-Z`\"]|kNull|gc\.)")
# What the caller owes, costs, places; and the word for the first sentence on exceptions.
NO_PROMISE = re.compile(r"REQUIRES|(Amortized |Expected |Expected amortized )?O\(|Place:|Section \d"
                        r"|(Throws|otherwise)\.$")
ROW = re.compile(r"^\| (.+) \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"`(\w+\.\w+)`")
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)


def paragraphs(text):
    """The paragraphs of a header's comments, each in one line."""
    lines = []
    for line in [*text.split("\n"), ""]:
        comment = COMMENT.match(line)
        words = (comment and comment[1]) or ""
        if words and not words.startswith(("  ", "---", "SPDX")):
            lines.append(words)
            continue
        if lines:
            yield " ".join(lines)
            lines = []
        trailing = None if comment else TRAILING.search(line)
        if trailing:
            yield trailing[1]


def promises(name, text):
    """The sentences of a header that are to be in the table."""
    if name == "heap.h":
        text = text.split(PRIVATE)[0]
    for paragraph in paragraphs(text):
        yield from (s for s in END.split(paragraph) if not NO_PROMISE.match(s))


def table(text):
    """By header, what the rows of its table are: from a sentence to what stands beside it."""
    tables = {}
    for part in text.split("\n## ")[1:]:
        rows = [row for row in ROW.findall(part) if row[0] != "sentence"]
        tables[part.split("\n", 1)[0]] = rows
    return tables


class PromisesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tables = table((HERE / TABLE).read_text())
        cls.tests = {".".join(found) for path in HERE.glob("*_test.cc")
                     for found in TEST.findall(path.read_text())}

    def test_each_sentence_is_listed_and_each_listed_is_one(self):
        self.assertEqual(list(self.tables), HEADERS)
        for name in HEADERS:
            with self.subTest(name):
                sentences = list(promises(name, (HERE / name).read_text()))
                listed = [sentence for sentence, _ in self.tables[name]]
                self.assertEqual([s for s in sentences if s not in listed], [], "not in the table")
                self.assertEqual([s for s in listed if s not in sentences], [], "not in the header")
                self.assertEqual([s for s in listed if listed.count(s) > 1], [], "twice")

    def test_each_has_tests_that_exist_or_a_reason(self):
        for name in HEADERS:
            for sentence, beside in self.tables[name]:
                with self.subTest(sentence):
                    names = NAME.findall(beside)
                    self.assertEqual([n for n in names if n not in self.tests], [])
                    left = NAME.sub("", beside).strip(", ")
                    self.assertTrue(left in REASONS if not names else left == "", beside)

    def test_sentences(self):
        text = ("// One `x`, e.g. this. Two: 0 ...\n"
                "// `three` goes on; REQUIRES: no. kNull ends it.\n"
                "//\n//   code;\n// REQUIRES: more. O(1). Throws.\n"
                "int a = 0;  // a comment\nint b;\n private:\n// Hidden.\n")
        self.assertEqual(list(promises("heap.h", text)), [
            "One `x`, e.g. this.", "Two: 0 ... `three` goes on; REQUIRES: no.", "kNull ends it.",
            "a comment"])
        self.assertIn("Hidden.", promises("handle.h", text))


if __name__ == "__main__":
    unittest.main()
