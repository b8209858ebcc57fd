"""How a function is named: by a name, a partial or a full ARN, with a qualifier or without.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

LATEST = "$LATEST"

_NAMED = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:\d{12}:"
    r"(?:function:)?)?(?P<name>[^:]+)(?::(?P<qualifier>.+))?"
)
_ALIAS = re.compile(r"(?!\d+$)[\w-]+", re.ASCII)
"""What can be the name of an alias, and is no number of a version."""


class FunctionName(NamedTuple):
    name: str
    qualifier: str | None = None
    """Version, alias or $LATEST, if one was named."""
    region: str | None = None
    """Of a full ARN."""

    @property
    def is_qualified(self) -> bool:
        return self.qualifier is not None

    @property
    def may_be_alias(self) -> bool:
        return self.qualifier is not None and _ALIAS.fullmatch(self.qualifier) is not None


@lru_cache
def parse_name(text: str) -> FunctionName:
    found = _NAMED.fullmatch(text)
    if found is None:
        return FunctionName(text)
    return FunctionName(found["name"], found["qualifier"], found["region"])
