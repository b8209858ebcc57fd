"""Users who mean themselves, and permissions boundaries."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.access.test_callers import assume
from tests.embedded.access.test_decisions import policy, sends, session, statement
from tests.embedded.sqs.conftest import refusal
from tests.embedded.test_event_source import create_queue

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
