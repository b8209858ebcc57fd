"""The expressions of a Logs Insights query, and the words that they are made of.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKENS = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>\d+(?:\.\d+)?(?![\w.]))
    |(?P<duration>\d+\s*(?:ms|s|m|h|d|w)\b)
    |(?P<name>@?[A-Za-z_][\w.@]*|`[^`]+`)
    |(?P<sign>=~|!=|<=|>=|[=<>|,()\[\]+\-*/%^])""",
    re.VERBOSE,
)
_REGEX = re.compile(r"/((?:[^/\\\n]|\\.)+)/")


class Malformed(ValueError):
    """A query that is not understood. Offsets count characters of the query."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


class Token(NamedTuple):
    kind: str
    """text, number, duration, name, sign, regex or end."""
    text: str
    """Without quotes or slashes."""
    start: int
    end: int
    """Offsets in the query."""


class Constant(NamedTuple):
    value: str | float


class Field(NamedTuple):
    name: str


class Call(NamedTuple):
    function: str
    arguments: tuple[Node, ...]
    token: Token


class Operation(NamedTuple):
    sign: str
    left: Node
    right: Node


class Not(NamedTuple):
    operand: Node


class Like(NamedTuple):
    operand: Node
    pattern: re.Pattern[str]


class In(NamedTuple):
    operand: Node
    choices: tuple[Node, ...]


Node = Constant | Field | Call | Operation | Not | Like | In

_BINDING = (
    ("or",),
    ("and",),
    ("=", "!=", "<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/", "%"),
    ("^",),
)
"""Operators from the weakest on; `not`, `like` and `in` stand between `and` and comparisons."""
_COMPARISONS = 2


def tokenize(query: str) -> list[Token]:
    """The words of a query. A slash begins a regular expression where one can stand."""
    tokens: list[Token] = []
    command, place = "", 0
    while place < len(query):
        previous = tokens[-1].text.lower() if tokens else "|"
        if query[place] == "/" and (previous in ("like", "=~") or command == "parse"):
            found, kind = _REGEX.match(query, place), "regex"
        else:
            found = _TOKENS.match(query, place)
            kind = str(found.lastgroup) if found else ""
        if found is None:
            raise unexpected(query, Token("", query[place], place, place + 1))
        if kind != "space":
            token = Token(kind, _content(kind, found[0]), place, found.end())
            if previous == "|":
                command = token.text.lower()
            tokens.append(token)
        place = found.end()
    return [*tokens, Token("end", "", len(query), len(query))]


def _content(kind: str, text: str) -> str:
    if kind == "text":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text[1:-1] if kind == "regex" or text.startswith("`") else text


def unexpected(query: str, token: Token) -> Malformed:
    """As the service complains of what it cannot read."""
    before = query[: token.start]
    line = before.count("\n") + 1
    position = token.start - (before.rfind("\n") + 1)
    found = f"unexpected symbol found {token.text}" if token.text else "unexpected end of query"
    message = f"{found} at line {line} and position {position}"
    return Malformed(message, token.start, token.end)


class Reader:
    """Reads tokens one after the other; what is left of a query."""

    def __init__(self, query: str) -> None:
        self.query = query
        self._tokens = tokenize(query)
        self._place = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._place]

    def next(self) -> Token:
        token = self.token
        self._place += token.kind != "end"
        return token

    def takes(self, *texts: str) -> bool:
        """Whether these words or signs stand here; then they are read."""
        ahead = self._tokens[self._place : self._place + len(texts)]
        if [each.text.lower() for each in ahead if each.kind in ("name", "sign")] != list(texts):
            return False
        self._place += len(texts)
        return True

    def expect(self, text: str) -> None:
        if not self.takes(text):
            raise unexpected(self.query, self.token)

    def of_kind(self, kind: str) -> str:
        if self.token.kind != kind:
            raise unexpected(self.query, self.token)
        return self.next().text

    def text_until_now(self, start: int) -> str:
        """The query as it was written from an offset to here."""
        return self.query[start : self._tokens[self._place - 1].end]

    # Expressions

    def expression(self, level: int = 0) -> Node:
        if level == _COMPARISONS and self.takes("not"):
            return Not(self.expression(level))
        if level == len(_BINDING):
            return self._operand()
        node = self.expression(level + 1)
        if level == _COMPARISONS:
            node = self._match(node)
        while self.token.text.lower() in _BINDING[level] and self.token.kind in ("sign", "name"):
            sign = self.next().text.lower()
            node = Operation(sign, node, self.expression(level + 1))
        return node

    def _match(self, node: Node) -> Node:
        """`x like y`, `x not like y`, `x =~ /y/`, `x in [y, z]` and `x not in [y, z]`."""
        if self.takes("=~") or self.takes("like"):
            return Like(node, self._pattern())
        if self.takes("not", "like"):
            return Not(Like(node, self._pattern()))
        if self.takes("in"):
            return In(node, self._choices())
        if self.takes("not", "in"):
            return Not(In(node, self._choices()))
        return node

    def _pattern(self) -> re.Pattern[str]:
        if self.token.kind == "regex":
            return self.regular_expression()
        return re.compile(re.escape(self.of_kind("text")))

    def regular_expression(self) -> re.Pattern[str]:
        token = self.next()
        try:
            return re.compile(token.text.replace("(?<", "(?P<").replace("(?P<=", "(?<=")
                              .replace("(?P<!", "(?<!"))  # fmt: skip
        except re.error as error:
            message = f"invalid regular expression {token.text}: {error}"
            raise Malformed(message, token.start, token.end) from None

    def _choices(self) -> tuple[Node, ...]:
        self.expect("[")
        return self._list("]")

    def _list(self, closing: str) -> tuple[Node, ...]:
        nodes: list[Node] = []
        while not self.takes(closing):
            if nodes:
                self.expect(",")
            nodes.append(self.expression())
        return tuple(nodes)

    def _operand(self) -> Node:
        token = self.next()
        match token.kind:
            case "number":
                return Constant(float(token.text) if "." in token.text else int(token.text))
            case "text" | "duration":
                return Constant(token.text)
            case "name":
                if self.takes("("):
                    return self._call(token)
                return Field(token.text)
            case "sign" if token.text == "(":
                node = self.expression()
                self.expect(")")
                return node
            case "sign" if token.text == "-":
                return Operation("-", Constant(0), self._operand())
        raise unexpected(self.query, token)

    def _call(self, token: Token) -> Node:
        if self.takes("*"):
            self.expect(")")
            return Call(token.text.lower(), (), token)
        return Call(token.text.lower(), self._list(")"), token)
