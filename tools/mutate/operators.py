# SPDX-License-Identifier: Apache-2.0

"""An operator is a kind of small mistake; a mutant is a source with one of them in one place.

A mutant is text in the place of other text, so that the compiler can be given either: alone, or all
mutants of a file at once (schema.py). Its key is made of what it changes and not of where that is,
so that results survive changes of other lines.

Place: above source.py, which finds the places; below schema.py, which writes them.
"""

import collections
import dataclasses
import hashlib
import re

from source import BINDS, Source

EXCHANGED = {  # operators, and what each becomes
    "==": ["!="], "!=": ["=="], "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="],
    ">=": [">", "<"], "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"],
    "%": ["/"], "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"], "+=": ["-="], "-=": ["+="],
    "|=": ["&="], "&=": ["|="], "*=": ["/="]}
KINDS = {"==": "comparison", "!=": "comparison", "<": "bound", "<=": "bound", ">": "bound",
         ">=": "bound", "&&": "condition", "||": "condition"}
# Calls and members of the same type, each of which can stand for the other.
PAIRS = [("Retain", "Release"), ("Hold", "Release"), ("SetFlag", "ClearFlag"), ("min", "max"),
         ("any_of", "all_of"), ("none_of", "any_of"), ("front", "back"), ("older", "newer"),
         ("previous", "next"), ("first", "last"), ("most", "least"), ("firm", "loose"),
         ("key", "value"), ("map", "key"), ("next_in_map", "next_in_chain"), ("size", "holes"),
         ("used", "taken"), ("taken", "capacity"), ("begin", "end"), ("collected", "uncollectable"),
         ("LinkOpen", "UnlinkOpen"), ("Push", "Pop"), ("found", "kept"), ("freed", "found"),
         ("upper_bound", "lower_bound"), ("busy_pages_", "peak_pages_"), ("weaks", "calls"),
         ("Append", "SetList"), ("push_back", "push_front")]
# Text and coverage are no verdict: the situations that a judge notes, and the sanitizer's poison.
LEFT_OUT = re.compile(r"\b(Note|note|Poison|CHECK|ASAN_\w+|RC_ASSERT)\(|\bSituation::|\bkPoison\b")


@dataclasses.dataclass
class Mutant:
    """`form`: "value" and "condition" replace an expression, "statement" one or more statements;
    "before" inserts a statement; "swap" exchanges statements start ... middle ... end."""
    file: str
    function: str
    line: int
    kind: str
    form: str
    start: int  # bytes of the file
    end: int
    old: str
    new: str
    middle: int = 0
    key: str = ""


def enumerators(texts):
    """From the names of enumerations' members, alone and with that of the enumeration, to those
    that can stand in for them."""
    siblings = collections.defaultdict(set)
    for text in texts:
        text = re.sub(r"//[^\n]*", "", text)
        for match in re.finditer(r"\benum\b( class)? (\w+)[^{;]*\{([^}]*)\}", text):
            names = [n for n in re.findall(r"(\w+)(?:\s*=[^,]*)?(?:,|\s*$)", match.group(3))
                     if n.startswith("k") and n != "kLists"]
            for name, following in zip(names, names[1:] + names[:1]):
                if name != following:
                    siblings[match.group(2), name].add(following)
                    if not match.group(1):  # else it is a member of something else by that name
                        siblings["", name].add(following)
    return {key: sorted(names) for key, names in siblings.items()}


def exchanges(texts):
    """PAIRS of names that are both in use there."""
    words = set(re.findall(r"\w+", " ".join(texts)))
    siblings = collections.defaultdict(list)
    for one, other in PAIRS:
        if one in words and other in words:
            siblings[one].append(other)
            siblings[other].append(one)
    return siblings


