"""Values of templates as CloudFormation reads them: booleans and numbers are texts on the way."""

from __future__ import annotations

import json
from typing import Any


def as_text(value: Any) -> str:
    """A value where a text is wanted, such as a tag: YAML's yes is "true"."""
    if isinstance(value, str):
        return value
    return json.dumps(value)


def is_true(value: Any) -> bool:
    return as_text(value).lower() == "true"


def each_of(value: Any) -> list[Any]:
    """What may be one or a list of several, as DependsOn may; None: nothing."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
