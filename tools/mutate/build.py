# SPDX-License-Identifier: Apache-2.0

"""A build makes the programs of a target, the heap or the judge, that hold all of its mutants.

The sources with mutants are in a tree that the compiler sees before the real one. Of the rest, what
includes a mutated header is compiled again, and everything else is taken as Bazel has left it: so
Bazel says what a test consists of, and nothing here repeats it. What was compiled is kept as long
as the text of its own sources stays as it is.

Place: above schema.py; campaign.py runs what this builds.
"""

import concurrent.futures
import dataclasses
import hashlib
import json
import pathlib
import re
import subprocess

import operators
import schema

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMPILER = ["clang++", "-std=c++20", "-O1", "-fPIC", "-w", "-D_GLIBCXX_ASSERTIONS",
            "-ferror-limit=0"]
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
# Notes that say where a mutant is that made an error elsewhere.
USE = re.compile("requested here|in a constant expression")
LIBRARY = """#include <memory>

#include "collector/library.h"
#include "collector/optimized.h"

extern "C" const ouro::LibraryEntry ouro_library = {
    .contract = "%s", .make = [](ouro::Observer& observer) -> std::unique_ptr<ouro::Collector> {
      return std::make_unique<ouro::Optimized>(observer, ouro::%s);
    }};
"""
CONTRACTS = {"cpython26": "kRules26", "cpython39": "kRulesPep442"}


@dataclasses.dataclass
class Target:
    """What is mutated, and by which of Bazel's tests it is tried, the fast ones first."""
    name: str
    folder: str
    enums: str  # whose headers have enumerations of use, too
    tests: list
    slow: list


HEAP = Target("heap", "collector/heap", "collector/heap", [
    f"collector/heap/{name}_test" for name in (
        "exit", "debug", "user_code", "heap", "storage", "map", "handle", "payload", "reports",
        "weak", "two_heaps", "verify", "listener", "limits", "reset", "clear")],
    [f"collector/heap/{name}_test" for name in (
        "exceptions", "memory", "trim", "saturation", "deep")])
JUDGE = Target("judge", "model/judge", "model", [
    "model/judge/feature_test", "model/judge/judge_test", "properties/report_test"], [
    f"properties/{name}_test" for name in (
        "corpus", "liar", "damage", "laws", "wild", "situation")])
TARGETS = {"heap": HEAP, "judge": JUDGE}


def step_of(test):
    """What a test is called as a step."""
    name = test.rpartition("/")[2]
    return "rules" if name in ("judge_test", "feature_test") else name


def read(file):
    return (ROOT / file).read_text()


def sources(target):
    """The files that are mutated, headers first."""
    files = [p for p in (ROOT / target.folder).iterdir() if p.suffix in (".h", ".cc")
             and not p.name.endswith("_test.cc")]
    return [str(p.relative_to(ROOT)) for p in sorted(files, key=lambda p: (p.suffix != ".h", p))]


def find(target):
    """All mutants of a target, accepted or not."""
    texts = {file: read(file) for file in sources(target)}
    enums = [p.read_text() for p in sorted((ROOT / target.enums).glob("*.h"))]
    siblings = operators.enumerators([*texts.values(), *enums])
    names = operators.exchanges(texts.values())
    return [m for file, text in texts.items()
            for m in operators.Finder(file, text, siblings, names).find()]


def closure(file):
    """The file and the headers of ours that it includes, itself or by others."""
    seen, left = [], [file]
    while left:
        file = left.pop()
        if file not in seen and (ROOT / file).exists():
            seen.append(file)
            left += INCLUDE.findall(read(file))
    return seen


