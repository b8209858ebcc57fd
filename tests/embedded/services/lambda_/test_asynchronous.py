"""Event invocations: tried three times, then given up where the function says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount
from tests.embedded.conftest import Deploy
from tests.embedded.services.lambda_.event_source.test_event_source import arn, count, create_queue

FAILS = "def handler(event, context): raise RuntimeError('Test exception')"


def invoke_event(event: Any) -> None:
    boto3.client("lambda").invoke(
        FunctionName="function", InvocationType="Event", Payload=json.dumps(event)
    )


def attempts() -> list[int]:
    """Lab seconds, since the first, at which the function was started."""
    events = boto3.client("logs").filter_log_events(
        logGroupName="/aws/lambda/function", filterPattern="START"
    )["events"]
    times = [e["timestamp"] for e in events if e["message"].startswith("START")]
    return [round((each - times[0]) / 1000) for each in times]


def messages(url: str) -> list[dict[str, Any]]:
    received = boto3.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    return list(received["Messages"])


def test_an_event_is_tried_after_one_and_after_two_minutes_more(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(FAILS)
    invoke_event(1)
    lab.run_until_idle()
    assert attempts() == [0, 60, 180]


def test_a_failed_event_reaches_the_function_s_dead_letter_queue(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    queue = create_queue("failed")
    deploy(FAILS, DeadLetterConfig={"TargetArn": arn(queue)})
    client = boto3.client("lambda")
    config = client.get_function_configuration(FunctionName="function")
    assert config["DeadLetterConfig"] == {"TargetArn": arn(queue)}
    invoke_event({"raise_error": 1})
    lab.run_until_idle()
    [message] = messages(queue)
    assert json.loads(message["Body"]) == {"raise_error": 1}
    attributes = message["MessageAttributes"]
    assert attributes["ErrorMessage"] == {
        "DataType": "String",
        "StringValue": "Test exception",
    }
    assert attributes["ErrorCode"] == {"DataType": "Number", "StringValue": "200"}
    assert set(attributes) == {"ErrorMessage", "ErrorCode", "RequestID"}


def test_a_failed_event_reaches_its_destination(lab: EmbeddedAccount, deploy: Deploy) -> None:
    failed, done = create_queue("failed"), create_queue("done")
    deploy("def handler(event, context): return 10 / event")
    boto3.client("lambda").put_function_event_invoke_config(
        FunctionName="function",
        MaximumRetryAttempts=1,
        DestinationConfig={
            "OnFailure": {"Destination": arn(failed)},
            "OnSuccess": {"Destination": arn(done)},
        },
    )
    invoke_event(0)
    invoke_event(5)
    lab.run_until_idle()
    [record] = [json.loads(message["Body"]) for message in messages(failed)]
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["requestPayload"] == 0
    assert record["responsePayload"]["errorType"] == "ZeroDivisionError"
    [record] = [json.loads(message["Body"]) for message in messages(done)]
    assert (record["requestContext"]["condition"], record["responsePayload"]) == ("Success", 2.0)


def tell_failures() -> str:
    """A queue that hears of events that failed."""
    failed = create_queue("failed")
    boto3.client("lambda").put_function_event_invoke_config(
        FunctionName="function",
        MaximumEventAgeInSeconds=100,
        DestinationConfig={"OnFailure": {"Destination": arn(failed)}},
    )
    return failed


def test_throttled_events_do_not_wait_in_waves(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """LDG invocation-async-error-handling: from 1 s up to 5 minutes; with jitter (modelled)."""
    deploy("import time\ndef handler(event, context): time.sleep(2)")
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=1)
    for number in range(15):
        invoke_event(number)
    assert lab.run_until_idle() < 100
    assert len(attempts()) == 15


def test_events_of_a_function_without_concurrency_are_not_tried(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """LDG invocation-async-error-handling: they go to the destination, without any retries."""
    deploy("def handler(event, context): return 1")
    failed = tell_failures()
    boto3.client("lambda").put_function_concurrency(
        FunctionName="function", ReservedConcurrentExecutions=0
    )
    invoke_event({"n": 1})
    lab.advance(60)
    [record] = [json.loads(message["Body"]) for message in messages(failed)]
    assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert record["requestPayload"] == {"n": 1}
    assert not {"responseContext", "responsePayload"} & record.keys()


def test_an_event_that_grows_too_old_brings_the_last_answer(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(FAILS)
    failed = tell_failures()
    invoke_event(1)
    lab.run_until_idle()
    [record] = [json.loads(message["Body"]) for message in messages(failed)]
    assert attempts() == [0, 60]
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    context = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responseContext"] == context
    assert record["responsePayload"]["errorMessage"] == "Test exception"


def test_an_event_that_was_throttled_until_it_was_too_old_says_so(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    dead = create_queue("dead")
    deploy(
        "import time\ndef handler(event, context): time.sleep(200)",
        Timeout=300,
        DeadLetterConfig={"TargetArn": arn(dead)},
    )
    failed = tell_failures()
    boto3.client("lambda").put_function_concurrency(
        FunctionName="function", ReservedConcurrentExecutions=1
    )
    invoke_event(1)
    invoke_event(2)
    lab.run_until_idle()
    [record] = [json.loads(message["Body"]) for message in messages(failed)]
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert (record["requestPayload"], record["responseContext"]) == (2, {"statusCode": 429})
    assert record["responsePayload"] is None
    [message] = messages(dead)
    assert message["MessageAttributes"]["ErrorCode"]["StringValue"] == "429"
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "Rate Exceeded."


def test_a_dead_letter_queue_that_is_gone_loses_only_the_event(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    queue = create_queue("failed")
    deploy(FAILS, DeadLetterConfig={"TargetArn": arn(queue)})
    boto3.client("sqs").delete_queue(QueueUrl=queue)
    invoke_event(1)
    lab.run_until_idle()
    assert len(attempts()) == 3
    assert count(create_queue("other")) == (0, 0)


@pytest.mark.parametrize("action", ["sqs:SendMessage", "kms:GenerateDataKey"])
def test_a_role_that_may_not_send_keeps_its_dead_letters_to_itself(
    lab: EmbeddedAccount, deploy: Deploy, action: str
) -> None:
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    queue = create_queue("failed", KmsMasterKeyId=key)
    deploy(FAILS, DeadLetterConfig={"TargetArn": arn(queue)})
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    boto3.client("iam").put_role_policy(
        RoleName="function-role",
        PolicyName="deny",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}),
    )
    invoke_event(1)
    lab.run_until_idle()
    lab.advance(60)
    assert count(queue) == (0, 0)
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="DeadLetterErrors",
        Dimensions=[{"Name": "FunctionName", "Value": "function"}],
        StartTime=lab.now() - timedelta(hours=1),
        EndTime=lab.now(),
        Period=3600,
        Statistics=["Sum"],
    )
    assert sum(point["Sum"] for point in found["Datapoints"]) == 1


def told_topic(queue: str) -> str:
    """A topic whose messages come to a queue as they are."""
    topic = boto3.client("sns").create_topic(Name="told")["TopicArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn(queue),
        },
    }
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=queue, Attributes={"Policy": json.dumps(policy)}
    )
    boto3.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn(queue),
        Attributes={"RawMessageDelivery": "true"},
    )
    return str(topic)


def test_a_topic_hears_of_events_that_failed(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """LDG invocation-async-retain-records: as a dead-letter topic, and as a destination."""
    queue = create_queue("heard")
    topic = told_topic(queue)
    deploy(FAILS, DeadLetterConfig={"TargetArn": topic})
    invoke_event({"number": 1})
    lab.run_until_idle()
    [message] = messages(queue)
    assert json.loads(message["Body"]) == {"number": 1}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "Test exception"
    boto3.client("sqs").purge_queue(QueueUrl=queue)
    boto3.client("lambda").update_function_configuration(
        FunctionName="function", DeadLetterConfig={"TargetArn": ""}
    )
    boto3.client("lambda").put_function_event_invoke_config(
        FunctionName="function", DestinationConfig={"OnFailure": {"Destination": topic}}
    )
    invoke_event({"number": 2})
    lab.run_until_idle()
    [message] = messages(queue)
    assert json.loads(message["Body"])["requestPayload"] == {"number": 2}


@pytest.mark.parametrize("service", ["events", "s3"])
def test_a_destination_that_nobody_would_tell_is_refused_when_it_is_set(
    deploy: Deploy, service: str
) -> None:
    deploy(FAILS)
    bus = f"arn:aws:{service}:us-east-1:123456789012:event-bus/default"
    client = boto3.client("lambda")
    with pytest.raises(NotInEmbeddedAccount, match=bus):
        client.put_function_event_invoke_config(
            FunctionName="function", DestinationConfig={"OnSuccess": {"Destination": bus}}
        )
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_event_invoke_config(FunctionName="function")
