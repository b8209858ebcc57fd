"""What an endpoint that is not AWS lacks of what the course needs, said before it is missed."""

from __future__ import annotations

from typing import Any, NamedTuple

import boto3
import botocore
from botocore.exceptions import BotoCoreError, ClientError

UNKNOWN = frozenset({"InvalidAction", "NotImplemented", "UnknownOperation"})
"""Error codes, without "Exception", of operations that nobody there knows."""


class Gap(NamedTuple):
    """An operation that not every implementation of AWS has.

    Attributes:
        asked: parameters that name nothing, so that asking changes nothing: AWS refuses them.
        serves: what in the course cannot go without it.
        bank: whether the bank is built with it.
    """

    service: str
    operation: str
    asked: dict[str, Any]
    serves: str
    bank: bool

    def __str__(self) -> str:
        return f"{self.operation} of {self.service} ({self.serves})"


def _list_needed(prefix: str, account_id: str, region: str) -> list[Gap]:
    nobody = f"{prefix}nobody"
    context = {"purpose": nobody}
    return [
        Gap(
            "kms",
            "ReEncrypt",
            {
                "CiphertextBlob": b"none",
                "SourceEncryptionContext": context,
                "DestinationKeyId": f"alias/{nobody}",
                "DestinationEncryptionContext": context,
            },
            "the bank's signing secret: notebooks 05 to 08, python -m helpers run",
            bank=True,
        ),
        Gap(
            "kms",
            "RotateKeyOnDemand",
            {"KeyId": f"arn:aws:kms:{region}:{account_id}:alias/{nobody}"},
            "a step of notebook 01",
            bank=False,
        ),
        Gap(
            "sqs",
            "StartMessageMoveTask",
            {"SourceArn": f"arn:aws:sqs:{region}:{account_id}:{nobody}"},
            "dead letters go back: notebooks 03, 06 and 07",
            bank=False,
        ),
    ]


def list_gaps(prefix: str, account_id: str, region: str) -> list[Gap]:
    """What the endpoint of plain boto3 clients does not know.

    Args:
        prefix: of names that are this lab's.
    """
    return [gap for gap in _list_needed(prefix, account_id, region) if _is_unknown(gap)]


def _is_unknown(gap: Gap) -> bool:
    call = getattr(boto3.client(gap.service), botocore.xform_name(gap.operation))
    try:
        call(**gap.asked)
    except ClientError as error:
        return error.response["Error"]["Code"].removesuffix("Exception") in UNKNOWN
    except BotoCoreError:
        return False  # Who needs it will see.
    return False
