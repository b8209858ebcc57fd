"""Temporary credentials: who gets them, for how long, and what they open."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.door.access.test_callers import ROLE, TRUSTS_THE_ACCOUNT, who_is
from tests.embedded.door.access.test_decisions import policy, session, statement
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue
from tests.embedded.services.sqs.conftest import refusal

ALL = statement("Allow", "*", "*")
HOUR = 3600


@pytest.fixture
def sts(lab: EmbeddedAccount) -> Any:
    """The administrator's client, which sends what botocore would refuse too; and a role."""
    trusts = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    who = {"AWS": "arn:aws:iam::123456789012:root"}
    trust = policy({"Effect": "Allow", "Principal": who, "Action": trusts})
    create_role("auditor", trust)
    return boto3.client("sts", config=Config(parameter_validation=False))


def create_role(name: str, trust: str = TRUSTS_THE_ACCOUNT, **more: Any) -> str:
    iam = boto3.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **more)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy(ALL))
    return str(role["Arn"])


def opened(answer: Any) -> boto3.Session:
    """A session with the credentials of an answer."""
    keys = answer["Credentials"]
    return boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
    )


def assume(sts: Any, role: str = ROLE, **more: Any) -> boto3.Session:
    return opened(sts.assume_role(RoleArn=role, RoleSessionName="anna", **more))


def lets(who: boto3.Session) -> bool:
    """Whether the account lists its queues for them."""
    sqs = who.client("sqs")
    try:
        sqs.list_queues()
    except sqs.exceptions.ClientError:
        return False
    return True


# What no session can have


@pytest.mark.parametrize(
    "name",
    [
        "nothing-valid-in-here",
        "arn::b:::something/test-role",
        "arn:a::::something/test-role",
        "arn:a:::something/test-role",
        "arn:a:a::aaaaaaaaaa:",
    ],
)
def test_a_role_is_named_by_its_arn(sts: Any, name: str) -> None:
    """Recorded: test_sts_invalid_parameters."""
    refused = refusal(sts.assume_role, RoleArn=name, RoleSessionName="Session1")
    assert (refused.status, refused.code) == (400, "ValidationError")
    assert refused.message == f"{name} is invalid"


NAME_PATTERN = r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
BAD_PARAMETERS = [
    ({"RoleSessionName": "Session1:2"}, f"'Session1:2' at 'roleSessionName'|{NAME_PATTERN}"),
    (
        {"RoleSessionName": "s" * 65},
        f"'{'s' * 65}' at 'roleSessionName'|Member must have length less than or equal to 64",
    ),
    (
        {"RoleSessionName": "s"},
        "'s' at 'roleSessionName'|Member must have length greater than or equal to 2",
    ),
    (
        {"DurationSeconds": 899},
        "'899' at 'durationSeconds'|Member must have value greater than or equal to 900",
    ),
    (
        {"DurationSeconds": 43201},
        "'43201' at 'durationSeconds'|Member must have value less than or equal to 43200",
    ),
    (
        {"ExternalId": "x y"},
        "'x y' at 'externalId'|Member must satisfy regular expression pattern: "
        r"[\w+=,.@:\/-]*",
    ),
]


@pytest.mark.parametrize(("parameters", "told"), BAD_PARAMETERS)
def test_parameters_are_within_limits(sts: Any, parameters: dict[str, Any], told: str) -> None:
    asked = {"RoleArn": ROLE, "RoleSessionName": "anna"} | parameters
    refused = refusal(sts.assume_role, **asked)
    what, must = told.split("|")
    assert (refused.status, refused.code) == (400, "ValidationError")
    assert refused.message == (
        f"1 validation error detected: Value {what} failed to satisfy constraint: {must}"
    )


def test_everything_that_is_wrong_is_told_at_once(sts: Any) -> None:
    refused = refusal(sts.assume_role, RoleArn=ROLE, RoleSessionName="a b", DurationSeconds=1)
    assert refused.message.startswith("2 validation errors detected: Value 'a b' at")
    assert "; Value '1' at 'durationSeconds'" in refused.message


def test_a_session_is_no_longer_than_its_role_lets_it(sts: Any) -> None:
    """IAM guide, id_roles_use: an hour unless MaxSessionDuration says more; never more in a
    chain."""
    refused = refusal(
        sts.assume_role, RoleArn=ROLE, RoleSessionName="anna", DurationSeconds=HOUR + 1
    )
    assert (refused.code, refused.message) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    long = create_role("long", MaxSessionDuration=2 * HOUR)
    sts.assume_role(RoleArn=long, RoleSessionName="anna", DurationSeconds=2 * HOUR)
    chained = assume(sts).client("sts")
    asked = {"RoleArn": long, "RoleSessionName": "anna"}
    assert refusal(chained.assume_role, **asked, DurationSeconds=HOUR + 1).message == (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
        "role chaining."
    )
    chained.assume_role(**asked, DurationSeconds=HOUR)


