# SPDX-License-Identifier: Apache-2.0

"""A schema is a source that holds all of its mutants at once; an integer, read when the program
starts, chooses one: `(OURO_M(17) ? (a <= b) : (a < b))`. So a thousand mutants are compiled once.

While one is chosen no other is, so what a mutant puts in the place of something is plain text, and
mutants within it are only in what it replaces. So a compiler's complaint is about the mutant whose
number is the last before it. Where there is none, bisection finds those that it refuses.

Place: above operators.py; build.py compiles what this writes.
"""

import re

# Of types of their own, and at addresses that are constant: so that a compiler need not think that
# they are changed by whatever the program stores.
HEADER = """#pragma once
enum class OuroNumber : int {};
enum class OuroReached : unsigned char { kNo, kYes };
extern __attribute__((visibility("hidden"))) OuroNumber ouro_mutant;
extern __attribute__((visibility("hidden"))) OuroReached ouro_reached[];
#define OURO_M(n) \\
  (ouro_reached[n] = OuroReached::kYes, __builtin_expect(ouro_mutant == OuroNumber{n}, 0))
"""
RUNTIME = """// The number of the chosen mutant, and a byte for each that was reached.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

OuroNumber ouro_mutant = {};
constexpr unsigned kPage = 4096;
alignas(kPage) OuroReached ouro_reached[(OURO_MUTANTS / kPage + 1) * kPage] = {};

// Before all other constructors. The file is shared with children, however they end.
__attribute__((constructor(101))) static void Choose() {
  if (const char* number = std::getenv("OURO_MUTANT")) ouro_mutant = OuroNumber{std::atoi(number)};
  const char* file = std::getenv("OURO_REACHED");
  const int fd = file != nullptr ? open(file, O_RDWR) : -1;
  if (fd < 0) return;
  const int flags = MAP_SHARED | MAP_FIXED;
  if (mmap(ouro_reached, sizeof ouro_reached, PROT_READ | PROT_WRITE, flags, fd, 0) == MAP_FAILED) {
    std::abort();
  }
}
"""


def write(text, mutants, numbers):
    """The text with those mutants in it. `numbers`: by key, greater than 0."""
    insertions = []  # (place, closing first, order of nesting, text)
    for depth, m in enumerate(sorted(mutants, key=lambda m: (m.start, -m.end))):
        n = f"OURO_M({numbers[m.key]})"
        if m.form == "value":
            opening, closing = f"({n} ? ({m.new}) : (", "))"
        elif m.form == "condition":
            opening, closing = f"({n} ? !!({m.new}) : !!(", "))"
        elif m.form == "before":
            opening, closing = f" if ({n}) {{ {m.new} }} ", ""
        elif m.form == "statement":
            opening, closing = f"{{ if ({n}) {{ {m.new} }} else {{ ", " } }"
        else:
            moved = text[m.middle:m.end]
            opening, closing = f"{{ if ({n}) {{ {one_line(moved)} }} }} ", " }"
            insertions.append((m.middle, 1, depth, f"if (!{n}) {{ "))
        insertions.append((m.start, 1, depth, opening))
        if closing:
            insertions.append((m.end, 0, -depth, closing))
    parts, last = [], 0
    for place, _, _, inserted in sorted(insertions):
        parts += [text[last:place], inserted]
        last = place
    return "".join(parts) + text[last:]


def one_line(code):
    """Code without comments and line breaks."""
    return re.sub(r"\s*\n\s*", " ", re.sub(r"\s+//[^\n]*", "", code))


def blamed(written, places):
    """The numbers of the mutants that a compiler complains of, in the text that it was given, at
    places (line, column): of each the nearest before it, since what a mutant puts in a place holds
    no other."""
    lines = written.split("\n")
    found = set()
    for line, column in places:
        before = [m.group(1) for m in re.finditer(r"OURO_M\((\d+)\)", lines[line - 1])
                  if m.start() < column]
        found |= {int(before[-1])} if before else set()
    return found


def accepted(mutants, compile_schema):
    """Those that compile together. `compile_schema(mutants)` returns None if they do, and else the
    keys of those that the compiler blames. Where that does not help, bisection does."""
    good = list(mutants)
    while good and (blame := compile_schema(good)) is not None:
        left = [m for m in good if m.key not in blame]
        if len(left) == len(good):
            return bisect([], good, compile_schema)
        good = left
    return good


def bisect(good, suspects, compile_schema):
    """`good`, which compile, and those of the suspects that compile with them."""
    if not suspects or compile_schema(good + suspects) is None:
        return good + suspects
    if len(suspects) == 1:
        return good
    half = len(suspects) // 2
    good = bisect(good, suspects[:half], compile_schema)
    return bisect(good, suspects[half:], compile_schema)