class Finder:
    """Finds the mutants of one file, in the order of their places."""

    def __init__(self, file, text, siblings, names):
        self.file, self.siblings, self.names = file, siblings, names
        self.source = Source(text)
        self.found = []

    def find(self):
        for statement in self.source.statements:
            if not LEFT_OUT.search(self.code(statement)):
                self._statement(statement)
        for expression in self.source.expressions:
            if LEFT_OUT.search(self.code(expression)):
                continue
            self._whole(expression)
            for i in self.source.inside(expression):
                self._token(i, expression)
        for function in self.source.functions:
            at = self.source.tokens[function.body].end
            if function.returns == "void" and self.source.match[function.body] > function.body + 2:
                self._add(function, "emptied function", "before", function.body, function.body,
                          "return;", start=at, end=at)
        self._swaps()
        return number(self.found)

    def code(self, part):
        return self.source.code(part.first, part.last)

    def _add(self, function, kind, form, first, last, new, **place):
        tokens = self.source.tokens
        place = {"start": tokens[first].start, "end": tokens[last].end, **place}
        self.found.append(Mutant(
            file=self.file, function=function.name, line=self.source.line(first), kind=kind,
            form=form, old=self.source.code(first, last), new=new, **place))

    def _statement(self, s):
        function = s.function
        if s.kind == "expression":
            self._add(function, "dropped statement", "statement", s.first, s.last, "")
        elif s.kind in ("break", "continue"):
            self._add(function, "dropped exit", "statement", s.first, s.last, "")
        elif s.kind == "return" and s.last == s.first + 1:
            self._add(function, "dropped exit", "statement", s.first, s.last, "")
        elif s.kind == "return":
            value = self.source.code(s.first + 1, s.last - 1)
            if function.returns == "bool":
                for constant in ("true", "false"):
                    if value != constant:
                        self._add(function, "returned value", "statement", s.first, s.last,
                                  f"return {constant};")
            elif function.returns == "other" and value not in ("kNull", "kNone", "0", "{}",
                                                               "nullptr", '""', "*this"):
                self._add(function, "returned value", "statement", s.first, s.last, "return {};")

    def _whole(self, e):
        """Negates conditions, and what a lambda returns that is one."""
        code = self.code(e)
        top = [self.source.at(k) for k in range(e.first, e.last + 1)]
        boolean = {"==", "!=", "&&", "||"} & set(top) and "?" not in top
        if self._compares(e.first, e.last, e):
            return
        if e.role == "condition":
            self._add(e.function, "negation", "condition", e.first, e.last, f"!({code})")
        elif e.role == "returned" and e.function.returns == "lambda" and boolean:
            self._add(e.function, "negation", "condition", e.first, e.last, f"!({code})")

    def _compares(self, first, last, e):
        """Whether that is a comparison, which has its negation already."""
        return any(KINDS.get(self.source.at(i)) in ("comparison", "bound") and
                   self.source.spaced(i) and self.source.operands(i, e) == (first, last)
                   for i in range(first, last))

    def _token(self, i, e):
        source = self.source
        token = source.tokens[i]
        if token.kind == "op":
            if token.text == "?" and source.spaced(i):
                self._conditional(i, e)
            elif token.text in EXCHANGED and source.spaced(i):
                self._binary(i, e)
            elif token.text in ("++", "--"):
                self._step(i, e)
            elif token.text == "!":
                self._not(i, e)
        elif token.kind == "num":
            self._number(i, e)
        elif token.text in ("true", "false"):
            other = "false" if token.text == "true" else "true"
            self._add(e.function, "constant", "value", i, i, other)
        elif token.kind == "id":
            self._name(i, e)

    def _conditional(self, i, e):
        first, _ = self.source.operands(i, e)
        if not self._compares(first, i - 1, e):
            self._add(e.function, "negation", "condition", first, i - 1,
                      f"!({self.source.code(first, i - 1)})")

    def _binary(self, i, e):
        source = self.source
        first, last = source.operands(i, e)
        if first >= i or last <= i:
            return
        left, right = source.code(first, i - 1), source.code(i + 1, last)
        text = source.at(i)
        for other in EXCHANGED[text]:
            loose = BINDS[other] < BINDS[text]
            new = f"({left}) {other} ({right})" if loose or BINDS[other] > BINDS[text] else \
                f"{left} {other} {right}"
            self._add(e.function, KINDS.get(text, "arithmetic"), "value", first, last, new)
        if text in ("&&", "||"):
            for side in (left, right):
                self._add(e.function, "dropped condition", "condition", first, last, side)

    def _step(self, i, e):
        source = self.source
        other = "--" if source.at(i) == "++" else "++"
        if source.tokens[i - 1].end == source.tokens[i].start and \
                (source.tokens[i - 1].kind == "id" or source.at(i - 1) in (")", "]")):
            name = i - 1
            while source.at(name) in (")", "]"):
                name = source.match[name] - 1
            first, _ = source.chain(name)
            self._add(e.function, "step", "value", first, i, source.code(first, i - 1) + other)
            return
        last = self._operand_end(i + 1)
        self._add(e.function, "step", "value", i, last, other + source.code(i + 1, last))

    def _not(self, i, e):
        last = self._operand_end(i + 1)
        if not (e.role == "condition" and i == e.first and last == e.last):
            self._add(e.function, "negation", "condition", i, last,
                      self.source.code(i + 1, last))

    def _operand_end(self, i):
        """The last token of the operand of a prefix."""
        source = self.source
        while source.at(i) in ("*", "!", "-", "&"):
            i += 1
        if source.at(i) in ("(", "["):
            i = source.match[i]
        while True:
            following = source.at(i + 1)
            if following in (".", "->", "::"):
                i += 2
            elif following in ("(", "[") or following == "<" and source.match.get(i + 1, 0) > i:
                i = source.match[i + 1]
            else:
                return i

    def _number(self, i, e):
        text = self.source.at(i)
        match = re.fullmatch(r"(0[xX][0-9a-fA-F']+|[\d']+)([uUlL]*)", text)
        if match is None:
            return
        value = int(match.group(1).replace("'", ""), 0 if "x" in text.lower() else 10)
        for other in (value + 1, value - 1):
            if other >= 0:
                self._add(e.function, "constant", "value", i, i, f"{other}{match.group(2)}")

    def _name(self, i, e):
        source = self.source
        text = source.at(i)
        qualified = source.at(i - 1) == "::"
        scope = source.at(i - 2) if qualified else ""
        if qualified and scope not in ("std", "Storage", "heap"):
            names = self.siblings.get((scope, text), [])
        else:
            names = self.siblings.get(("", text), []) if not qualified else []
        first, last = source.chain(i)
        if source.at(last) == "{":
            return
        for other in names:
            self._renamed(i, i, e, first, other, "enumerator")
        member = source.at(i - 1) in (".", "->", "::") or source.at(i + 1) == "("
        if member and source.at(i - 2) not in ("{", ","):  # `.key = key` initializes
            for other in self.names.get(text, []):
                self._renamed(i, last, e, first, other, "exchanged name")
        if source.at(i + 1) == "(" and source.tokens[i].end == source.tokens[i + 1].start:
            self._arguments(i, first, last, e)

    def _renamed(self, i, last, e, first, other, kind):
        source = self.source
        new = source.code(first, i - 1) + other if first < i else other
        if last > i:
            new += source.code(i + 1, last)
        if first >= e.first:
            self._add(e.function, kind, "value", first, last, new)

    def _arguments(self, i, first, last, e):
        """Exchanges neighbouring arguments that are plain names."""
        source = self.source
        for k in range(i + 3, last - 1):
            if source.at(k) == "," and source.match.get(last) == i + 1 and \
                    all(source.tokens[n].kind == "id" and source.at(n + d) in (",", "(", ")")
                        for n, d in ((k - 1, -1), (k + 1, 1))) and \
                    source.at(k - 1) != source.at(k + 1) and first >= e.first:
                begin = source.code(first, k - 2)
                new = f"{begin}{source.at(k + 1)}, {source.at(k - 1)}{source.code(k + 2, last)}"
                self._add(e.function, "swapped arguments", "value", first, last, new)

    def _swaps(self):
        """Neighbours in one block, both of which are expressions."""
        statements = sorted(self.source.statements, key=lambda s: s.first)
        at = {s.first: s for s in statements}
        for s in statements:
            t = at.get(s.last + 1)
            if t is None or s.block < 0 or s.block != t.block or \
                    {s.kind, t.kind} != {"expression"} or self.code(s) == self.code(t) or \
                    LEFT_OUT.search(self.code(s) + self.code(t)):
                continue
            self._add(s.function, "swapped", "swap", s.first, t.last,
                      f"{self.code(t)} {self.code(s)}", middle=self.source.tokens[t.first].start)


def number(mutants):
    """Gives each its key; those that say the same of the same function are counted."""
    mutants.sort(key=lambda m: (m.start, -m.end, m.kind, m.new))
    seen = collections.Counter()
    for m in mutants:
        what = "\0".join((m.file, m.function, m.kind, m.old, m.new))
        seen[what] += 1
        m.key = hashlib.sha256(f"{what}\0{seen[what]}".encode()).hexdigest()[:16]
    return mutants
