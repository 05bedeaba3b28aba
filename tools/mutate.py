# SPDX-License-Identifier: Apache-2.0

"""Automatic mutants: changes the heap's own source, one place at a time, and says which changes the
judge does not notice.

    bazel build //:ouro && python3 tools/mutate.py --out /tmp/mutants

Each mutant is the whole collector as one shared object, run as `lib:PATH`: first the corpus, then
random programs for a few seconds. What lives is asked after each operation whether it finds itself
sound, and meets the heap's own unit tests, which see what no program can: memory, text, counts past
2^31. A mutant that the compiler refuses does not count. Survivors are listed with file, line and
change: each is equivalent, or a hole of the judge, the generator or the tests; survivors.md has
those of the usual sample, explained. What the folder has results of is not run again. Which mutants
there are depends on the source alone.

Place: a tool for developers; no test runs it. properties/mutants has the mutants made by hand.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADERS = ["collector/heap/storage.h", "collector/heap/entries.h", "collector/heap/embedder.h",
           "collector/heap/heap.h", "collector/heap/heap_inl.h", "collector/heap/handle.h",
           "collector/optimized.h"]
HEAP = "collector/heap"
UNITS = ["collect", "death", "debug", "entries", "heap", "inspect", "map", "reach", "storage"]
SOURCES = [f"{HEAP}/{name}.cc" for name in UNITS] + ["collector/optimized.cc"]
VERIFIED = 300  # random programs after each of whose operations the heap looks at itself
# The heap's unit tests, and the files that each consists of.
TESTS = {name: [name] for name in ("storage_test", "trim_test", "debug_test", "memory_test",
                                   "saturation_test", "payload_test", "reports_test", "weak_test",
                                   "listener_test", "clear_test", "reset_test", "two_heaps_test",
                                   "limits_test", "verify_test", "exit_test")}
TESTS["heap_test"] = ["heap_collect_test", "heap_test"]
TESTS["map_test"] = ["entries_test", "map_test"]
# Debug output, introspection and the adapter are not the judge's business.
MUTATED = [file for file in HEADERS[:5] + SOURCES[:-1] if "debug" not in file
           and "inspect" not in file]

# What is looked for in a line, and what takes its place.
OPERATORS = [
    ("comparison", r" == ", " != "), ("comparison", r" != ", " == "),
    ("bound", r" < ", " <= "), ("bound", r" <= ", " < "),
    ("bound", r" > ", " >= "), ("bound", r" >= ", " > "),
    ("condition", r" && ", " || "), ("condition", r" \|\| ", " && "),
    ("off by one", r" \+ 1\b", " + 0"), ("off by one", r" - 1\b", " - 0"),
    ("step", r"\+\+", "--"), ("step", r"--", "++"),
    ("constant", r"\btrue\b", "false"), ("constant", r"\bfalse\b", "true"),
    ("negation", r"\bif \(!", "if (!!"),
    ("negation", r"\bif \((?!!)(.*)\)( \{| return| continue|$)", r"if (!(\1))\2"),
    ("dropped exit", r"\b(continue|break);", ";"),
    ("list", r"\bkGeneration0\b", "kGeneration1"), ("list", r"\bkUntracked\b", "kDying"),
]
# Statements that are a call or an assignment, on a line of their own.
STATEMENT = re.compile(r"^\s+(?!return\b|const\b|static|using|else|delete)[\w:.\->\[\]*]+"
                       r"(\(.*\)| [-+]?= [^{]*|\+\+|--);$")
SKIPPED = re.compile(r"^\s*(//|#|assert|static_assert|Check\(|ASAN_|template|namespace|class|"
                     r"struct|inline constexpr|constexpr|enum|case |default:)"
                     r"|\bPoison|operator|\bkPoison")


def mutations():
    """All mutants: dictionaries with file, line, kind, before and after."""
    found = []
    for file in MUTATED:
        lines = (ROOT / file).read_text().split("\n")
        for number, line in enumerate(lines):
            code = line.split("  //")[0]
            if SKIPPED.search(code) or not re.search(r"[;{(]", code):
                continue
            changes = []
            for kind, pattern, to in OPERATORS:
                for match in re.finditer(pattern, code):
                    changed = code[:match.start()] + match.expand(to) + code[match.end():]
                    changes.append((kind, [line], [changed]))
            if STATEMENT.match(code):
                changes.append(("dropped", [line], [""]))
                following = lines[number + 1].split("  //")[0]
                if STATEMENT.match(following):
                    changes.append(("swapped", [line, lines[number + 1]],
                                    [lines[number + 1], line]))
            found += [{"file": file, "line": number + 1, "kind": kind, "before": before,
                       "after": after} for kind, before, after in changes]
    return found


def mutated(file, mutation):
    """The text of `file`, with the change if it is its."""
    lines = (ROOT / file).read_text().split("\n")
    if file == mutation["file"]:
        at = mutation["line"] - 1
        lines[at:at + len(mutation["after"])] = mutation["after"]
    return "\n".join(lines)


def source(mutation):
    """The collector as one file, with the change."""
    texts = [mutated(file, mutation) for file in HEADERS + SOURCES]
    code = re.sub(r'#include "collector/[^\n]*', "", "\n".join(texts))
    code = re.sub(r"\bnamespace ouro\b", "namespace ouro::mutant", code)
    pep = "#ifdef OURO_PEP442\n"
    return ('#include "collector/library.h"\n' + code + pep +
            'constexpr char kName[] = "cpython39";\n'
            "const auto& kTheRules = ouro::mutant::kRulesPep442;\n#else\n"
            'constexpr char kName[] = "cpython26";\n'
            "const auto& kTheRules = ouro::mutant::kRules26;\n#endif\n"
            'extern "C" const ouro::LibraryEntry ouro_library = {.contract = kName,\n'
            "    .make = [](ouro::Observer& o) -> std::unique_ptr<ouro::Collector> {\n"
            "      return std::make_unique<ouro::mutant::Optimized>(o, kTheRules);\n    }};\n")


def run(arguments, seconds):
    """The exit code; 1, killed, if it takes too long."""
    try:
        return subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        return 1


def judge(ouro, folder, library, seconds):
    """Who kills it: "corpus", "random", "verify", or "" if it lives."""
    specimen = f"lib:{library}"
    corpus = [str(ROOT / "corpus" / name) for name in ("laws", "rules", "history", "found")]
    if run([ouro, "run", "--specimen", specimen] + corpus, 60) == 1:
        return "corpus"
    if campaign_kills(ouro, folder, specimen, seconds):
        return "random"
    return "verify" if verify_kills(ouro, folder, specimen, corpus) else ""


def verify_kills(ouro, folder, specimen, corpus):
    """Whether the heap, asked after each operation, finds itself unsound in some program."""
    programs = str(folder.parent / "programs.gct")
    return run([ouro, "run", "--verify", "--specimen", specimen, programs] + corpus, 300) == 1


def campaign_kills(ouro, folder, specimen, seconds):
    """Whether a random program convicts it."""
    return run([ouro, "campaign", "--engine", "random", "--workers", "1", "--stop-on-first",
                "--seconds", str(seconds), "--specimen", specimen, "--out",
                str(folder / "campaign")], 60 + seconds) == 1


def compile_unit(source, header_folder, target):
    """One file of the heap or of its tests, to an object file. Whether that worked."""
    return run(["clang++", "-std=c++20", "-O1", "-w", f"-I{header_folder}", f"-I{ROOT}", "-c",
                str(source), "-o", str(target)], 120) == 0


def base_objects(out):
    """The heap and its tests without a mutation, compiled once: name -> object file."""
    base = out / "base"
    base.mkdir(parents=True, exist_ok=True)
    objects = {}
    for name in UNITS + sorted({unit for units in TESTS.values() for unit in units}):
        objects[name] = base / f"{name}.o"
        if not objects[name].exists():
            compile_unit(ROOT / HEAP / f"{name}.cc", ROOT, objects[name])
    return objects


def tests_kill(out, folder, mutation):
    """Whether a unit test of the heap fails, hangs or does not link."""
    objects = dict(base_objects(out))
    tree = folder / "tree"
    (tree / HEAP).mkdir(parents=True, exist_ok=True)
    for file in (ROOT / HEAP).iterdir():
        if file.suffix in (".h", ".cc"):
            (tree / HEAP / file.name).write_text(mutated(f"{HEAP}/{file.name}", mutation))
    changed = pathlib.PurePath(mutation["file"])
    new = [changed.stem] if changed.suffix == ".cc" else list(objects)
    try:
        for test, parts in TESTS.items():
            for name in [name for name in UNITS + parts if name in new]:
                new.remove(name)
                objects[name] = folder / f"{name}.o"
                if not compile_unit(tree / HEAP / f"{name}.cc", tree, objects[name]):
                    return True
            program = folder / test
            linked = run(["clang++", "-fuse-ld=lld", *(str(objects[p]) for p in UNITS + parts),
                          "-lgtest", "-lgtest_main", "-lpthread", "-o", str(program)], 120)
            if linked != 0 or run([str(program)], 60) != 0:
                return True
        return False
    finally:
        shutil.rmtree(tree)
        for left in [*folder.glob("*.o"), *(folder / test for test in TESTS)]:
            left.unlink(missing_ok=True)


def kill(ouro, out, index, mutation, seconds):
    """The mutation with its fate: refused, corpus, random, verify, tests or lives."""
    folder = out / str(index)
    result = folder / "result.json"
    if result.exists():
        return json.loads(result.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mutant.cc").write_text(source(mutation))
    fate = "lives"
    for flags in ([], ["-DOURO_PEP442"]):
        library = folder / "mutant.so"
        compiled = run(["clang++", "-std=c++20", "-O1", "-w", "-fPIC", "-shared", f"-I{ROOT}",
                        *flags, str(folder / "mutant.cc"), "-o", str(library)], 120)
        if compiled != 0:
            fate = "refused"
            break
        by = judge(ouro, folder, library, seconds)
        if by:
            fate = by
            break
    if fate == "lives" and tests_kill(out, folder, mutation):
        fate = "tests"
    mutation = dict(mutation, fate=fate)
    result.write_text(json.dumps(mutation))
    (folder / "mutant.cc").unlink()
    (folder / "mutant.so").unlink(missing_ok=True)
    return mutation


def report(results):
    """The score and the survivors."""
    by_fate = {fate: sum(r["fate"] == fate for r in results)
               for fate in ("refused", "corpus", "random", "verify", "tests", "lives")}
    counted = len(results) - by_fate["refused"]
    for r in results:
        if r["fate"] == "lives":
            print(f"{r['file']}:{r['line']}: {r['kind']}: {' / '.join(r['before']).strip()}"
                  f" -> {' / '.join(r['after']).strip() or '(nothing)'}")
    killed = counted - by_fate["lives"]
    print(f"{counted} mutants: {killed} killed ({100 * killed / max(counted, 1):.1f} %), "
          f"{by_fate['corpus']} by the corpus, {by_fate['random']} by random programs, "
          f"{by_fate['verify']} by the heap's own look at itself, "
          f"{by_fate['tests']} by its unit tests; {by_fate['lives']} live; "
          f"{by_fate['refused']} did not compile")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, type=pathlib.Path, help="a folder for results")
    parser.add_argument("--ouro", default=str(ROOT / "bazel-bin/fuzz/ouro/ouro"))
    parser.add_argument("--count", type=int, default=400, help="a sample of so many")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--seconds", type=int, default=4, help="of random programs for each")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    a = parser.parse_args()
    everything = mutations()
    sample = random.Random(a.seed).sample(range(len(everything)), min(a.count, len(everything)))
    print(f"{len(everything)} mutants, of which {len(sample)} are tried", flush=True)
    a.out.mkdir(parents=True, exist_ok=True)
    with open(a.out / "programs.gct", "w") as file:
        subprocess.run([a.ouro, "generate", "--count", str(VERIFIED)], stdout=file, check=True)
    base_objects(a.out)  # before the workers want them
    results = []
    with concurrent.futures.ThreadPoolExecutor(a.workers) as pool:
        jobs = [pool.submit(kill, a.ouro, a.out, index, everything[index], a.seconds)
                for index in sorted(sample)]
        for done, job in enumerate(jobs, 1):
            results.append(job.result())
            if sys.stderr.isatty():
                print(f"\r{done} of {len(jobs)}", end="", file=sys.stderr, flush=True)
    report(results)


if __name__ == "__main__":
    main()
