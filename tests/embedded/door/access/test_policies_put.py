"""Malformed policies are refused where they are put, with the reasons of that service.

IAM's reasons for trust policies were recorded by LocalStack (test_update_assume_role_policy_errors,
test_create_role_with_malformed_assume_role_policy_document); those of KMS, SQS and SNS are in
reports of their users, such as terraform-aws-eks-blueprints 455, terraform-aws-kms 16 and
terraform-provider-aws 26041 and 42209.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import TRUST_LAMBDA
from tests.embedded.door.access.test_decisions import policy, session, statement
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue
from tests.embedded.services.sqs.conftest import Refusal, refusal
from tests.embedded.services.sqs.test_query_protocol import ask

ACCOUNT = "arn:aws:iam::123456789012:root"
NOBODY = "arn:aws:iam::123456789012:user/nobody"
VERSION = "2012-10-17"
Put = Callable[[str], Any]


def changed(good: dict[str, Any], **changes: Any) -> str:
    """A policy of one statement, with elements changed or (None) left out."""
    elements = {**good, **changes}
    return policy({name: text for name, text in elements.items() if text is not None})


def document(**elements: Any) -> str:
    return json.dumps(elements)


# IAM: identity policies

IDENTITY = statement("Allow", "sqs:SendMessage", "*")
SYNTAX = "Syntax errors in policy."


@pytest.fixture(params=["role", "user", "group", "managed", "version", "session"])
def put_identity_policy(lab: EmbeddedAccount, request: pytest.FixtureRequest) -> Put:
    """Puts an identity policy in one of the places that can have one."""
    iam, name = boto3.client("iam"), {"PolicyName": "put"}
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=policy(TRUSTS))
    iam.create_user(UserName="u")
    iam.create_group(GroupName="g")
    managed = iam.create_policy(PolicyName="m", PolicyDocument=policy(IDENTITY))["Policy"]["Arn"]
    assume = {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "anna"}
    places: dict[str, Put] = {
        "role": lambda text: iam.put_role_policy(RoleName="r", PolicyDocument=text, **name),
        "user": lambda text: iam.put_user_policy(UserName="u", PolicyDocument=text, **name),
        "group": lambda text: iam.put_group_policy(GroupName="g", PolicyDocument=text, **name),
        "managed": lambda text: iam.create_policy(PolicyDocument=text, **name),
        "version": lambda text: iam.create_policy_version(PolicyArn=managed, PolicyDocument=text),
        "session": lambda text: boto3.client("sts").assume_role(Policy=text, **assume),
    }
    return places[str(request.param)]


TRUSTS = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}

BAD_IDENTITY_POLICIES = [
    ('{"Version": "2012-10-17",}', SYNTAX),
    ("[]", SYNTAX),
    (document(Version=VERSION), SYNTAX),
    (document(Version="2020-01-01", Statement=[IDENTITY]), SYNTAX),
    (
        document(Version="2008-10-17", Statement=[IDENTITY]),
        "Policy document must be version 2012-10-17 or greater.",
    ),
    (changed(IDENTITY, Effect=None), SYNTAX),
    (changed(IDENTITY, Effect="allow"), "The policy failed legacy parsing"),
    (changed(IDENTITY, Action=None), "Policy statement must contain actions."),
    (
        changed(IDENTITY, Action="SendMessage"),
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ),
    (changed(IDENTITY, Resource=None), "Policy statement must contain resources."),
    (changed(IDENTITY, Resource="queue"), 'Resource queue must be in ARN format or "*".'),
    (changed(IDENTITY, Principal="*"), "Policy document should not specify a principal."),
    (changed(IDENTITY, NotPrincipal="*"), "Policy document should not specify a principal."),
    (changed(IDENTITY, Condition={"Sometimes": {"aws:userid": "x"}}), SYNTAX),
    (changed(IDENTITY, Rule="x"), SYNTAX),
    (
        policy({**IDENTITY, "Sid": "a"}, {**IDENTITY, "Sid": "a"}),
        "Statement IDs (SID) in a single policy must be unique.",
    ),
]


def test_an_identity_policy_is_checked_wherever_it_is_put(put_identity_policy: Put) -> None:
    for text, reason in BAD_IDENTITY_POLICIES:
        refused = refusal(partial(put_identity_policy, text))
        assert (refused.status, refused.code, refused.message) == (
            400,
            "MalformedPolicyDocument",
            reason,
        )


def test_managed_policies_alone_must_name_their_version(
    put_identity_policy: Put, request: pytest.FixtureRequest
) -> None:
    """Those of SAM's policy templates name none."""
    text = document(Statement=[IDENTITY])
    if request.node.callspec.params["put_identity_policy"] in ("managed", "version"):
        assert refusal(partial(put_identity_policy, text)).message == (
            "Policy document must be version 2012-10-17 or greater."
        )
    else:
        put_identity_policy(text)


