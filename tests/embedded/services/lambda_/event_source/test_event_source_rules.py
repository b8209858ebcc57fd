"""The rules of the event source, one by one, as AWS documents or was recorded to follow them."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from helpers.deploying import modelled
from helpers.deploying.modelled import Work, fixed
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.lambda_.event_source import poller, records
from helpers.embedded.services.lambda_.event_source.batch_response import failed_messages
from helpers.embedded.services.lambda_.event_source.scaling import Concurrency, Scaling
from helpers.embedded.services.sqs import queue as queue_module
from tests.embedded.conftest import Deploy, create_role
from tests.embedded.services.lambda_.event_source.test_event_source import (
    PRINTS,
    arn,
    connect,
    count,
    create_queue,
    handled,
    send,
    with_dead_letters,
)

MINUTE = 60_000_000
"""Microseconds."""

SLEEPS = "import time\ndef handler(event, context): time.sleep(1)"


def send_many(url: str, number: int, **entry: Any) -> None:
    client = boto3.client("sqs")
    for first in range(0, number, 10):
        entries = [
            {"Id": str(n), "MessageBody": str(n), **entry}
            for n in range(first, min(first + 10, number))
        ]
        client.send_message_batch(QueueUrl=url, Entries=entries)


def concurrency(lab: EmbeddedAccount) -> int:
    """The most invocations that ever ran at the same time."""
    spans = [(each.at, each.duration or 0) for each in lab._trace.happenings if each.function]
    steps = sorted([(at, 1) for at, _ in spans] + [(at + length, -1) for at, length in spans])
    most = running = 0
    for _, step in steps:
        running += step
        most = max(most, running)
    return most


# Batches


@pytest.mark.parametrize("size", [15, 100, 1000, 10_000])
def test_big_batches_with_a_window(lab: EmbeddedAccount, deploy: Deploy, size: int) -> None:
    """Recorded: test_sqs_event_source_mapping_batch_size: 15 messages are one batch."""
    deploy(PRINTS)
    queue = create_queue()
    connect(queue, BatchSize=size, MaximumBatchingWindowInSeconds=10)
    lab.advance(5)
    send_many(queue, 15)
    lab.run_until_idle()
    assert [len(batch) for batch in handled()] == [15]


def test_an_event_stays_below_six_megabytes(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(
        """
        import json

        def handler(event, context):
            fits = len(json.dumps(event)) < 6 * 1024 * 1024
            print(json.dumps([f"{len(event['Records'])} {fits}"]))
        """,
        MemorySize=1024,
    )
    queue = create_queue()
    connect(queue, BatchSize=100, MaximumBatchingWindowInSeconds=10)
    lab.advance(5)
    for _ in range(10):
        boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="x" * 1_000_000)
    lab.run_until_idle()
    assert handled() == [["6 True"], ["4 True"]]
    assert count(queue) == (0, 0)


@pytest.mark.parametrize(("spare", "sizes"), [(0, [2, 1]), (-1, [1, 1, 1])])
def test_an_event_is_split_where_the_next_record_has_no_room(
    lab: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch, spare: int, sizes: list[int]
) -> None:
    url = create_queue()
    send_many(url, 3)
    queue = lab._services.queues.find(arn(url))
    assert queue is not None
    batch = queue.receive(3)
    texts = [poller._encode(records.build_record(each, queue, False)) for each in batch[:2]]
    room = sum(len(text) + len(", ") for text in texts)
    monkeypatch.setattr(records, "MAXIMUM_EVENT", room + spare)
    assert [len(part.messages) for part in poller._split(batch, queue, False)] == sizes


def test_what_looks_small_is_small(lab: EmbeddedAccount) -> None:
    """The worst messages: each byte is written as six, and they have all attributes there are."""
    url = create_queue()
    names = [f"{number}{'x' * 255}" for number in range(10)]
    attribute = {"DataType": "String.x", "StringValue": "\x7f"}
    entry = {
        "MessageAttributes": dict.fromkeys(names, attribute),
        "MessageSystemAttributes": {
            "AWSTraceHeader": {"DataType": "String", "StringValue": "\t" * 500}
        },
        "MessageBody": "\t\x7f\u2028\U0001f600" * 1000,
    }
    boto3.client("sqs").send_message(QueueUrl=url, **entry)
    queue = lab._services.queues.find(arn(url))
    assert queue is not None
    batch = queue.receive(1)
    assert poller._is_small(batch)
    ((_, write),) = poller._split(batch, queue, True)
    assert callable(write)
    text = write()
    assert json.loads(text) == {"Records": [records.build_record(batch[0], queue, True)]}
    written = batch[0].size + len(batch[0].trace_header or "")
    assert len(text.encode()) < 6 * written + poller._MOST_AROUND


def test_a_deletion_makes_room_at_the_limit_of_messages_in_flight(
    lab: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "IN_FLIGHT_LIMIT", 2)
    modelled.deploy_function(lab, "function", Work(fixed(3), cold_start=0), create_role())
    url = create_queue()
    connect(url, BatchSize=1)
    lab.advance(5)
    send_many(url, 5)
    lab.run_until_idle()
    received = lab.trace().query("what == 'received'")["time"]
    assert list((received - received.iloc[0]).dt.total_seconds()) == [0, 0, 3, 3, 6]


def test_what_was_gathered_when_the_mapping_is_switched_off_is_still_delivered(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(PRINTS)
    queue = create_queue()
    mapping = connect(queue, BatchSize=10, MaximumBatchingWindowInSeconds=20)
    lab.advance(5)
    send(queue, "a")
    lab.advance(1)
    boto3.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    lab.run_until_idle()
    assert handled() == [["a"]]
    assert count(queue) == (0, 0)


RESPONSES: dict[str, tuple[str, set[str]]] = {
    "no failures": ('{"batchItemFailures": []}', set()),
    "null list": ('{"batchItemFailures": null}', set()),
    "empty response": ("{}", set()),
    "null response": ("null", set()),
    "one of two": ('{"batchItemFailures": [{"itemIdentifier": "a"}]}', {"a"}),
    "other keys": ('{"status": "done"}', set()),
    "text": ('"fine"', {"a", "b"}),
    "number": ("7", {"a", "b"}),
    "empty text": ('""', {"a", "b"}),
    "empty id": ('{"batchItemFailures": [{"itemIdentifier": ""}]}', {"a", "b"}),
    "null id": ('{"batchItemFailures": [{"itemIdentifier": null}]}', {"a", "b"}),
    "bad key": ('{"batchItemFailures": [{"id": "a"}]}', {"a", "b"}),
    "unknown id": ('{"batchItemFailures": [{"itemIdentifier": "c"}]}', {"a", "b"}),
    "one known, one not": (
        '{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]}',
        {"a", "b"},
    ),
    "no list": ('{"batchItemFailures": "a"}', {"a", "b"}),
    "a list of names": ('{"batchItemFailures": ["a"]}', {"a", "b"}),
}


@pytest.mark.parametrize("case", RESPONSES)
def test_partial_batch_responses(case: str) -> None:
    """LDG services-sqs-errorhandling; recorded: test_report_batch_item_failures_*."""
    payload, failed = RESPONSES[case]
    assert failed_messages(payload, {"a", "b"}) == failed


# Concurrency


def test_five_batches_at_first_and_three_hundred_more_a_minute() -> None:
    def after(minutes: float, **settings: Any) -> int:
        concurrency = Concurrency(Scaling.of(settings))
        concurrency.crowd(7 * MINUTE)
        return concurrency.at(7 * MINUTE + int(minutes * MINUTE))

    assert (after(0), after(1), after(60)) == (5, 305, 1250)
    limited = {"ScalingConfig": {"MaximumConcurrency": 2}}
    assert (after(0, **limited), after(1, **limited)) == (2, 2)
    provisioned = {"ProvisionedPollerConfig": {"MinimumPollers": 3, "MaximumPollers": 5}}
    assert (after(0, **provisioned), after(0.001, **provisioned)) == (30, 31)
    assert after(10, **provisioned) == 50


def test_fewer_batches_after_a_rest_and_after_failures() -> None:
    concurrency = Concurrency(Scaling.of({}))
    concurrency.crowd(0)
    assert concurrency.at(MINUTE) == 305
    concurrency.rest(MINUTE, MINUTE + MINUTE // 3, in_progress=0)
    assert concurrency.at(2 * MINUTE) == 305, "a rest of one long poll"
    concurrency.rest(2 * MINUTE, 2 * MINUTE + MINUTE * 5 // 6, in_progress=0)
    assert concurrency.at(3 * MINUTE) == 155
    concurrency.rest(3 * MINUTE, 4 * MINUTE, in_progress=70)
    assert concurrency.at(4 * MINUTE) == 70
    concurrency.rest(4 * MINUTE, 9 * MINUTE, in_progress=0)
    assert concurrency.at(9 * MINUTE) == 5
    for failures in range(1, 9):
        concurrency.fail(9 * MINUTE)
        assert concurrency.at(9 * MINUTE) == max(2, 5 - failures)
    concurrency.crowd(9 * MINUTE)
    assert concurrency.at(10 * MINUTE) == 302


def test_a_provisioned_poller_has_its_pace(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """LDG with-sqs: ten polls a second and 1 MB/s for each poller."""
    deploy(PRINTS)
    queue = create_queue()
    connect(queue, ProvisionedPollerConfig={"MinimumPollers": 2, "MaximumPollers": 2})
    send_many(queue, 400)
    lab.run_until_idle()
    trace = lab.trace().query("what == 'received'")
    assert trace["at"].max() - trace["at"].min() == pytest.approx(39 / 20)
    scaling = Scaling.of({"ProvisionedPollerConfig": {"MinimumPollers": 2}})
    assert scaling.pace(20, 4 << 20) == 2_000_000


def test_a_backlog_is_worked_off_by_more_and_more_environments(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(SLEEPS, Timeout=10)
    queue = create_queue()
    connect(queue, BatchSize=1)
    send_many(queue, 100)
    lab.run_until_idle()
    assert 10 < concurrency(lab) < 40


def test_maximum_concurrency_holds(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(SLEEPS, Timeout=10)
    queue = create_queue()
    connect(queue, BatchSize=1, ScalingConfig={"MaximumConcurrency": 3})
    send_many(queue, 20)
    lab.run_until_idle()
    assert concurrency(lab) == 3


def test_throttling_uses_up_receives(lab: EmbeddedAccount, deploy: Deploy) -> None:
    """Good messages end in the dead-letter queue because nobody could take them."""
    deploy("import time\ndef handler(event, context): time.sleep(29)", Timeout=30)
    boto3.client("lambda").put_function_concurrency(
        FunctionName="function", ReservedConcurrentExecutions=1
    )
    queue, dead = with_dead_letters(1)
    connect(queue, BatchSize=1)
    send_many(queue, 6)
    lab.run_until_idle()
    trace = lab.trace()
    assert count(dead)[0] == (trace["what"] == "dead-lettered").sum() >= 4
    assert (trace["what"].isin(["deleted", "dead-lettered"])).sum() == 6
    assert (trace["outcome"] == "throttled").any()
    assert set(trace.query("what == 'invoked'")["outcome"]) == {"success"}


# FIFO


def test_fifo_groups_run_side_by_side_and_each_in_order(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """Recorded: test_fifo_message_group_parallelism."""
    deploy(
        """
        import json, time

        def handler(event, context):
            print(json.dumps([record["body"] for record in event["Records"]]))
            time.sleep(1)
        """,
        Timeout=5,
    )
    queue = create_queue("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    connect(queue, BatchSize=1)
    for number in range(3):
        for group in ("a", "b"):
            boto3.client("sqs").send_message(
                QueueUrl=queue, MessageBody=f"{group}{number}", MessageGroupId=group
            )
    lab.run_until_idle()
    bodies = [body for [body] in handled()]
    assert [body for body in bodies if body[0] == "a"] == ["a0", "a1", "a2"]
    assert [body for body in bodies if body[0] == "b"] == ["b0", "b1", "b2"]
    assert concurrency(lab) == 2


def test_fifo_records_carry_their_group_and_number(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(
        """
        import json

        def handler(event, context):
            print(json.dumps([event["Records"][0]["attributes"]]))
        """
    )
    queue = create_queue("orders.fifo", FifoQueue="true")
    connect(queue)
    boto3.client("sqs").send_message(
        QueueUrl=queue, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d"
    )
    lab.run_until_idle()
    [[attributes]] = handled()
    assert attributes["MessageGroupId"] == "g"
    assert attributes["MessageDeduplicationId"] == "d"
    assert len(attributes["SequenceNumber"]) == 20


# Filters: the recorded tests test_sqs_event_filter[...]

FILTERS: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "equal": ({"k": ["v"]}, [{"k": "v"}], [{"k": "w"}, {}, "v"]),
    "or": ({"k": ["v", "w"]}, [{"k": "w"}], [{"k": "x"}]),
    "and": ({"k": ["v"], "l": ["w"]}, [{"k": "v", "l": "w"}], [{"k": "v"}]),
    "or across keys": (
        {"$or": [{"k": ["v"]}, {"l": ["w"]}]},
        [{"l": "w"}, {"k": "v"}],
        [{"k": "x"}],
    ),
    "exists": ({"k": [{"exists": True}]}, [{"k": 1}], [{"l": 1}]),
    "not exists": ({"k": [{"exists": False}]}, [{"l": 1}], [{"k": 1}]),
    "greater": ({"k": [{"numeric": [">", 100]}]}, [{"k": 101}], [{"k": 100}, {"k": "101"}]),
    "range": ({"k": [{"numeric": [">=", 100, "<", 200]}]}, [{"k": 100}], [{"k": 200}]),
    "prefix": ({"k": [{"prefix": "us-1"}]}, [{"k": "us-1-4"}], [{"k": "eu-us-1"}]),
    "suffix": ({"k": [{"suffix": ".png"}]}, [{"k": "a.png"}], [{"k": "a.jpg"}]),
    "anything but": ({"k": [{"anything-but": ["v"]}]}, [{"k": "w"}], [{"k": "v"}]),
    "ignore case": ({"k": [{"equals-ignore-case": "Yes"}]}, [{"k": "YES"}], [{"k": "no"}]),
    "null": ({"k": [None]}, [{"k": None}], [{"k": 0}]),
    "empty": ({"k": [""]}, [{"k": ""}], [{"k": "x"}]),
    "nested": ({"k": {"l": ["v"]}}, [{"k": {"l": "v"}}], [{"k": "v"}]),
    "text": (["plain"], ["plain"], [{"plain": 1}, "other"]),
}


@pytest.mark.parametrize("case", FILTERS)
def test_messages_that_no_filter_matches_are_deleted(
    lab: EmbeddedAccount, deploy: Deploy, case: str
) -> None:
    pattern, matching, others = FILTERS[case]
    deploy(PRINTS)
    queue, dead = with_dead_letters()
    connect(queue, FilterCriteria={"Filters": [{"Pattern": json.dumps({"body": pattern})}]})
    as_text = [each if isinstance(each, str) else json.dumps(each) for each in matching]
    send(queue, *as_text)
    send(queue, *(each if isinstance(each, str) else json.dumps(each) for each in others))
    lab.run_until_idle()
    assert [body for batch in handled() for body in batch] == as_text
    assert count(queue) == count(dead) == (0, 0)


def test_any_of_several_filters_is_enough(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(PRINTS)
    queue = create_queue()
    patterns = [{"body": {"kind": ["a"]}}, {"body": {"kind": ["b"]}}]
    filters = [{"Pattern": json.dumps(pattern)} for pattern in patterns]
    connect(queue, FilterCriteria={"Filters": filters})
    send(queue, '{"kind": "a"}', '{"kind": "b"}', '{"kind": "c"}')
    lab.run_until_idle()
    assert len([body for batch in handled() for body in batch]) == 2


# Beside each other


def test_a_function_that_feeds_itself_is_stopped_after_sixteen_rounds(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """LDG invocation-recursion."""
    queue, dead = with_dead_letters(3)
    deploy(
        """
        import boto3, json, os

        def handler(event, context):
            print(json.dumps(["round"]))
            boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="again")
        """,
        Environment={"Variables": {"QUEUE": queue}},
    )
    connect(queue)
    send(queue, "start")
    lab.run_until_idle()
    assert 15 <= len(handled()) <= 17
    assert count(dead) == (1, 0)


def test_two_functions_share_a_queue(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(PRINTS, "one")
    deploy(PRINTS, "two")
    queue = create_queue()
    connect(queue, "one", BatchSize=1)
    connect(queue, "two", BatchSize=1)
    send_many(queue, 20)
    lab.run_until_idle()
    one, two = handled("one"), handled("two")
    assert len(one) + len(two) == 20
    assert one
    assert two


def test_what_others_have_reserved_a_function_cannot_have(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """LDG lambda-concurrency: 1,000 in the account, less 900 that are reserved."""
    deploy(SLEEPS, Timeout=10)
    deploy(PRINTS, "other")
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="other", ReservedConcurrentExecutions=900)
    for _ in range(102):
        client.invoke(FunctionName="function", InvocationType="Event")
    lab.run_until_idle()
    assert concurrency(lab) == 100
    trace = lab.trace()
    assert (trace["what"] == "throttled").sum() >= 2
    assert (trace["outcome"] == "success").sum() == 102


def test_a_batch_that_was_gathered_for_long_is_not_held_for_longer(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """Its first message is visible again 30 s after it was received, not after the window."""
    deploy(PRINTS)
    queue = create_queue()
    connect(queue, BatchSize=100, MaximumBatchingWindowInSeconds=20)
    lab.advance(5)
    boto3.client("lambda").put_function_concurrency(
        FunctionName="function", ReservedConcurrentExecutions=0
    )
    send(queue, "x")
    lab.advance(36)
    throttled = lab.trace().query("what == 'throttled'")["at"]
    assert throttled.max() - throttled.min() == pytest.approx(9, abs=1)
    boto3.client("lambda").delete_function_concurrency(FunctionName="function")
    lab.run_until_idle()
    assert count(queue) == (0, 0)
