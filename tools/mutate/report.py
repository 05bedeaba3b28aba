# SPDX-License-Identifier: Apache-2.0

"""A report adds up a campaign's results: a table of files, one of functions, and what lives, by
function, as Markdown.

Place: beside campaign.py, whose results it reads.
"""

import collections


def score(results):
    killed = sum(r["by"] != "" for r in results)
    return f"{100 * killed / len(results):.1f} %" if results else "-"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def by_file(results, found, refused):
    """`found`: all mutants; `refused`: the keys of those that do not compile."""
    steps = list(dict.fromkeys(r["by"] for r in sorted(results, key=lambda r: r["seconds"])
                               if r["by"]))
    files = list(dict.fromkeys(m.file for m in found))
    rows = []
    for file in [*files, None]:
        mine = [r for r in results if file in (None, r["file"])]
        all_of_it = [m for m in found if file in (None, m.file)]
        counts = collections.Counter(r["by"] for r in mine)
        rows.append([f"`{file}`" if file else "all", len(all_of_it),
                     sum(m.key in refused for m in all_of_it), len(mine),
                     *(counts[step] for step in steps), counts[""], score(mine)])
    return table(["file", "mutants", "refused", "tried", *steps, "live", "score"], rows)


def by_function(results):
    groups = collections.defaultdict(list)
    for r in results:
        groups[r["file"], r["function"]].append(r)
    rows = [[f"`{file}`", f"`{function}`", len(mine), sum(not r["by"] for r in mine), score(mine)]
            for (file, function), mine in groups.items() if any(not r["by"] for r in mine)]
    rows.sort(key=lambda row: (-row[3], row[0], row[1]))
    return table(["file", "function", "tried", "live", "score"], rows)


def cell(text):
    """Code in a cell of a table, of bounded length."""
    text = text.replace("|", "\\|")
    return f"`{text[:90]}{'...' if len(text) > 90 else ''}`" if text else "(nothing)"


def survivors(results):
    """What lives, clustered by function."""
    live = sorted((r for r in results if not r["by"]),
                  key=lambda r: (r["file"], r["function"], r["line"], r["start"]))
    rows = [[f"{r['file'].rpartition('/')[2]}:{r['line']}", f"`{r['function']}`", r["kind"],
             cell(r["old"]), cell(r["new"]), r["how"]] for r in live]
    return table(["place", "function", "kind", "before", "after", ""], rows)


def report(name, results, found, refused):
    results = list(results)
    parts = [f"## {name}: {len(results)} mutants tried, {score(results)} killed",
             by_file(results, found, refused), by_function(results), survivors(results)]
    return "\n\n".join(parts)
