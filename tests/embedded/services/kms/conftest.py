"""Keys in a lab of their own, through plain boto3."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.services.sqs.conftest import Refusal, inside, make, queue, sqs

__all__ = ["inside", "make", "queue", "sqs"]

SYMMETRIC = "SYMMETRIC_DEFAULT"
CONTEXT = {"LambdaFunctionName": "banking-reconciliation-function"}


@pytest.fixture
def kms(lab: EmbeddedAccount) -> Any:
    return _client()


@cache
def _client() -> Any:
    """One client for all tests: it reaches whichever lab is open, and takes 0.1 s to make."""
    return boto3.client("kms")


def create_key(kms: Any, spec: str = SYMMETRIC, usage: str = "ENCRYPT_DECRYPT", **more: Any) -> str:
    """A new key; its ARN."""
    metadata = kms.create_key(KeySpec=spec, KeyUsage=usage, **more)["KeyMetadata"]
    return str(metadata["Arn"])


def error(found: Refusal) -> tuple[str, str]:
    """Code and message of a refusal, which KMS always gives with status 400."""
    assert found.status == 400
    return found.code, found.message


def identity(arn: str) -> str:
    """The key id at the end of a key's ARN."""
    return arn.rpartition("/")[2]
