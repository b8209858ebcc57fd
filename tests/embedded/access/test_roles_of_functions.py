"""What the account's own parts ask before they act as the role of a function."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.access.test_decisions import policy, statement
from tests.embedded.conftest import TRUST_LAMBDA, zip_code
from tests.embedded.test_event_source import arn, create_queue

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


@pytest.mark.parametrize("role", ["unknown", "untrusting"])
def test_lambda_refuses_a_role_that_it_cannot_assume(lab: EmbeddedAccount, role: str) -> None:
    if role == "untrusting":
        create_role(TRUST_LAMBDA.replace("lambda.", "ec2."))
    with pytest.raises(ClientError) as refused:
        boto3.client("lambda").create_function(
            FunctionName="function",
            Role=ROLE,
            Runtime="python3.13",
            Handler="code.handler",
            Code={"ZipFile": zip_code(code="def handler(event, context): pass")},
        )
    assert refused.value.response["Error"] == {
        "Code": "InvalidParameterValueException",
        "Message": "The role defined for the function cannot be assumed by Lambda.",
    }