class Build:
    def __init__(self, target, folder, workers, say):
        self.target, self.workers, self.say = target, workers, say
        self.folder = folder
        self.tree = folder / "tree"
        self.tree.mkdir(parents=True, exist_ok=True)
        (self.tree / "ouro_schema.h").write_text(schema.HEADER)
        (folder / "objects").mkdir(exist_ok=True)
        self.mutants = find(target)
        # So that a number stays the same while the sources do.
        self.numbers = {m.key: n for n, m in enumerate(self.mutants, 1)}
        self.refused = set()
        self.by_uses = set()  # of these, what no file by itself refuses

    # ---- What compiles ----

    def accept(self):
        """Finds out what compiles, by file, and writes the schemata; remembers the refused."""
        before = self._known()
        self.by_uses = set(before.pop("(uses)", []))
        self.refused = set(self.by_uses)
        for file in sources(self.target):
            mine = [m for m in self.mutants if m.file == file and m.key not in self.by_uses]
            stamp = self._digest("".join(read(f) for f in closure(file)) +
                                 "".join(m.key + m.new for m in mine))
            if before.get(file, {}).get("stamp") != stamp:
                good = {m.key for m in schema.accepted(mine, self._compiler_of(file))}
                refused = [m.key for m in mine if m.key not in good]
                before[file] = {"stamp": stamp, "refused": refused}
                self._remember(before)
                self.say(f"{file}: {len(mine)} mutants, {len(refused)} refused")
            self.refused |= set(before[file]["refused"])
            self._write(file)

    def _known(self):
        """By file, what it refuses; by "(uses)", what only uses of a header refuse."""
        known = self.folder / "refused.json"
        return json.loads(known.read_text()) if known.exists() else {}

    def _remember(self, known):
        known["(uses)"] = sorted(self.by_uses)
        (self.folder / "refused.json").write_text(json.dumps(known))

    def _write(self, file):
        mine = [m for m in self.mutants if m.file == file and m.key not in self.refused]
        place = self.tree / file
        place.parent.mkdir(parents=True, exist_ok=True)
        text = schema.write(read(file), mine, self.numbers)
        if not place.exists() or place.read_text() != text:
            place.write_text(text)

    def _compiler_of(self, file):
        """What schema.accepted needs of that file."""
        trial = self.tree / file
        trial.parent.mkdir(parents=True, exist_ok=True)

        def compile_schema(mutants):
            trial.write_text(schema.write(read(file), mutants, self.numbers))
            while (run := self._compile(trial, ["-fsyntax-only", "-xc++"])).returncode != 0:
                blamed = self._blamed(run.stderr)
                if blamed.get(file) or not self._refuse(file, blamed):
                    return blamed.get(file, set())
            return None
        return compile_schema

    def _blamed(self, stderr):
        """By file of the tree, the keys of the mutants that a compiler complains of. What it says
        of other people's templates is about their nearest use."""
        places, pending = {}, False
        for match in re.finditer(r"^([^\s:]+):(\d+):(\d+): ([^\n]*)", stderr, re.MULTILINE):
            error = re.match("error|fatal", match.group(4)) is not None
            pending = pending or error
            ours = match.group(1).startswith(f"{self.tree}/")
            if ours and (error or pending and USE.search(match.group(4))):
                file = match.group(1)[len(str(self.tree)) + 1:]
                places.setdefault(file, set()).add((int(match.group(2)), int(match.group(3))))
                pending = False
        return {file: {self.mutants[n - 1].key
                       for n in schema.blamed((self.tree / file).read_text(), at)}
                for file, at in places.items()}

    def _refuse(self, user, blamed):
        """Takes mutants out of headers that a use of theirs refuses. Whether there are any."""
        found = False
        for header, keys in blamed.items():
            bad = keys - self.refused
            if bad and header != user:
                found = True
                self.by_uses |= bad
                self.refused |= bad
                self._write(header)
                self._remember(self._known())
                self.say(f"{user} refuses {len(bad)} of {header}")
        return found

    def _compile(self, source, flags):
        return subprocess.run(
            [*COMPILER, f"-I{self.tree}", f"-I{ROOT}", "-include", "ouro_schema.h", *flags,
             str(source)], capture_output=True, text=True, check=False)

    def load_refused(self):
        """What accept() has found out before."""
        for file, what in self._known().items():
            self.refused |= set(what if file == "(uses)" else what["refused"])

    # ---- Objects ----

    @staticmethod
    def _digest(text):
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _mutated(self, file):
        """The path of a source: in the tree, if it has mutants."""
        return self.tree / file if (self.tree / file).exists() else ROOT / file

    def object_of(self, file, text=None, flags=()):
        """Compiles a source, whose text may be given, unless that is done. If a use of a header
        refuses a mutant, so do we."""
        source = self._mutated(file)
        if text is not None:
            source = self.folder / file
            if not source.exists() or source.read_text() != text:
                source.write_text(text)
        while True:
            parts = [self._mutated(f).read_text() for f in closure(file)] + [text or "", *flags]
            stamp = self._digest("".join(parts) + schema.HEADER + " ".join(COMPILER))
            result = self.folder / "objects" / f"{file.replace('/', '.')}.{stamp}.o"
            if result.exists():
                return result
            part = result.with_suffix(".part")
            run = self._compile(source, ["-c", "-o", str(part), *flags])
            if run.returncode == 0:
                part.rename(result)
                return result
            if not self._refuse("", self._blamed(run.stderr)):
                raise SystemExit(f"{file} does not compile:\n{run.stderr[:4000]}")

    def objects(self, files):
        """Several: in parallel, once one has shown that it compiles, since uses refuse mutants."""
        for file in files:
            if "handle" in read(file):
                self.object_of(file)
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            return list(pool.map(self.object_of, files))

    # ---- Programs ----

    def programs(self, names):
        """Builds the tests of those names, or all fast ones, and the libraries if a step needs
        them. Returns the tests, by name, and the libraries, by contract."""
        self.accept()
        tests = [t for t in self.target.tests + self.target.slow if step_of(t) in names] \
            if names else self.target.tests
        self.say("bazel build")
        subprocess.run(["bazel", "build", "--config=ci", "//:ouro",
                        *(f"//{t.rpartition('/')[0]}:{t.rpartition('/')[2]}" for t in tests)],
                       cwd=ROOT, check=True, capture_output=True)
        runtime = self.object_of("runtime.cc", schema.RUNTIME,
                                 [f"-DOURO_MUTANTS={len(self.mutants)}"])
        alone = not names or {"corpus", "random", "verify"} & set(names)
        libraries = self._libraries(runtime) if self.target is HEAP and alone else {}
        return {test: self._test(test, runtime) for test in tests}, libraries

    def _link(self, name, arguments, inputs):
        """Links unless that is done; `inputs` are what that depends on."""
        program = self.folder / name
        stamp = self.folder / f"{name}.stamp"
        wanted = " ".join(str(a) for a in arguments) + "".join(
            str(pathlib.Path(i).stat().st_mtime_ns) for i in inputs)
        if not program.exists() or not stamp.exists() or stamp.read_text() != wanted:
            self.say(f"link {name}")
            subprocess.run(["clang++", "-fuse-ld=lld", *map(str, arguments), "-o", str(program)],
                           cwd=ROOT, check=True)
            stamp.write_text(wanted)
        return program

    def _test(self, test, runtime):
        """One of Bazel's tests, with the mutants in it."""
        parameters = (ROOT / "bazel-bin" / f"{test}-2.params").read_text().split()
        mutated = set(sources(self.target))
        ours, others = [], []
        for argument in parameters[2:]:
            file = re.sub(r"^bazel-out/[^/]+/bin/(.*)_objs/[^/]+/(.*?)(\.pic)?\.o$", r"\1\2.cc",
                          argument)
            if file != argument and (ROOT / file).exists() and mutated & set(closure(file)):
                ours.append(file)
            elif argument.endswith((".o", ".a")) or argument.startswith("-l") or \
                    argument in ("-Wl,--start-lib", "-Wl,--end-lib", "-pthread"):
                others.append(argument)
        objects = self.objects(ours)
        inputs = [*objects, *(ROOT / a for a in others if not a.startswith("-"))]
        return self._link(test.replace("/", "."), [*objects, runtime, *others, "-lstdc++", "-lm"],
                          inputs)

    def _libraries(self, runtime):
        """The collector around the heap as two shared objects."""
        files = [f for f in sources(self.target) if f.endswith(".cc")] + ["collector/optimized.cc"]
        objects = self.objects(files) + [runtime]
        parameters = (ROOT / "bazel-bin/fuzz/ouro/ouro-2.params").read_text().split()
        model = [a for a in parameters if "/model/_objs/" in a and a.endswith(".o")]
        made = {}
        for contract, rules in CONTRACTS.items():
            entry = self.object_of(f"{contract}.cc", LIBRARY % (contract, rules))
            made[contract] = self._link(
                f"{contract}.so", ["-shared", "-Wl,-Bsymbolic", *objects, entry,
                                   "-Wl,--start-lib", *model, "-Wl,--end-lib"],
                [*objects, entry])
        return made
