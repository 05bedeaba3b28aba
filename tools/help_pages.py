# SPDX-License-Identifier: Apache-2.0

"""Help pages are what a system has of a program besides `--help`: its man page and its completion
in bash, both made from nothing but `ouro --help` and `ouro COMMAND --help`.

Place: for tools/dist. (Debian's help2man makes a page a command, knows no groups of them, and needs
Perl.) A line that it cannot read, as another version of CLI11 may word it, stays as it is.
"""

import re
import subprocess

SECONDS = 60  # for one call of the program, far more than any takes

# "  -o,--out TEXT=report.html   the page"; a long name has its text in the next line.
ENTRY = re.compile(r"  (?P<name>\S.*?)(?:\s{2,}(?P<text>\S.*))?$")
CONTINUED = re.compile(r"\s{20,}(?P<text>\S.*)$")


class Section:
    """A title with its entries, pairs of a name and a text: "Options", "Find bugs"."""

    def __init__(self, title):
        self.title = title
        self.entries = []


class Help:
    """What a `--help` says: lines before `Usage:`, the usage, sections, and what follows them."""

    def __init__(self, text):
        self.summary, self.usage, self.sections, self.rest = [], "", [], []
        for line in text.splitlines():
            self._read(line)

    def _read(self, line):
        entry, continued = ENTRY.match(line), CONTINUED.match(line)
        if line.startswith("Usage: "):
            self.usage = line[len("Usage: "):]
        elif not self.usage:
            self.summary.append(line)
        elif re.fullmatch(r"[A-Z][\w, ]*:", line) and not self.rest:
            self.sections.append(Section(line[:-1]))
        elif self.rest or (line and not line.startswith("  ")):
            self.rest.append(line)
        elif continued and self.sections and self.sections[-1].entries:
            name, before = self.sections[-1].entries[-1]
            self.sections[-1].entries[-1] = (name, f"{before} {continued['text']}".strip())
        elif entry and self.sections:
            self.sections[-1].entries.append((entry["name"], entry["text"] or ""))

    def options(self):
        """All spellings of all options: ["-h", "--help", ...]."""
        words = [word for section in self.sections for name, _ in section.entries
                 for word in re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", name)]
        return list(dict.fromkeys(words))  # some are named as what excludes another


def ask(program, *arguments):
    done = subprocess.run([program, *arguments, "--help"], capture_output=True, text=True,
                          timeout=SECONDS, check=True)
    return Help(done.stdout)


class Program:
    """The help of a program and of each of its commands, in their order."""

    def __init__(self, path):
        self.help = ask(path)
        self.groups = [section for section in self.help.sections
                       if section.entries and not section.entries[0][0].startswith("-")]
        self.commands = {name: ask(path, name)
                         for group in self.groups for name, _ in group.entries}


def roff(text):
    """Text for a man page: what troff would read is quoted, what stands in backquotes is bold."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", text)
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def tagged(entries):
    return [line for name, text in entries for line in (".TP", f"\\fB{roff(name)}\\fR", roff(text))]


def verbatim(lines):
    """As they stand: usages and examples."""
    return [".nf", *[roff(line) for line in lines], ".fi"]


def examples(page):
    """The lines of "example: ouro ..." and what is below it, and all others."""
    at = next((i for i, line in enumerate(page.rest) if line.startswith("example: ")),
              len(page.rest))
    lines = [re.sub(r"^example: ", "", line).strip() for line in page.rest[at:]]
    return [line for line in lines if line], [line for line in page.rest[:at] if line]


def man_page(program, version, date):
    """ouro(1), as text. `date` is that of the sources: "2026-11-30"."""
    lines = [f'.TH OURO 1 "{date}" "ouroboros {version}" "User Commands"',
             ".SH NAME", "ouro \\- find bugs in memory collectors",
             ".SH SYNOPSIS", roff(program.help.usage),
             ".SH DESCRIPTION", *[roff(line) for line in program.help.summary if line]]
    shown, said = examples(program.help)
    lines.append(".PP")
    for line in said:
        status = re.match(r"Exit: (.*)", line)
        lines += [".SH EXIT STATUS", roff(status[1])] if status else [roff(line)]
    options = [section for section in program.help.sections if section not in program.groups]
    lines += [".SH OPTIONS"] + [line for section in options for line in tagged(section.entries)]
    lines += [".SH COMMANDS"]
    for group in program.groups:
        lines += [f".SS {roff(group.title)}", *tagged(group.entries)]
    for name, page in program.commands.items():
        lines += [f".SH OURO {roff(name.upper())}", *[roff(line) for line in page.summary if line]]
        lines += [".PP", *verbatim([page.usage])]
        for section in page.sections:
            lines += tagged(section.entries)
        given, more = examples(page)
        if more:
            lines += [".PP", *[roff(line) for line in more]]
        if given:
            lines += [".PP", "Example:", *verbatim(given)]
    lines += [".SH EXAMPLE", *verbatim(shown)]
    lines += [".SH FILES", "Documents, examples and licences are in",
              roff("share/doc/ouroboros") + " beside the folder of the program."]
    return "\n".join(lines) + "\n"


COMPLETION = """\
# bash completion of ouro, made from its --help: commands, options, files.
_ouro() {{
  local word command='' words current=${{COMP_WORDS[COMP_CWORD]}}
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    [[ $word == -* ]] || {{ command=$word; break; }}
  done
  case $command in
    '') words='{commands} {options}' ;;
{cases}    *) words='' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _ouro ouro
"""


def completion(program):
    """A script for bash: completes commands, then their options, else files."""
    cases = "".join(f"    {name}) words='{' '.join(page.options())}' ;;\n"
                    for name, page in program.commands.items())
    return COMPLETION.format(commands=" ".join(["help", *program.commands]), cases=cases,
                             options=" ".join(program.help.options()))
