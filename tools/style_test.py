# SPDX-License-Identifier: Apache-2.0

"""The style of this repository: licence lines, functions, files, lines, opening comments, guards,
format. docs/style.md says the rest, which no test can tell.

It reads the real source tree, so that a new folder needs no mention here or in BUILD: what git
knows or, where there is no git, what is in folders of packages. So what campaigns leave there is
not read. Bazel is told to run it each time (`external`), for it cannot know what is read.
"""

import ast
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

MAX_FUNCTION_LINES = 70
MAX_FILE_LINES = 500
MAX_TABLE_LINES = 1000  # of a table of kinds, which has nothing but rows
MAX_COLUMNS = 100
CPP = {".c", ".cc", ".h"}
SCRIPTS = {".js"}  # their braces are as those of C++
PYTHON = {".py", ".bzl"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LICENCE_LINES = 3  # it is one of so many at the top: an interpreter's line may come before
# How a comment of one line begins and ends. A C header is C or C++ by its opening comment.
COMMENTS = {
    ".c": ("/* ", " */"), ".cc": ("// ", ""), ".h": ("// ", ""), ".php": ("// ", ""),
    ".lua": ("-- ", ""), ".py": ("# ", ""), ".bzl": ("# ", ""), ".sh": ("# ", ""),
    ".rb": ("# ", ""), ".yml": ("# ", ""), ".BUILD": ("# ", ""), ".bazel": ("# ", ""),
    ".js": ("// ", ""), ".css": ("/* ", " */"), ".html": ("<!-- ", " -->"),
}
BUILD_FILES = {"BUILD", "WORKSPACE", "WORKSPACE.bzlmod"}
WORDS_FOR_LATER = ("TO" "DO", "FIX" "ME", "X" "XX")  # in two parts: this file is read too
FORMATTER = "clang-format-14"


def blank(match):
    """What has no meaning for braces, made blank; its lines stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


CPP_NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:[^\n\\]|\\.|\\\n)*",
    re.DOTALL | re.MULTILINE)
NOT_A_FUNCTION = re.compile(r"(namespace|class|struct|enum|union)\b")
BEFORE_A_FUNCTION = re.compile(r"\s*((public|protected|private)\s*:\s*)*")


def function_in(head):
    """Where in what stands before a brace a function's definition begins, or None."""
    begin = BEFORE_A_FUNCTION.match(head).end()
    head = re.sub(r"operator\s*\S+?\(", "operator(", head[begin:])
    while (simpler := re.sub(r"<[^<>]*>", "", head)) != head:  # template <class T = int>
        head = simpler
    head = re.sub(r"\s*template\s*", "", head)
    if "(" not in head or NOT_A_FUNCTION.match(head) or "=" in head.split("(")[0]:
        return None
    return begin


def cpp_functions(text):
    """Yields (first line, lines) of each outermost function, in code that is formatted."""
    code = CPP_NOISE.sub(blank, text)
    start = None   # of the function that we are in
    depth = 0      # of braces in it
    statement = 0  # where the present one begins, outside of functions
    for match in re.finditer(r"[{};]", code):
        at, brace = match.start(), match.group(0)
        if start is None and brace == "{":
            begin = function_in(code[statement:at])
            start = None if begin is None else statement + begin
        if start is None:
            statement = at + 1
            continue
        depth += {"{": 1, "}": -1, ";": 0}[brace]
        if depth == 0 and not re.match(r"\s*[{,]", code[at + 1:]):  # C::C() : a_{1}, b_{2} {
            first = code.count("\n", 0, start) + 1
            yield first, code.count("\n", 0, at) + 2 - first
            start, statement = None, at + 1


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def functions(suffix, text):
    if suffix in CPP:
        return cpp_functions(text)
    if suffix in SCRIPTS:
        return cpp_functions(re.sub(r"`(?:\\.|[^`\\])*`", blank, text))
    return python_functions(text) if suffix in PYTHON else []


def guard(path):
    return re.sub(r"[^A-Z0-9]", "_", path.upper()) + "_"


def comment(path, text):
    """How comments of one line begin and end in that source file; None: it is no source file."""
    name = os.path.basename(path)
    if name in BUILD_FILES or text.startswith("#!"):
        return ("# ", "")
    suffix = os.path.splitext(name)[1]
    if suffix == ".h" and text.startswith("/*"):
        suffix = ".c"
    return COMMENTS.get(suffix)


def licence_line(path, text):
    """The line that says under which licence a source file is, as it should be."""
    begin, end = comment(path, text)
    return begin + LICENCE + end


def without_licence(path, text):
    """The text without that line and a blank one after it: they say nothing about the file."""
    line = licence_line(path, text) + "\n"
    before, found, after = text.partition(line)
    if not found or before.count("\n") >= LICENCE_LINES:
        return text
    return before + after.removeprefix("\n")


def opens_with_a_comment(path, text):
    if text.startswith(("#!", "<?php\n", "<!doctype html>\n")):
        text = text.split("\n", 1)[-1]
    if path.endswith(".cc") and text.startswith(f'#include "{path[:-3]}.h"\n'):
        return True  # its header says it
    return text.startswith(("// ", "/* ", "# ", "-- ", "<!-- ", '"""'))


def licence_offences(path, text):
    line = licence_line(path, text)
    if line not in text.split("\n")[:LICENCE_LINES]:
        yield f"{path}:1: none of the first {LICENCE_LINES} lines is `{line}`"


def style_offences(path, text):
    suffix = os.path.splitext(path)[1]
    rows = text.split("\n")
    for number, row in enumerate(rows, 1):
        if len(row) > MAX_COLUMNS:
            yield f"{path}:{number}: {len(row)} columns; {MAX_COLUMNS} are the limit"
        for word in WORDS_FOR_LATER:
            if re.search(rf"\b{word}\b", row):
                yield f"{path}:{number}: {word}: do it now, or write it to the tracker"
    content = without_licence(path, text)
    most = MAX_TABLE_LINES if "/kinds_table." in path else MAX_FILE_LINES
    if content.count("\n") > most:
        yield f"{path}: {content.count(chr(10))} lines; {most} are the limit"
    if not opens_with_a_comment(path, content):
        yield f"{path}:1: no opening comment that says what the file is and where its place is"
    for number, length in functions(suffix, text):
        # A table of functions is one initializer, which looks like one.
        if length > MAX_FUNCTION_LINES and "/kinds_table." not in path:
            yield (f"{path}:{number}: a function of {length} lines; "
                   f"{MAX_FUNCTION_LINES} are the limit")
    if suffix == ".h":
        name = guard(path)
        opens = f"\n#ifndef {name}\n#define {name}\n" in text
        if not opens or not text.endswith((f"#endif  // {name}\n", f"#endif /* {name} */\n")):
            yield f"{path}: no include guard {name}"


def offences(path, text):
    """What is wrong with a file, as lines for people."""
    yield from licence_offences(path, text)
    yield from style_offences(path, text)


def root():
    """The workspace: bazel shows us a link to this file."""
    return pathlib.Path(os.path.realpath(__file__)).parent.parent


def tracked(top):
    """The files that git knows, as paths from `top`, or None where it knows nothing."""
    try:
        done = subprocess.run(["git", "-C", str(top), "ls-files", "-z"], capture_output=True)
    except OSError:
        return None
    names = done.stdout.decode().split("\0")[:-1]
    return [name for name in names if (top / name).is_file()] if done.returncode == 0 else None


def walked(top):
    """The files in the folders of `top` that are packages, and below them, and in `top` itself."""
    found = []
    for folder, folders, files in os.walk(top):
        if folder == str(top):
            folders[:] = [name for name in folders
                          if name == ".ci" or (top / name / "BUILD").is_file()]
        folders[:] = [name for name in folders
                      if name == ".ci" or not name.startswith((".", "bazel-"))]
        found += [os.path.relpath(os.path.join(folder, name), top) for name in files]
    return found


def head(path):
    """The first two bytes, which tell a script."""
    with open(path, "rb") as file:
        return file.read(2).decode("latin-1")


def sources():
    """Paths from the root, sorted: code, build files and scripts. Data and programs are none."""
    files = tracked(root()) or walked(root())
    return sorted(name for name in files if comment(name, head(root() / name)) is not None)


class StyleTest(unittest.TestCase):

    def test_sources_are_found(self):
        self.assertTrue((root() / "WORKSPACE").exists(), root())
        for path in ("model/program.h", "collector/heap/heap.cc", "tools/style_test.py",
                     "third_party/clang.bzl", "third_party/fmt.BUILD", "model/BUILD", "WORKSPACE",
                     "tools/setup", ".ci/run"):
            self.assertIn(path, sources())
        for path in sources():
            self.assertNotIn(os.path.splitext(path)[1], (".gct", ".md", ".patch", ".txt"))

    def test_the_licence_is_the_standard_text(self):
        text = (root() / "LICENSE").read_text()
        self.assertIn("Apache License\n", text)
        debian = pathlib.Path("/usr/share/common-licenses/Apache-2.0")
        if debian.exists():
            self.assertEqual(text, debian.read_text())

    def test_what_campaigns_leave_is_not_read(self):
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            for name in ("a/BUILD", "a/b/c.cc", "ouro-out/tests/x.cc", "bazel-out/y.cc", "z.py"):
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_text("")
            self.assertIsNone(tracked(top))
            self.assertEqual(sorted(walked(top)), ["a/BUILD", "a/b/c.cc", "z.py"])
            if shutil.which("git") is None:
                return
            subprocess.run(["git", "init", "-q", folder], check=True)
            subprocess.run(["git", "-C", folder, "add", "a", "z.py"], check=True)
            (top / "z.py").unlink()
            self.assertEqual(sorted(tracked(top)), ["a/BUILD", "a/b/c.cc"])
        for path in sources():
            self.assertFalse(path.startswith(("ouro-out/", "bazel-")), path)

    def test_style(self):
        found = []
        for path in sources():
            found += offences(path, (root() / path).read_text())
        self.assertFalse(found, "\n" + "\n".join(found))

    def test_format(self):
        if shutil.which(FORMATTER) is None:
            others = sorted({name for folder in os.get_exec_path() if os.path.isdir(folder)
                             for name in os.listdir(folder)
                             if re.fullmatch(r"clang-format(-\d+)?", name)})
            here = f"; {', '.join(others)}: they format otherwise" if others else ""
            print(f"NOT TESTED: the format; {FORMATTER} is not here{here}", file=sys.stderr)
            self.skipTest(f"{FORMATTER} is not here")
        files = [path for path in sources() if os.path.splitext(path)[1] in CPP]
        done = subprocess.run([FORMATTER, "--style=file", "--dry-run", "--Werror", *files],
                              cwd=root(), capture_output=True, text=True)
        bad = sorted(set(re.findall(r"(?m)^(\S+?):\d+:\d+: error", done.stderr)))
        self.assertEqual(done.returncode, 0,
                         f"\n{FORMATTER} -i {' '.join(bad)}\n{done.stderr[:2000]}")


def function_of(lines, head="int f(int x) {"):
    return head + "\n" + "  x;\n" * (lines - 2) + "}\n"


def licensed(path, text):
    """The text of a file as it would be without fault."""
    line = licence_line(path, text) + "\n\n"
    if text.startswith(("#!", "<?php\n", "<!doctype html>\n")):
        first, _, rest = text.partition("\n")
        return first + "\n" + line + rest
    return line + text


class SelfTest(unittest.TestCase):
    """The rules convict what is bad, and nothing else."""

    def convict(self, path, text, part):
        found = list(style_offences(path, text))
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def acquit(self, path, text):
        self.assertEqual(list(style_offences(path, text)), [])

    def test_licence(self):
        for path, text, line in (
                ("a/b.cc", "// A.\n", "// " + LICENCE), ("a/b.py", '"""A."""\n', "# " + LICENCE),
                ("a/b.c", "/* A. */\n", "/* " + LICENCE + " */"),
                ("a/BUILD", "# A.\n", "# " + LICENCE), ("WORKSPACE", "# A.\n", "# " + LICENCE),
                ("MODULE.bazel", "# A.\n", "# " + LICENCE), ("a/b.BUILD", "# A.\n", "# " + LICENCE),
                ("a/b.lua", "-- A.\n", "-- " + LICENCE), ("a/b.rb", "# A.\n", "# " + LICENCE),
                ("a/b.php", "<?php\n// A.\n", "// " + LICENCE),
                ("a/b.js", "// A.\n", "// " + LICENCE),
                ("a/b.css", "/* A. */\n", "/* " + LICENCE + " */"),
                ("a/b.html", "<!doctype html>\n<!-- A. -->\n", "<!-- " + LICENCE + " -->"),
                ("tools/b", "#!/bin/sh\n# A.\n", "# " + LICENCE)):
            good = licensed(path, text)
            self.assertIn(line, good.split("\n"))
            self.assertEqual(list(offences(path, good)), [])
            for bad in (text, good.replace("Apache-2.0", "MIT"), good.replace(line, line[3:]),
                        text + "\n\n" + line + "\n"):
                self.assertTrue(any(f"`{line}`" in found for found in offences(path, bad)), bad)
        for path in ("a.gct", "a.md", "a.patch", "a.txt", "a.trace", "a.svg", "b/LICENSE"):
            self.assertIsNone(comment(path, "# a\n"))

    def test_a_licence_is_not_what_a_file_is(self):
        self.assertEqual(without_licence("a.cc", f"// {LICENCE}\n\n// A.\n"), "// A.\n")
        self.assertEqual(without_licence("a.sh", f"#!/bin/sh\n# {LICENCE}\n# A.\n"),
                         "#!/bin/sh\n# A.\n")
        self.assertEqual(len(list(offences("a.cc", f"// {LICENCE}\n\nint x;\n"))), 1)
        # Nor does it count as one of the lines.
        self.acquit("a/b.cc", licensed("a/b.cc", "// x\n" * MAX_FILE_LINES))

    def test_lines(self):
        self.acquit("a/b.cc", "// " + 97 * "x" + "\n")
        self.convict("a/b.cc", "// " + 98 * "x" + "\n", "a/b.cc:1: 101 columns")
        self.acquit("a/b.py", "# x\n" * 500)
        self.convict("a/b.py", "# x\n" * 501, "501 lines")

    def test_words(self):
        for word in WORDS_FOR_LATER:
            self.convict("a/b.cc", f"// a\n// {word}(me): x\n", "a/b.cc:2: " + word)
        self.acquit("a/b.cc", "// a to-do list; mastodons\n")

    def test_opening_comment(self):
        for path, text in (("a/b.cc", "// A noun.\n"), ("a/b.c", "/* A noun. */\n"),
                           ("a/b.cc", '#include "a/b.h"\n'),
                           ("a/b.py", "#!/usr/bin/env python3\n# A noun.\n"),
                           ("b.bzl", '"""A."""\n'), ("a/BUILD", "# A.\n"),
                           ("a/b.php", "<?php\n// A.\n"), ("a/b.lua", "-- A.\n")):
            self.acquit(path, text)
        for path, text in (("a/b.cc", '#include "a/c.h"\n'), ("a/b.py", "import os\n"),
                           ("a/b.py", "#!/usr/bin/env python3\nimport os\n"), ("b.bzl", "\n# A.\n"),
                           ("a/b.cc", "")):
            self.convict(path, text, "no opening comment")

    def test_guards(self):
        good = "// A.\n\n#ifndef A_B_H_\n#define A_B_H_\n\n#endif  // A_B_H_\n"
        self.acquit("a/b.h", good)
        self.acquit("a/b.h", good.replace("// A_B_H_", "/* A_B_H_ */").replace("  /*", " /*"))
        self.convict("a/c.h", good, "A_C_H_")
        self.convict("a/b.h", good.replace("#endif  //", "#endif //"), "A_B_H_")
        self.convict("a/b.h", "// A.\n#pragma once\n", "A_B_H_")

    def test_python_functions(self):
        body = "    x = 1\n"
        self.acquit("b.py", "# A.\ndef f():\n" + 69 * body)
        self.convict("b.py", "# A.\ndef f():\n" + 70 * body, "b.py:2: a function of 71 lines")
        self.convict("b.py", "# A.\nclass C:\n  def f():\n" + 70 * body, "b.py:3: a function of 71")

    def test_cpp_functions(self):
        for head in ("int f(int x) {", "void C::f() const noexcept {", "TEST(A, B) {",
                     "template <class T = int>\nauto f(T x) -> std::vector<T> {",
                     "C::C() : a_(1), b_(2) {", "C::C() : a_{1}, b_{{2}, {3}} {",
                     "bool operator==(const C& c) const {", 'extern "C" int f(char* x) {'):
            lines = 70 - head.count("\n")
            self.acquit("b.cc", "// A.\n" + function_of(lines, head))
            self.convict("b.cc", "// A.\n" + function_of(lines + 1, head),
                         "b.cc:2: a function of 71 lines")
        for around in ("class C : public B<int(int)> {\n public:\n",
                       "namespace a {\nnamespace {\n"):
            self.acquit("b.cc", "// A.\n" + around + function_of(70))
            self.convict("b.cc", "// A.\n" + around + function_of(71), "b.cc:4: a function of 71")

    def test_functions_of_scripts(self):
        for head in ("function f(x) {", "async function f() {"):
            self.acquit("b.js", "// A.\n" + function_of(70, head))
            self.convict("b.js", "// A.\n" + function_of(71, head), "b.js:2: a function of 71")
        method = "class C {\n" + function_of(71, "f(x) {") + "}\n"
        self.convict("b.js", "// A.\n" + method, "b.js:3: a function of 71 lines")
        self.acquit("b.js", "// A.\nconst t = `" + function_of(80) + "`;\n")

    def test_what_looks_like_a_function_in_cpp(self):
        long = "  1,\n" * 100
        for text in ("const int kTable[] = {\n" + long + "};\n",
                     "enum class E : int {\n" + long + "};\n",
                     "struct S {\n" + "  int x = (1);\n" * 100 + "};\n",
                     "namespace n {\n" + "int f(int x) { return x; }\n" * 100 + "}\n",
                     "class C : public B<int(int)> {\n" + "  int f() { return '{'; }\n" * 99,
                     'const char* k = R"x(\nint f() {\n' + long + ')x";\n',
                     "#define F(x) \\\n  int f() { \\\n" + "    g(); \\\n" * 100 + "\n"):
            self.acquit("b.cc", "// A.\n" + text)

    def test_a_long_function_among_others(self):
        short = function_of(5)
        text = "// A.\n" + short + "const int k[] = {1, 2};\n" + function_of(80) + short
        self.convict("b.cc", text, "b.cc:8: a function of 80 lines")

    def test_noise_in_cpp(self):
        noise = "'}', \"}\", 1'000'000; // }"
        self.convict("b.cc", "// A.\n" + function_of(80).replace("x;", noise),
                     "b.cc:2: a function of 80 lines")


if __name__ == "__main__":
    unittest.main()
