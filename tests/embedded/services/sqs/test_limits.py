"""Values that AWS refuses, limits it keeps, and moto's own ways that are closed off."""

from __future__ import annotations

import gc
import json
import weakref
from itertools import pairwise
from typing import Any

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.services.sqs.queue import IN_FLIGHT_LIMIT
from helpers.embedded.services.sqs.send_message import send as put
from tests.embedded.services.sqs.conftest import Inside, arn, bodies, counts, receive, refusal, send

Make = Any


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DelaySeconds", 901),
        ("DelaySeconds", -1),
        ("MaximumMessageSize", 1023),
        ("MaximumMessageSize", 1_048_577),
        ("MessageRetentionPeriod", 59),
        ("MessageRetentionPeriod", 1_209_601),
        ("ReceiveMessageWaitTimeSeconds", 21),
        ("VisibilityTimeout", 43_201),
        ("VisibilityTimeout", "soon"),
        ("KmsDataKeyReusePeriodSeconds", 59),
        ("SqsManagedSseEnabled", "maybe"),
        ("Policy", "{"),
    ],
)
def test_attribute_values_out_of_range(sqs: Any, make: Make, name: str, value: object) -> None:
    refused = refusal(make, **{name: value})
    assert refused.code == "InvalidAttributeValue"
    assert refused.message == f"Invalid value for the parameter {name}."
    url = make()
    attributes = {name: str(value)}
    assert refusal(sqs.set_queue_attributes, QueueUrl=url, Attributes=attributes) == refused


def test_wrong_attribute_names(sqs: Any, make: Make) -> None:
    url = make()
    for call, options in (
        (sqs.get_queue_attributes, {"AttributeNames": ["Depth"]}),
        (sqs.set_queue_attributes, {"Attributes": {"Depth": "1"}}),
    ):
        refused = refusal(call, QueueUrl=url, **options)
        assert refused.code == "InvalidAttributeName"
        assert refused.message == "Unknown Attribute Depth."


@pytest.mark.parametrize("name", ["", "a" * 81, "with space", "with.dot", "q.fifo"])
def test_bad_queue_names(sqs: Any, name: str) -> None:
    refused = refusal(sqs.create_queue, QueueName=name)
    assert refused.code == "InvalidParameterValue"
    assert refused.message == (
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    )


def test_a_fifo_queue_must_be_named_so(sqs: Any) -> None:
    refused = refusal(sqs.create_queue, QueueName="q", Attributes={"FifoQueue": "true"})
    assert "must end with .fifo suffix" in refused.message


def test_a_name_is_free_again_after_a_minute(sqs: Any, make: Make, lab: Any) -> None:
    sqs.delete_queue(QueueUrl=make())
    refused = refusal(make)
    assert refused.code == "AWS.SimpleQueueService.QueueDeletedRecently"
    assert refused.message == (
        "You must wait 60 seconds after deleting a queue before you can create another with "
        "the same name."
    )
    lab.advance(60)
    assert make()


@pytest.mark.parametrize("seconds", [-1, 43_201])
def test_visibility_timeouts_out_of_range_are_refused_without_a_wait(
    sqs: Any, make: Make, lab: Any, seconds: int
) -> None:
    url, before = make(), lab.now()
    refused = refusal(
        sqs.receive_message, QueueUrl=url, VisibilityTimeout=seconds, WaitTimeSeconds=20
    )
    assert lab.now() == before
    assert refused.code == "InvalidParameterValue"
    assert f"Value {seconds} for parameter VisibilityTimeout is invalid." in refused.message


def test_batch_ids_must_differ_and_batches_must_not_be_empty(sqs: Any, make: Make) -> None:
    url = make()
    batch = [{"Id": "1", "MessageBody": "text"}] * 2
    refused = refusal(sqs.send_message_batch, QueueUrl=url, Entries=batch)
    assert refused.code == "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"
    assert refused.message == "Id 1 repeated."
    refused = refusal(sqs.send_message_batch, QueueUrl=url, Entries=[])
    assert refused.code == "AWS.SimpleQueueService.EmptyBatchRequest"
    assert refused.message == (
        "There should be at least one SendMessageBatchRequestEntry in the request."
    )


