"""Every condition key that the account knows has its value in a call that really gives it one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.door.access.condition_keys import FAMILIES, VALUED
from tests.embedded.conftest import TRUST_LAMBDA, zip_code
from tests.embedded.door.access.test_decisions import policy, session, statement
from tests.embedded.services.kms.conftest import create_key
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POLICY = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:news"


ADMINISTRATOR = boto3.Session()


@cache
def client(who: boto3.Session, service: str) -> Any:
    """It reaches whichever lab is open, and takes 0.1 s to make."""
    return who.client(service)  # type: ignore[call-overload]


class Place(NamedTuple):
    """What the cases find in the account, and the clients of whoever is asked about."""

    queue: str
    key: str
    who: boto3.Session

    def __getattr__(self, service: str) -> Any:
        return client(self.who, "lambda" if service == "functions" else service)


class Case(NamedTuple):
    key: str
    value: str
    action: str
    call: Callable[[Place], Any]


def send(here: Place) -> Any:
    return here.sqs.send_message(QueueUrl=here.queue, MessageBody="x")


def encrypt(here: Place, **more: Any) -> Any:
    return here.kms.encrypt(**{"KeyId": here.key, "Plaintext": b"x", **more})


def encrypt_in_context(here: Place) -> Any:
    return encrypt(here, EncryptionContext={"Team": "pay"})


def encrypt_by_alias(here: Place) -> Any:
    return encrypt(here, KeyId="alias/orders")


def encrypt_again(here: Place) -> Any:
    blob = client(ADMINISTRATOR, "kms").encrypt(KeyId=here.key, Plaintext=b"x")["CiphertextBlob"]
    return here.kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=here.key)


def create_grant(here: Place) -> Any:
    return here.kms.create_grant(
        KeyId=here.key,
        GranteePrincipal=ROLE,
        RetiringPrincipal=ROLE,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"Team": "pay"}},
    )


def sign(here: Place) -> Any:
    key = create_key(client(ADMINISTRATOR, "kms"), "ECC_NIST_P256", "SIGN_VERIFY")
    return here.kms.sign(KeyId=key, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")


def make_mac(here: Place) -> Any:
    key = create_key(client(ADMINISTRATOR, "kms"), "HMAC_256", "GENERATE_VERIFY_MAC")
    return here.kms.generate_mac(KeyId=key, Message=b"x", MacAlgorithm="HMAC_SHA_256")


def describe_regional(here: Place) -> Any:
    return here.kms.describe_key(KeyId=create_key(client(ADMINISTRATOR, "kms"), MultiRegion=True))


def make_key(here: Place) -> Any:
    return here.kms.create_key(Tags=[{"TagKey": "team", "TagValue": "pay"}])


def send_encrypted(here: Place) -> Any:
    sealed = {"KmsMasterKeyId": here.key}
    client(ADMINISTRATOR, "sqs").set_queue_attributes(QueueUrl=here.queue, Attributes=sealed)
    return send(here)


def create_function(here: Place) -> Any:
    return here.functions.create_function(
        FunctionName="made",
        Role=ROLE,
        Runtime="python3.13",
        Handler="code.handler",
        Code={"ZipFile": zip_code(code="def handler(event, context): pass")},
    )


def let_invoke(here: Place) -> Any:
    create_function(here._replace(who=ADMINISTRATOR))
    return here.functions.add_permission(
        FunctionName="made",
        StatementId="one",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )


def map_queue(here: Place) -> Any:
    return here.functions.create_event_source_mapping(
        FunctionName="made", EventSourceArn=arn(here.queue)
    )


def create_role(here: Place) -> Any:
    return here.iam.create_role(
        RoleName="made",
        AssumeRolePolicyDocument=TRUST_LAMBDA,
        PermissionsBoundary=BOUNDARY,
        Tags=[{"Key": "team", "Value": "pay"}],
    )


def attach(here: Place) -> Any:
    return here.iam.attach_role_policy(RoleName="worker", PolicyArn=POLICY)


TRUSTED = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]


def assume(here: Place, **more: Any) -> Any:
    trusts = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": TRUSTED}
    role = {"RoleName": "worker", "PolicyDocument": policy(trusts)}
    client(ADMINISTRATOR, "iam").update_assume_role_policy(**role)
    return here.sts.assume_role(RoleArn=ROLE, RoleSessionName="anna", ExternalId="abc", **more)


def assume_with_tags(here: Place) -> Any:
    tags = [{"Key": "team", "Value": "pay"}]
    return assume(here, Tags=tags, TransitiveTagKeys=["team"])


def subscribe(here: Place) -> Any:
    topic = client(ADMINISTRATOR, "sns").create_topic(Name="news")["TopicArn"]
    return here.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn(here.queue))


def put_metric(here: Place) -> Any:
    data = [{"MetricName": "made", "Value": 1}]
    return here.cloudwatch.put_metric_data(Namespace="orders", MetricData=data)


SEND, ENCRYPT, GRANT = "sqs:SendMessage", "kms:Encrypt", "kms:CreateGrant"
CASES = [
    Case("aws:CurrentTime", "2026-01-05T*", SEND, send),
    Case("aws:EpochTime", "17*", SEND, send),
    Case("aws:PrincipalAccount", ACCOUNT, SEND, send),
    Case("aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:user/clerk", SEND, send),
    Case("aws:PrincipalIsAWSService", "false", SEND, send),
    Case("aws:PrincipalTag/", "pay", SEND, send),
    Case("aws:PrincipalType", "User", SEND, send),
    Case("aws:RequestedRegion", "us-east-1", SEND, send),
    Case("aws:RequestTag/", "pay", "iam:*", create_role),
    Case("aws:ResourceAccount", ACCOUNT, SEND, send),
    Case("aws:ResourceTag/", "pay", SEND, send),
    Case("aws:SecureTransport", "true", SEND, send),
    Case("aws:SourceIp", "192.0.2.*", SEND, send),
    Case("aws:TagKeys", "team", "kms:*", make_key),
    Case("aws:UserAgent", "Boto3/*", SEND, send),
    Case("aws:userid", "*", SEND, send),
    Case("aws:username", "clerk", SEND, send),
    Case("aws:ViaAWSService", "false", SEND, send),
    Case("cloudwatch:namespace", "orders", "cloudwatch:PutMetricData", put_metric),
    Case("iam:PassedToService", "lambda.amazonaws.com", "iam:PassRole", create_function),
    Case("iam:PermissionsBoundary", BOUNDARY, "iam:CreateRole", create_role),
    Case("iam:PolicyARN", POLICY, "iam:AttachRolePolicy", attach),
    Case("iam:ResourceTag/", "pay", "iam:AttachRolePolicy", attach),
    Case("kms:BypassPolicyLockoutSafetyCheck", "false", "kms:CreateKey", make_key),
    Case("kms:CallerAccount", ACCOUNT, ENCRYPT, encrypt),
    Case("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT", ENCRYPT, encrypt),
    Case("kms:EncryptionContext:", "pay", ENCRYPT, encrypt_in_context),
    Case("kms:EncryptionContextKeys", "Team", ENCRYPT, encrypt_in_context),
    Case("kms:GrantConstraintType", "EncryptionContextSubset", GRANT, create_grant),
    Case("kms:GranteePrincipal", ROLE, GRANT, create_grant),
    Case("kms:GrantIsForAWSResource", "false", GRANT, create_grant),
    Case("kms:GrantOperations", "Decrypt", GRANT, create_grant),
    Case("kms:KeyOrigin", "AWS_KMS", ENCRYPT, encrypt),
    Case("kms:KeySpec", "SYMMETRIC_DEFAULT", "kms:CreateKey", make_key),
    Case("kms:KeyUsage", "ENCRYPT_DECRYPT", ENCRYPT, encrypt),
    Case("kms:MacAlgorithm", "HMAC_SHA_256", "kms:GenerateMac", make_mac),
    Case("kms:MessageType", "RAW", "kms:Sign", sign),
    Case("kms:MultiRegion", "false", ENCRYPT, encrypt),
    Case("kms:MultiRegionKeyType", "PRIMARY", "kms:DescribeKey", describe_regional),
    Case("kms:PrimaryRegion", "us-east-1", "kms:DescribeKey", describe_regional),
    Case("kms:ReEncryptOnSameKey", "true", "kms:ReEncrypt*", encrypt_again),
    Case("kms:RequestAlias", "alias/orders", ENCRYPT, encrypt_by_alias),
    Case("kms:ResourceAliases", "alias/orders", ENCRYPT, encrypt),
    Case("kms:RetiringPrincipal", ROLE, GRANT, create_grant),
    Case(
        "kms:RotationPeriodInDays",
        "90",
        "kms:EnableKeyRotation",
        lambda here: here.kms.enable_key_rotation(KeyId=here.key, RotationPeriodInDays=90),
    ),
    Case(
        "kms:ScheduleKeyDeletionPendingWindowInDays",
        "7",
        "kms:ScheduleKeyDeletion",
        lambda here: here.kms.schedule_key_deletion(KeyId=here.key, PendingWindowInDays=7),
    ),
    Case("kms:SigningAlgorithm", "ECDSA_SHA_256", "kms:Sign", sign),
    Case("kms:ViaService", "sqs.us-east-1.amazonaws.com", "kms:*", send_encrypted),
    Case("lambda:FunctionArn", "*:function:made", "lambda:*", map_queue),
    Case("lambda:Principal", "events.amazonaws.com", "lambda:AddPermission", let_invoke),
    Case("sns:Endpoint", "arn:aws:sqs:*", "sns:Subscribe", subscribe),
    Case("sns:Protocol", "sqs", "sns:Subscribe", subscribe),
    Case("sts:ExternalId", "abc", "sts:AssumeRole", assume),
    Case("sts:RoleSessionName", "anna", "sts:AssumeRole", assume),
    Case(
        "sts:SourceIdentity",
        "anna",
        "sts:AssumeRole",
        lambda here: assume(here, SourceIdentity="anna"),
    ),
    Case("sts:TransitiveTagKeys", "team", "sts:*", assume_with_tags),
]
OF_DELIVERIES = {"aws:SourceArn", "aws:SourceAccount", "aws:PrincipalServiceName"}
"""test_resource_policies"""
OF_SESSIONS = {"aws:MultiFactorAuthPresent", "aws:SourceIdentity", "aws:TokenIssueTime"}
"""tests/embedded/services/iam/test_sts"""


def test_no_key_is_left_out() -> None:
    assert {case.key for case in CASES} | OF_DELIVERIES | OF_SESSIONS == {*VALUED, *FAMILIES}


@pytest.fixture
def here(lab: EmbeddedAccount) -> Place:
    """An account with a queue, a key and a role; the clerk may do all but what is asked about."""
    kms, iam = client(ADMINISTRATOR, "kms"), client(ADMINISTRATOR, "iam")
    queue, key = create_queue(), create_key(kms)
    client(ADMINISTRATOR, "sqs").tag_queue(QueueUrl=queue, Tags={"team": "pay"})
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    iam.create_role(
        RoleName="worker",
        AssumeRolePolicyDocument=TRUST_LAMBDA,
        Tags=[{"Key": "team", "Value": "pay"}],
    )
    who = session()
    iam.tag_user(UserName="clerk", Tags=[{"Key": "team", "Value": "pay"}])
    return Place(queue, key, who)


def let(action: str, key: str, value: str) -> None:
    """Allow the clerk everything else, and the action where the condition key has the value."""
    conditions = {"ForAnyValue:StringLike": {key: value}}
    statements = [
        statement("Allow", action, "*", Condition=conditions),
        {"Effect": "Allow", "NotAction": action, "Resource": "*"},
    ]
    client(ADMINISTRATOR, "iam").put_user_policy(
        UserName="clerk", PolicyName="inline", PolicyDocument=policy(*statements)
    )


def is_denied(case: Case, here: Place) -> bool:
    """Whether permissions stop the call, whatever else may."""
    try:
        case.call(here)
    except ClientError as error:
        return "is not authorized to perform" in str(error)
    return False


@pytest.mark.parametrize("case", CASES, ids=[case.key for case in CASES])
def test_a_condition_is_met_by_the_value_alone(here: Place, case: Case) -> None:
    key = case.key + "TEAM" if case.key in FAMILIES else case.key
    let(case.action, key, "nothing like it")
    assert is_denied(case, here)
    let(case.action, key, case.value)
    assert not is_denied(case, here)