GOOD_CONDITIONS: list[dict[str, Any]] = [
    {},
    {"NumericLessThan": {"aws:EpochTime": 1893456000}},
    {"NumericLessThan": {"aws:EpochTime": [1893456000, "2000000000"]}},
    {"Bool": {"aws:SecureTransport": True}},
    {"Bool": {"aws:SecureTransport": ["true"]}},
    {"Null": {"aws:TokenIssueTime": True}},
    {"DateGreaterThan": {"aws:CurrentTime": "2026-01-05T08:00:00Z"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2026-01-05"}},
    {"DateGreaterThan": {"aws:CurrentTime": "1767225600"}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
    {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}},
]


def test_a_good_identity_policy_is_taken_wherever_it_is_put(put_identity_policy: Put) -> None:
    put_identity_policy(policy(*({**IDENTITY, "Condition": each} for each in GOOD_CONDITIONS)))


def test_a_policy_stays_as_it_was_put(lab: EmbeddedAccount) -> None:
    iam, name = boto3.client("iam"), {"UserName": "clerk", "PolicyName": "inline"}
    clerk = session().client("sqs")
    now = int(lab.now().timestamp())
    soon = {**IDENTITY, "Condition": {"NumericLessThan": {"aws:EpochTime": now + 60}}}
    iam.put_user_policy(PolicyDocument=policy(soon), **name)
    assert iam.get_user_policy(**name)["PolicyDocument"]["Statement"] == [soon]
    url = create_queue()
    clerk.send_message(QueueUrl=url, MessageBody="x")
    lab.advance(60)
    assert refusal(clerk.send_message, QueueUrl=url, MessageBody="x").code == "AccessDenied"


# IAM: trust policies

BAD_TRUST_POLICIES = [
    ('{"Version": "2012-10-17",}', "This policy contains invalid Json"),
    (
        document(Version="2020-01-01", Statement=[TRUSTS]),
        "The policy must contain a valid version string",
    ),
    (document(Version=VERSION), "Missing required field Statement"),
    (policy(), "Could not parse the policy: Statement is empty!"),
    (changed(TRUSTS, Effect=None), "Missing required field Effect"),
    (changed(TRUSTS, Effect="allow"), "Invalid effect: allow"),
    (changed(TRUSTS, Principal=None), "Missing required field Principal"),
    (changed(TRUSTS, Principal={}), "Missing required field Principal cannot be empty!"),
    (changed(TRUSTS, Action=None), "Missing required field Action"),
    (
        changed(TRUSTS, Action="s3:GetObject"),
        "AssumeRole policy may only specify STS AssumeRole actions.",
    ),
    (changed(TRUSTS, Action="*"), "AssumeRole policy may only specify STS AssumeRole actions."),
    (changed(TRUSTS, Resource="*"), "Has prohibited field Resource"),
    (changed(TRUSTS, NotResource="*"), "AssumeRole policy must not contain resources."),
    (changed(TRUSTS, Rule="x"), "Unknown field Rule"),
    (
        changed(TRUSTS, Principal=None, NotPrincipal={"AWS": ACCOUNT}),
        "Allow with NotPrincipal is not allowed.",
    ),
    (changed(TRUSTS, Principal={"AWS": NOBODY}), f'Invalid principal in policy: "AWS":"{NOBODY}"'),
    (changed(TRUSTS, Principal={"AWS": "ana"}), 'Invalid principal in policy: "AWS":"ana"'),
    (
        changed(TRUSTS, Principal={"Service": "lambda"}),
        'Invalid principal in policy: "SERVICE":"lambda"',
    ),
    (changed(TRUSTS, Condition={"Sometimes": {"a:b": "c"}}), "Invalid Condition type : Sometimes"),
]


@pytest.mark.parametrize(("text", "reason"), BAD_TRUST_POLICIES)
def test_a_trust_policy_is_checked(lab: EmbeddedAccount, text: str, reason: str) -> None:
    iam = boto3.client("iam")
    iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=TRUST_LAMBDA)
    created = refusal(iam.create_role, RoleName="new", AssumeRolePolicyDocument=text)
    updated = refusal(iam.update_assume_role_policy, RoleName="trusting", PolicyDocument=text)
    assert created == updated
    assert (created.status, created.code, created.message) == (
        400,
        "MalformedPolicyDocument",
        reason,
    )
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["trusting"]


def test_a_trust_policy_names_whoever_exists(lab: EmbeddedAccount) -> None:
    iam = boto3.client("iam")
    iam.create_user(UserName="ana")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST_LAMBDA)
    people = [
        "*",
        "111122223333",
        "arn:aws:iam::123456789012:user/ana",
        "arn:aws:iam::123456789012:user/administrator",
        "arn:aws:iam::123456789012:role/reader",
        "arn:aws:sts::123456789012:assumed-role/reader/anybody",
        "arn:aws:iam::111122223333:role/OrganizationAccountAccessRole",
    ]
    text = changed(TRUSTS, Principal={"AWS": people, "Service": "lambda.amazonaws.com"})
    iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=text)