def test_characters_that_no_message_may_have(sqs: Any, make: Make) -> None:
    refused = refusal(sqs.send_message, QueueUrl=make(), MessageBody="bell \x07")
    assert refused.code == "InvalidMessageContents"


@pytest.mark.parametrize("name", ["StringListValues", "BinaryListValues"])
def test_attributes_hold_no_lists(sqs: Any, make: Make, name: str) -> None:
    url = make("orders")
    given = {"stage": {"DataType": "String", "StringValue": "x", name: []}}
    entry = {"Id": "1", "MessageBody": "x", "MessageAttributes": given}
    with pytest.raises(sqs.exceptions.UnsupportedOperation, match="SendMessage operation"):
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=given)
    with pytest.raises(sqs.exceptions.UnsupportedOperation, match="SendMessageBatch operation"):
        sqs.send_message_batch(QueueUrl=url, Entries=[entry])


def test_size_counts_bytes_and_attributes(sqs: Any, make: Make) -> None:
    url = make(MaximumMessageSize=1024)
    send(sqs, url, "ä" * 512)
    assert "1024 bytes" in refusal(sqs.send_message, QueueUrl=url, MessageBody="ä" * 513).message
    attribute = {"name": {"DataType": "String", "StringValue": "v" * 990}}
    send(sqs, url, "a" * 24, MessageAttributes=attribute)
    refused = refusal(
        sqs.send_message, QueueUrl=url, MessageBody="a" * 25, MessageAttributes=attribute
    )
    assert "1024 bytes" in refused.message


def test_digests_of_attributes(sqs: Any, make: Make) -> None:
    """Digests that AWS gave for these values (PyPI and npm clients check them)."""
    answer = sqs.send_message(
        QueueUrl=make(),
        MessageBody="Test Message",
        MessageAttributes={"Hello": {"DataType": "String", "StringValue": "World"}},
        MessageSystemAttributes={
            "AWSTraceHeader": {"DataType": "String", "StringValue": "some-trace-id"}
        },
    )
    assert answer["MD5OfMessageBody"] == "d1d4180b7e411c4be86b00fb2ee103eb"
    assert answer["MD5OfMessageAttributes"] == "7db7fb1ba7f41366a8ea5eb18220b26d"
    assert answer["MD5OfMessageSystemAttributes"] == "fdce4f2818803f2f73becc09a54792c0"


def test_no_more_than_120_000_messages_in_flight(
    sqs: Any, make: Make, inside: Inside, lab: Any
) -> None:
    url = make(VisibilityTimeout=600)
    (queue,) = inside.queues.all()
    for _ in range(IN_FLIGHT_LIMIT + 5):
        put(queue, {"MessageBody": "text"})
    while len(queue.receive(10_000)) == 10_000:
        pass
    assert counts(sqs, url) == (5, IN_FLIGHT_LIMIT, 0)
    refused = refusal(sqs.receive_message, QueueUrl=url)
    assert (refused.code, refused.status) == ("OverLimit", 403)
    began = lab.now()
    assert receive(sqs, url, WaitTimeSeconds=5) == []
    assert (lab.now() - began).total_seconds() == 5
    lab.advance(600)
    assert len(receive(sqs, url)) == 10


def test_purge_takes_everything(sqs: Any, make: Make) -> None:
    url = make()
    send(sqs, url, "visible", "in flight")
    receive(sqs, url, 1)
    send(sqs, url, "delayed", DelaySeconds=10)
    assert counts(sqs, url) == (1, 1, 1)
    sqs.purge_queue(QueueUrl=url)
    assert counts(sqs, url) == (0, 0, 0)


def test_regions_keep_their_own_queues(lab: Any, inside: Inside) -> None:
    for region in ("us-east-1", "eu-west-1"):
        client = boto3.client("sqs", region_name=region)
        url = client.create_queue(QueueName="queue")["QueueUrl"]
        assert url == f"https://sqs.{region}.amazonaws.com/123456789012/queue"
        client.send_message(QueueUrl=url, MessageBody=region)
        (message,) = receive(client, url, WaitTimeSeconds=1)
        assert message["Body"] == region
    assert len(list(inside.queues.all())) == 2


# Disorder


