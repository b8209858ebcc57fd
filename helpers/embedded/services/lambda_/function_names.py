"""How a function is named, by a name, a partial or a full ARN, with a qualifier or without; and how
a request is refused that means none.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    LambdaClientError,
    UnknownAliasException,
    UnknownFunctionException,
)

from helpers.embedded.door.constraints import find_complaint

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


def read_name(operation: str, text: str, qualifier: str | None, region: str) -> FunctionName:
    """The function that a request to this Region means, which may give a qualifier besides.

    Raises moto's LambdaClientError, in the words recorded in test_function_arns,
    test_invalid_invoke, test_get_function_wrong_region and test_ops_with_arn_qualifier_mismatch.
    How a name is spelled and how long it may be differs between operations.
    """
    given = {"FunctionName": text, "Qualifier": qualifier}
    if complaint := find_complaint("lambda", operation, given):
        raise LambdaClientError("ValidationException", complaint)
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


def missing(arn: str, named: FunctionName) -> LambdaClientError:
    """What is said where aliases are told from versions. `arn`: without a qualifier."""
    qualified = f"{arn}:{named.qualifier}" if named.qualifier else arn
    unknown = UnknownAliasException if named.may_be_alias else UnknownFunctionException
    return unknown(qualified)
