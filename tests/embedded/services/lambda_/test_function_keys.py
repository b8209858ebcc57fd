"""A key of one's own for a function's environment variables.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import deploy_function, invoke

ACCOUNT = "123456789012"


@pytest.fixture
def key(lab: EmbeddedAccount) -> str:
    """ARN of a key with which a function's variables are encrypted."""
    key = str(boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
    deploy_function(
        "import os\ndef handler(event, context): return os.environ['SECRET']",
        Environment={"Variables": {"SECRET": "s3"}},
        KMSKeyArn=key,
    )
    return key


def refusal() -> str:
    client = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(ClientError) as refused:
        client.invoke(FunctionName="function")
    answer = refused.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 502
    return str(answer["Error"]["Code"])


def allow_only_administration(key: str) -> None:
    """The key's policy lets nobody decrypt, not even who may do everything."""
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "NotAction": ["kms:Decrypt", "kms:Encrypt"],
            "Resource": "*",
        },
    }
    boto3.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


def test_a_function_reads_what_its_role_may_decrypt(key: str) -> None:
    assert invoke("function")["result"] == "s3"
    configuration = boto3.client("lambda").get_function_configuration(FunctionName="function")
    assert configuration["KMSKeyArn"] == key
    assert configuration["Environment"] == {"Variables": {"SECRET": "s3"}}


def test_without_the_key_neither_role_nor_caller_sees_the_variables(key: str) -> None:
    allow_only_administration(key)
    assert refusal() == "KMSAccessDeniedException"
    client = boto3.client("lambda")
    functions = client.list_functions()["Functions"]
    answers: list[Any] = [
        client.get_function_configuration(FunctionName="function"),
        client.get_function(FunctionName="function")["Configuration"],
        *functions,
    ]
    for configuration in answers:
        assert "Variables" not in configuration["Environment"]
        assert configuration["Environment"]["Error"]["ErrorCode"] == "AccessDeniedException"
    with pytest.raises(ClientError, match="unable to configure access") as refused:
        client.update_function_configuration(FunctionName="function", KMSKeyArn=key)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("disable_key", "KMSDisabledException"),
        ("schedule_key_deletion", "KMSInvalidStateException"),
    ],
)
def test_a_key_that_cannot_be_used_leaves_the_function_unstarted(
    key: str, end: str, code: str
) -> None:
    getattr(boto3.client("kms"), end)(KeyId=key)
    assert refusal() == code


def test_a_key_that_is_taken_away_again_leaves_aws_s_own(key: str) -> None:
    client = boto3.client("lambda")
    client.update_function_configuration(FunctionName="function", KMSKeyArn="")
    allow_only_administration(key)
    assert "KMSKeyArn" not in client.get_function_configuration(FunctionName="function")
    assert invoke("function")["result"] == "s3"


def test_a_key_that_is_not_there_is_refused(key: str) -> None:
    missing = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-1111-1111-1111-111111111111"
    with pytest.raises(ClientError, match="KMS Exception: NotFoundException"):
        boto3.client("lambda").update_function_configuration(
            FunctionName="function", KMSKeyArn=missing
        )
