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
        return _decode(
            text.decode(json.detect_encoding(text), "surrogatepass")
            if isinstance(text, bytes)
            else text
        )
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON.")


_decode = json.JSONDecoder(parse_constant=_refuse).decode
