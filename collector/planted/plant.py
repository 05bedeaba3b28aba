# SPDX-License-Identifier: Apache-2.0

"""Plants a bug: writes the optimized collector, with a patch applied, as one source file.

Place: a tool of planted.bzl and mutants.bzl. The copy is one translation unit in its own namespace,
so that all copies and the original link into one program. A patch begins with lines `key: value`:

    class     its class of mutants
    history   the bug of another collector on which it is modelled
    breaks    what goes wrong, in one line: the specimen's summary
    contract  cpython39 if only PEP 442 has what it breaks; cpython26 by default
    letter    of a held-out mutant: its class there (properties/held_out)
    witness   of a held-out mutant that no program shows: the calls of the heap that do

The copy ends with a function that makes the specimen `planted:NAME`; or, with --library, with the
symbol of a library for the specimen `lib:PATH` (collector/library.h).
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

KEYS = {"class", "history", "breaks", "contract"}
OPTIONAL = {"letter", "witness"}
CONTRACTS = {"cpython26": ("kCPython26", "kRules26"), "cpython39": ("kCPython39", "kRulesPep442")}
INCLUDES = {False: "collector/planted/planted.h", True: "collector/library.h"}
# Headers first, each after what it includes; sources in any order.
HEADERS = ["collector/heap/storage.h", "collector/heap/entries.h", "collector/heap/embedder.h",
           "collector/heap/heap.h", "collector/heap/heap_inl.h", "collector/heap/runs.h",
           "collector/heap/handle.h", "collector/optimized.h"]

FACTORY = """
namespace ouro::planted {{

Specimen {function}() {{
  return {{.name = "planted:{name}",
          .summary = "{breaks}",
          .contract = &{contract},
          .make = [](Observer& observer) -> std::unique_ptr<Collector> {{
            return std::make_unique<{space}::Optimized>(observer, {space}::{rules});
          }}}};
}}

}}  // namespace ouro::planted
"""


LIBRARY = """
extern "C" const ouro::LibraryEntry ouro_library = {{
    .summary = "{breaks}",
    .contract = "{contract_name}",
    .make = [](ouro::Observer& observer) -> std::unique_ptr<ouro::Collector> {{
      return std::make_unique<ouro::{space}::Optimized>(observer, ouro::{space}::{rules});
    }}}};
"""


def function_name(name):
    return "Plant_" + name.replace("-", "_")


def header(patch):
    """Returns the lines `key: value` before the diff, as a dictionary."""
    found = {"contract": "cpython26"}
    for line in patch.read_text().split("\n"):
        if line.startswith("--- "):
            break
        key, _, value = line.partition(": ")
        if key not in KEYS | OPTIONAL:
            sys.exit(f"{patch}: \"{line}\" is not `key: value` with a key of "
                     f"{sorted(KEYS | OPTIONAL)}")
        found[key] = value.strip().replace('"', "'")
    missing = KEYS - set(found)
    if missing or found["contract"] not in CONTRACTS:
        sys.exit(f"{patch}: no {sorted(missing)}" if missing else f"{patch}: unknown contract")
    return found


def ours(file):
    """The path in this repository, which is external/ouroboros/ where another one is built."""
    return file[file.index("collector/"):]


def patched(patch, files):
    """Returns the texts of the files by their paths here, with the patch applied."""
    with tempfile.TemporaryDirectory() as folder:
        copies = pathlib.Path(folder)
        for file in files:
            (copies / ours(file)).parent.mkdir(parents=True, exist_ok=True)
            (copies / ours(file)).write_text(pathlib.Path(file).read_text())
        done = subprocess.run(
            ["patch", "-p1", "--no-backup-if-mismatch", "--fuzz=0", "-s", "-d", folder],
            stdin=patch.open("rb"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(f"{patch} does not apply to the heap as it is now; regenerate it:\n"
                     f"{done.stdout}")
        return {ours(file): (copies / ours(file)).read_text() for file in files}


def plant(patch, files, library):
    """Returns the text of the copy."""
    head = header(patch)
    texts = patched(patch, files)
    space = "planted_" + patch.stem.replace("-", "_")
    contract, rules = CONTRACTS[head["contract"]]
    order = HEADERS + sorted(file for file in texts if file.endswith(".cc"))
    code = "\n".join(texts[file] for file in order)
    code = re.sub(r'#include "collector/[^\n]*', "", code)
    code = re.sub(r"\bnamespace ouro\b", f"namespace ouro::{space}", code)
    return (f"// The optimized collector with a bug. Generated from {patch.name}.\n"
            f'#include "{INCLUDES[library]}"\n' + code +
            (LIBRARY if library else FACTORY).format(
                function=function_name(patch.stem), name=patch.stem, space=space, rules=rules,
                breaks=head["breaks"], contract=contract, contract_name=head["contract"]))


def table(names):
    """Returns the text of the source that lists all copies."""
    declarations = "".join(f"Specimen {function_name(name)}();\n" for name in names)
    calls = "".join(f"      planted::{function_name(name)}(),\n" for name in names)
    return ("// All planted bugs. Generated.\n"
            '#include "collector/planted/planted.h"\n\n'
            f"namespace ouro {{\nnamespace planted {{\n{declarations}}}\n\n"
            "const std::vector<Specimen>& PlantedBugs() {\n"
            f"  static const std::vector<Specimen> bugs = {{\n{calls}  }};\n"
            "  return bugs;\n}\n\n}  // namespace ouro\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--patch", type=pathlib.Path, help="without it: the list of all copies")
    parser.add_argument("--library", action="store_true")
    parser.add_argument("words", nargs="+", help="the collector's files, or the names of all bugs")
    a = parser.parse_args()
    a.out.write_text(plant(a.patch, a.words, a.library) if a.patch else table(a.words))


if __name__ == "__main__":
    main()
