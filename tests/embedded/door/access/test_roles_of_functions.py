"""What is asked of the role of a function before it is used, and whom a function lets in."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import TRUST_LAMBDA, deploy_function, invoke, zip_code
from tests.embedded.door.access.test_decisions import policy, statement
from tests.embedded.door.access.test_resource_policies import guest
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue
from tests.embedded.services.sqs.conftest import Refusal, refusal

ROLE = "arn:aws:iam::123456789012:role/reader"
EXECUTION = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"


def create_role(trust: str = TRUST_LAMBDA) -> None:
    boto3.client("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=trust)


def test_a_role_is_trusted_until_its_trust_policy_changes(lab: EmbeddedAccount) -> None:
    create_role()
    assert lab.access.can_be_assumed_by(ROLE, "lambda.amazonaws.com")
    assert not lab.access.can_be_assumed_by(ROLE, "ec2.amazonaws.com")
    boto3.client("iam").update_assume_role_policy(
        RoleName="reader", PolicyDocument=TRUST_LAMBDA.replace("lambda.", "ec2.")
    )
    assert not lab.access.can_be_assumed_by(ROLE, "lambda.amazonaws.com")


def test_what_a_mapping_lacks_is_named(lab: EmbeddedAccount) -> None:
    create_role()
    queue, iam = arn(create_queue()), boto3.client("iam")

    def missing() -> str | None:
        return lab.access.missing_for_event_source(ROLE, queue)

    said = "The function execution role does not have permissions to call {} on SQS"
    assert missing() == said.format("ReceiveMessage")
    only_receive = policy(statement("Allow", "sqs:ReceiveMessage", queue))
    iam.put_role_policy(RoleName="reader", PolicyName="inline", PolicyDocument=only_receive)
    assert missing() == said.format("DeleteMessage")
    iam.attach_role_policy(RoleName="reader", PolicyArn=EXECUTION)
    assert missing() is None
    iam.detach_role_policy(RoleName="reader", PolicyArn=EXECUTION)
    assert missing() == said.format("DeleteMessage")


PATTERN = "failed to satisfy constraint: Member must satisfy regular expression pattern: "


Told = tuple[int, str, str]


def told(refused: Refusal) -> Told:
    """Status, code and message."""
    return refused.status, refused.code, refused.message


def create_function(role: str = ROLE, **config: Any) -> Told:
    """How Lambda refuses to make a function with the role and the configuration."""
    refused = refusal(
        boto3.client("lambda").create_function,
        FunctionName="function",
        Role=role,
        Runtime="python3.13",
        Handler="code.handler",
        Code={"ZipFile": zip_code(code="def handler(event, context): pass")},
        **config,
    )
    return told(refused)


@pytest.mark.parametrize("role", ["unknown", "untrusting"])
def test_lambda_refuses_a_role_that_it_cannot_assume(lab: EmbeddedAccount, role: str) -> None:
    if role == "untrusting":
        create_role(TRUST_LAMBDA.replace("lambda.", "ec2."))
    assert create_function() == (
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    )


@pytest.mark.parametrize("role", ["r1", "arn:aws:iam::123456789012:user/r1", ROLE[:-12] + "x y"])
def test_lambda_refuses_what_is_no_role_s_arn(lab: EmbeddedAccount, role: str) -> None:
    """Recorded: test_create_lambda_exceptions."""
    pattern = r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
    said = f"1 validation error detected: Value '{role}' at 'role' {PATTERN}{pattern}"
    assert create_function(role) == (400, "ValidationException", said)


def test_lambda_takes_no_role_of_another_account(lab: EmbeddedAccount) -> None:
    refused = create_function(ROLE.replace("123456789012", "111122223333"))
    assert refused == (403, "AccessDeniedException", "Cross-account pass role is not allowed.")


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_a_function_s_role_must_reach_its_dead_letter_target(
    lab: EmbeddedAccount, service: str
) -> None:
    create_role()
    target = (
        arn(create_queue())
        if service == "sqs"
        else boto3.client("sns").create_topic(Name="topic")["TopicArn"]
    )
    action, name = {"sqs": ("SendMessage", "SQS"), "sns": ("Publish", "SNS")}[service]
    config = {"DeadLetterConfig": {"TargetArn": target}}
    refused = (
        400,
        "InvalidParameterValueException",
        f"The provided execution role does not have permissions to call {action} on {name}",
    )
    assert create_function(**config) == refused
    deploy_function("def handler(event, context): pass")
    boto3.client("lambda").update_function_configuration(FunctionName="function", Role=ROLE)
    update = boto3.client("lambda").update_function_configuration
    assert told(refusal(update, FunctionName="function", **config)) == refused
    allowed = policy(statement("Allow", f"{service}:{action}", target))
    boto3.client("iam").put_role_policy(
        RoleName="reader", PolicyName="inline", PolicyDocument=allowed
    )
    update(FunctionName="function", **config)


# Whom a function lets in


def test_a_function_lets_another_account_in(lab: EmbeddedAccount) -> None:
    deploy_function("def handler(event, context): return event", "echo")
    function = "arn:aws:lambda:us-east-1:123456789012:function:echo"
    there = guest().client("lambda")
    asked = {"FunctionName": function, "Payload": b"1"}
    assert refusal(there.invoke, **asked).code == "AccessDeniedException"
    boto3.client("lambda").add_permission(
        FunctionName="echo",
        StatementId="guest",
        Action="lambda:InvokeFunction",
        Principal="111122223333",
    )
    assert there.invoke(**asked)["Payload"].read() == b"1"
    assert refusal(there.get_function, FunctionName=function).code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        (
            {"Principal": "nobody"},
            "InvalidParameterValueException",
            "The provided principal was invalid. Please check the principal and try again.",
        ),
        (
            {"Principal": "arn:aws:iam::123456789012:user/nobody"},
            "InvalidParameterValueException",
            "The provided principal was invalid. Please check the principal and try again.",
        ),
        (
            {"Action": "sqs:SendMessage"},
            "ValidationException",
            "1 validation error detected: Value 'sqs:SendMessage' at 'action' "
            f"{PATTERN}(lambda:[*]|lambda:[a-zA-Z]+|[*])",
        ),
        (
            {"StatementId": "a.b"},
            "ValidationException",
            f"1 validation error detected: Value 'a.b' at 'statementId' {PATTERN}([a-zA-Z0-9-_]+)",
        ),
    ],
)
def test_what_a_permission_cannot_say(
    lab: EmbeddedAccount, changed: dict[str, str], code: str, said: str
) -> None:
    deploy_function("def handler(event, context): pass", "echo")
    asked = {
        "FunctionName": "echo",
        "StatementId": "one",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
    }
    refused = refusal(boto3.client("lambda").add_permission, **asked | changed)
    assert told(refused) == (400, code, said)
    boto3.client("lambda").add_permission(**asked)


@pytest.mark.parametrize("missing", ["CreateLogGroup", "CreateLogStream", "PutLogEvents"])
def test_a_role_that_may_not_write_a_log_leaves_none(lab: EmbeddedAccount, missing: str) -> None:
    """LDG monitoring-cloudwatchlogs. The function runs all the same, and its answer has the log."""
    deploy_function("def handler(event, context):\n    print('said')\n")
    actions = {"CreateLogGroup", "CreateLogStream", "PutLogEvents"} - {missing}
    statement = {"Effect": "Allow", "Action": [f"logs:{each}" for each in actions], "Resource": "*"}
    iam = boto3.client("iam")
    iam.detach_role_policy(
        RoleName="function-role", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    iam.put_role_policy(
        RoleName="function-role",
        PolicyName="inline",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}),
    )
    assert "said" in invoke("function")["log"]
    assert boto3.client("logs").describe_log_groups()["logGroups"] == []
    if missing == "CreateLogGroup":
        boto3.client("logs").create_log_group(logGroupName="/aws/lambda/function")
        invoke("function")
        log = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/function")
        assert "said" in [each["message"] for each in log["events"]]
