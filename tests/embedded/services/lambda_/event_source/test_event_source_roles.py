"""The poller acts as the function's role: what that may not do, the poller may not."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount, StillBusy
from tests.embedded.conftest import TRUST_LAMBDA, deploy_function, zip_code
from tests.embedded.services.lambda_.event_source.test_event_source import (
    PRINTS,
    arn,
    connect,
    count,
    create_queue,
    handled,
)
from tests.embedded.services.lambda_.event_source.test_event_source_rules import send_many

READS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def let(*actions: str, resource: str = "*") -> None:
    """Give the function's role these permissions, and no others but to write its log."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    boto3.client("iam").put_role_policy(
        RoleName="reader",
        PolicyName="inline",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}),
    )


@pytest.fixture
def function(lab: EmbeddedAccount) -> str:
    role = boto3.client("iam").create_role(
        RoleName="reader", AssumeRolePolicyDocument=TRUST_LAMBDA
    )["Role"]["Arn"]
    boto3.client("iam").attach_role_policy(
        RoleName="reader",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    )
    boto3.client("lambda").create_function(
        FunctionName="function",
        Role=role,
        Runtime="python3.13",
        Handler="code.handler",
        Code={"ZipFile": zip_code(code=PRINTS)},
    )
    return "function"


def result(mapping: str) -> str | None:
    found: dict[str, Any] = boto3.client("lambda").get_event_source_mapping(UUID=mapping)
    assert found["State"] == "Enabled"
    return found.get("LastProcessingResult")


@pytest.mark.parametrize("missing", READS)
def test_a_mapping_is_refused_to_a_role_that_cannot_read(function: str, missing: str) -> None:
    """LDG services-sqs-configure."""
    queue = create_queue()
    others = [action for action in READS if action != missing]
    let(*others)
    said = (
        "The function execution role does not have permissions to call "
        f"{missing.partition(':')[2]} on SQS"
    )
    with pytest.raises(ClientError) as refused:
        connect(queue)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert refused.value.response["Error"]["Message"] == said
    let(*READS, resource=arn(queue))
    mapping = connect(queue)
    let(*others)
    with pytest.raises(ClientError, match=said):
        boto3.client("lambda").update_event_source_mapping(UUID=mapping, BatchSize=5)


@pytest.mark.parametrize("missing", READS)
def test_without_a_permission_a_poller_stops_and_with_it_goes_on(
    lab: EmbeddedAccount, function: str, missing: str
) -> None:
    queue = create_queue()
    let(*READS)
    mapping = connect(queue)
    send_many(queue, 20)
    lab.run_until_idle()
    assert (count(queue), result(mapping)) == ((0, 0), None)
    let(*[action for action in READS if action != missing])
    send_many(queue, 20)
    with pytest.raises(StillBusy, match=f"its mapping cannot read it: .*{missing[4:]} on SQS"):
        lab.run_until_idle(limit=600)
    assert count(queue) == (20, 0)
    assert result(mapping) == (
        "PROBLEM: The function execution role does not have permissions to call "
        f"{missing[4:]} on SQS"
    )
    let(*READS)
    assert result(mapping) is None
    lab.run_until_idle()
    assert count(queue) == (0, 0)
    assert lab.trace()["receive_count"].max() == 1


def test_a_batch_under_way_that_may_not_be_deleted_comes_again(
    lab: EmbeddedAccount, function: str
) -> None:
    queue = create_queue()
    let(*READS)
    boto3.client("lambda").update_function_code(
        FunctionName="function",
        ZipFile=zip_code(
            code="import time\ndef handler(event, context):\n    print('[]')\n    time.sleep(2)"
        ),
    )
    connect(queue)
    send_many(queue, 5)
    lab.advance(3)
    assert count(queue) == (0, 5)
    let("sqs:ReceiveMessage", "sqs:GetQueueAttributes")
    lab.advance(60)
    assert (count(queue), len(handled())) == ((5, 0), 1)
    let(*READS)
    lab.run_until_idle()
    assert (count(queue), len(handled())) == ((0, 0), 2)


def test_a_queue_s_own_policy_stops_a_poller(lab: EmbeddedAccount, function: str) -> None:
    queue = create_queue()
    let(*READS)
    mapping = connect(queue)
    send_many(queue, 5)
    lab.run_until_idle()
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:ReceiveMessage",
        "Resource": arn(queue),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    sqs = boto3.client("sqs")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    send_many(queue, 5)
    lab.advance(60)
    assert count(queue) == (5, 0)
    assert "ReceiveMessage" in str(result(mapping))
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})
    lab.run_until_idle()
    assert count(queue) == (0, 0)


def test_the_key_of_a_queue_asks_for_the_role_too(lab: EmbeddedAccount, function: str) -> None:
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    queue = create_queue(KmsMasterKeyId=key)
    let(*READS)
    mapping = connect(queue)
    send_many(queue, 5)
    lab.advance(60)
    assert count(queue) == (5, 0)
    said = str(result(mapping))
    assert said.startswith("PROBLEM: User: arn:aws:sts::123456789012:assumed-role/reader/")
    assert "is not authorized to perform: kms:Decrypt" in said
    let(*READS, "kms:Decrypt")
    lab.run_until_idle()
    assert (count(queue), result(mapping)) == ((0, 0), None)


def test_where_nothing_is_enforced_no_role_is_asked(lab: EmbeddedAccount, function: str) -> None:
    lab.access.enforced = False
    queue = create_queue()
    connect(queue)
    send_many(queue, 5)
    lab.run_until_idle()
    assert count(queue) == (0, 0)


def test_a_new_role_counts_from_then_on(lab: EmbeddedAccount, function: str) -> None:
    queue = create_queue()
    deploy_function(PRINTS, "other")
    let(*READS)
    connect(queue)
    let("logs:*")
    boto3.client("lambda").update_function_configuration(
        FunctionName="function", Role="arn:aws:iam::123456789012:role/other-role"
    )
    send_many(queue, 5)
    lab.run_until_idle()
    assert count(queue) == (0, 0)


def test_after_a_refusal_the_queue_is_read_again_when_the_pause_is_over(
    lab: EmbeddedAccount, function: str
) -> None:
    """20 seconds, modelled: AWS does not say how long a poller pauses."""
    let(*READS)
    queue = create_queue()
    connect(queue)
    lab.advance(5)
    let("sqs:ReceiveMessage")
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    lab.advance(1)
    let(*READS)
    lab.run_until_idle()
    happened = lab.trace().set_index("what")["at"]
    assert happened["received"] - happened["sent"] == pytest.approx(20, abs=0.1)
