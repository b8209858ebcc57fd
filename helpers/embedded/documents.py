"""JSON that came from outside."""

from __future__ import annotations

import json
from typing import Any


def parse(text: str | bytes) -> Any:
    """The document, as `json.loads`.

    Raises:
        ValueError: it is no JSON: neither NaN nor Infinity is; nor is it, for us, what is nested
            more deeply than Python reads, some 1,000 levels.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON.")
