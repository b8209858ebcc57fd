"""How requests name a function: a name, a partial or a full ARN, with a qualifier or without.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError

LATEST = "$LATEST"

_NAMED = re.compile(
    r"(?:arn:aws:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:\d{12}:function:)?"
    r"(?P<name>[^:]+)(?::(?P<qualifier>.+))?"
)


_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?"
    r"(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
_LONGEST = 140


class FunctionName(NamedTuple):
    name: str
    qualifier: str | None = None
    """Version, alias or $LATEST, if one was named."""
    region: str | None = None
    """Of a full ARN."""

    @property
    def is_qualified(self) -> bool:
        return self.qualifier is not None


@lru_cache
def parse_name(text: str) -> FunctionName:
    found = _NAMED.fullmatch(text)
    if found is None:
        return FunctionName(text)
    return FunctionName(found["name"], found["qualifier"], found["region"])


def read_name(text: str, qualifier: str | None, region: str) -> FunctionName:
    """The function that a request to this Region means, which may give a qualifier besides.

    Raises moto's LambdaClientError, in the words recorded in test_get_function_wrong_region,
    test_ops_with_arn_qualifier_mismatch and test_function_arns.
    """
    broken = f"have length less than or equal to {_LONGEST}" if len(text) > _LONGEST else None
    if not re.fullmatch(_PATTERN, text):
        broken = f"satisfy regular expression pattern: {_PATTERN}"
    if broken:
        raise LambdaClientError(
            "ValidationException",
            f"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy "
            f"constraint: Member must {broken}",
        )
    named = parse_name(text)
    if named.region not in (None, region):
        raise NotFound(
            f"Functions from '{named.region}' are not reachable in this region ('{region}')"
        )
    if named.qualifier and qualifier and named.qualifier != qualifier:
        raise InvalidParameterValueException(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return named._replace(qualifier=named.qualifier or qualifier)


class NotFound(LambdaClientError):
    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)