def test_a_session_ends_on_the_lab_s_clock(lab: EmbeddedAccount, sts: Any) -> None:
    who = assume(sts, DurationSeconds=900)
    lab.advance(899)
    assert lets(who)
    lab.advance(1)
    refused = refusal(who.client("sts").get_caller_identity)
    assert (refused.status, refused.code) == (403, "ExpiredToken")


# Session policies and tags


def test_the_size_of_a_session_s_policies_is_told_if_it_has_some(sts: Any) -> None:
    asked = {"RoleArn": ROLE, "RoleSessionName": "anna"}
    assert "PackedPolicySize" not in sts.assume_role(**asked)
    assert sts.assume_role(**asked, Policy=policy(ALL))["PackedPolicySize"] > 0
    tagged = sts.assume_role(**asked, Tags=[{"Key": "team", "Value": "pay"}])
    assert tagged["PackedPolicySize"] > 0


def test_managed_policies_narrow_a_session(sts: Any) -> None:
    reads = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
    logs = "arn:aws:iam::aws:policy/CloudWatchLogsReadOnlyAccess"
    assert lets(assume(sts, PolicyArns=[{"arn": reads}, {"arn": logs}])), "either may allow it"
    assert not lets(assume(sts, PolicyArns=[{"arn": logs}]))
    nowhere = [{"arn": "arn:aws:iam::aws:policy/Nowhere"}]
    asked = {"RoleArn": ROLE, "RoleSessionName": "anna", "PolicyArns": nowhere}
    assert refusal(sts.assume_role, **asked).code == "ValidationError"


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        (
            {"Tags": [{"Key": "Cost", "Value": "1"}, {"Key": "cost", "Value": "2"}]},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}], "TransitiveTagKeys": ["b"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
    ],
)
def test_tags_are_checked(sts: Any, parameters: dict[str, Any], told: str) -> None:
    """Recorded: test_assume_role_tag_validation."""
    refused = refusal(sts.assume_role, RoleArn=ROLE, RoleSessionName="anna", **parameters)
    assert (refused.status, refused.code) == (400, "InvalidParameterValue")
    assert refused.message == told


def team_only(value: str) -> dict[str, Any]:
    """The role's sessions list queues if they are tagged so."""
    condition = {"StringEquals": {"aws:PrincipalTag/Team": value}}
    return statement("Allow", ["sqs:*", "sts:*"], "*", Condition=condition)


def test_the_tags_of_a_session_are_those_of_its_principal(sts: Any) -> None:
    iam = boto3.client("iam")
    document = policy(team_only("pay"))
    iam.put_role_policy(RoleName="auditor", PolicyName="inline", PolicyDocument=document)
    tags = [{"Key": "team", "Value": "pay"}]
    assert lets(assume(sts, Tags=tags))
    assert not lets(assume(sts, Tags=[{"Key": "team", "Value": "other"}]))
    assert not lets(assume(sts))


def test_transitive_tags_are_handed_down_and_stay_what_they_are(sts: Any) -> None:
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": "123456789012"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
    )
    second = create_role("second", trust)
    boto3.client("iam").put_role_policy(
        RoleName="second", PolicyName="inline", PolicyDocument=policy(team_only("pay"))
    )
    tags = {"Tags": [{"Key": "Team", "Value": "pay"}]}
    handing = assume(sts, **tags, TransitiveTagKeys=["Team"]).client("sts")
    assert lets(assume(handing, second))
    assert not lets(assume(assume(sts, **tags).client("sts"), second)), "not handed down"
    refused = refusal(handing.assume_role, RoleArn=second, RoleSessionName="anna", **tags)
    assert (refused.code, refused.message) == (
        "InvalidParameterValue",
        "One of the specified transitive tag keys can't be set because it conflicts with a "
        "transitive tag key from the calling session.",
    )


def test_a_trust_policy_lets_a_session_be_tagged(sts: Any) -> None:
    role = create_role("strict")
    refused = refusal(
        sts.assume_role,
        RoleArn=role,
        RoleSessionName="anna",
        Tags=[{"Key": "team", "Value": "pay"}],
    )
    assert refused.message == (
        "User: arn:aws:iam::123456789012:user/administrator is not authorized to perform: "
        f"sts:TagSession on resource: {role}"
    )


# Condition keys of sessions


