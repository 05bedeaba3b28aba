# SPDX-License-Identifier: Apache-2.0
"""Every citation in the tree leads somewhere.

Place: beside the other tests of the repository's shape. What is read is prose: documents, heads of
corpus files, comments and docstrings. What is a citation, and where it has to lead:

  section N, sections N, M to K    a heading `## N.` of docs/semantics.md; after the name of another
                                   document, as in `x.md, section N`, of that one
  # source: section N, WORDS       (corpus files) WORDS stand in that section
  experiment X, experiments X to Y docs/experiments/X.py
  fact N                           an item of the list under `## Facts` of docs/semantics.md
  laws `x`, `y`; law x-y; `# law: x` a law of the table in law.cc
  model/program.h, naive.h         a tracked file, from the root or from the file that cites it;
                                   without a folder, anywhere, or known as somebody else's
  //package:target, //package/...  a package, and a name that its BUILD file mentions
  [text](file#heading)             a file and a heading in it
  PyX_Y (where CPython is modelled)   the table of functions in docs/semantics.md
  bpo-N, gh-N, GH-N, PEP N         the form alone

A name of an experiment that stands at the beginning of a comment without that word is convicted as
well: W1 is a workload elsewhere.
"""

import ast
import fnmatch
import io
import os
import pathlib
import re
import subprocess
import tokenize
import unittest

SEMANTICS = "docs/semantics.md"
ITSELF = "tools/citation_test.py"
# Their files are cited, and are not ours.
FOREIGN = {
    "gcmodule.c": "CPython", "gc.c": "CPython", "typeobject.c": "CPython", "object.h": "CPython",
    "object.c": "CPython", "weakrefobject.c": "CPython", "gc.h": "Boehm",
    "pylifecycle.c": "CPython", "test_gc.py": "CPython", "test_weakref.py": "CPython",
    "mutation_inside_cyclegc.py": "CPython",
}
# They stand for a file of the reader's.
EXAMPLES = {"x.c", "x.py", "x_py.h", "toy.c", "all.gct"}
# Where an experiment's name means something else: workloads are called W1 to W5.
OTHER_NAMES = ("collector/benchmark/",)
# Where functions of CPython are cited, and not called.
MODELS = ("model/", "collector/heap/", "collector/naive", "collector/optimized", "corpus/",
          "docs/semantics.md")

# Between words: a comment may break there, once.
GAP = r"(?:[ \t]+|[ \t]*\n[+-]?[ \t]*(?:(?://|#|\*)[ \t]*)?)"
AND = rf"(?:,{GAP}and{GAP}|,{GAP}|{GAP}and{GAP}|{GAP}to{GAP})"
NAME = r"[A-Z]{1,2}\d+[a-z]?"
FILE = r"[\w*+-][\w.*+-]*\.(?:h|cc|c|py|md|gct|bzl|sh|patch|php|rb|lua|js|svg)"

SECTION = re.compile(rf"\b[Ss]ection{GAP}(\d+)\b(?!\.\d)")
SECTIONS = re.compile(rf"\b[Ss]ections{GAP}(\d+(?:{AND}\d+)*)\b(?!\.\d)")
OTHER_DOCUMENT = re.compile(rf"({FILE}),?{GAP}$")
EXPERIMENT = re.compile(rf"\b[Ee]xperiment{GAP}({NAME})\b")
EXPERIMENTS = re.compile(rf"\b[Ee]xperiments{GAP}({NAME}(?:{AND}{NAME})*)\b")
BARE = re.compile(rf"(?m)//[ \t]*({NAME})(?=$|[,.:;]|[ ]and\b)")
FACT = re.compile(rf"\b[Ff]acts?{GAP}(\d+(?:{AND}\d+)*)\b")
LAW = re.compile(r"\b[Ll]aws?:?\s+(`[a-z-]+`(?:(?:,|,? and)\s+`[a-z-]+`)*)"
                 r"|\b[Ll]aw\s+([a-z]+(?:-[a-z]+)+)\b"
                 r"|(?m:^# law: ([a-z-]+))|(?m:^# convicts: .* by ([a-z-]+):)")