# KMS

KEY = statement("Allow", "kms:*", "*", Principal={"AWS": ACCOUNT})
LOCKED = "The new key policy will not allow you to update the key policy in the future."
STRANGERS = "Policy contains a statement with one or more invalid principals."

BAD_KEY_POLICIES = [
    ("{", "This policy contains invalid Json"),
    (policy(), "Could not parse the policy: Statement is empty!"),
    (changed(KEY, Principal=None), "Policy contains a statement with no principal."),
    (changed(KEY, Action=None), "Missing required field Action"),
    (changed(KEY, Action="Decrypt"), "Policy has invalid action"),
    (changed(KEY, Resource=None), "Missing required field Resource"),
    (changed(KEY, Effect="allow"), "Invalid effect: allow"),
    (changed(KEY, Principal={"AWS": NOBODY}), STRANGERS),
    (changed(KEY, Principal={"AWS": "ana"}), STRANGERS),
    (changed(KEY, Principal={"AWS": "111122223333"}), LOCKED),
    (changed(KEY, Action="kms:Decrypt"), LOCKED),
    (changed(KEY, Principal={"Service": "sns.amazonaws.com"}), LOCKED),
    (policy(KEY, {**KEY, "Effect": "Deny", "Action": "kms:PutKeyPolicy"}), LOCKED),
]


@pytest.mark.parametrize(("text", "reason"), BAD_KEY_POLICIES)
def test_a_key_policy_is_checked(lab: EmbeddedAccount, text: str, reason: str) -> None:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    wanted = Refusal(
        "MalformedPolicyDocumentException", "MalformedPolicyDocumentException", reason, 400
    )
    created = refusal(kms.create_key, Policy=text)
    assert created[2:] == wanted[2:]
    assert created.code == wanted.code
    assert refusal(kms.put_key_policy, KeyId=key, Policy=text) == created
    assert len(kms.list_keys()["Keys"]) == 1


