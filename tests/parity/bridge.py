"""What ministack lacks and the bank cannot do without, made of what it has."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import botocore.handlers
from botocore.awsrequest import AWSResponse

LACKING = "kms:ReEncrypt"
SOURCE = "https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html"


def install() -> None:
    """From now on ReEncrypt is a Decrypt and an Encrypt; on AWS both happen inside KMS."""
    botocore.handlers.BUILTIN_HANDLERS.append(("before-call.kms.ReEncrypt", _re_encrypt))


def _re_encrypt(params: dict[str, Any], **more: Any) -> tuple[AWSResponse, dict[str, Any]]:
    asked, kms = json.loads(params["body"]), boto3.client("kms")
    opened = kms.decrypt(
        CiphertextBlob=base64.b64decode(asked["CiphertextBlob"]),
        EncryptionContext=asked["SourceEncryptionContext"],
    )
    sealed = kms.encrypt(
        KeyId=asked["DestinationKeyId"],
        Plaintext=opened["Plaintext"],
        EncryptionContext=asked["DestinationEncryptionContext"],
    )
    answer = {"CiphertextBlob": sealed["CiphertextBlob"], "KeyId": sealed["KeyId"]}
    return AWSResponse("", 200, {}, None), answer
