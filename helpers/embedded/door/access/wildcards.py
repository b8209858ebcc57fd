"""Wildcards of policies: `*` is any text, `?` one character, and variables such as ${aws:username}.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

Facts = Mapping[str, tuple[str, ...]]
"""What is known about a request: condition keys in lower case, and their values."""

_VARIABLE = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)')?\}")
_LITERALS = {"*": "[*]", "?": "[?]", "$": "$"}


@lru_cache(maxsize=4096)
def compile_wildcards(pattern: str, ignore_case: bool = False) -> re.Pattern[str]:
    """A pattern as a regular expression for the whole text."""
    expression = "".join(
        ".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern
    )
    # A character that a variable stands for is itself, not a wildcard.
    expression = expression.replace(r"\[.*\]", r"\*").replace(r"\[.\]", r"\?")
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def fill_in(text: str, facts: Facts) -> str | None:
    """`text` with its variables replaced; None: one has no value, so nothing matches."""
    missing = False

    def value_of(found: re.Match[str]) -> str:
        nonlocal missing
        name = found[1].strip()
        if name in _LITERALS:
            return _LITERALS[name]
        values = facts.get(name.lower(), ())
        if len(values) == 1:
            return values[0].replace("*", "[*]").replace("?", "[?]")
        if found[2] is None:
            missing = True
        return found[2] or ""

    filled = _VARIABLE.sub(value_of, text)
    return None if missing else filled


class Patterns:
    """One element of a statement: matches a text that any of its patterns matches."""

    __slots__ = ("_exact", "_fold", "_regex", "_variable", "everything")

    def __init__(self, texts: Iterable[str], *, fold: bool = False, variables: bool = True) -> None:
        listed = list(texts)
        variable = [text for text in listed if variables and "${" in text]
        fixed = [text for text in listed if text not in variable]
        wild = [text for text in fixed if "*" in text or "?" in text]
        self._fold = fold
        self._variable = variable
        self._exact = frozenset(
            text.lower() if fold else text for text in fixed if text not in wild
        )
        self._regex = [compile_wildcards(text, fold) for text in wild]
        self.everything = "*" in listed
        """Whether it matches whatever it is asked."""

    def match(self, text: str, facts: Facts) -> bool:
        if self.everything or (text.lower() if self._fold else text) in self._exact:
            return True
        if any(regex.fullmatch(text) for regex in self._regex):
            return True
        return any(
            filled is not None and compile_wildcards(filled, self._fold).fullmatch(text)
            for filled in (fill_in(pattern, facts) for pattern in self._variable)
        )

    @property
    def uses_variables(self) -> bool:
        return bool(self._variable)
