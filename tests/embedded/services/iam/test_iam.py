"""Users who mean themselves, permissions boundaries, and what IAM says to mistakes."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.iam import managed_policies
from tests.embedded.door.access.test_callers import assume
from tests.embedded.door.access.test_decisions import policy, sends, session, statement
from tests.embedded.services.lambda_.event_source.test_event_source import create_queue
from tests.embedded.services.sqs.conftest import refusal

ALL = statement("Allow", "*", "*")


@pytest.fixture
def iam(lab: EmbeddedAccount) -> Any:
    return boto3.client("iam")


def test_who_names_no_user_means_themselves(iam: Any) -> None:
    assert iam.get_user()["User"]["Arn"] == "arn:aws:iam::123456789012:user/administrator"
    clerk = session(ALL).client("iam")
    assert clerk.get_user()["User"]["UserName"] == "clerk"
    second = clerk.create_access_key()["AccessKey"]
    assert second["UserName"] == "clerk"
    assert len(clerk.list_access_keys()["AccessKeyMetadata"]) == 2
    clerk.delete_access_key(AccessKeyId=second["AccessKeyId"])
    assert len(iam.list_access_keys(UserName="clerk")["AccessKeyMetadata"]) == 1


def test_a_role_cannot_mean_itself(iam: Any) -> None:
    refused = refusal(assume(ALL).client("iam").get_user)
    assert (refused.status, refused.code, refused.message) == (
        400,
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )


def test_nobody_becomes_the_lab_s_administrator(iam: Any) -> None:
    refused = refusal(iam.create_user, UserName="administrator")
    assert (refused.status, refused.code, refused.message) == (
        409,
        "EntityAlreadyExists",
        "User with name administrator already exists.",
    )


def test_the_boundary_of_a_user_is_put_shown_and_taken_away(iam: Any) -> None:
    url, clerk = create_queue(), session(ALL)
    narrow = policy(statement("Allow", "logs:*", "*"))
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=narrow)["Policy"]["Arn"]
    assert sends(clerk, url)
    iam.put_user_permissions_boundary(UserName="clerk", PermissionsBoundary=limit)
    assert not sends(clerk, url)
    assert iam.get_user(UserName="clerk")["User"]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": limit,
    }
    iam.delete_user_permissions_boundary(UserName="clerk")
    assert sends(clerk, url)
    assert "PermissionsBoundary" not in iam.get_user(UserName="clerk")["User"]


def test_a_user_is_made_within_a_boundary(iam: Any) -> None:
    limit = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
    made = iam.create_user(UserName="clerk", PermissionsBoundary=limit)["User"]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == limit


@pytest.mark.parametrize("entity", ["role", "user", "new role", "new user"])
def test_a_boundary_is_a_policy_that_is_there(iam: Any, entity: str) -> None:
    nowhere = "arn:aws:iam::123456789012:policy/nowhere"
    trust = policy(
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    )
    iam.create_role(RoleName="auditor", AssumeRolePolicyDocument=trust)
    iam.create_user(UserName="clerk")
    puts = {
        "role": lambda: iam.put_role_permissions_boundary(
            RoleName="auditor", PermissionsBoundary=nowhere
        ),
        "user": lambda: iam.put_user_permissions_boundary(
            UserName="clerk", PermissionsBoundary=nowhere
        ),
        "new role": lambda: iam.create_role(
            RoleName="new", AssumeRolePolicyDocument=trust, PermissionsBoundary=nowhere
        ),
        "new user": lambda: iam.create_user(UserName="new", PermissionsBoundary=nowhere),
    }
    refused = refusal(puts[entity])
    assert (refused.status, refused.code, refused.message) == (
        404,
        "NoSuchEntity",
        f"Scope ARN: {nowhere} does not exist or is not attachable.",
    )


# What IAM says to mistakes

NOWHERE = "arn:aws:iam::123456789012:policy/nowhere"
MISTAKES: list[tuple[str, dict[str, str], int, str, str]] = [
    ("get_role", {"RoleName": "x"}, 404, "NoSuchEntity", "The role with name x cannot be found."),
    ("get_user", {"UserName": "x"}, 404, "NoSuchEntity", "The user with name x cannot be found."),
    (
        "get_group",
        {"GroupName": "x"},
        404,
        "NoSuchEntity",
        "The group with name x cannot be found.",
    ),
    (
        "get_role_policy",
        {"RoleName": "auditor", "PolicyName": "x"},
        404,
        "NoSuchEntity",
        "The role policy with name x cannot be found.",
    ),
    (
        "get_user_policy",
        {"UserName": "clerk", "PolicyName": "x"},
        404,
        "NoSuchEntity",
        "The user policy with name x cannot be found.",
    ),
    ("get_policy", {"PolicyArn": NOWHERE}, 404, "NoSuchEntity", f"Policy {NOWHERE} was not found."),
    (
        "attach_role_policy",
        {"RoleName": "auditor", "PolicyArn": NOWHERE},
        404,
        "NoSuchEntity",
        f"Policy {NOWHERE} does not exist or is not attachable.",
    ),
    (
        "create_user",
        {"UserName": "clerk"},
        409,
        "EntityAlreadyExists",
        "User with name clerk already exists.",
    ),
    (
        "create_user",
        {"UserName": "a clerk"},
        400,
        "ValidationError",
        "The specified value for userName is invalid. It must contain only alphanumeric "
        "characters and/or the following: +=,.@_-",
    ),
    (
        "create_user",
        {"UserName": "c" * 65},
        400,
        "ValidationError",
        f"1 validation error detected: Value '{'c' * 65}' at 'userName' failed to satisfy "
        "constraint: Member must have length less than or equal to 64",
    ),
    (
        "delete_user",
        {"UserName": "clerk"},
        409,
        "DeleteConflict",
        "Cannot delete entity, must remove users from group first.",
    ),
    (
        "delete_group",
        {"GroupName": "clerks"},
        409,
        "DeleteConflict",
        "Cannot delete entity, must remove users from group first.",
    ),
    (
        "delete_policy",
        {"PolicyArn": "arn:aws:iam::123456789012:policy/attached"},
        409,
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    ),
]


@pytest.mark.parametrize(("operation", "parameters", "status", "code", "said"), MISTAKES)
def test_iam_says_what_is_wrong(
    iam: Any, operation: str, parameters: dict[str, str], status: int, code: str, said: str
) -> None:
    assume()
    session(ALL)
    iam.create_group(GroupName="clerks")
    iam.add_user_to_group(GroupName="clerks", UserName="clerk")
    document = policy(ALL)
    attached = iam.create_policy(PolicyName="attached", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="auditor", PolicyArn=attached)
    refused = refusal(getattr(iam, operation), **parameters)
    assert (refused.status, refused.code, refused.message) == (status, code, said)


def test_what_nothing_hangs_on_is_deleted(iam: Any) -> None:
    session(ALL)
    must = "Cannot delete entity, must {} first."
    assert refusal(iam.delete_user, UserName="clerk").message == must.format("delete access keys")
    (key,) = iam.list_access_keys(UserName="clerk")["AccessKeyMetadata"]
    iam.delete_access_key(UserName="clerk", AccessKeyId=key["AccessKeyId"])
    assert refusal(iam.delete_user, UserName="clerk").message == must.format("delete policies")
    iam.delete_user_policy(UserName="clerk", PolicyName="inline")
    iam.delete_user(UserName="clerk")
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=policy(ALL))["Policy"]["Arn"]
    iam.create_user(UserName="clerk", PermissionsBoundary=limit)
    assert refusal(iam.delete_policy, PolicyArn=limit).code == "DeleteConflict"
    iam.delete_user_permissions_boundary(UserName="clerk")
    iam.delete_policy(PolicyArn=limit)


def test_no_account_changes_the_policies_that_aws_manages_for_another() -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    found = []
    for seed in (0, 1):
        with open_lab(seed=seed):
            iam = boto3.client("iam")
            found.append(iam.get_policy(PolicyArn=arn)["Policy"])
            iam.create_user(UserName="clerk")
            iam.attach_user_policy(UserName="clerk", PolicyArn=arn)
            assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    assert found[0] == found[1]
    assert found[0]["AttachmentCount"] == 0


def test_the_first_account_s_ids_are_those_of_the_next() -> None:
    """AWS's policies are read by the first account with IAM alone."""
    managed_policies._aws_managed_policies.cache_clear()
    ids = []
    for _ in range(2):
        with open_lab():
            ids.append(boto3.client("iam").create_user(UserName="clerk")["User"]["UserId"])
    assert ids[0] == ids[1]