PATH = re.compile(rf"(?<![\w/.:@*~$-])((?:[\w.*-]+/)+)?({FILE})(?![\w/*-])")
LABEL = re.compile(r"(?:(?<=[\s`'\"(])|^)//([\w.-]+(?:/[\w-]+)*)?(/\.\.\.)?"
                   r"(?::([\w+-]+(?:\.[\w+-]+)*))?(?=[\s`'\"),.;]|$)")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([\w-]*))?\)")
FUNCTION = re.compile(r"\b_?Py[A-Z][A-Za-z]*_\w+")
SOURCE = re.compile(r"(?m)^# source: (.*(?:\n# {2,}.*)*)")
WORDS = re.compile(r"section (\d+), ([^;:]*?)(?=;|:|, and section|\.|\n|$)")
BAD_FORM = re.compile(r"\b(?:bpo[ _]?\d+|gh[ _]?\d{4,}|GH[ _]?\d{3,}|PEP-?\d+|PEP +0\d+)\b")

CPP_TOKEN = re.compile(r'(?P<comment>//[^\n]*|/\*.*?\*/)|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'
                       r"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def only(text, spans):
    """The text with everything outside of the spans made blank, line by line."""
    result, end = [], 0
    for begin, stop in sorted(spans):
        result += [blank(text[end:begin]), text[begin:stop]]
        end = max(end, stop)
    return "".join(result) + blank(text[end:])


def python_prose(text):
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def at(row, column):
        return starts[row - 1] + column

    spans = [(at(*token.start), at(*token.end))
             for token in tokenize.generate_tokens(io.StringIO(text).readline)
             if token.type == tokenize.COMMENT]
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                spans.append((starts[value.lineno - 1], starts[value.end_lineno]))
    return only(text, spans)


def prose(path, text):
    """What people read in a file, at its place; None if that is nothing."""
    name, suffix = os.path.basename(path), os.path.splitext(path)[1]
    if suffix == ".md":
        return text
    if suffix in (".cc", ".h", ".c"):
        return only(text, [match.span() for match in CPP_TOKEN.finditer(text) if match["comment"]])
    if suffix in (".py", ".bzl"):
        return python_prose(text)
    if suffix == ".patch":  # its head, and the comments of the code
        return only(text, [match.span() for match in re.finditer(r"\A.*?^--- |//[^\n]*", text,
                                                                 re.DOTALL | re.MULTILINE)])
    if suffix == ".gct":
        return only(text, [match.span() for match in re.finditer(r"(?m)(?:^|(?<=\s))#.*$", text)])
    if suffix in (".sh", ".BUILD") or name in ("BUILD", "WORKSPACE", ".bazelrc", "setup"):
        return only(text, [match.span() for match in re.finditer(r"(?m)^[ \t]*#[^\n]*", text)])
    return None


def slug(heading):
    """A heading's anchor, as GitHub makes it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def headings(text):
    """The anchors of a document."""
    outside = re.sub(r"(?ms)^```.*?^```", lambda match: blank(match[0]), text)
    anchors = []
    for anchor in map(slug, re.findall(r"(?m)^#+ (.*)$", outside)):
        anchors.append(f"{anchor}-{anchors.count(anchor)}" if anchor in anchors else anchor)
    return anchors


def listed(text):
    """The names in "X, Y to Z", with what lies between Y and Z as (first, last)."""
    words = re.findall(rf"{NAME}|\d+|\bto\b", text)
    names, spans = [], []
    for i, word in enumerate(words):
        if word == "to":
            spans.append((words[i - 1], words[i + 1]))
        else:
            names.append(word)
    return names, spans


class Tree:
    """The files of a repository, and what may be cited in them."""

    def __init__(self, files):
        self.files = files  # text by path; None where it is not text
        self.folders = {os.path.dirname(path) for path in files}
        for folder in list(self.folders):
            while folder := os.path.dirname(folder):
                self.folders.add(folder)
        self.names = {os.path.basename(path) for path in files}
        semantics = files.get(SEMANTICS) or ""
        self.sections = self.numbered(SEMANTICS)
        facts = re.search(r"(?ms)^## Facts\n(.*?)(?=^## |\Z)", semantics)
        self.facts = set(re.findall(r"(?m)^(\d+)\. ", facts[1])) if facts else set()
        functions = re.search(r"(?ms)^## Functions of CPython\n(.*?)(?=^## |\Z)", semantics)
        self.functions = set(re.findall(r"\w+", functions[1])) if functions else set()
        self.experiments = {os.path.basename(path)[:-3] for path in files
                            if re.fullmatch(rf"docs/experiments/{NAME}\.py", path)}
        tables = [text for path, text in files.items() if os.path.basename(path) == "law.cc"]
        self.laws = set(re.findall(r'\{Law::\w+, "([\w-]+)"', "".join(tables)))

    def numbered(self, document):
        """The texts of the numbered sections of a document."""
        parts = re.split(r"(?m)^## ", self.files.get(document) or "")
        return {part.split(".")[0]: part for part in parts if re.match(r"\d+\. ", part)}

    def document(self, path, cited):
        """The document of that name: beside the file that cites it, or the only one."""
        beside = os.path.normpath(os.path.join(os.path.dirname(path), cited))
        found = [name for name in (cited, beside, "docs/" + cited) if name in self.files]
        return found[0] if found else None

    def has(self, path, folder, name):
        if "*" in folder + name:
            return any(fnmatch.fnmatch(known, "*" + folder + name) for known in self.files)
        if name in FOREIGN or name in EXAMPLES or re.match(r"(FILE|NAME|PATH|X)\.", name):
            return True
        if not folder:
            return name in self.names
        beside = os.path.normpath(os.path.join(os.path.dirname(path), folder + name))
        return folder + name in self.files or beside in self.files

    def has_label(self, package, below, name):
        below = below or package == "..."
        if package in (None, "..."):
            package = ""
        build = self.files.get(os.path.join(package, "BUILD"))
        if below:
            return build is not None or any(folder.startswith(package + "/") or folder == package
                                            for folder in self.folders)
        if build is None or name == "all":
            return build is not None
        name = name or os.path.basename(package)
        if os.path.join(package, name) in self.files:
            return True
        return any(f'"{known}"' in build for known in (name, re.sub(r"_run$", "", name)))


def check_numbers(tree, path, text):
    """Yields (place, complaint) of sections, experiments and facts."""
    for match in list(SECTION.finditer(text)) + list(SECTIONS.finditer(text)):
        before = OTHER_DOCUMENT.search(text[max(0, match.start() - 80):match.start()])
        document = tree.document(path, before[1]) if before else SEMANTICS
        known = tree.numbered(document) if document else {}
        names, spans = listed(match[1])
        names += [str(n) for first, last in spans for n in range(int(first), int(last))]
        for name in dict.fromkeys(names):
            if name not in known:
                yield match.start(), f"section {name} is not in {document or before[1]}"
    for match in list(EXPERIMENT.finditer(text)) + list(EXPERIMENTS.finditer(text)):
        names, spans = listed(match[1])
        for first, last in spans:
            letters, numbers = re.match(r"[A-Z]+", first)[0], re.findall(r"\d+", first + " " + last)
            names += [letters + str(n) for n in range(int(numbers[0]), int(numbers[1]))]
        for name in dict.fromkeys(names):
            if name not in tree.experiments:
                yield match.start(), f"experiment {name} is not in docs/experiments"
    for match in FACT.finditer(text):
        for name in listed(match[1])[0]:
            if name not in tree.facts:
                yield match.start(), f"fact {name} is not in {SEMANTICS}"
    if path.endswith((".cc", ".h")) and not path.startswith(OTHER_NAMES):
        for match in BARE.finditer(text):
            if match[1] in tree.experiments:
                yield match.start(), f"{match[1]} stands alone: say `experiment {match[1]}`"


def check_words(tree, path, text):
    """Yields (place, complaint) of `# source:` lines, laws, functions and issues."""
    if path.endswith(".gct"):
        for match in SOURCE.finditer(text):
            line = re.sub(r"\n# +", " ", match[1])
            for number, words in WORDS.findall(line):
                words = words.strip(' "')
                section = " ".join(tree.sections.get(number, "").split()).lower()
                if words and words.lower() not in section:
                    yield match.start(), f"`{words}` does not stand in section {number}"
    for match in LAW.finditer(text):
        names = next(group for group in match.groups() if group)
        for name in re.findall(r"[a-z-]+", re.sub(r"`\W+and\W+`", "` `", names)):
            if name not in tree.laws | {"broken"}:
                yield match.start(), f"no law is called {name}"
    if path.startswith(MODELS):
        for match in FUNCTION.finditer(text):
            if match[0] not in tree.functions:
                yield match.start(), f"{match[0]} is not in the table of {SEMANTICS}"
    for match in BAD_FORM.finditer(text):
        yield match.start(), f"`{match[0]}`: write bpo-N, gh-N, GH-N, PEP N"


def check_places(tree, path, text):
    """Yields (place, complaint) of files, labels and links."""
    if path.endswith(".md"):
        for match in LINK.finditer(text):
            if re.match(r"\w+:", match[1]):
                continue
            there = os.path.normpath(os.path.join(os.path.dirname(path), match[1])) if match[1] \
                else path
            if there not in tree.files and there not in tree.folders:
                yield match.start(), f"there is no {there}"
            elif match[2] and match[2] not in headings(tree.files.get(there) or ""):
                yield match.start(), f"{there} has no heading #{match[2]}"
    # What commands make or take need not be there, but for what is said to be in our folders.
    fences = [match.span() for match in re.finditer(r"(?ms)^```.*?^```", text)] \
        if path.endswith(".md") else []
    if path.startswith(("third_party/", "docs/reports/")):  # files of those that they describe
        return
    text = re.sub(r"\w+://\S+|<[\w/.+-]+\.h>", lambda match: blank(match[0]), text)
    for match in PATH.finditer(text):
        fenced = any(begin <= match.start() < end for begin, end in fences)
        if fenced and (match[1] or "").split("/")[0] not in tree.folders - {""}:
            continue
        if (match[1] or "").startswith(("ouro-out/", "ouro-ci/")):  # a command makes them
            continue
        if not tree.has(path, match[1] or "", match[2]):
            yield match.start(), f"there is no {match[1] or ''}{match[2]}"
    for match in LABEL.finditer(text):
        if any(match.groups()) and not tree.has_label(*match.groups()):
            yield match.start(), f"there is no {match[0]}"


def complaints(tree, path):
    """What is wrong with the citations of a file, as lines for people."""
    text = tree.files[path]
    text = prose(path, text) if text is not None else None
    if text is None or path == ITSELF:
        return []
    found = [complaint for check in (check_numbers, check_words, check_places)
             for complaint in check(tree, path, text)]
    return [f"{path}:{text.count(chr(10), 0, place) + 1}: {what}" for place, what in sorted(found)]


def tracked():
    """The tree: what git knows or, without git, all that is not hidden or Bazel's."""
    top = pathlib.Path(os.path.realpath(__file__)).parent.parent
    try:
        done = subprocess.run(["git", "-C", str(top), "ls-files", "-z"], capture_output=True)
        names = done.stdout.decode().split("\0")[:-1] if done.returncode == 0 else []
    except OSError:
        names = []
    if not names:
        for folder, folders, files in os.walk(top):
            folders[:] = [n for n in folders if not n.startswith((".", "bazel-", "ouro-out"))]
            names += [os.path.relpath(os.path.join(folder, name), top) for name in files]
    files = {}
    for name in names:
        try:
            files[name] = (top / name).read_text()
        except UnicodeDecodeError:
            files[name] = None
        except OSError:
            pass  # removed and not committed yet
    return Tree(files)


class CitationTest(unittest.TestCase):

    def test_tree_is_read(self):
        tree = tracked()
        for path in ("README.md", SEMANTICS, ITSELF, "corpus/laws/load.gct", "collector/naive.cc"):
            self.assertIn(path, tree.files)
        self.assertEqual(set(tree.sections), {str(n) for n in range(16)})
        for known in (tree.laws, tree.facts, tree.experiments, tree.functions):
            self.assertGreater(len(known), 10)

    def test_citations(self):
        tree = tracked()
        found = [line for path in sorted(tree.files) for line in complaints(tree, path)]
        self.assertFalse(found, f"\n{len(found)} lead nowhere:\n" + "\n".join(found))


SAMPLE = {
    "README.md": "# Top\n\n## In C\n\n## In C++\n",
    SEMANTICS: ("# S\n## 1. Deaths\n### The procedure\n## 2. Generations\n## 3. Chains\n"
                "## Facts\n1. a\n2. b\n## Functions of CPython\n| `PyObject_Do` |\n"),
    "docs/other.md": "# O\n## 7. Seven\n",
    "docs/experiments/R1.py": "", "docs/experiments/R2.py": "", "docs/experiments/W4b.py": "",
    "model/law.cc": '    {Law::kLoad, "load", "x"},\n    {Law::kFreeOnce, "free-once", "x"},\n',
    "model/BUILD": 'name = "law"\n', "model/law_test.cc": "",
}


class SelfTest(unittest.TestCase):
    """A bad citation of each kind is convicted, a good one is not."""

    def of(self, path, text):
        return complaints(Tree({**SAMPLE, path: text}), path)

    def convict(self, text, part, path="model/x.cc", line=1, count=1):
        found = self.of(path, text)
        self.assertEqual(len(found), count, (text, found))
        self.assertTrue(found[0].startswith(f"{path}:{line}: "), found)
        self.assertIn(part, found[0])

    def acquit(self, text, path="model/x.cc"):
        self.assertEqual(self.of(path, text), [], text)

    def test_sections(self):
        for good in ("section 1", "Section 2, and", "sections 1, 2 and 3", "sections 1 to 3",
                     "semantics, section 3", "docs/other.md, section 7", "other.md section 7",
                     "section\n// 2 of it", "section 4.2 of another paper", "a section of it"):
            self.acquit(f"// {good}\n")
        self.convict("// a\n// section 4\n", "section 4 is not in docs/semantics.md", line=2)
        self.convict("// sections 1 and 9\n", "section 9")
        self.convict("// sections 2 to 4\n", "section 4")
        self.convict("// section\n// 8\n", "section 8")
        self.convict("// docs/other.md, section 1\n", "section 1 is not in docs/other.md")
        self.acquit('const char* k = "section 9";\n')

    def test_experiments_and_facts(self):
        for good in ("experiment R1.", "experiments R1, W4b", "experiments R1 to R2",
                     "Experiments R1 and R2;", "an experiment", "fact 1", "facts 1, 2"):
            self.acquit(f"// {good}\n")
        self.convict("// experiment R3\n", "experiment R3 is not in")
        self.convict("// experiment W4\n", "experiment W4 is")
        self.convict("// experiments R1,\n// R9\n", "experiment R9")
        self.convict("// experiments R1 to R3\n", "experiment R3")
        self.convict("// fact 3\n", "fact 3")
        self.convict("// facts 1, 4\n", "fact 4")
        self.convict('"""See experiment R7."""\n', "experiment R7", path="tools/x.py")
        self.convict("# experiment R7\n", "experiment R7", path="corpus/x.gct")
        self.convict("+  // experiment R7\n", "experiment R7", path="x.patch")

    def test_bare_names(self):
        self.convict("int x;  // R1\n", "`experiment R1`")
        self.convict("// W4b, fact 1\n", "`experiment W4b`")
        self.acquit("// R7\n")
        self.acquit("// R1: a workload\n", path="collector/benchmark/x.cc")

    def test_source_lines(self):
        self.acquit("# source: section 1, the procedure; experiment R1\n", path="corpus/x.gct")
        self.acquit("# source: section 2; section 1, deaths\n", path="corpus/x.gct")
        self.convict("# a\n# source: section 2, the procedure\n", "`the procedure`", line=2,
                     path="corpus/x.gct")

    def test_laws(self):
        self.acquit("// the law `load`, and the law free-once; laws are promises\n")
        self.acquit("# law: free-once. What\n# convicts: php 8.2 by load: why\n", path="x.gct")
        self.acquit("Laws: `load`, `free-once`, and `load`.", path="x.md")
        self.convict("laws `load`, `free-twice`.", "no law is called free-twice", path="x.md")
        self.convict("Law: `free-twice`, and", "free-twice", path="x.md")
        self.convict("// the law `free-twice`\n", "no law is called free-twice")
        self.convict("// the law free-twice\n", "no law is called free-twice")
        self.convict("# law: free-twice\n", "free-twice", path="x.gct")
        self.convict("# convicts: php by loading: x\n", "loading", path="x.gct")

    def test_files(self):
        for good in ("model/law.cc", "law.cc", "gcmodule.c", "law*.cc", "docs/experiments/R1.py",
                     "<sys/wait.h>", "https://x.org/a/b.py", "a/b", "FILE.gct"):
            self.acquit(f"// see {good}.\n")
        self.acquit("[C++](README.md#in-c-1) `law.cc`", path="x.md")
        self.acquit("```\nouro run mine.gct out/x.gct\n```\n", path="x.md")
        self.convict("```\nouro run docs/x.gct\n```\n", "docs/x.gct", path="x.md", line=2)
        self.acquit("`experiments/R1.py`", path="docs/x.md")
        self.acquit("`ouro-ci/summary.md`", path="docs/x.md")
        for bad in ("model/no.cc", "no.h", "modle/law.cc", "no*.cc"):
            self.convict(f"// see {bad}.\n", bad)
        self.convict("a\n[x](README.md#in-d)", "no heading #in-d", path="x.md", line=2)
        self.convict("[x](missing)", "there is no missing", path="x.md")
        self.convict("[x](#nowhere)", "#nowhere", path="x.md")

    def test_labels(self):
        for good in ("//model:law", "//model:law_run", "//model:law.cc", "//model/...", "//...",
                     "//model:all"):
            self.acquit(f"// bazel test {good}\n")
        for bad in ("//model:lore", "//modle:law", "//modle/..."):
            self.convict(f"// bazel test {bad}\n", bad)

    def test_functions_and_issues(self):
        self.acquit("// PyObject_Do, PEP 442, gh-12345, bpo-1, GH-136401\n")
        self.acquit("// PyObject_Call\n", path="collector/peers/x.cc")
        self.convict("// PyObject_Call\n", "PyObject_Call")
        for bad in ("PEP442", "PEP-442", "bpo 35983", "gh 91636", "gh91636"):
            self.convict(f"// {bad}\n", bad)

    def test_what_is_prose(self):
        self.acquit('x = "section 9"\n', path="x.py")
        self.convict("def f():\n    pass  # section 9\n", "section 9", path="x.py", line=2)
        self.convict('def f():\n    """A.\n\n    Section 9\n    """\n', "section 9", path="x.py",
                     line=4)
        self.convict("# section 9\nname = \"x\"\n", "section 9", path="BUILD")
        self.convict("r0 = node 1\nr1 = r0  # section 9\n", "section 9", path="x.gct", line=2)


if __name__ == "__main__":
    unittest.main()