def test_the_safety_check_asks_who_puts_the_policy(lab: EmbeddedAccount) -> None:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"""
    clerk = session(statement("Allow", "kms:CreateKey", "*")).client("kms")
    assert refusal(clerk.create_key, Policy=policy(KEY)).message == LOCKED
    named = changed(KEY, Principal={"AWS": "arn:aws:iam::123456789012:user/clerk"})
    assert refusal(boto3.client("kms").create_key, Policy=named).message == LOCKED
    key = clerk.create_key(Policy=named)["KeyMetadata"]["KeyId"]
    assert refusal(boto3.client("kms").describe_key, KeyId=key).code == "AccessDeniedException"


def test_the_safety_check_can_be_left_out(lab: EmbeddedAccount) -> None:
    kms = boto3.client("kms")
    locked = changed(KEY, Action="kms:Decrypt")
    key = kms.create_key(Policy=locked, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]
    refused = refusal(kms.put_key_policy, KeyId=key["KeyId"], Policy=policy(KEY))
    assert refused.code == "AccessDeniedException"
    assert "no resource-based policy allows the kms:PutKeyPolicy action" in refused.message


# SQS and SNS

QUEUE = statement("Allow", "sqs:SendMessage", "QUEUE", Principal="*")

BAD_QUEUE_POLICIES = [
    "{",
    "[]",
    policy(),
    document(Version="2020-01-01", Statement=[QUEUE]),
    changed(QUEUE, Principal=None),
    changed(QUEUE, Principal={"AWS": NOBODY}),
    changed(QUEUE, Principal={"AWS": "ana"}),
    changed(QUEUE, Principal={"Service": "sns"}),
    changed(QUEUE, Action=None),
    changed(QUEUE, Action="kms:Decrypt"),
    changed(QUEUE, Resource=None),
    changed(QUEUE, Effect="allow"),
    changed(QUEUE, Rule="x"),
    changed(QUEUE, Condition={"Sometimes": {"aws:userid": "x"}}),
    policy({**QUEUE, "Sid": "a"}, {**QUEUE, "Sid": "a"}),
]


@pytest.mark.parametrize("text", BAD_QUEUE_POLICIES)
def test_a_queue_policy_is_checked(lab: EmbeddedAccount, text: str) -> None:
    sqs, url = boto3.client("sqs"), create_queue()
    bad = {"Policy": text.replace("QUEUE", arn(url))}
    refused = refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes=bad)
    said = "Invalid value for the parameter Policy."
    assert refused == Refusal("InvalidAttributeValue", "InvalidAttributeValue", said, 400)
    assert refusal(sqs.create_queue, QueueName="new", Attributes=bad) == refused
    assert "Policy" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    attribute = {"Attribute.1.Name": "Policy", "Attribute.1.Value": bad["Policy"]}
    by_query = ask(lab, url, "SetQueueAttributes", **attribute)
    assert by_query.status == 400
    assert b"<Code>InvalidAttributeValue</Code>" in by_query.body
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


TOPIC = statement("Allow", "sns:Publish", "TOPIC", Principal="*")
NULL = "Policy Error: null"
SCOPE = "Policy statement action out of service scope!"

BAD_TOPIC_POLICIES = [
    ("{", NULL),
    (policy(), NULL),
    (changed(TOPIC, Principal=None), NULL),
    (changed(TOPIC, Resource=None), NULL),
    (changed(TOPIC, Effect="allow"), NULL),
    (changed(TOPIC, Action="sns:CreateTopic"), SCOPE),
    (changed(TOPIC, Action="sns:*"), SCOPE),
    (changed(TOPIC, Principal={"AWS": NOBODY}), "Policy Error: PrincipalNotFound"),
    (
        changed(TOPIC, Resource=["TOPIC", "TOPIC2"]),
        "Policy statement must apply to a single resource!",
    ),
]


@pytest.mark.parametrize(("text", "reason"), BAD_TOPIC_POLICIES)
def test_a_topic_policy_is_checked(lab: EmbeddedAccount, text: str, reason: str) -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    bad = {"AttributeName": "Policy", "AttributeValue": text.replace("TOPIC", topic)}
    refused = refusal(sns.set_topic_attributes, TopicArn=topic, **bad)
    assert refused[:1] + refused[2:] == ("InvalidParameter", f"Invalid parameter: {reason}", 400)
    new = refusal(sns.create_topic, Name="new", Attributes={"Policy": bad["AttributeValue"]})
    assert new == refused


# Who is checked


def test_who_may_not_put_a_policy_is_not_told_what_is_wrong_with_it(lab: EmbeddedAccount) -> None:
    clerk = session().client("iam")
    refused = refusal(clerk.put_user_policy, UserName="clerk", PolicyName="p", PolicyDocument="{")
    assert refused.code == "AccessDenied"
