# SPDX-License-Identifier: Apache-2.0

"""A source is a C++ file as tokens, with the functions, statements and expressions in it: as much
of a parser as mutation needs.

It relies on the format of this repository (clang-format, Google's style): a binary operator has
spaces around it, the `<` of a template has none. What it does not understand it leaves out, and the
compiler refuses what it misunderstood. Nothing that has to be a constant is in it: constants,
enumerations, labels of cases, template arguments, tables at namespace scope.

Place: the lowest part of mutate; operators.py makes mutants of it.
"""

import dataclasses
import re

TOKEN = re.compile(
    r'(?P<skip>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*#(?:[^\n\\]|\\.|\\\n)*)'
    r'|(?P<str>R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\')'
    r"|(?P<num>\d(?:[\w.]|'(?=\w))*)|(?P<id>[A-Za-z_]\w*)"
    r"|(?P<op>::|->|\.\.\.|\+\+|--|(?<=\s)(?:<=>|<<=|>>=|<<|>>|<=|>=|&&|\|\|)|[-+*/%&|^=!]="
    r"|.)", re.DOTALL | re.MULTILINE)
OPEN = {"(": ")", "[": "]", "{": "}"}
# How tightly binary operators bind; assignments and the conditional are all the loosest.
BINDS = {"*": 11, "/": 11, "%": 11, "+": 10, "-": 10, "<<": 9, ">>": 9, "<": 8, "<=": 8, ">": 8,
         ">=": 8, "==": 7, "!=": 7, "&": 6, "^": 5, "|": 4, "&&": 3, "||": 2, "?": 1, ":": 1,
         "=": 1, "+=": 1, "-=": 1, "*=": 1, "/=": 1, "|=": 1, "&=": 1, "^=": 1, "%=": 1,
         "<<=": 1, ">>=": 1}
LEADING = {"return", "throw", "else", "case", "delete", "do"}  # what an operand cannot contain
NOT_RUN = {"using", "static_assert", "typedef", "static", "constexpr", "enum", "assert", "friend",
           "struct", "class", "union", "extern", "goto"}


@dataclasses.dataclass
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclasses.dataclass
class Function:
    """`returns` is "bool", "void", "other", "built" (of a constructor) or "lambda"."""
    name: str
    returns: str
    body: int  # the token that is its brace


@dataclasses.dataclass
class Statement:
    """Tokens first ... last, the semicolon. `kind`: "expression", "declaration", "return",
    "break", "continue". `block` is the token of the brace that it is directly in, or -1."""
    kind: str
    first: int
    last: int
    block: int
    function: Function


@dataclasses.dataclass
class Expression:
    """Tokens first ... last. `role`: "condition", "returned" or "value"."""
    role: str
    first: int
    last: int
    function: Function