def drain(**options: Any) -> tuple[list[str], list[str]]:
    """What a receiver that deletes at once gets of 200 messages: bodies and receive counts."""
    with open_lab(**options):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="queue")["QueueUrl"]
        send(sqs, url, *(str(number) for number in range(200)))
        seen: list[str] = []
        handles: list[str] = []
        while messages := receive(sqs, url):
            seen += bodies(messages)
            for message in messages:
                handles.append(message["ReceiptHandle"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        assert counts(sqs, url) == (0, 0, 0)
        return seen, handles


SENT = [str(number) for number in range(200)]


def test_by_default_messages_come_once_and_in_order() -> None:
    seen, handles = drain()
    assert seen == SENT
    assert len(set(handles)) == 200
    assert drain() == (seen, handles)


def test_shuffled_means_every_message_once_in_a_seeded_disorder() -> None:
    seen, _ = drain(standard_order="shuffled", seed=1)
    assert seen != SENT
    assert sorted(seen, key=int) == SENT
    assert drain(standard_order="shuffled", seed=1)[0] == seen
    assert drain(standard_order="shuffled", seed=2)[0] != seen


def test_shuffled_means_anywhere_in_the_queue() -> None:
    """Of two neighbours either may be the older one. Drawn from one end, most would fall."""
    seen, _ = drain(standard_order="shuffled", seed=1)
    rises = sum(int(one) < int(next_) for one, next_ in pairwise(seen))
    assert 80 < rises < 120  # 100 of 199 are expected, with a standard deviation of 4


def test_each_queue_has_a_disorder_of_its_own() -> None:
    with open_lab(standard_order="shuffled"):
        sqs, orders = boto3.client("sqs"), []
        for name in ("one", "two"):
            url = sqs.create_queue(QueueName=name)["QueueUrl"]
            send(sqs, url, *SENT[:100])
            orders.append([body for _ in range(10) for body in bodies(receive(sqs, url))])
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(SENT[:100])
    assert orders[0] != orders[1]


def test_duplicates_are_delivered_again_even_after_a_delete() -> None:
    seen, handles = drain(duplicates=0.1, seed=3)
    assert set(seen) == set(SENT)
    assert 205 < len(seen) < 250
    assert len(set(handles)) == len(seen)
    assert drain(duplicates=0.1, seed=3)[0] == seen


# Other parts of moto


def test_motos_own_dispatch_to_functions_never_fires(sqs: Any, make: Make, inside: Inside) -> None:
    class Mapping:
        enabled = True
        batch_size = 1

        def __getattr__(self, name: str) -> Any:
            raise AssertionError("moto's dispatch looked at a mapping")

    url = make()
    (queue,) = inside.queues.all()
    queue.lambda_event_source_mappings["arn"] = Mapping()
    send(sqs, url, "text")
    assert counts(sqs, url) == (1, 0, 0)
    with pytest.raises(NotImplementedError):
        queue.add_message(None)


LET_IN_SNS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        },
    }
)


def test_cloudformation_and_sns_use_the_same_queues(sqs: Any, inside: Inside) -> None:
    resources = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 180}}}
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName="stack", TemplateBody=json.dumps({"Resources": resources})
    )
    found = cloudformation.describe_stack_resources(StackName="stack")["StackResources"]
    url = found[0]["PhysicalResourceId"]
    queue = inside.queues.find(arn(sqs, url))
    assert queue is not None
    assert queue.visibility_timeout == 180
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.queue_arn)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": LET_IN_SNS})
    sns.publish(TopicArn=topic, Message="text")
    assert len(receive(sqs, url)) == 1
    cloudformation.delete_stack(StackName="stack")
    assert inside.queues.find(queue.queue_arn) is None


def test_a_closed_account_leaves_moto_as_it_was() -> None:
    from moto.sqs.models import SQSBackend, sqs_backends

    with open_lab():
        boto3.client("sqs").create_queue(QueueName="queue")
        assert sqs_backends.backend is not SQSBackend
    assert sqs_backends.backend is SQSBackend
    assert not sqs_backends


def test_a_closed_account_lets_go_of_its_messages() -> None:
    with open_lab() as lab:
        sqs = boto3.client("sqs")
        send(sqs, sqs.create_queue(QueueName="queue")["QueueUrl"], "text")
        (queue,) = (weakref.ref(queue) for queue in lab._services.queues.all())  # type: ignore[attr-defined]
    del lab
    gc.collect()
    assert queue() is None
