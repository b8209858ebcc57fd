"""Visibility, delay, retention and long polls: what lab time does to messages, to the second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Steps
from tests.embedded.services.sqs.conftest import Inside, bodies, counts, receive, refusal, send

Make = Any


def test_a_received_message_is_hidden_for_30_seconds(sqs: Any, make: Make, lab: Any) -> None:
    url = make()
    send(sqs, url, "text")
    (first,) = receive(sqs, url)
    assert counts(sqs, url) == (0, 1, 0)
    lab.advance(29.999999)
    assert receive(sqs, url) == []
    lab.advance(0.000001)
    assert counts(sqs, url) == (1, 0, 0)
    (again,) = receive(sqs, url)
    assert again["MessageId"] == first["MessageId"]
    assert again["ReceiptHandle"] != first["ReceiptHandle"]


def test_visibility_is_changed_from_now_on_and_for_this_receive_only(
    sqs: Any, make: Make, lab: Any
) -> None:
    url = make(VisibilityTimeout=60)
    send(sqs, url, "text")
    (message,) = receive(sqs, url)
    lab.advance(15)
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=10
    )
    lab.advance(9)
    assert receive(sqs, url) == []
    lab.advance(1)
    assert len(receive(sqs, url)) == 1
    lab.advance(59)
    assert receive(sqs, url) == []
    lab.advance(1)
    assert len(receive(sqs, url)) == 1


def test_visibility_never_lasts_beyond_12_hours_after_the_first_receive(
    sqs: Any, make: Make, lab: Any
) -> None:
    url = make()
    send(sqs, url, "text")
    handle = receive(sqs, url, VisibilityTimeout=43_200)[0]["ReceiptHandle"]
    lab.advance(3600)
    change = {"QueueUrl": url, "ReceiptHandle": handle}
    refused = refusal(sqs.change_message_visibility, VisibilityTimeout=39_601, **change)
    assert refused.code == "InvalidParameterValue"
    assert refused.message == (
        "Value 39601 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout "
        "for the message is beyond the limit [43200 seconds]"
    )
    sqs.change_message_visibility(VisibilityTimeout=39_600, **change)
    refused = refusal(sqs.change_message_visibility, VisibilityTimeout=43_201, **change)
    assert refused.code == "InvalidParameterValue"


def test_batches_report_each_entry_for_itself(sqs: Any, make: Make) -> None:
    url = make()
    send(sqs, url, "one", "two")
    one, two = (message["ReceiptHandle"] for message in receive(sqs, url))
    answer = sqs.change_message_visibility_batch(
        QueueUrl=url,
        Entries=[
            {"Id": "good", "ReceiptHandle": one, "VisibilityTimeout": 0},
            {"Id": "long", "ReceiptHandle": two, "VisibilityTimeout": 43_201},
            {"Id": "junk", "ReceiptHandle": "junk", "VisibilityTimeout": 0},
        ],
    )
    assert answer["Successful"] == [{"Id": "good"}]
    failed = {entry["Id"]: (entry["Code"], entry["SenderFault"]) for entry in answer["Failed"]}
    assert failed == {
        "long": ("InvalidParameterValue", True),
        "junk": ("ReceiptHandleIsInvalid", True),
    }
    answer = sqs.delete_message_batch(
        QueueUrl=url,
        Entries=[{"Id": "good", "ReceiptHandle": two}, {"Id": "junk", "ReceiptHandle": "junk"}],
    )
    assert answer["Successful"] == [{"Id": "good"}]
    (failure,) = answer["Failed"]
    assert failure["Message"] == 'The input receipt handle "junk" is not a valid receipt handle.'
    assert bodies(receive(sqs, url)) == ["one"]


def test_an_outdated_receipt_handle_deletes_nothing_and_says_so_to_nobody(
    sqs: Any, make: Make, lab: Any, inside: Inside
) -> None:
    url = make()
    send(sqs, url, "text")
    (old,) = receive(sqs, url)
    lab.advance(30)
    (new,) = receive(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=old["ReceiptHandle"])
    assert counts(sqs, url) == (0, 1, 0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=new["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=new["ReceiptHandle"])
    assert counts(sqs, url) == (0, 0, 0)
    assert [row.what for row in inside.trace.happenings][-2:] == ["delete ignored", "deleted"]


def test_a_handle_of_another_queue_is_not_valid(sqs: Any, make: Make) -> None:
    url, other = make(), make("other")
    send(sqs, url, "text")
    send(sqs, other, "text")
    (message,) = receive(sqs, url)
    receive(sqs, other)
    refused = refusal(sqs.delete_message, QueueUrl=other, ReceiptHandle=message["ReceiptHandle"])
    assert refused.code == "ReceiptHandleIsInvalid"


def test_an_empty_long_poll_takes_its_time_and_no_more(
    sqs: Any, make: Make, lab: EmbeddedAccount
) -> None:
    url, patient = make(), make("patient", ReceiveMessageWaitTimeSeconds=7)
    began = lab.now()
    assert receive(sqs, url, WaitTimeSeconds=20) == []
    assert (lab.now() - began).total_seconds() == 20
    assert receive(sqs, patient) == []
    assert (lab.now() - began).total_seconds() == 27
    assert receive(sqs, patient, WaitTimeSeconds=0) == []
    assert receive(sqs, url) == []
    assert (lab.now() - began).total_seconds() == 27


@pytest.mark.parametrize("name", ["queue", "q.fifo"])
def test_a_long_poll_ends_when_a_message_comes_back_or_its_delay_ends(
    sqs: Any, make: Make, lab: EmbeddedAccount, name: str
) -> None:
    fifo = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} if "." in name else {}
    url = make(name, DelaySeconds=5, VisibilityTimeout=8)
    began = lab.now()
    send(sqs, url, "text", **fifo)
    assert counts(sqs, url) == (0, 0, 1)
    assert len(receive(sqs, url, WaitTimeSeconds=20)) == 1
    assert (lab.now() - began).total_seconds() == 5
    assert len(receive(sqs, url, WaitTimeSeconds=20)) == 1
    assert (lab.now() - began).total_seconds() == 13


class Poller:
    """Somebody beside the kernel who waits at a queue."""

    def __init__(self, lab: EmbeddedAccount, queue: Queue, seconds: int = 1000) -> None:
        self.found: bool | None = None
        self.at: float | None = None
        self._lab = lab
        lab._simulation.start(self._wait(queue, lab._simulation.now + seconds * SECOND))
        lab.advance(1)

    def _wait(self, queue: Queue, deadline: int) -> Steps[None]:
        self.found = yield from queue.wait_for_messages(deadline)
        self.at = self._lab._simulation.now / SECOND

    def outcome(self) -> tuple[bool | None, float | None]:
        self._lab.advance(0)
        return self.found, self.at


Find = Callable[[str], Queue]


def test_a_waiter_wakes_at_a_send(sqs: Any, make: Make, lab: Any, queue: Find) -> None:
    url = make()
    poller = Poller(lab, queue(url))
    lab.advance(2)
    assert poller.outcome() == (None, None)
    send(sqs, url, "text")
    assert poller.outcome() == (True, 3)


def test_a_waiter_wakes_when_a_message_is_released(
    sqs: Any, make: Make, lab: Any, queue: Find
) -> None:
    url = make()
    send(sqs, url, "text")
    (message,) = receive(sqs, url)
    poller = Poller(lab, queue(url))
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )
    assert poller.outcome() == (True, 1)


def test_a_waiter_wakes_earlier_when_a_timeout_is_shortened(
    sqs: Any, make: Make, lab: Any, queue: Find
) -> None:
    url = make()
    send(sqs, url, "text")
    (message,) = receive(sqs, url)
    poller = Poller(lab, queue(url))
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=3
    )
    lab.advance(10)
    assert poller.outcome() == (True, 4)


def test_a_waiter_wakes_when_a_group_is_unlocked(
    sqs: Any, make: Make, lab: Any, queue: Find
) -> None:
    url = make("q.fifo", ContentBasedDeduplication=True)
    send(sqs, url, "one", "two", MessageGroupId="g")
    (message,) = receive(sqs, url, 1)
    poller = Poller(lab, queue(url))
    assert poller.outcome() == (None, None)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert poller.outcome() == (True, 1)


def test_a_waiter_is_sent_away_when_the_queue_is_deleted(
    sqs: Any, make: Make, lab: Any, queue: Find
) -> None:
    url = make()
    poller = Poller(lab, queue(url))
    sqs.delete_queue(QueueUrl=url)
    assert poller.outcome() == (False, 1)


def test_many_waiters_and_messages_keep_few_timers(
    sqs: Any, make: Make, lab: Any, queue: Find
) -> None:
    url = make()
    found = queue(url)

    def consume() -> Steps[None]:
        while True:
            if (yield from found.wait_for_messages(lab._simulation.now + 20 * SECOND)):
                found.receive(1)

    for _ in range(20):
        lab._simulation.start(consume())
    for _ in range(50):
        send(sqs, url, "text")
        lab.advance(0.5)
    assert len(lab._simulation._env._queue) < 10


@pytest.mark.parametrize("in_flight", [False, True])
def test_an_expired_message_is_gone_from_receives_and_counts(
    sqs: Any, make: Make, lab: Any, inside: Inside, in_flight: bool
) -> None:
    url = make(MessageRetentionPeriod=60)
    (sent,) = send(sqs, url, "text")
    if in_flight:
        receive(sqs, url, VisibilityTimeout=50)
    lab.advance(59)
    assert sum(counts(sqs, url)) == 1
    lab.advance(5)
    assert counts(sqs, url) == (0, 0, 0)
    assert receive(sqs, url) == []
    expired = [row for row in inside.trace.all() if row.what == "expired"]
    assert [(row.at, row.message_id) for row in expired] == [(60 * SECOND, sent["MessageId"])]


def test_a_shorter_retention_applies_to_messages_that_are_there(
    sqs: Any, make: Make, lab: Any, inside: Inside
) -> None:
    """They expire when it is set, not in the past."""
    url = make()
    send(sqs, url, "text")
    lab.advance(100)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    assert counts(sqs, url) == (0, 0, 0)
    assert [row.at for row in inside.trace.all() if row.what == "expired"] == [100 * SECOND]


def test_a_longer_retention_brings_nothing_back(sqs: Any, make: Make, lab: Any) -> None:
    url = make(MessageRetentionPeriod=60)
    send(sqs, url, "text")
    lab.advance(100)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "120"})
    assert counts(sqs, url) == (0, 0, 0)


def test_a_message_may_have_a_delay_of_its_own(sqs: Any, make: Make, lab: Any) -> None:
    url = make(DelaySeconds=10)
    send(sqs, url, "at once", DelaySeconds=0)
    send(sqs, url, "later")
    send(sqs, url, "last", DelaySeconds=900)
    assert counts(sqs, url) == (1, 0, 2)
    lab.advance(10)
    assert bodies(receive(sqs, url)) == ["at once", "later"]
    lab.advance(890)
    assert "last" in bodies(receive(sqs, url))
    refused = refusal(sqs.send_message, QueueUrl=url, MessageBody="text", DelaySeconds=901)
    assert refused.code == "InvalidParameterValue"
    assert "DelaySeconds must be >= 0 and <= 900." in refused.message


def test_the_oldest_age_leaves_out_what_was_received_three_times(
    sqs: Any, make: Make, lab: Any, queue: Find
) -> None:
    url = make()
    send(sqs, url, "poison")
    lab.advance(10)
    send(sqs, url, "young")
    found = queue(url)
    for _ in range(2):
        receive(sqs, url, 1)
        lab.advance(30)
        receive(sqs, url, 1)
        lab.advance(30)
    assert found.gauges().oldest == 0
    receive(sqs, url, 1)
    assert found.gauges().oldest == 10 * SECOND


def test_deduplication_ends_after_five_minutes(sqs: Any, make: Make, lab: Any) -> None:
    url = make("q.fifo", ContentBasedDeduplication=True)
    (first,) = send(sqs, url, "text", MessageGroupId="g")
    lab.advance(299.999999)
    (again,) = send(sqs, url, "text", MessageGroupId="g")
    assert again["MessageId"] == first["MessageId"]
    lab.advance(0.000001)
    (new,) = send(sqs, url, "text", MessageGroupId="g")
    assert new["MessageId"] != first["MessageId"]
    assert new["SequenceNumber"] > first["SequenceNumber"]
    assert len(receive(sqs, url)) == 2


@pytest.mark.parametrize(("name", "waits"), [("queue.fifo", 0), ("queue", 1)])
def test_only_a_fifo_queue_s_new_delay_holds_for_messages_that_wait(
    sqs: Any, make: Make, lab: Any, name: str, waits: int
) -> None:
    """SDG sqs-delay-queues."""
    url = make(name, DelaySeconds=600)
    options = {"MessageGroupId": "a", "MessageDeduplicationId": "1"} if not waits else {}
    send(sqs, url, "text", **options)
    lab.advance(10)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "60"})
    lab.advance(49)
    assert counts(sqs, url) == (0, 0, 1)
    lab.advance(1)
    assert counts(sqs, url) == (1 - waits, 0, waits)
