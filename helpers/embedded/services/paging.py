"""Pages of long lists, whose tokens say how many rows were given before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class BadToken(ValueError):
    """No page began with this token."""


class Page(NamedTuple):
    """A part of a list."""

    rows: list[Any]
    token: str | None
    """Of the next page; None: this is the last one."""


def page_of(rows: Sequence[Any], token: object, most: object, usual: int) -> Page:
    """At most `most` rows, or `usual` if nobody says how many.

    Raises:
        BadToken: no answer brought such a token.
    """
    text = str(token or "0")
    if not text.isdecimal() or int(text) > len(rows):
        raise BadToken(text)
    start = int(text)
    end = start + int(str(most or usual))
    return Page(list(rows[start:end]), str(end) if end < len(rows) else None)
