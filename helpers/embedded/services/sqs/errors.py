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
    "KmsRefusal",
    "MissingParameter",
    "QueueDoesNotExist",
    "SQSException",
    "bad_parameter",
    "invalid_attribute_value",
    "invalid_handle",
    "missing_resource",
]


class KmsRefusal(SQSException):
    """A refusal of KMS, passed on by SQS.

    Args:
        kms_code: as KMS itself says it, such as DisabledException.
    """

    def __init__(self, kms_code: str, message: str) -> None:
        plain = kms_code.removeprefix("KMS")
        # The error's name in the service model, by which boto3 knows its class: KmsDisabled.
        super().__init__("Kms" + plain.removesuffix("Exception"), message)
        self.query_code = f"KMS.{plain}"
        """Its code, as SQS has kept it from its query protocol: KMS.DisabledException."""


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
