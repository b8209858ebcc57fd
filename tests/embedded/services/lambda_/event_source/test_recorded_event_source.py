"""Answers and events that the real service was recorded to give, case by case.

The cases and their names are those of LocalStack's snapshots of AWS (Apache-2.0):
test_lambda_integration_sqs.snapshot.json, and of test_lambda_api.snapshot.json what concerns event
source mappings. The requests and the handlers are ours; each handler does what the case's name
says. A value that differs from run to run is masked on both sides.

Left out, each with its reason:

- test_sqs_event_source_mapping_batching_behaviour[100] and test_sqs_event_filter's plain-string
  cases: the record holds nothing. What a filter does to plain text is in
  test_event_source_rules.py.
- test_sqs_event_filter's eight cases from before they had names: the same patterns as the named.
- test_event_source_mapping_lifecycle, ..._lifecycle_delete_function,
  test_create_event_source_validation, ..._validation_kinesis, ..._self_managed and
  test_create_event_filter_criteria_validation: streams of DynamoDB and Kinesis, and Kafka, are no
  event sources of this account.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy
from tests.embedded.recorded import (
    FAILS_AT_FIRST,
    TELLS,
    assert_mapping,
    create_mapping,
    dead_letters,
    expected_record,
    expected_refusal,
    get_mapping,
    records,
    refusal,
    send_one,
    told,
)
from tests.embedded.services.lambda_.event_source.test_event_source import (
    arn,
    create_queue,
    with_dead_letters,
)

# Deliveries


def test_failing_lambda_retries_after_visibility_timeout(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(FAILS_AT_FIRST, Timeout=3)
    queue = create_queue(VisibilityTimeout="5")
    uuid = create_mapping(queue, BatchSize=1)["UUID"]
    lab.advance(60)
    assert_mapping(get_mapping(uuid), queue, BatchSize=1, State="Enabled")
    sent, body = send_one(queue, {"fail_attempts": 1})
    lab.run_until_idle()
    again = {"ApproximateReceiveCount": "2"}
    first, second = (
        expected_record(queue, sent, body),
        expected_record(queue, sent, body, attributes=again),
    )
    assert records() == [[first], [second]]
    handles = [event["Records"][0]["receiptHandle"] for event in told()]
    assert handles[0] != handles[1]
    at = lab.trace().query("what == 'invoked'")["at"]
    assert at.diff().max() >= 5


def test_message_body_and_attributes_passed_correctly(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(TELLS)
    queue = create_queue()
    create_mapping(queue, BatchSize=1)
    kinds = {
        "Title": ("String", "The Whistler"),
        "Author": ("String", "John Grisham"),
        "WeeksOn": ("Number", "6"),
    }
    attributes = {
        name: {"DataType": kind, "StringValue": text} for name, (kind, text) in kinds.items()
    }
    sent, body = send_one(queue, {"fail_attempts": 0}, MessageAttributes=attributes)
    lab.run_until_idle()
    expected = {
        name: {
            "stringValue": text,
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": kind,
        }
        for name, (kind, text) in kinds.items()
    }
    digest = "d25a6aea97eb8f585bfa92d314504a92"
    record = expected_record(
        queue, sent, body, messageAttributes=expected, md5OfMessageAttributes=digest
    )
    assert records() == [[record]]


def test_redrive_policy_with_failing_lambda(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(FAILS_AT_FIRST, Timeout=3)
    queue, dead = with_dead_letters(2, VisibilityTimeout="5")
    create_mapping(queue, BatchSize=1)
    sent, body = send_one(queue, {"fail_attempts": 2})
    lab.run_until_idle()
    counts = [
        [each["attributes"]["ApproximateReceiveCount"] for each in batch] for batch in records()
    ]
    assert counts == [["1"], ["2"]]
    assert dead_letters(dead) == [(sent["MessageId"], body)]


def test_sqs_queue_as_lambda_dead_letter_queue(lab: EmbeddedAccount, deploy: Deploy) -> None:
    dead = create_queue("dead")
    raises = "def handler(event, context): raise Exception('Test exception (this is intentional)')"
    deploy(raises, DeadLetterConfig={"TargetArn": arn(dead)})
    client = boto3.client("lambda")
    config = client.get_function_configuration(FunctionName="function")
    assert config["DeadLetterConfig"] == {"TargetArn": arn(dead)}
    answer = client.invoke(
        FunctionName="function", Payload=b'{"raise_error": 1}', InvocationType="Event"
    )
    lab.run_until_idle()
    received = boto3.client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"])[
        "Messages"
    ]
    (message,) = received
    assert set(message) == {
        *("Body", "MD5OfBody", "MD5OfMessageAttributes", "MessageAttributes"),
        *("MessageId", "ReceiptHandle"),
    }
    assert json.loads(message["Body"]) == {"raise_error": 1}
    assert message["MessageAttributes"] == {
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {
            "DataType": "String",
            "StringValue": "Test exception (this is intentional)",
        },
        "RequestID": {
            "DataType": "String",
            "StringValue": answer["ResponseMetadata"]["RequestId"],
        },
    }


def test_sqs_event_source_mapping(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(TELLS)
    queue = create_queue()
    answer = create_mapping(queue, MaximumBatchingWindowInSeconds=1)
    assert_mapping(answer, queue, MaximumBatchingWindowInSeconds=1)
    sent, body = send_one(queue, {"foo": "bar"})
    lab.run_until_idle()
    assert records() == [[expected_record(queue, sent, body, md5OfMessageAttributes=None)]]


def test_sqs_event_source_mapping_update(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(
        """
        import json, os

        def handler(event, context):
            event |= {"version": context.function_version, "CUSTOM_VAR": os.environ["CUSTOM_VAR"]}
            print(json.dumps([event]))
        """,
        Environment={"Variables": {"CUSTOM_VAR": "a"}},
    )
    client = boto3.client("lambda")
    first = client.publish_version(FunctionName="function")["FunctionArn"]
    client.update_function_configuration(
        FunctionName="function", Environment={"Variables": {"CUSTOM_VAR": "b"}}
    )
    second = client.publish_version(FunctionName="function")["FunctionArn"]
    queue = create_queue()
    window = {"MaximumBatchingWindowInSeconds": 1}
    answer = create_mapping(queue, first, **window)
    assert_mapping(answer, queue, FunctionArn=first, **window)
    sent, body = send_one(queue, {"foo": "bar"})
    lab.run_until_idle()
    uuid = answer["UUID"]
    updated = client.update_event_source_mapping(UUID=uuid, FunctionName=second)
    assert updated["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert_mapping(updated, queue, FunctionArn=second, State="Updating", **window)
    lab.advance(60)
    assert_mapping(get_mapping(uuid), queue, FunctionArn=second, State="Enabled", **window)
    sent_again, body_again = send_one(queue, {"foo": "bar2"})
    lab.run_until_idle()
    expected = [
        expected_record(queue, *each, md5OfMessageAttributes=None)
        for each in ((sent, body), (sent_again, body_again))
    ]
    assert [each for batch in records() for each in batch] == expected
    assert [(each["version"], each["CUSTOM_VAR"]) for each in told()] == [("1", "a"), ("2", "b")]


@pytest.mark.parametrize("size", [15, 100, 1000, 10_000])
def test_sqs_event_source_mapping_batch_size(
    lab: EmbeddedAccount, deploy: Deploy, size: int
) -> None:
    deploy(TELLS)
    queue = create_queue()
    window = 10
    answer = create_mapping(queue, BatchSize=size, MaximumBatchingWindowInSeconds=window)
    assert_mapping(answer, queue, BatchSize=size, MaximumBatchingWindowInSeconds=window)
    lab.advance(60)
    sent = send_batches(queue, [10, 5])
    lab.run_until_idle()
    (batch,) = records()
    assert batch == [
        expected_record(queue, each, each["body"], md5OfMessageAttributes=None) for each in sent
    ]


def send_batches(queue: str, sizes: list[int]) -> list[dict[str, Any]]:
    """Batches of messages; the answers, each with its body."""
    client, sent = boto3.client("sqs"), []
    for batch, size in enumerate(sizes):
        bodies = {f"{number}-{batch}": f"{number}-{batch}-message" for number in range(size)}
        entries = [{"Id": name, "MessageBody": body} for name, body in bodies.items()]
        answer = client.send_message_batch(QueueUrl=queue, Entries=entries)
        for each in answer["Successful"]:
            assert set(each) == {"Id", "MD5OfMessageBody", "MessageId"}
            sent.append({**each, "body": bodies[each["Id"]]})
    return sent


def test_sqs_event_source_mapping_batching_reserved_concurrency(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(TELLS)
    client = boto3.client("lambda")
    put = client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=2)
    assert put["ReservedConcurrentExecutions"] == 2
    queue = create_queue()
    settings = {
        "BatchSize": 20,
        "MaximumBatchingWindowInSeconds": 1,
        "ScalingConfig": {"MaximumConcurrency": 2},
    }
    assert_mapping(create_mapping(queue, **settings), queue, **settings)
    sent = send_batches(queue, [10, 10, 10])
    lab.run_until_idle()
    batches = records()
    assert len(batches) == 2
    assert [each for batch in batches for each in batch] == [
        expected_record(queue, each, each["body"], md5OfMessageAttributes=None) for each in sent
    ]


# Partial batch responses

REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def test_report_batch_item_failures(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """A FIFO queue: after the first failure, the rest of the batch is handed back as well."""
    deploy(
        """
        import json

        def handler(event, context):
            failed = [
                record["messageId"] for record in event["Records"]
                if int(record["attributes"]["ApproximateReceiveCount"])
                <= json.loads(record["body"])["fail_attempts"]
            ]
            result = {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
            print(json.dumps([{**event, "result": result}]))
            return result
        """
    )
    dead = create_queue("dead.fifo", FifoQueue="true")
    redrive = json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 2})
    queue = create_queue("orders.fifo", FifoQueue="true", RedrivePolicy=redrive)
    fails = [0, 1, 1, 2]
    bodies = [
        json.dumps({"message": number, "fail_attempts": times})
        for number, times in enumerate(fails, start=1)
    ]
    entries = [
        {
            "Id": f"message-{number}",
            "MessageBody": body,
            "MessageGroupId": "1",
            "MessageDeduplicationId": f"dedup-{number}",
        }
        for number, body in enumerate(bodies, start=1)
    ]
    sent = boto3.client("sqs").send_message_batch(QueueUrl=queue, Entries=entries)["Successful"]
    assert all(
        set(each) == {"Id", "MD5OfMessageBody", "MessageId", "SequenceNumber"} for each in sent
    )
    answer = create_mapping(queue, **REPORTS)
    assert_mapping(answer, queue, **REPORTS)
    lab.run_until_idle()

    def attempt(receive_count: int) -> list[dict[str, Any]]:
        return [
            expected_record(
                queue,
                sent[number],
                bodies[number],
                attributes={
                    "ApproximateReceiveCount": str(receive_count),
                    "MessageDeduplicationId": f"dedup-{number + 1}",
                    "MessageGroupId": "1",
                    "SequenceNumber": sent[number]["SequenceNumber"],
                },
            )
            for number in range(receive_count - 1, 4)
        ]

    assert records() == [attempt(1), attempt(2)]
    reported = [
        [each["itemIdentifier"] for each in event["result"]["batchItemFailures"]]
        for event in told()
    ]
    ids = [each["MessageId"] for each in sent]
    assert reported == [ids[1:], ids[3:]]
    assert dead_letters(dead) == [(ids[3], bodies[3])]


def test_report_batch_item_failures_on_lambda_error(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """A handler that raises fails the whole batch, the good message included."""
    deploy(
        """
        import json

        def handler(event, context):
            for record in event["Records"]:
                json.loads(record["body"])
        """
    )
    queue, dead = with_dead_letters(1)
    create_mapping(queue, **REPORTS)
    bodies = ["{not a json body", '{"message": 2, "fail_attempts": 0}']
    sent = [send_one(queue, body)[0]["MessageId"] for body in bodies]
    lab.run_until_idle()
    assert sorted(dead_letters(dead)) == sorted(zip(sent, bodies, strict=True))


def test_report_batch_item_failures_invalid_result_json_batch_fails(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(
        TELLS + "    return {'batchItemFailures': [{'foo': 'notvalid'}]}\n",
    )
    queue, dead = with_dead_letters(2)
    create_mapping(queue, **REPORTS)
    sent, body = send_one(queue, {"message": 1, "fail_attempts": 0})
    lab.run_until_idle()
    counts = [batch[0]["attributes"]["ApproximateReceiveCount"] for batch in records()]
    assert counts == ["1", "2"]
    assert dead_letters(dead) == [(sent["MessageId"], body)]


def test_report_batch_item_failures_empty_json_batch_succeeds(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(TELLS + "    return {}\n")
    queue, dead = with_dead_letters(1)
    create_mapping(queue, **REPORTS)
    sent, body = send_one(queue, {"message": 1, "fail_attempts": 0})
    lab.run_until_idle()
    assert records() == [[expected_record(queue, sent, body)]]
    assert dead_letters(dead) == []


# Filters

FILTERS: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "single": ({"my-key": ["my-value"]}, {"my-key": "my-value"}, {"my-key": "other-value"}),
    "or": (
        {"my-key": ["my-value-one", "my-value-two"]},
        {"my-key": "my-value-two"},
        {"my-key": "other-value"},
    ),
    "and": (
        {"my-key-one": ["other-filter", "my-value-one"], "my-key-two": ["my-value-two"]},
        {"my-key-one": "my-value-one", "my-key-two": "my-value-two"},
        {"my-key-one": "other-value", "my-key-two": "my-value-two"},
    ),
    "exists": (
        {"my-key": [{"exists": True}]},
        {"my-key": "any-value-one"},
        {"other-key": "any-value-two"},
    ),
    "numeric-bigger": (
        {"my-number": [{"numeric": [">", 100]}]},
        {"my-number": 101},
        {"my-number": 100},
    ),
    "numeric-smaller": (
        {"my-number": [{"numeric": ["<", 100]}]},
        {"my-number": 99},
        {"my-number": 100},
    ),
    "numeric-range": (
        {"my-number": [{"numeric": [">=", 100, "<", 200]}]},
        {"my-number": 100},
        {"my-number": 200},
    ),
    "prefix": ({"my-key": [{"prefix": "yes"}]}, {"my-key": "yes-value"}, {"my-key": "no-value"}),
    "valid-json-filter": (
        {"my-key": ["my-value"]},
        {"my-key": "my-value"},
        "this is a test string",
    ),
}


@pytest.mark.parametrize("case", FILTERS)
def test_sqs_event_filter(lab: EmbeddedAccount, deploy: Deploy, case: str) -> None:
    pattern, matching, other = FILTERS[case]
    deploy(TELLS)
    queue, dead = with_dead_letters(1)
    criteria = {"Filters": [{"Pattern": json.dumps({"body": pattern})}]}
    settings = {"FilterCriteria": criteria, "MaximumBatchingWindowInSeconds": 1}
    assert_mapping(create_mapping(queue, **settings), queue, **settings)
    sent, body = send_one(queue, matching)
    send_one(queue, other)
    lab.run_until_idle()
    assert records() == [[expected_record(queue, sent, body, md5OfMessageAttributes=None)]]
    assert dead_letters(dead) == []


@pytest.mark.parametrize(
    "pattern", [None, "simple string", {"eventSource": "aws:sqs"}, {"eventSource": []}]
)
def test_sqs_invalid_event_filter(deploy: Deploy, pattern: Any) -> None:
    deploy(TELLS)
    queue = create_queue()
    text = pattern if isinstance(pattern, str) else json.dumps(pattern)
    refused = refusal(
        boto3.client("lambda").create_event_source_mapping,
        EventSourceArn=arn(queue),
        FunctionName="function",
        FilterCriteria={"Filters": [{"Pattern": text}]},
    )
    assert refused == expected_refusal("Invalid filter pattern definition.")
