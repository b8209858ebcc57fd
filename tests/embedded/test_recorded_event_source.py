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
import re
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, invoke, zip_code
from tests.embedded.test_event_source import arn, create_queue, with_dead_letters

LAMBDA = "arn:aws:lambda:us-east-1:123456789012"
TELLS = """
import json

def handler(event, context):
    print(json.dumps([event]))
"""
FAILS_AT_FIRST = """
import json

def handler(event, context):
    (record,) = event["Records"]
    wanted = json.loads(record["body"])["fail_attempts"]
    fails = int(record["attributes"]["ApproximateReceiveCount"]) <= wanted
    print(json.dumps([event]))
    if fails:
        raise Exception("failed attempt")
"""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def create_mapping(queue: str, function: str = "function", **settings: Any) -> dict[str, Any]:
    """What AWS answers, without the header."""
    answer = boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn(queue), FunctionName=function, **settings
    )
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 202
    return dict(answer)


def expected_mapping(queue: str, uuid: str, **settings: Any) -> dict[str, Any]:
    return {
        "BatchSize": 10,
        "EventSourceArn": arn(queue),
        "EventSourceMappingArn": f"{LAMBDA}:event-source-mapping:{uuid}",
        "FunctionArn": f"{LAMBDA}:function:function",
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
        "UUID": uuid,
        **settings,
    }


def assert_mapping(answer: dict[str, Any], queue: str, **settings: Any) -> None:
    """Exactly the recorded fields; `settings` differ from the defaults."""
    found = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    assert found.pop("LastModified") is not None
    assert UUID.fullmatch(found["UUID"])
    assert found == expected_mapping(queue, found["UUID"], **settings)


def get_mapping(uuid: str) -> dict[str, Any]:
    return dict(boto3.client("lambda").get_event_source_mapping(UUID=uuid))


def expected_record(queue: str, sent: dict[str, Any], body: str, **more: Any) -> dict[str, Any]:
    """A record with exactly the recorded fields, those that vary masked."""
    attributes = {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": "<time>",
        "SenderId": "<sender>",
        "ApproximateFirstReceiveTimestamp": "<time>",
        **more.pop("attributes", {}),
    }
    return {
        "messageId": sent["MessageId"],
        "receiptHandle": "<handle>",
        "body": body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": sent["MD5OfMessageBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn(queue),
        "awsRegion": "us-east-1",
        **more,
    }


def mask(record: dict[str, Any]) -> dict[str, Any]:
    assert len(record["receiptHandle"]) > 20
    assert {len(record["attributes"][name]) for name in TIMES} == {13}
    times = dict.fromkeys(TIMES, "<time>")
    attributes = {**record["attributes"], **times, "SenderId": "<sender>"}
    return {**record, "receiptHandle": "<handle>", "attributes": attributes}


TIMES = ("SentTimestamp", "ApproximateFirstReceiveTimestamp")


def told(function: str = "function") -> list[Any]:
    """What the handler printed, in order; events with their records masked."""
    answer = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")
    lines = [each["message"] for each in answer["events"] if each["message"].startswith("[{")]
    return [json.loads(line)[0] for line in lines]


def records(function: str = "function") -> list[list[dict[str, Any]]]:
    """The records of each invocation."""
    return [[mask(record) for record in event["Records"]] for event in told(function)]


def send_one(queue: str, body: Any, **options: Any) -> tuple[dict[str, Any], str]:
    text = body if isinstance(body, str) else json.dumps(body)
    sent = boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=text, **options)
    return dict(sent), text


def dead_letters(dead: str) -> list[tuple[str, str]]:
    answer = boto3.client("sqs").receive_message(QueueUrl=dead, MaxNumberOfMessages=10)
    return [(each["MessageId"], each["Body"]) for each in answer.get("Messages", [])]


