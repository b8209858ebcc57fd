"""Who is asking: the administrator, users, sessions of roles; and keys that are refused."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.access.test_decisions import policy, session, statement
from tests.embedded.conftest import deploy_function, invoke
from tests.embedded.test_event_source import create_queue

ROLE = "arn:aws:iam::123456789012:role/auditor"
TRUSTS_THE_ACCOUNT = policy(
    {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "sts:AssumeRole",
    }
)
CODES_BY_SERVICE = pytest.mark.parametrize(
    ("service", "operation", "unknown", "expired", "forged"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId", "ExpiredToken", ""),
        ("iam", "list_users", "InvalidClientTokenId", "ExpiredToken", ""),
        ("sqs", "list_queues", "InvalidClientTokenId", "ExpiredToken", ""),
        ("kms", "list_keys", "UnrecognizedClientException", "ExpiredTokenException", "json"),
        ("dynamodb", "list_tables", "UnrecognizedClientException", "ExpiredTokenException", "json"),
        (
            "lambda",
            "list_functions",
            "UnrecognizedClientException",
            "ExpiredTokenException",
            "json",
        ),
    ],
)
"""By the protocol of the service; `forged`: the JSON services call it an invalid signature."""


def assume(*statements: dict[str, Any], **options: Any) -> boto3.Session:
    """A session of a new role that has `statements`."""
    iam = boto3.client("iam")
    iam.create_role(RoleName="auditor", AssumeRolePolicyDocument=TRUSTS_THE_ACCOUNT)
    if statements:
        iam.put_role_policy(
            RoleName="auditor", PolicyName="inline", PolicyDocument=policy(*statements)
        )
    answer = boto3.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="anna", **options)
    keys = answer["Credentials"]
    return boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
    )


def with_secret(known: boto3.Session, **changed: str) -> boto3.Session:
    """A session like another, but for parts of its key."""
    keys = known.get_credentials().get_frozen_credentials()
    parts = {"access_key": keys.access_key, "secret_key": keys.secret_key, "token": keys.token}
    parts |= changed
    return boto3.Session(
        parts["access_key"], parts["secret_key"], parts["token"], region_name="us-east-1"
    )


def who_is(caller: boto3.Session) -> str:
    return str(caller.client("sts").get_caller_identity()["Arn"])


def code_of(caller: boto3.Session, service: str, operation: str) -> str:
    """The error code with which the call is refused."""
    with pytest.raises(ClientError) as refused:
        getattr(caller.client(service), operation)()
    return str(refused.value.response["Error"]["Code"])


def test_everybody_is_told_who_they_are(lab: EmbeddedAccount) -> None:
    assert who_is(boto3.Session()) == "arn:aws:iam::123456789012:user/administrator"
    assert who_is(session()) == "arn:aws:iam::123456789012:user/clerk"
    assert who_is(assume()) == "arn:aws:sts::123456789012:assumed-role/auditor/anna"


def test_a_function_is_a_session_of_its_role(lab: EmbeddedAccount) -> None:
    asks = """
        import boto3

        def handler(event, context):
            return boto3.client("sts").get_caller_identity()["Arn"]
    """
    answer = invoke(deploy_function(asks, name="teller"))
    assert answer["result"] == "arn:aws:sts::123456789012:assumed-role/teller-role/teller"


@CODES_BY_SERVICE
def test_keys_that_do_not_open_are_refused(
    lab: EmbeddedAccount, service: str, operation: str, unknown: str, expired: str, forged: str
) -> None:
    role = assume(statement("Allow", "*", "*"), DurationSeconds=900)
    getattr(role.client(service), operation)()

    stranger = with_secret(role, access_key="ASIANOBODYNOBODYNOBO")
    assert code_of(stranger, service, operation) == unknown
    assert code_of(with_secret(role, token="another"), service, operation) == unknown
    wrong_signature = "InvalidSignatureException" if forged else "SignatureDoesNotMatch"
    assert code_of(with_secret(role, secret_key="x"), service, operation) == wrong_signature

    lab.advance(seconds=899)
    getattr(role.client(service), operation)()
    lab.advance(seconds=1)
    assert code_of(role, service, operation) == expired


def test_a_key_of_a_user_is_refused_once_inactive_or_deleted(lab: EmbeddedAccount) -> None:
    clerk, iam = session(), boto3.client("iam")
    key = iam.list_access_keys(UserName="clerk")["AccessKeyMetadata"][0]["AccessKeyId"]
    assert who_is(clerk).endswith("clerk")
    iam.update_access_key(UserName="clerk", AccessKeyId=key, Status="Inactive")
    assert code_of(clerk, "sts", "get_caller_identity") == "InvalidClientTokenId"
    iam.update_access_key(UserName="clerk", AccessKeyId=key, Status="Active")
    assert who_is(clerk).endswith("clerk")
    iam.delete_access_key(UserName="clerk", AccessKeyId=key)
    assert code_of(clerk, "sts", "get_caller_identity") == "InvalidClientTokenId"


def test_a_session_policy_narrows_the_role(lab: EmbeddedAccount) -> None:
    only_sqs = policy(statement("Allow", "sqs:*", "*"))
    role = assume(statement("Allow", "*", "*"), Policy=only_sqs)
    role.client("sqs").list_queues()
    assert code_of(role, "kms", "list_keys") == "AccessDeniedException"


def test_a_permissions_boundary_limits_a_role(lab: EmbeddedAccount) -> None:
    role, iam = assume(statement("Allow", "*", "*")), boto3.client("iam")
    limit = iam.create_policy(
        PolicyName="limit", PolicyDocument=policy(statement("Allow", "sqs:*", "*"))
    )["Policy"]["Arn"]
    role.client("kms").list_keys()
    iam.put_role_permissions_boundary(RoleName="auditor", PermissionsBoundary=limit)
    role.client("sqs").list_queues()
    with pytest.raises(
        ClientError, match="because no permissions boundary allows the kms:ListKeys"
    ):
        role.client("kms").list_keys()
    iam.delete_role_permissions_boundary(RoleName="auditor")
    role.client("kms").list_keys()


def test_a_message_names_who_sent_it(lab: EmbeddedAccount) -> None:
    """API ReceiveMessage: a user by their unique id, a role by its and the session's name."""
    url = create_queue()
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="by the administrator")
    deploy_function(
        "import boto3\ndef handler(url, context):\n"
        "    boto3.client('sqs').send_message(QueueUrl=url, MessageBody='by a function')"
    )
    invoke("function", url)
    role = boto3.client("iam").get_role(RoleName="function-role")["Role"]["RoleId"]
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["SenderId"]
    )
    senders = {each["Body"]: each["Attributes"]["SenderId"] for each in answer["Messages"]}
    assert senders == {
        "by the administrator": boto3.client("sts").get_caller_identity()["UserId"],
        "by a function": f"{role}:function",
    }
