"""Filter patterns: of FilterLogEvents and of metric filters.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

Three kinds: terms (`ERROR -timeout`, `?one ?other`, `"an exact phrase"`, `%regex%`), JSON
(`{ $.x = "y" }`) and space-delimited fields (`[time, level = ERROR, ...]`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from helpers.embedded import json_documents
from helpers.embedded.services.logs.filter_conditions import (
    MISSING,
    BadPattern,
    Condition,
    Field,
    parse,
    regular_expression,
    unquoted,
)

Match = Callable[[str], "dict[str, Any] | None"]
"""Of a message: the values that it has for the pattern's properties; None: no match."""

_TERM = re.compile(r'\s*(?P<sign>[-?]?)(?P<term>"(?:[^"\\]|\\.)*"|%[^%]+%|[^\s"%]+)')
_PLAIN = re.compile(r"\w+")
_SELECTOR = re.compile(r"\$(?:\.[\w-]+|\[\d+\])+")
_FIELD = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')
_NAME = re.compile(r"[\w-]+")


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Match:
    """What the pattern does with a message.

    Raises:
        BadPattern: CloudWatch Logs would refuse it.
    """
    text = pattern.strip()
    if text.startswith("{"):
        return _json_pattern(text)
    if text.startswith("["):
        return _space_delimited_pattern(text)
    return _terms_pattern(text)


# Terms


def _terms_pattern(text: str) -> Match:
    signs: dict[str, list[Callable[[str], bool]]] = {"": [], "-": [], "?": []}
    place = 0
    while place < len(text):
        found = _TERM.match(text, place)
        if found is None:
            raise BadPattern(f"Invalid filter pattern near {text[place:]!r}")
        signs[found["sign"]].append(_contains(found["term"]))
        place = found.end()
    required, excluded, optional = signs[""], signs["-"], signs["?"]
    if required or excluded:
        optional = []  # "?" counts only where every term has it

    def match(message: str) -> dict[str, Any] | None:
        fits = (
            all(contains(message) for contains in required)
            and not any(contains(message) for contains in excluded)
            and (not optional or any(contains(message) for contains in optional))
        )
        return {} if fits else None

    return match


def _contains(term: str) -> Callable[[str], bool]:
    """Letter case counts. What is not a word must stand in quotes."""
    if term.startswith("%"):
        expression = regular_expression(term)
        return lambda message: expression.search(message) is not None
    if not term.startswith('"') and not _PLAIN.fullmatch(term):
        raise BadPattern(f"Invalid character(s) in term '{term}'")
    wanted = unquoted(term)
    return lambda message: wanted in message


# JSON


def _json_pattern(text: str) -> Match:
    if not text.endswith("}"):
        raise BadPattern("Invalid filter pattern: the brace is not closed")
    condition = parse(text[1:-1], _SELECTOR)

    def match(message: str) -> dict[str, Any] | None:
        document = json_object(message)
        if document is None or not condition(lambda selector: select(document, selector)):
            return None
        return document

    return match


def json_object(message: str) -> dict[str, Any] | None:
    """The message, if it is a JSON object."""
    if not message.lstrip().startswith("{"):
        return None
    try:
        document = json_documents.parse(message)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def select(document: Any, selector: str) -> Any:
    """What `$.a.b[0]` selects; MISSING if it is not there."""
    for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", selector):
        try:
            document = document[name] if name else document[int(index)]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return document


# Space-delimited


def _space_delimited_pattern(text: str) -> Match:
    if not text.endswith("]"):
        raise BadPattern("Invalid filter pattern: the bracket is not closed")
    names: list[str | None] = []
    conditions: list[Condition] = []
    for part in text[1:-1].split(","):
        stated = part.strip().lstrip("( ")
        if stated == "...":
            names.append(None)
            continue
        found = _NAME.match(stated)
        if found is None:
            raise BadPattern(f"Invalid filter pattern: {part.strip()!r} does not name a field")
        names.append(found[0])
        if found[0] != part.strip():
            conditions.append(parse(part, _NAME))

    def match(message: str) -> dict[str, Any] | None:
        fields = _assign(names, [Field("".join(found)) for found in _FIELD.findall(message)])
        if fields is None:
            return None
        known = fields
        if all(condition(lambda name: known.get(name, MISSING)) for condition in conditions):
            return {f"${name}": value for name, value in fields.items()}
        return None

    return match


def _assign(names: list[str | None], fields: list[Field]) -> dict[str, Field] | None:
    """The fields by name; None, which "..." stands for, takes as many as are over."""
    gaps = names.count(None)
    if gaps > 1:
        raise BadPattern("Invalid filter pattern: more than one ellipsis")
    if len(fields) < len(names) - gaps or (not gaps and len(fields) != len(names)):
        return None
    before = names.index(None) if gaps else len(names)
    after = names[before + 1 :]
    pairs = list(zip(names[:before], fields, strict=False))
    pairs += list(zip(after, fields[len(fields) - len(after) :], strict=True))
    return {name: field for name, field in pairs if name is not None}
