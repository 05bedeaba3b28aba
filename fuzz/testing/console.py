# SPDX-License-Identifier: Apache-2.0

"""A console is a block of a document in which commands follow `$ `, each with what it prints, where
a line `...` stands for any lines.

Place: for tests that run what documents show: guide_test, dist_test.
"""

import re


def blocks(text, language="console"):
    """The blocks of code in that language, in order."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def commands(block):
    """Yields each command, with its here document, and the lines that it prints."""
    command, printed, end = None, [], None
    for line in block.splitlines():
        if end is not None:
            command += "\n" + line
            end = None if line == end else end
        elif line.startswith("$ "):
            if command is not None:
                yield command, printed
            command, printed = line[2:], []
            here = re.search(r"<<'(\w+)'$", line)
            end = here.group(1) if here else None
        else:
            printed.append(line)
    yield command, printed


def comparable(command, lines):
    """Without what differs between runs: numbers of campaigns, and which program was found."""
    lines = [re.sub(r"/lib-\S*-[0-9a-f]{4,16}\.gct", "/FOUND.gct", line) for line in lines]
    if not command.startswith(("ouro campaign", "ouro run")):
        return lines
    lines = [re.sub(r"^\d+ programs? on ", "N programs on ", line) for line in lines]
    return [re.sub(r"\d+", "N", line)
            if re.search(r"\d s\b|shrunk from|N programs on|^  reached: ", line) else line
            for line in lines]


def matches(expected, printed):
    """Whether `printed` is `expected`, where `...` stands for any lines."""
    if not expected:
        return not printed
    if expected[0] == "...":
        return any(matches(expected[1:], printed[i:]) for i in range(len(printed) + 1))
    return bool(printed) and printed[0] == expected[0] and matches(expected[1:], printed[1:])
