"""Refusals with the codes and the words of AWS, as far as moto does not have them."""

from __future__ import annotations

from moto.sqs.exceptions import (
    InvalidAttributeName,
    InvalidParameterValue,
    MissingParameter,
    QueueDoesNotExist,
    SQSException,
)

__all__ = [
    "InvalidAttributeName",
    "InvalidParameterValue",
    "MissingParameter",
    "QueueDoesNotExist",
    "SQSException",
    "bad_parameter",
    "invalid_attribute_value",
    "invalid_handle",
    "missing_resource",
]


def bad_parameter(value: object, name: str, reason: str) -> SQSException:
    return InvalidParameterValue(f"Value {value} for parameter {name} is invalid. Reason: {reason}")


def invalid_attribute_value(name: str, reason: str = "") -> SQSException:
    text = f"Invalid value for the parameter {name}."
    return SQSException("InvalidAttributeValue", f"{text} {reason}".rstrip())


def invalid_handle(handle: str) -> SQSException:
    return SQSException(
        "ReceiptHandleIsInvalid",
        f'The input receipt handle "{handle}" is not a valid receipt handle.',
    )


def missing_resource(parameter: str) -> SQSException:
    return SQSException(
        "ResourceNotFoundException",
        f"The resource that you specified for the {parameter} parameter doesn't exist.",
    )
