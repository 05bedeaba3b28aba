"""Automatic mutants: changes the heap's own source, one place at a time, and says which changes the
judge does not notice.

    bazel build //:ouro && python3 tools/mutate.py --out /tmp/mutants

Each mutant is the whole collector as one shared object, run as `lib:PATH`: first the corpus, then
random programs for a few seconds. A mutant that the compiler refuses does not count. Survivors are
listed with file, line and change: each is equivalent, or a hole of the judge or the generator. What
the folder has results of is not run again. Which mutants there are depends on the source alone.

Place: a tool for developers; no test runs it. properties/mutants has the mutants made by hand.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADERS = ["collector/heap/storage.h", "collector/heap/heap.h", "collector/heap/references.h",
           "collector/optimized.h"]
SOURCES = [f"collector/heap/{name}.cc" for name in
           ("collect", "death", "debug", "heap", "inspect", "reach", "storage")]
SOURCES.append("collector/optimized.cc")
# Debug output, introspection and the adapter are not the judge's business.
MUTATED = [file for file in HEADERS[:3] + SOURCES[:-1] if "debug" not in file
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


def source(mutation):
    """The collector as one file, with the change."""
    texts = []
    for file in HEADERS + SOURCES:
        lines = (ROOT / file).read_text().split("\n")
        if file == mutation["file"]:
            at = mutation["line"] - 1
            lines[at:at + len(mutation["after"])] = mutation["after"]
        texts.append("\n".join(lines))
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
    """Who kills it: "corpus", "random", or "" if it lives."""
    specimen = f"lib:{library}"
    corpus = [str(ROOT / "corpus" / name) for name in ("laws", "rules", "history", "found")]
    if run([ouro, "run", "--specimen", specimen] + corpus, 60) == 1:
        return "corpus"
    code = run([ouro, "campaign", "--engine", "random", "--workers", "1", "--stop-on-first",
                "--seconds", str(seconds), "--specimen", specimen, "--out",
                str(folder / "campaign")], 60 + seconds)
    return "random" if code == 1 else ""


def kill(ouro, out, index, mutation, seconds):
    """The mutation with its fate: refused, corpus, random or lives."""
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
    mutation = dict(mutation, fate=fate)
    result.write_text(json.dumps(mutation))
    (folder / "mutant.cc").unlink()
    (folder / "mutant.so").unlink(missing_ok=True)
    return mutation


def report(results):
    """The score and the survivors."""
    by_fate = {fate: sum(r["fate"] == fate for r in results)
               for fate in ("refused", "corpus", "random", "lives")}
    counted = len(results) - by_fate["refused"]
    for r in results:
        if r["fate"] == "lives":
            print(f"{r['file']}:{r['line']}: {r['kind']}: {' / '.join(r['before']).strip()}"
                  f" -> {' / '.join(r['after']).strip() or '(nothing)'}")
    killed = counted - by_fate["lives"]
    print(f"{counted} mutants: {killed} killed ({100 * killed / max(counted, 1):.1f} %), "
          f"{by_fate['corpus']} of them by the corpus; {by_fate['lives']} live; "
          f"{by_fate['refused']} did not compile")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, type=pathlib.Path, help="a folder for results")
    parser.add_argument("--ouro", default=str(ROOT / "bazel-bin/fuzz/ouro"))
    parser.add_argument("--count", type=int, default=400, help="a sample of so many")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--seconds", type=int, default=4, help="of random programs for each")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    a = parser.parse_args()
    everything = mutations()
    sample = random.Random(a.seed).sample(range(len(everything)), min(a.count, len(everything)))
    print(f"{len(everything)} mutants, of which {len(sample)} are tried", flush=True)
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
