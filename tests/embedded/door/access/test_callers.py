"""Who is asking: the administrator, users, sessions of roles; and keys that are refused."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import deploy_function, invoke
from tests.embedded.door.access.test_decisions import policy, session, statement
from tests.embedded.services.lambda_.event_source.test_event_source import create_queue
from tests.embedded.services.sqs.conftest import refusal

ROLE = "arn:aws:iam::123456789012:role/auditor"
TRUSTS_THE_ACCOUNT = policy(
    {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "sts:AssumeRole",
    }
)
OLD = (403, "InvalidClientTokenId", "ExpiredToken", "SignatureDoesNotMatch")
NEW = ("UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException")
CODES_BY_SERVICE = pytest.mark.parametrize(
    ("service", "operation", "codes"),
    [
        ("sts", "get_caller_identity", OLD),
        ("iam", "list_users", OLD),
        ("sqs", "list_queues", OLD),
        ("sns", "list_topics", OLD),
        ("cloudwatch", "list_metrics", OLD),
        ("kms", "list_keys", (400, *NEW)),
        ("dynamodb", "list_tables", (400, *NEW)),
        ("logs", "describe_log_groups", (400, *NEW)),
        ("lambda", "list_functions", (403, *NEW)),
    ],
)
"""By the protocol of the service: status, and codes of an unknown, expired and forged request."""


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


def refused(caller: boto3.Session, service: str, operation: str) -> tuple[int, str, str]:
    """Status, code and message with which the call is refused."""
    found = refusal(getattr(caller.client(service), operation))
    return found.status, found.code, found.message


def code_of(caller: boto3.Session, service: str, operation: str) -> str:
    return refused(caller, service, operation)[1]


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
    lab: EmbeddedAccount, service: str, operation: str, codes: tuple[int, str, str, str]
) -> None:
    status, unknown, expired, forged = codes
    role = assume(statement("Allow", "*", "*"), DurationSeconds=900)
    getattr(role.client(service), operation)()

    invalid = (status, unknown, "The security token included in the request is invalid.")
    stranger = with_secret(role, access_key="ASIANOBODYNOBODYNOBO")
    assert refused(stranger, service, operation) == invalid
    assert refused(with_secret(role, token="another"), service, operation) == invalid
    assert refused(with_secret(role, secret_key="x"), service, operation) == (
        status,
        forged,
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.",
    )

    lab.advance(seconds=899)
    getattr(role.client(service), operation)()
    lab.advance(seconds=1)
    said = "The security token included in the request is expired"
    assert refused(role, service, operation) == (status, expired, said)


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
