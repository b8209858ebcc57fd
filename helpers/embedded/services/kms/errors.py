"""Refusals with the codes and the words of AWS.

The words are those of the key state page of the KMS developer guide, or recorded from the real
service by LocalStack's tests (tests/aws/services/kms/test_kms.snapshot.json there).
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from moto.core.exceptions import JsonRESTError


class KmsException(JsonRESTError):
    """A refusal of KMS: its code, and a message that AWS leaves empty for some codes."""

    code = 400

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        if not message:
            self.description = json.dumps({"__type": code})


def invalid_request(message: str) -> KmsException:
    return KmsException("ValidationException", message)


def not_one_of(value: object, name: str, known: Iterable[str]) -> KmsException:
    """A value that is none of an enumeration."""
    return _constraint(
        f"Value '{value}' at '{name}'", f"satisfy enum value set: [{', '.join(known)}]"
    )


def out_of_range(value: int, name: str, lowest: int, highest: int) -> KmsException:
    """A number below `lowest` or above `highest`."""
    limit = (
        f"greater than or equal to {lowest}"
        if value < lowest
        else f"less than or equal to {highest}"
    )
    return _constraint(f"Value '{value}' at '{name}'", f"have value {limit}")


def bad_length(length: int, name: str, longest: int) -> KmsException:
    """Bytes that are none, or more than `longest`."""
    limit = f"less than or equal to {longest}" if length else "greater than or equal to 1"
    return _constraint(f"Value at '{name}'", f"have length {limit}")


def _constraint(what: str, must: str) -> KmsException:
    return invalid_request(
        f"1 validation error detected: {what} failed to satisfy constraint: Member must {must}"
    )


def not_found(message: str) -> KmsException:
    return KmsException("NotFoundException", message)


def disabled(arn: str) -> KmsException:
    return KmsException("DisabledException", f"{arn} is disabled.")


def invalid_state(arn: str, what: str) -> KmsException:
    return KmsException("KMSInvalidStateException", f"{arn} is {what}.")


def wrong_usage(arn: str, usage: str, operation: str) -> KmsException:
    return KmsException(
        "InvalidKeyUsageException",
        f"{arn} key usage is {usage} which is not valid for {operation}.",
    )


def wrong_algorithm(algorithm: str, spec: str) -> KmsException:
    return KmsException(
        "InvalidKeyUsageException",
        f"Algorithm {algorithm} is incompatible with key spec {spec}.",
    )


def incorrect_key() -> KmsException:
    return KmsException(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )


def invalid_ciphertext() -> KmsException:
    """Whatever is wrong with it: KMS does not say whether it was the context or the bytes."""
    return KmsException("InvalidCiphertextException")


def unknown_ciphertext() -> KmsException:
    """Encrypted by a key that is not here (API Decrypt)."""
    return KmsException(
        "AccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist in "
        "this region, or you are not allowed to access.",
    )


def dry_run() -> KmsException:
    """The answer to a request that would have been granted (KMS guide, testing-permissions)."""
    return KmsException(
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
    )


def unsupported(arn: str, what: str, value: str) -> KmsException:
    return KmsException(
        "UnsupportedOperationException",
        f"{arn} {what} is {value} which is not valid for this operation.",
    )
