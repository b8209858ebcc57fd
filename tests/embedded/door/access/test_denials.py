"""What each service says to a user whom nothing allows: its code, its status and its words.

The words are those of messages that people have shown in public, for want of a page of AWS that
tells them all; https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
has the frame of the sentence.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import TRUST_LAMBDA
from tests.embedded.door.access.test_callers import assume
from tests.embedded.door.access.test_decisions import policy, session, statement
from tests.embedded.services.kms.conftest import create_key
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue
from tests.embedded.services.sqs.conftest import refusal

HERE = "us-east-1:123456789012"
CLERK = "User: arn:aws:iam::123456789012:user/clerk is not authorized to perform: "
IAM = "arn:aws:iam::123456789012"
ROLE = f"{IAM}:role/auditor"
OLD, JSON, TOPICS = ("AccessDenied", 403), ("AccessDeniedException", 400), "AuthorizationError"
REST = ("AccessDeniedException", 403)


class Case(NamedTuple):
    """A call, and how the refusal names the action and the resource."""

    service: str
    operation: str
    parameters: dict[str, Any]
    told: str
    answer: tuple[str, int]


URL = "https://sqs.us-east-1.amazonaws.com/123456789012/orders"
QUEUE = f"arn:aws:sqs:{HERE}:orders"
NEW_FUNCTION = {
    "FunctionName": "reader",
    "Role": ROLE,
    "Runtime": "python3.13",
    "Handler": "code.handler",
    "Code": {"ZipFile": b"x"},
}
POINT = {"Namespace": "orders", "MetricData": [{"MetricName": "made", "Value": 1}]}
ITEM = {"TableName": "orders", "Item": {"id": {"S": "1"}}}
TABLE = f"arn:aws:dynamodb:{HERE}:table"
LOGS = f"arn:aws:logs:{HERE}:log-group"
CASES = [
    Case(
        "sqs",
        "send_message",
        {"QueueUrl": URL, "MessageBody": "x"},
        f"SendMessage on resource: {QUEUE}",
        OLD,
    ),
    Case(
        "sqs",
        "delete_message",
        {"QueueUrl": URL, "ReceiptHandle": "x"},
        f"DeleteMessage on resource: {QUEUE}",
        OLD,
    ),
    Case("sqs", "get_queue_url", {"QueueName": "orders"}, f"GetQueueUrl on resource: {QUEUE}", OLD),
    Case("sqs", "list_queues", {}, f"ListQueues on resource: arn:aws:sqs:{HERE}:", OLD),
    Case("kms", "list_keys", {}, "ListKeys on resource: *", JSON),
    Case("kms", "create_key", {}, "CreateKey on resource: *", JSON),
    Case("lambda", "list_functions", {}, "ListFunctions on resource: *", REST),
    Case(
        "lambda",
        "invoke",
        {"FunctionName": "reader"},
        f"InvokeFunction on resource: arn:aws:lambda:{HERE}:function:reader",
        REST,
    ),
    Case(
        "lambda",
        "create_function",
        NEW_FUNCTION,
        f"CreateFunction on resource: arn:aws:lambda:{HERE}:function:reader",
        REST,
    ),
    Case(
        "lambda",
        "create_event_source_mapping",
        {"FunctionName": "reader", "EventSourceArn": QUEUE},
        "CreateEventSourceMapping on resource: *",
        REST,
    ),
    Case(
        "logs",
        "describe_log_groups",
        {},
        f"DescribeLogGroups on resource: {LOGS}::log-stream:",
        JSON,
    ),
    Case(
        "logs",
        "create_log_group",
        {"logGroupName": "/aws/x"},
        f"CreateLogGroup on resource: {LOGS}:/aws/x:log-stream:",
        JSON,
    ),
    Case(
        "logs",
        "get_log_events",
        {"logGroupName": "/aws/x", "logStreamName": "1"},
        f"GetLogEvents on resource: {LOGS}:/aws/x:log-stream:1",
        JSON,
    ),
    Case("cloudwatch", "put_metric_data", POINT, "PutMetricData", OLD),
    Case(
        "cloudwatch",
        "delete_alarms",
        {"AlarmNames": ["late"]},
        f"DeleteAlarms on resource: arn:aws:cloudwatch:{HERE}:alarm:late",
        OLD,
    ),
    Case("dynamodb", "list_tables", {}, f"ListTables on resource: {TABLE}/*", JSON),
    Case("dynamodb", "put_item", ITEM, f"PutItem on resource: {TABLE}/orders", JSON),
    Case(
        "dynamodb",
        "transact_write_items",
        {"TransactItems": [{"Put": ITEM}]},
        f"PutItem on resource: {TABLE}/orders",
        JSON,
    ),
    Case("sns", "list_topics", {}, f"ListTopics on resource: arn:aws:sns:{HERE}:*", (TOPICS, 403)),
    Case(
        "sns",
        "publish",
        {"TopicArn": f"arn:aws:sns:{HERE}:news", "Message": "x"},
        f"Publish on resource: arn:aws:sns:{HERE}:news",
        (TOPICS, 403),
    ),
    Case("iam", "list_users", {}, f"ListUsers on resource: {IAM}:user/", OLD),
    Case("iam", "list_roles", {}, f"ListRoles on resource: {IAM}:role/", OLD),
    Case("iam", "list_policies", {}, "ListPolicies on resource: policy path /", OLD),
    Case("iam", "get_user", {}, "GetUser on resource: user clerk", OLD),
    Case("iam", "get_role", {"RoleName": "auditor"}, "GetRole on resource: role auditor", OLD),
    Case(
        "iam",
        "attach_role_policy",
        {"RoleName": "auditor", "PolicyArn": f"{IAM}:policy/p"},
        "AttachRolePolicy on resource: role auditor",
        OLD,
    ),
    Case(
        "iam",
        "create_role",
        {"RoleName": "new", "AssumeRolePolicyDocument": TRUST_LAMBDA},
        f"CreateRole on resource: {IAM}:role/new",
        OLD,
    ),
    Case(
        "iam",
        "create_policy",
        {"PolicyName": "new", "PolicyDocument": policy(statement("Allow", "*", "*"))},
        "CreatePolicy on resource: policy new",
        OLD,
    ),
    Case(
        "iam",
        "get_policy",
        {"PolicyArn": f"{IAM}:policy/p"},
        f"GetPolicy on resource: policy {IAM}:policy/p",
        OLD,
    ),
    Case(
        "sts",
        "get_federation_token",
        {"Name": "bob"},
        "GetFederationToken on resource: arn:aws:sts::123456789012:federated-user/bob",
        OLD,
    ),
    Case("events", "list_rules", {}, "ListRules on resource: *", JSON),
    Case("stepfunctions", "list_state_machines", {}, "ListStateMachines on resource: *", JSON),
    Case("secretsmanager", "list_secrets", {}, "ListSecrets", JSON),
]
PREFIXES = {"sns": "SNS", "stepfunctions": "states"}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.service} {case.operation}" for case in CASES])
def test_a_refusal_reads_as_the_service_words_it(lab: EmbeddedAccount, case: Case) -> None:
    create_queue()
    refused = refusal(getattr(session().client(case.service), case.operation), **case.parameters)
    action = f"{PREFIXES.get(case.service, case.service)}:{case.told.partition(' ')[0]}"
    told = f"{PREFIXES.get(case.service, case.service)}:{case.told}"
    if case.service == "sqs":
        action, told = action.lower(), told.replace(action, action.lower())
    assert (refused.code, refused.status) == case.answer
    assert refused.message == (
        f"{CLERK}{told} because no identity-based policy allows the {action} action"
    )


def test_who_makes_something_with_tags_must_be_allowed_to_tag(lab: EmbeddedAccount) -> None:
    clerk = session(statement("Allow", ["sqs:CreateQueue", "kms:CreateKey"], "*"))
    sqs, kms = clerk.client("sqs"), clerk.client("kms")
    sqs.create_queue(QueueName="plain")
    refused = refusal(sqs.create_queue, QueueName="tagged", tags={"team": "pay"})
    assert "sqs:tagqueue" in refused.message
    tags = [{"TagKey": "team", "TagValue": "pay"}]
    assert "kms:TagResource on resource: *" in refusal(kms.create_key, Tags=tags).message


def test_a_user_changes_keys_of_their_own(lab: EmbeddedAccount) -> None:
    """IAM guide, reference_policies_examples_iam_credentials_console: ${aws:username}."""
    own = "arn:aws:iam::123456789012:user/${aws:username}"
    clerk = session(statement("Allow", "iam:*AccessKey*", own)).client("iam")
    assert len(clerk.list_access_keys()["AccessKeyMetadata"]) == 1
    boto3.client("iam").create_user(UserName="other")
    assert refusal(clerk.list_access_keys, UserName="other").message == (
        f"{CLERK}iam:ListAccessKeys on resource: user other because no identity-based policy "
        "allows the iam:ListAccessKeys action"
    )


# Where the denial comes from


def deny(action: str, resource: str = "*") -> dict[str, Any]:
    return statement("Deny", action, resource)


ALL = statement("Allow", "*", "*")


def test_an_explicit_deny_of_each_kind_is_told(lab: EmbeddedAccount) -> None:
    url, iam = create_queue(), boto3.client("iam")
    message = {"QueueUrl": url, "MessageBody": "x"}
    said = f"{CLERK}sqs:sendmessage on resource: {arn(url)} "
    clerk = session(ALL, deny("sqs:SendMessage"))
    sqs = clerk.client("sqs")
    told = refusal(sqs.send_message, **message).message
    assert told == said + "with an explicit deny in an identity-based policy"
    iam.put_user_policy(UserName="clerk", PolicyName="inline", PolicyDocument=policy(ALL))
    sqs.send_message(**message)
    guard = deny("sqs:SendMessage", arn(url)) | {"Principal": "*"}
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(guard)})
    told = refusal(sqs.send_message, **message).message
    assert told == said + "with an explicit deny in a resource-based policy"


NARROW = statement("Allow", "logs:*", "*")
LIMITS = [
    ([ALL, deny("sqs:*")], "with an explicit deny in a {}"),
    ([NARROW], "because no {} allows the sqs:sendmessage action"),
]
VISITOR = "User: arn:aws:sts::123456789012:assumed-role/auditor/anna is not authorized to perform: "


@pytest.mark.parametrize(("limits", "why"), LIMITS)
def test_a_boundary_that_denies_is_told(
    lab: EmbeddedAccount, limits: list[dict[str, Any]], why: str
) -> None:
    url, iam, sqs = create_queue(), boto3.client("iam"), assume(ALL).client("sqs")
    limit = iam.create_policy(PolicyName="limit", PolicyDocument=policy(*limits))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="auditor", PermissionsBoundary=limit)
    told = refusal(sqs.send_message, QueueUrl=url, MessageBody="x").message
    action = f"{VISITOR}sqs:sendmessage on resource: {arn(url)}"
    assert told == f"{action} {why.format('permissions boundary')}"


@pytest.mark.parametrize(("limits", "why"), LIMITS)
def test_a_session_policy_that_denies_is_told(
    lab: EmbeddedAccount, limits: list[dict[str, Any]], why: str
) -> None:
    url, sqs = create_queue(), assume(ALL, Policy=policy(*limits)).client("sqs")
    told = refusal(sqs.send_message, QueueUrl=url, MessageBody="x").message
    action = f"{VISITOR}sqs:sendmessage on resource: {arn(url)}"
    assert told == f"{action} {why.format('session policy')}"


def test_a_key_policy_that_names_nobody_is_told(lab: EmbeddedAccount) -> None:
    kms = boto3.client("kms")
    owner = statement("Allow", "kms:*", "*", Principal={"AWS": f"{IAM}:user/administrator"})
    key = create_key(kms, Policy=policy(owner))
    clerk = session(ALL).client("kms")
    assert refusal(clerk.encrypt, KeyId=key, Plaintext=b"x").message == (
        f"{CLERK}kms:Encrypt on resource: {key} because no resource-based policy allows the "
        "kms:Encrypt action"
    )


@pytest.mark.parametrize(
    ("trust", "end"),
    [
        (TRUST_LAMBDA, ""),
        (
            policy(
                {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"},
                {"Effect": "Allow", "Principal": {"AWS": IAM[-12:]}, "Action": "sts:AssumeRole"},
            ),
            " with an explicit deny in the role trust policy",
        ),
    ],
)
def test_a_trust_policy_keeps_its_reasons(lab: EmbeddedAccount, trust: str, end: str) -> None:
    boto3.client("iam").create_role(RoleName="auditor", AssumeRolePolicyDocument=trust)
    sts = session(ALL).client("sts")
    refused = refusal(sts.assume_role, RoleArn=ROLE, RoleSessionName="anna")
    assert refused.code == "AccessDenied"
    assert refused.message == f"{CLERK}sts:AssumeRole on resource: {ROLE}{end}"