def refusal(call: Any, **parameters: Any) -> dict[str, Any]:
    """A refused call's whole answer, but for the headers."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    answer = dict(raised.value.response)
    answer["HTTPStatusCode"] = answer.pop("ResponseMetadata")["HTTPStatusCode"]
    return answer


def expected_refusal(
    message: str, code: str = "InvalidParameterValueException", status: int = 400
) -> dict[str, Any]:
    """As boto3 shows it: the message once more, and whose fault it is."""
    error = {"Code": code, "Message": message}
    return {"Error": error, "Type": "User", "message": message, "HTTPStatusCode": status}


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


# What the API answers


def test_event_source_mapping_default_batch_size(deploy: Deploy) -> None:
    deploy(TELLS)
    queue, other = create_queue(), create_queue("other")
    answer = create_mapping(queue)
    assert_mapping(answer, queue)
    client = boto3.client("lambda")
    said = (
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
        "greater than 10"
    )
    refused = refusal(client.update_event_source_mapping, UUID=answer["UUID"], BatchSize=15)
    assert refused == expected_refusal(said)
    refused = refusal(
        client.create_event_source_mapping,
        EventSourceArn=arn(other),
        FunctionName="function",
        BatchSize=15,
    )
    assert refused == expected_refusal(said)


def test_duplicate_event_source_mappings(deploy: Deploy) -> None:
    deploy(TELLS)
    deploy(TELLS, "other")
    queue = create_queue()
    answer = create_mapping(queue)
    assert_mapping(answer, queue)
    refused = refusal(
        boto3.client("lambda").create_event_source_mapping,
        EventSourceArn=arn(queue),
        FunctionName="function",
    )
    assert refused == expected_refusal(
        f'An event source mapping with SQS arn (" {arn(queue)} ") and function (" function ") '
        f"already exists. Please update or delete the existing mapping with UUID {answer['UUID']}",
        "ResourceConflictException",
        409,
    )
    create_mapping(queue, "other")


def test_fifo_message_group_parallelism(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("import time\ndef handler(event, context): time.sleep(2)", Timeout=10)
    queue = create_queue("orders.fifo", FifoQueue="true", VisibilityTimeout="60")
    answer = create_mapping(queue, BatchSize=1, Enabled=False)
    assert_mapping(answer, queue, BatchSize=1, State="Disabled")
    for number in range(3):
        send_one(queue, str(number), MessageGroupId="group", MessageDeduplicationId=str(number))
    client = boto3.client("lambda")
    updated = client.update_event_source_mapping(UUID=answer["UUID"], Enabled=True)
    assert_mapping(updated, queue, BatchSize=1, State="Enabling")
    lab.advance(2)
    assert_mapping(get_mapping(answer["UUID"]), queue, BatchSize=1, State="Enabled")
    lab.run_until_idle()
    runs = lab.trace().query("what == 'invoked'")
    assert len(runs) == 3
    assert (runs["at"].diff().dropna() >= 2).all(), "one at a time"


def test_esm_with_not_existing_sqs_queue(deploy: Deploy) -> None:
    deploy(TELLS)
    refused = refusal(
        boto3.client("lambda").create_event_source_mapping,
        EventSourceArn="arn:aws:sqs:us-east-1:123456789012:not-there",
        FunctionName="function",
    )
    assert refused == expected_refusal(
        "Error occurred while ReceiveMessage. SQS Error Code: "
        "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
        "The specified queue does not exist."
    )


UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_event_source_mapping_exceptions(deploy: Deploy) -> None:
    deploy(TELLS)
    client, queue = boto3.client("lambda"), create_queue()
    unknown = {
        "Error": {
            "Code": "ResourceNotFoundException",
            "Message": "The resource you requested does not exist.",
        },
        "Message": "The resource you requested does not exist.",
        "Type": "User",
        "HTTPStatusCode": 404,
    }
    assert refusal(client.get_event_source_mapping, UUID=UNKNOWN) == unknown
    assert refusal(client.delete_event_source_mapping, UUID=UNKNOWN) == unknown
    assert refusal(client.update_event_source_mapping, UUID=UNKNOWN, Enabled=False) == unknown
    create = client.create_event_source_mapping
    refused = refusal(create, FunctionName="doesnotexist")
    assert refused == expected_refusal("Unrecognized event source.")
    refused = refusal(create, FunctionName="doesnotexist", EventSourceArn=arn(queue))
    assert refused == expected_refusal("Function does not exist")
    refused = refusal(
        create,
        FunctionName="function",
        EventSourceArn=arn(queue),
        DestinationConfig={"OnFailure": {"Destination": arn(queue)}},
    )
    assert refused == expected_refusal(
        "Unsupported DestinationConfig parameter for given event source mapping type."
    )


def test_function_name_variations(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(TELLS)
    client = boto3.client("lambda")
    client.publish_version(FunctionName="function")
    client.create_alias(FunctionName="function", Name="myalias", FunctionVersion="1")
    names = {
        "function": "",
        "123456789012:function:function:$LATEST": ":$LATEST",
        "123456789012:function:function:1": ":1",
        "123456789012:function:function:myalias": ":myalias",
        f"{LAMBDA}:function:function": "",
        f"{LAMBDA}:function:function:1": ":1",
        f"{LAMBDA}:function:function:myalias": ":myalias",
    }
    for number, (name, qualifier) in enumerate(names.items()):
        queue = create_queue(f"queue-{number}")
        answer = create_mapping(queue, name)
        assert_mapping(answer, queue, FunctionArn=f"{LAMBDA}:function:function{qualifier}")


def test_tag_lifecycle(deploy: Deploy) -> None:
    """[event_source_mapping]"""
    deploy(TELLS)
    client = boto3.client("lambda")
    resource = create_mapping(create_queue())["EventSourceMappingArn"]

    def tag(**tags: str) -> dict[str, str]:
        answer = client.tag_resource(Resource=resource, Tags=tags)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        return dict(client.list_tags(Resource=resource)["Tags"])

    def untag(*names: str) -> dict[str, str]:
        answer = client.untag_resource(Resource=resource, TagKeys=list(names))
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        return dict(client.list_tags(Resource=resource)["Tags"])

    assert tag(A="tag-a") == {"A": "tag-a"}
    assert tag(B="tag-b", C="tag-c") == {"A": "tag-a", "B": "tag-b", "C": "tag-c"}
    overlap = {"A": "tag-a", "B": "tag-b", "C": "tag-c-newsuffix", "D": "tag-d"}
    assert tag(C="tag-c-newsuffix", D="tag-d") == overlap
    assert untag("A") == {name: overlap[name] for name in "BCD"}
    assert untag("B", "C") == {"D": "tag-d"}
    assert untag("F") == {"D": "tag-d"}
    assert untag("D", "F") == {}


PATTERN = (
    r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
    r"(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|"
    r"code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-"
    r"[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)"
)


def test_tag_exceptions(deploy: Deploy) -> None:
    """[event_source_mapping]"""
    deploy(TELLS)
    client = boto3.client("lambda")
    missing = f"{LAMBDA}:event-source-mapping:{UNKNOWN}"
    said = f"Event source mapping not found: {missing}"
    expected = {
        "Error": {"Code": "ResourceNotFoundException", "Message": said},
        "Message": said,
        "Type": "User",
        "HTTPStatusCode": 404,
    }
    assert refusal(client.tag_resource, Resource=missing, Tags={"A": "B"}) == expected
    assert refusal(client.untag_resource, Resource=missing, TagKeys=["A"]) == expected
    assert refusal(client.list_tags, Resource=missing) == expected
    for wrong in (f"{missing}:alias", f"{LAMBDA}:foobar:{UNKNOWN}"):
        refused = refusal(client.tag_resource, Resource=wrong, Tags={"A": "B"})
        assert refused == {
            "Error": {
                "Code": "ValidationException",
                "Message": f"1 validation error detected: Value '{wrong}' at 'resource' failed to "
                f"satisfy constraint: Member must satisfy regular expression pattern: {PATTERN}",
            },
            "HTTPStatusCode": 400,
        }


def test_lambda_concurrency_is_refused_with_its_reason(deploy: Deploy) -> None:
    """lambda_api: test_lambda_concurrency_block."""
    deploy(TELLS)
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=0)
    refused = refusal(client.invoke, FunctionName="function")
    assert refused["Error"]["Code"] == "TooManyRequestsException"
    assert refused["HTTPStatusCode"] == 429
    assert refused["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.delete_function_concurrency(FunctionName="function")
    client.update_function_code(
        FunctionName="function", ZipFile=zip_code(code="def handler(event, context): return 1")
    )
    assert invoke("function")["result"] == 1