def test_older_sessions_are_revoked(lab: EmbeddedAccount, sts: Any) -> None:
    """IAM guide, id_roles_use_revoke-sessions: what the console puts at a role."""
    old = assume(sts)
    lab.advance(60)
    moment = f"{lab.now():%Y-%m-%dT%H:%M:%SZ}"
    older = {"DateLessThan": {"aws:TokenIssueTime": moment}}
    boto3.client("iam").put_role_policy(
        RoleName="auditor",
        PolicyName="AWSRevokeOlderSessions",
        PolicyDocument=policy(statement("Deny", "*", "*", Condition=older)),
    )
    assert not lets(old)
    assert lets(assume(sts))


def test_a_session_without_a_device_is_known_to_have_none(sts: Any) -> None:
    """KEYS: false for temporary credentials, absent for the key of a user."""
    needs = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}
    document = policy(statement("Allow", "sqs:*", "*", Condition=needs))
    boto3.client("iam").put_role_policy(
        RoleName="auditor", PolicyName="inline", PolicyDocument=document
    )
    assert not lets(assume(sts))
    assert lets(session(statement("Allow", "sqs:*", "*", Condition=needs)))


def test_a_source_identity_follows_the_session(sts: Any) -> None:
    anna = {"StringEquals": {"aws:SourceIdentity": "anna"}}
    document = policy(statement("Allow", "sqs:*", "*", Condition=anna))
    boto3.client("iam").put_role_policy(
        RoleName="auditor", PolicyName="inline", PolicyDocument=document
    )
    assert lets(assume(sts, SourceIdentity="anna"))
    assert not lets(assume(sts, SourceIdentity="ben"))
    assert not lets(assume(sts))


# Sessions of users


def test_a_user_s_session_is_the_user(lab: EmbeddedAccount, sts: Any) -> None:
    """STS API reference, GetSessionToken."""
    clerk = session(statement("Allow", "sqs:*", "*"), statement("Allow", "iam:*", "*"))
    answer = clerk.client("sts").get_session_token()
    hours = (answer["Credentials"]["Expiration"] - lab.now()).total_seconds() / HOUR
    assert hours == 12
    temporary = opened(answer)
    assert who_is(temporary) == who_is(clerk) == "arn:aws:iam::123456789012:user/clerk"
    assert lets(temporary)
    lab.advance(12 * HOUR)
    assert refusal(temporary.client("sqs").list_queues).code == "ExpiredToken"


def test_a_user_s_session_is_not_for_iam_nor_for_new_sessions(sts: Any) -> None:
    temporary = opened(session(ALL).client("sts").get_session_token())
    refused = refusal(temporary.client("iam").list_users)
    assert (refused.status, refused.code) == (403, "InvalidClientTokenId")
    again = temporary.client("sts")
    for asked in (again.get_session_token, lambda: again.get_federation_token(Name="bob")):
        refused = refusal(asked)
        assert (refused.status, refused.code) == (403, "AccessDenied")
        assert refused.message.endswith("with session credentials")
    assert who_is(assume(again)).endswith(":assumed-role/auditor/anna")


def test_a_role_s_session_gets_no_user_s(sts: Any) -> None:
    refused = refusal(assume(sts).client("sts").get_session_token)
    assert (refused.code, refused.message) == (
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
    )


def test_a_guest_may_what_user_and_policy_allow(sts: Any) -> None:
    """IAM guide, access_policies: session policies of a federated user."""
    clerk = session(
        statement("Allow", "sqs:*", "*"), statement("Allow", "sts:GetFederationToken", "*")
    )
    asks = clerk.client("sts")
    answer = asks.get_federation_token(Name="bob", Policy=policy(ALL))
    assert answer["FederatedUser"] == {
        "FederatedUserId": "123456789012:bob",
        "Arn": "arn:aws:sts::123456789012:federated-user/bob",
    }
    bob = opened(answer)
    assert who_is(bob) == answer["FederatedUser"]["Arn"]
    assert lets(bob)
    assert refusal(bob.client("kms").list_keys).code == "AccessDeniedException", "the clerk's limit"
    narrow = asks.get_federation_token(Name="bob", Policy=policy(statement("Allow", "kms:*", "*")))
    assert not lets(opened(narrow))
    assert not lets(opened(asks.get_federation_token(Name="bob"))), "no policy, no permission"


def test_a_queue_lets_a_guest_in_by_name(sts: Any) -> None:
    url = create_queue()
    bob = {"AWS": "arn:aws:sts::123456789012:federated-user/bob"}
    allows = statement("Allow", "sqs:SendMessage", arn(url), Principal=bob)
    attributes = {"Policy": policy(allows)}
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)
    guest = opened(sts.get_federation_token(Name="bob")).client("sqs")
    guest.send_message(QueueUrl=url, MessageBody="x")
    other = opened(sts.get_federation_token(Name="eve")).client("sqs")
    assert refusal(other.send_message, QueueUrl=url, MessageBody="x").code == "AccessDenied"
