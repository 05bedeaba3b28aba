#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes one text of the report's page, and of that a C++ source.

    assemble.py OUTPUT [FILES of this folder and of node_modules/]

The page's own scripts share one scope, in the order of SCRIPTS. If what npm brings is not among the
files, there is no page: the C++ source then has an empty text. page.cc says what becomes of the
marks @TITLE@ and @DATA@.

Place: a rule in ../BUILD runs it.
"""

import os
import re
import sys

# Each after what it uses at once; functions may use each other anyhow.
SCRIPTS = ("dom.js", "state.js", "heap.js", "changes.js", "union.js", "layout.js", "shapes.js",
           "graph.js", "lanes.js", "panel.js", "program.js", "steps.js", "verdict.js", "words.js",
           "run.js", "keys.js", "campaign.js", "main.js")
STYLES = ("node_modules/uplot/dist/uPlot.min.css", "report.css")
LIBRARIES = ("node_modules/@dagrejs/dagre/dist/dagre.min.js",
             "node_modules/uplot/dist/uPlot.iife.min.js")
LICENCES = {"dagre": "node_modules/@dagrejs/dagre/LICENSE",
            "uPlot": "node_modules/uplot/LICENSE"}
CHUNK = 12000  # bytes: compilers must take string literals of 16 KB only, if at all
END = ')page"'


def read(paths, name):
    """The text of that file of the page; exits if there is none."""
    for path in paths:
        if path.endswith("/page/" + name):
            with open(path, encoding="utf-8") as file:
                return file.read()
    sys.exit(f"assemble.py: {name} is not among the files")


def element(name, text, more=""):
    """An element that is not parsed, such as a script. What ends it must not be in it."""
    if re.search(rf"</{name}|<!--", text, re.IGNORECASE):
        sys.exit(f"assemble.py: a {name} has a text that would end it")
    return f"<{name}{more}>\n{text.rstrip()}\n</{name}>"


def library(text):
    """Without the line that would make a browser's tools ask for another file."""
    return re.sub(r"(?m)^//# sourceMappingURL=.*$", "", text)


def own_script(text):
    """Without the comments at its beginning: they are for those who read the sources."""
    return re.sub(r"\A(//[^\n]*\n|\n)*", "", text)


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def page(paths):
    """The page with the marks for the title and the data; "" if what npm brings is missing."""
    third_party = (*LIBRARIES, STYLES[0], *LICENCES.values())
    if not all(any(path.endswith("/page/" + name) for path in paths) for name in third_party):
        return ""
    style = "\n".join(element("style", read(paths, name)) for name in STYLES)
    scripts = [element("script", library(read(paths, name))) for name in LIBRARIES]
    own = "\n".join(own_script(read(paths, name)) for name in SCRIPTS)
    scripts.append(element("script", f'(() => {{\n"use strict";\n{own}\n}})();'))
    licences = "".join(f"<h3>{name}</h3><pre>{escaped(read(paths, path))}</pre>"
                       for name, path in LICENCES.items())
    parts = {"STYLE": style, "LICENCES": licences, "SCRIPT": "\n".join(scripts)}
    return re.sub("@(STYLE|LICENCES|SCRIPT)@", lambda mark: parts[mark.group(1)],
                  read(paths, "report.html"))


def chunks(text):
    """The text in pieces of at most CHUNK bytes, cut between characters."""
    raw = text.encode()
    begin = 0
    while begin < len(raw):
        end = min(begin + CHUNK, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        yield raw[begin:end].decode()
        begin = end


def source(text):
    """A C++ source that defines PageText()."""
    if END in text:
        sys.exit(f"assemble.py: the page has a text that would end a string: {END}")
    pieces = "\n".join(f'  text += R"page({piece}{END};' for piece in chunks(text))
    return ("// Made by assemble.py.\n\n"
            '#include "fuzz/report/page_text.h"\n\n#include <string>\n\n'
            f"namespace ouro {{\n\nstd::string PageText() {{\n  std::string text;\n{pieces}\n"
            "  return text;\n}\n\n}  // namespace ouro\n")


def main():
    output, *paths = sys.argv[1:]
    with open(output, "w", encoding="utf-8") as file:
        file.write(source(page([os.path.join(".", path) for path in paths])))


if __name__ == "__main__":
    main()