class Source:
    def __init__(self, text):
        self.text = text
        self.tokens = []
        for match in TOKEN.finditer(text):
            if match.lastgroup != "skip" and match.group("skip") is None:
                kind = next(k for k in ("str", "num", "id", "op") if match.group(k) is not None)
                self.tokens.append(Token(kind, match.group(0), match.start(), match.end()))
        self.match = {}   # of brackets: from each to its other
        self.lambdas = {}  # from the token that opens one to the brace of its body
        self.functions, self.statements, self.expressions = [], [], []
        self._match_brackets()
        self._scope(0, len(self.tokens), in_class=False)

    def at(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def spaced(self, i):
        """Whether there is space on both sides: so a binary operator is told from all else."""
        token = self.tokens[i]
        return self.text[token.start - 1:token.start].isspace() and \
            self.text[token.end:token.end + 1].isspace()

    def code(self, first, last):
        """Those tokens on one line, without comments."""
        parts = [self.at(first)]
        for i in range(first + 1, last + 1):
            gap = self.tokens[i - 1].end < self.tokens[i].start
            parts.append((" " if gap else "") + self.at(i))
        return "".join(parts)

    def line(self, i):
        """The number of the line that token is in."""
        return self.text.count("\n", 0, self.tokens[i].start) + 1

    def _is_template(self, i):
        return self.at(i) == "<" and not self.spaced(i) and \
            self.tokens[i - 1].kind == "id" and self.tokens[i - 1].end == self.tokens[i].start

    def _match_brackets(self):
        stack = []
        for i, token in enumerate(self.tokens):
            if token.kind != "op":
                continue
            if token.text in OPEN or self._is_template(i) or \
                    token.text == "<" and self.at(i - 1) == "template":
                stack.append(i)
            elif token.text in OPEN.values() or \
                    token.text == ">" and stack and self.at(stack[-1]) == "<":
                while stack and OPEN.get(self.at(stack[-1]), ">") != token.text:
                    stack.pop()  # a `<` that was no bracket
                if stack:
                    self.match[i] = stack[-1]
                    self.match[stack.pop()] = i

    # ---- Declarations ----

    def _scope(self, i, end, in_class):
        """A namespace's or a class's declarations."""
        start = i
        while i < end:
            text = self.at(i)
            if text == ";":
                if in_class:
                    self._member(start, i)
                start = i + 1
            elif text == ":" and self.at(i - 1) in ("public", "private", "protected"):
                start = i + 1
            elif text == "{":
                if self._braces(start, i, end):
                    start = self.match[i] + 1
                i = self.match[i]
            elif text in ("(", "[", "<") and self.match.get(i, 0) > i:
                i = self.match[i]
            i += 1

    def _braces(self, start, i, end):
        """What stands in braces, by what is before them. Whether a declaration ends with them."""
        head = [self.at(k) for k in self._top_level(start, i)]
        if "enum" in head:
            return False
        if "namespace" in head or head[:1] == ["extern"]:
            self._scope(i + 1, self.match[i], in_class=False)
            return True
        typed = {"class", "struct", "union"} & set(head)
        if typed and ("(" not in head or head[0] in typed):
            self._scope(i + 1, self.match[i], in_class=True)
            return False
        before_call = head[:head.index("(")] if "(" in head else head
        if "(" not in head or "=" in before_call and "operator" not in before_call:
            return False
        initialized = ":" in head[head.index("("):] and self.tokens[i - 1].kind == "id"
        if initialized and self.at(self.match[i] + 1) in (",", "{"):
            return False
        if not {"constexpr", "consteval"} & set(head):
            self._function(start, i)
        return True

    def _top_level(self, start, end):
        """Tokens outside of brackets, with those that open brackets."""
        i = start
        while i < end:
            yield i
            i = self.match[i] + 1 if self.match.get(i, 0) > i else i + 1

    def _function(self, start, body):
        call = next(k for k in self._top_level(start, body) if self.at(k) == "("
                    and self.at(k - 1) not in ("gnu", "alignas", "noexcept"))
        first = call - 1
        while first > start and (self.at(first - 1) in ("::", "~", "operator")
                                 or self.at(first) == "::"):
            first -= 1
        name = "".join(self.at(k) for k in range(first, call))
        before = {self.at(k) for k in self._top_level(start, first)} - {"inline", "explicit"}
        returns = "other"
        if "bool" in before:
            returns = "bool"
        elif "void" in before and "*" not in before or "~" in name:
            returns = "void"
        elif before <= {"template", "<", "[", "]"}:
            returns = "built"
        function = Function(name, returns, body)
        self.functions.append(function)
        self._block(body, function)

    def _member(self, start, end):
        """The first value of a member of a class."""
        top = list(self._top_level(start, end))
        texts = [self.at(k) for k in top]
        if "=" in texts and not {*NOT_RUN, "(", "operator"} & set(texts):
            first = top[texts.index("=")] + 1
            if self.at(first) not in ("default", "delete"):
                self._expression("value", first, end - 1, Function("(members)", "other", -1))

    # ---- Statements ----

    def _block(self, brace, function):
        i = brace + 1
        while i < self.match[brace]:
            i = self._statement(i, function, brace)

    def _statement(self, i, function, block):
        """Reads one; returns the token after it. `block`: see Statement."""
        text = self.at(i)
        if text == "[" and self.at(i + 1) == "[":
            return self._statement(self.match[i] + 1, function, block)
        if text == "{":
            self._block(i, function)
            return self.match[i] + 1
        if text in ("if", "while", "switch", "for"):
            return self._controlled(i, function)
        if text == "do":
            i = self._statement(i + 1, function, -1)
            self._condition(i + 1, function)
            return self.match[i + 1] + 2
        if text in ("try", "else"):
            return self._statement(i + 1, function, -1)
        if text == "catch":
            return self._statement(self.match[i + 1] + 1, function, -1)
        if text in ("case", "default"):
            while self.at(i) != ":":
                i += 1
            return i + 1
        return self._simple(i, function, block)

    def _controlled(self, i, function):
        word = self.at(i)
        constant = self.at(i + 1) == "constexpr"
        bracket = i + 2 if constant else i + 1
        if word == "for":
            self._for(bracket, function)
        elif word == "switch":
            self._expression("value", bracket + 1, self.match[bracket] - 1, function)
        elif not constant:
            self._condition(bracket, function)
        i = self._statement(self.match[bracket] + 1, function, -1)
        if word == "if" and self.at(i) == "else":
            i = self._statement(i + 1, function, -1)
        return i

    def _condition(self, bracket, function):
        """What is in those brackets; of `if (declaration; condition)`, both."""
        first, last = bracket + 1, self.match[bracket] - 1
        for k in self._top_level(first, last):
            if self.at(k) == ";":
                self._initialization(first, k - 1, function)
                first = k + 1
        declares = any(self.at(k) == "=" for k in self._top_level(first, last))
        if declares:
            return self._initialization(first, last, function)
        return self._expression("condition", first, last, function)

    def _for(self, bracket, function):
        end = self.match[bracket]
        parts = [k for k in self._top_level(bracket + 1, end) if self.at(k) == ";"]
        if len(parts) < 2:
            for k in self._top_level(bracket + 1, end):
                if self.at(k) == ":":
                    self._expression("value", k + 1, end - 1, function)
            return
        self._initialization(bracket + 1, parts[0] - 1, function)
        if parts[0] + 1 < parts[1]:
            self._expression("condition", parts[0] + 1, parts[1] - 1, function)
        if parts[1] + 1 < end:
            self._expression("value", parts[1] + 1, end - 1, function)

    def _initialization(self, first, last, function):
        """What a declaration computes."""
        for k in self._top_level(first, last + 1):
            if self.at(k) == "=":
                return self._expression("value", k + 1, last, function)
            if self.at(k) in ("(", "{") and k > first and self.match[k] > k + 1:
                self._expression("value", k + 1, self.match[k] - 1, function)
        return None

    def _simple(self, i, function, block):
        """A statement that ends with a semicolon."""
        last = i
        while self.at(last) != ";" and last < len(self.tokens) - 1:
            last = self.match[last] + 1 if self.match.get(last, 0) > last else last + 1
        word = self.at(i)
        if word in NOT_RUN or last == i:
            return last + 1
        if word in ("return", "break", "continue"):
            kind = word
            if word == "return" and i + 1 < last:
                self._expression("returned", i + 1, last - 1, function)
        elif self._is_expression(i, last):
            kind = "expression"
            self._expression("value", i, last - 1, function)
        else:
            kind = "declaration"
            self._initialization(i, last - 1, function)
        self.statements.append(Statement(kind, i, last, block, function))
        return last + 1

    def _is_expression(self, first, last):
        """A declaration has a space between two words before it assigns."""
        previous = None
        for k in self._top_level(first, last):
            if self.at(k) == "delete" or BINDS.get(self.at(k)) == 1 and self.spaced(k):
                return True
            if previous is None:
                previous = k
                continue
            gap = self.tokens[k - 1].end < self.tokens[k].start
            operator = self.at(previous) in BINDS and self.spaced(previous)
            if gap and self.tokens[k].kind == "id" and not operator:
                return False
            if gap and self.at(k) == "[" and self.at(first) in ("auto", "const"):
                return False
            previous = k
        return True

    # ---- Expressions ----

    def _expression(self, role, first, last, function):
        """Notes it, and reads the bodies of the lambdas in it."""
        if first > last:
            return
        self.expressions.append(Expression(role, first, last, function))
        i = first
        while i <= last:
            body = self._lambda_body(i)
            if body is not None:
                self.lambdas[i] = body
                self._block(body, Function(function.name, "lambda", body))
                i = self.match[body]
            i += 1

    def _lambda_body(self, i):
        """The brace of the lambda that token i opens, or None."""
        if self.at(i) != "[" or self.tokens[i - 1].kind == "id" and self.at(i - 1) != "return" \
                or self.at(i - 1) in (")", "]", "["):
            return None
        i = self.match[i] + 1
        while i < len(self.tokens) and self.at(i) not in ("{", ";", ","):
            i = self.match[i] + 1 if self.match.get(i, 0) > i else i + 1
        return i if self.at(i) == "{" else None

    def inside(self, expression):
        """Its tokens, without template arguments and the bodies of lambdas, which are statements
        of their own."""
        i = expression.first
        while i <= expression.last:
            if i in self.lambdas:
                i = self.match[self.lambdas[i]] + 1
            elif self.at(i) == "<" and self.match.get(i, 0) > i:
                i = self.match[i] + 1
            else:
                yield i
                i += 1

    def operands(self, i, expression):
        """The first token of the left operand of binary operator i and the last of the right."""
        tight = BINDS[self.at(i)]
        assigns = tight == 1 and self.at(i) != "?"
        left = i - 1
        while left >= expression.first:
            if self.match.get(left, len(self.tokens)) < left:
                left = self.match[left] - 1
            elif left in self.match or self._stops(left, max(tight - 1, 1)):
                break
            else:
                left -= 1
        right = i + 1
        while right <= expression.last:
            if self.match.get(right, -1) > right:
                right = self.match[right] + 1
            elif right in self.match or self._stops(right, 0 if assigns else tight):
                break
            else:
                right += 1
        return left + 1, right - 1

    def _stops(self, i, tight):
        """Whether an operand of an operator of that tightness ends here."""
        text = self.at(i)
        if text in (",", ";") or text in LEADING:
            return True
        return text in BINDS and self.spaced(i) and BINDS[text] <= tight

    def chain(self, i):
        """The first and last token of `a->b[c].d(e)`, in which i is a name."""
        first, last = i, i
        while True:
            before = self.at(first - 1)
            if before in (".", "->", "::"):
                first -= 1
            elif self.at(first) in (".", "->", "::") and first - 1 in self.match:
                first = self.match[first - 1]
                continue
            elif self.at(first) in (".", "->", "::") and self.tokens[first - 1].kind == "id":
                first -= 1
            elif self.at(first) in ("(", "[", "<") and self.tokens[first - 1].kind == "id" and \
                    self.at(first - 1) != "return" and \
                    self.tokens[first - 1].end == self.tokens[first].start:
                first -= 1
            else:
                break
        if self.at(last + 1) == "(":
            last = self.match[last + 1]
        return first, last
