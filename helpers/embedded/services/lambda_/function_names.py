"""Which function a request means, and how it is refused if it means none."""

from __future__ import annotations

from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    LambdaClientError,
    UnknownAliasException,
    UnknownFunctionException,
)

from helpers.embedded.door.constraints import find_complaint
from helpers.embedded.services.lambda_.function_arns import FunctionName, parse_name


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
