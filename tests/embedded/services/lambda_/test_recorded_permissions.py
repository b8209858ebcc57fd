"""Policies of functions, versions and aliases as AWS was recorded to keep them, case by case.

The cases and their names are those of LocalStack's test_lambda_api.snapshot.json (Apache-2.0), in
TestLambdaPermissions and TestLambdaRevisions; the requests are ours. Left out:

- test_lambda_permission_versioning and test_lambda_permission_revisions: recorded in 2022, when a
  function and its policy still had one revision id between them. Here hold the records of 2025,
  which tell otherwise: test_lambda_permission_fn_versioning, test_function_revisions_permissions.
- test_add_lambda_permission_optional_fields: the record holds nothing.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, create_role
from tests.embedded.recorded import expected_refusal, missing, refusal

ACCOUNT = "123456789012"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:function"
BUCKET = "arn:aws:s3:::bucket"
FROM_S3 = {
    "StatementId": "s3",
    "Action": "lambda:InvokeFunction",
    "Principal": "s3.amazonaws.com",
}
NOTHING = missing("The resource you requested does not exist.")
WRONG_REVISION = expected_refusal(
    "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to "
    "retrieve the latest Revision Id",
    "PreconditionFailedException",
    412,
)


@pytest.fixture
def client(deploy: Deploy) -> Any:
    """Of an account with a function."""
    deploy("def handler(event, context): pass")
    return boto3.client("lambda")


def add(client: Any, name: str = "function", **changed: Any) -> dict[str, Any]:
    """The statement that AddPermission answers with."""
    answer = client.add_permission(FunctionName=name, **FROM_S3 | changed)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    return dict(json.loads(answer["Statement"]))


def policy_of(client: Any, **qualified: str) -> tuple[list[dict[str, Any]], str]:
    """The statements and the revision."""
    answer = client.get_policy(FunctionName="function", **qualified)
    policy = json.loads(answer["Policy"])
    assert {**policy, "Statement": []} == {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [],
    }
    return policy["Statement"], answer["RevisionId"]


def statement(sid: str = "s3", arn: str = FUNCTION, **condition: Any) -> dict[str, Any]:
    allowed = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
    }
    return allowed | ({"Condition": condition} if condition else {})


OF_BUCKET = {"ArnLike": {"AWS:SourceArn": BUCKET}}


def test_add_lambda_permission_aws(client: Any) -> None:
    added = add(client, SourceArn=BUCKET)
    assert added == statement(**OF_BUCKET)
    assert policy_of(client)[0] == [added]


OF_ACCOUNT = {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}
TOKEN = "amzn1.ask.skill.12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize(
    ("asked", "principal", "condition"),
    [
        ({"Principal": "*", "SourceAccount": ACCOUNT}, "*", OF_ACCOUNT),
        (
            {"Principal": "lambda.amazonaws.com", "SourceAccount": ACCOUNT},
            {"Service": "lambda.amazonaws.com"},
            OF_ACCOUNT,
        ),
        ({"Principal": ACCOUNT}, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, None),
        (
            {"Principal": f"arn:aws:iam::{ACCOUNT}:role/other-role"},
            {"AWS": f"arn:aws:iam::{ACCOUNT}:role/other-role"},
            None,
        ),
        (
            {
                "Action": "lambda:InvokeFunctionUrl",
                "Principal": "*",
                "SourceArn": BUCKET,
                "SourceAccount": ACCOUNT,
                "PrincipalOrgID": "o-1234567890",
                "FunctionUrlAuthType": "NONE",
            },
            "*",
            {
                "StringEquals": {
                    "AWS:SourceAccount": ACCOUNT,
                    "lambda:FunctionUrlAuthType": "NONE",
                    "aws:PrincipalOrgID": "o-1234567890",
                },
                **OF_BUCKET,
            },
        ),
        (
            {"Principal": "*", "EventSourceToken": TOKEN},
            "*",
            {"StringEquals": {"lambda:EventSourceToken": TOKEN}},
        ),
    ],
)
def test_add_lambda_permission_fields(
    client: Any, asked: dict[str, Any], principal: Any, condition: dict[str, Any] | None
) -> None:
    create_role("other-role")
    added = add(client, **asked)
    assert added.get("Condition") == condition
    assert added["Principal"] == principal


def test_remove_multi_permissions(client: Any) -> None:
    first = add(client)
    second = add(client, StatementId="sqs", SourceArn=BUCKET)
    statements, both = policy_of(client)
    assert statements == [first, second]
    remove = client.remove_permission
    refused = refusal(remove, FunctionName="function", StatementId="non-existent")
    assert refused == missing("Statement non-existent is not found in resource policy.")
    assert policy_of(client)[1] == both

    remove(FunctionName="function", StatementId="sqs")
    statements, one = policy_of(client)
    assert statements == [first]
    assert one != both
    for revision in (both, "wrong"):
        refused = refusal(remove, FunctionName="function", StatementId="s3", RevisionId=revision)
        assert refused == WRONG_REVISION
    remove(FunctionName="function", StatementId="s3", RevisionId=one)
    assert refusal(client.get_policy, FunctionName="function") == NOTHING


def test_function_revisions_permissions(client: Any) -> None:
    before = client.get_function_configuration(FunctionName="function")["RevisionId"]
    for revision in ("wrong", before):
        refused = refusal(
            client.add_permission, FunctionName="function", RevisionId=revision, **FROM_S3
        )
        assert refused == WRONG_REVISION
    assert refusal(client.get_policy, FunctionName="function") == NOTHING
    add(client)
    _, revision = policy_of(client)
    add(client, StatementId="again", RevisionId=revision)
    assert policy_of(client)[1] != revision


def test_lambda_permission_fn_versioning(client: Any) -> None:
    """Publishing copies no permissions, and function, version and alias have one policy each."""
    base = add(client, SourceArn=BUCKET)
    _, revision = policy_of(client)
    client.publish_version(FunctionName="function")
    assert policy_of(client) == ([base], revision)
    assert refusal(client.get_policy, FunctionName="function", Qualifier="1") == NOTHING

    add(client, Qualifier="1", SourceArn=BUCKET)
    assert policy_of(client, Qualifier="1")[0] == [statement(arn=f"{FUNCTION}:1", **OF_BUCKET)]
    alias = client.create_alias(FunctionName="function", Name="live", FunctionVersion="1")
    assert refusal(client.get_policy, FunctionName="function", Qualifier="live") == NOTHING
    refused = refusal(
        client.add_permission,
        FunctionName="function",
        Qualifier="live",
        RevisionId=alias["RevisionId"],
        **FROM_S3,
    )
    assert refused == WRONG_REVISION
    add(client, Qualifier="live", SourceArn=BUCKET)
    assert policy_of(client, Qualifier="live")[0] == [
        statement(arn=f"{FUNCTION}:live", **OF_BUCKET)
    ]
    assert policy_of(client) == ([base], revision)

    second = add(client, StatementId="s3_2", SourceArn=BUCKET, RevisionId=revision)
    assert policy_of(client)[0] == [base, second]
    client.remove_permission(FunctionName=f"{FUNCTION}:live", StatementId="s3")
    assert refusal(client.get_policy, FunctionName="function:live") == NOTHING
    assert policy_of(client, Qualifier="1")[0] == [statement(arn=f"{FUNCTION}:1", **OF_BUCKET)]


def test_an_alias_that_is_made_again_has_nobody_s_permissions(client: Any) -> None:
    alias = {"FunctionName": "function", "Name": "live"}
    client.create_alias(**alias, FunctionVersion="$LATEST")
    add(client, "function:live")
    client.delete_alias(**alias)
    client.create_alias(**alias, FunctionVersion="$LATEST")
    assert refusal(client.get_policy, FunctionName="function", Qualifier="live") == NOTHING


def test_permission_exceptions(client: Any) -> None:
    add_permission, remove = client.add_permission, client.remove_permission

    def refused(name: str = "function", **changed: str) -> dict[str, Any]:
        return refusal(add_permission, FunctionName=name, **FROM_S3 | changed)

    pattern = "failed to satisfy constraint: Member must satisfy regular expression pattern: "
    assert refused(StatementId="example.com")["Error"]["Message"] == (
        f"1 validation error detected: Value 'example.com' at 'statementId' {pattern}"
        "([a-zA-Z0-9-_]+)"
    )
    assert refused(f"{FUNCTION}:alias-not-42", Qualifier="42") == expected_refusal(
        "The derived qualifier from the function name does not match the specified qualifier."
    )
    assert refused(Qualifier="$LATEST") == expected_refusal(
        "We currently do not support adding policies for $LATEST."
    )
    assert refused(Principal="invalid.nonaws.com") == expected_refusal(
        "The provided principal was invalid. Please check the principal and try again."
    )
    for name, qualifier in (("doesnotexist", {}), ("function", {"Qualifier": "42"})):
        assert refusal(client.get_policy, FunctionName=name, **qualifier) == NOTHING
    there_is_no = "Function not found: arn:aws:lambda:us-east-1:123456789012:function:doesnotexist"
    assert refused("doesnotexist") == missing(there_is_no)
    assert refusal(remove, FunctionName="function", StatementId="s3") == missing(
        "No policy is associated with the given resource."
    )
    no_alias = missing(f"Cannot find alias arn: {FUNCTION}:alias-doesnotexist")
    assert refused(Qualifier="alias-doesnotexist") == no_alias
    assert refused(Qualifier="42") == missing(f"Function not found: {FUNCTION}:42")
    assert refused(Qualifier="invalid-qualifier-with-?-char")["Error"]["Message"] == (
        f"1 validation error detected: Value 'invalid-qualifier-with-?-char' at 'qualifier' "
        rf"{pattern}\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"
    )
    odd = "valid-with-$-but-doesnotexist"
    assert refused(Qualifier=odd) == missing(f"Function not found: {FUNCTION}:{odd}")

    add(client)
    assert refused() == expected_refusal(
        "The statement id (s3) provided already exists. Please provide a new statement id, or "
        "remove the existing statement.",
        "ResourceConflictException",
        409,
    )
    gone = refusal(remove, FunctionName="doesnotexist", StatementId="s3")
    assert gone == missing(f"No policy found for: {FUNCTION.removesuffix('function')}doesnotexist")
    qualified = {"FunctionName": "function", "Qualifier": "alias-doesnotexist"}
    assert refusal(remove, **qualified, StatementId="s3") == no_alias


@pytest.mark.parametrize(("allowed", "delivered"), [("live", 1), ("1", 0), (None, 0)])
def test_a_topic_may_invoke_the_alias_that_lets_it(
    lab: EmbeddedAccount, client: Any, allowed: str | None, delivered: int
) -> None:
    """A permission is for the qualifier it was added to, and for no other.

    https://docs.aws.amazon.com/lambda/latest/dg/versioning-aliases-permissions.html
    """
    client.publish_version(FunctionName="function")
    client.create_alias(FunctionName="function", Name="live", FunctionVersion="1")
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    qualified = {"Qualifier": allowed} if allowed else {}
    add(client, Principal="sns.amazonaws.com", SourceArn=topic, **qualified)
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"{FUNCTION}:live")
    sns.publish(TopicArn=topic, Message="text")
    lab.run_until_idle()
    assert len(lab.trace().query("what == 'invoked'")) == delivered
