"""Fair queues: a tenant of a standard queue that takes too much keeps no other waiting.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.embedded.services.sqs.fair_store import NOISY_LEAST, NOISY_SHARE, FairStore
from helpers.embedded.services.sqs.message import Record, State
from helpers.embedded.time.clock import SECOND
from tests.embedded.services.sqs.conftest import bodies, receive, send

Make = Any


def tell(sqs: Any, url: str, tenant: str, *texts: str) -> None:
    send(sqs, url, *texts, MessageGroupId=tenant)


def take(sqs: Any, url: str, count: int) -> list[dict[str, Any]]:
    """Receives so many messages, ten at a time."""
    taken: list[dict[str, Any]] = []
    while len(taken) < count:
        taken += receive(sqs, url, min(10, count - len(taken)), VisibilityTimeout=3600)
    return taken


def backlog(sqs: Any, url: str, tenant: str, in_flight: int, waiting: int) -> None:
    tell(sqs, url, tenant, *[tenant] * (in_flight + waiting))
    take(sqs, url, in_flight)


def test_a_quiet_tenant_is_served_before_a_noisy_one(sqs: Any, make: Make) -> None:
    url = make()
    backlog(sqs, url, "noisy", NOISY_LEAST, 20)
    tell(sqs, url, "quiet", "1", "2")
    send(sqs, url, "nobody's")
    assert bodies(take(sqs, url, 5)) == ["1", "2", "nobody's", "noisy", "noisy"]


@pytest.mark.parametrize("in_flight", [NOISY_LEAST - 1, NOISY_LEAST])
def test_thirty_in_flight_make_noise(sqs: Any, make: Make, in_flight: int) -> None:
    url = make()
    backlog(sqs, url, "many", in_flight, 20)
    tell(sqs, url, "other", "other")
    (first,) = bodies(take(sqs, url, 1))
    assert first == ("other" if in_flight == NOISY_LEAST else "many")


def test_thirty_are_not_many_where_ten_times_as_many_are_in_flight(sqs: Any, make: Make) -> None:
    url = make()
    for number in range(28):
        backlog(sqs, url, f"tenant-{number}", 10, 0)
    backlog(sqs, url, "many", NOISY_LEAST - 1, 20)
    tell(sqs, url, "other", "other")
    assert bodies(take(sqs, url, 2)) == ["many", "many"]  # 30 and 31 of 310, a tenth at most


def test_of_noisy_tenants_the_one_with_fewest_in_flight_comes_first(sqs: Any, make: Make) -> None:
    url = make()
    backlog(sqs, url, "loud", 40, 5)
    backlog(sqs, url, "less", 35, 10)
    assert bodies(take(sqs, url, 6)) == ["less"] * 5 + ["loud"]  # until both have 40


@pytest.mark.parametrize(("pause", "first"), [(299, "quiet"), (300, "noisy")])
def test_five_minutes_of_silence_make_quiet(
    sqs: Any, make: Make, lab: Any, pause: int, first: str
) -> None:
    url = make()
    backlog(sqs, url, "noisy", NOISY_LEAST, 20)
    tell(sqs, url, "quiet", "quiet")
    lab.advance(pause)
    assert bodies(take(sqs, url, 1)) == [first]


def test_so_does_the_end_of_a_backlog(sqs: Any, make: Make) -> None:
    url = make()
    backlog(sqs, url, "noisy", NOISY_LEAST, 1)
    for message in take(sqs, url, 1):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    for _ in range(300):
        tell(sqs, url, "others", "x")
    take(sqs, url, 300)  # so that 30 are a tenth no more
    tell(sqs, url, "noisy", "1")
    tell(sqs, url, "other", "2")
    assert bodies(take(sqs, url, 2)) == ["1", "2"]


def test_few_messages_that_take_long_make_noise(sqs: Any, make: Make, lab: Any) -> None:
    """More than a tenth of the recent processing time."""
    url = make()
    tell(sqs, url, "slow", *["slow"] * 3)
    tell(sqs, url, "quick", "quick", "quick")
    (slow,) = take(sqs, url, 1)
    lab.advance(20)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=slow["ReceiptHandle"])
    assert bodies(take(sqs, url, 3)) == ["quick", "quick", "slow"]


def test_messages_from_before_the_first_tenant_keep_their_place(
    sqs: Any, make: Make, lab: Any
) -> None:
    url = make()
    send(sqs, url, "1", "2", "3")
    receive(sqs, url, 1, VisibilityTimeout=10)
    tell(sqs, url, "tenant", "4")
    lab.advance(10)
    assert bodies(take(sqs, url, 4)) == ["2", "3", "4", "1"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["send", "send", "take", "take", "finish", "return", "wait"]),
            st.sampled_from(["a", "b", "c", None]),
            st.integers(1, 60),
        ),
        max_size=40,
    )
)
def test_nothing_is_lost_and_the_quiet_come_first(steps: list[tuple[str, str | None, int]]) -> None:
    store, now, retention = FairStore(), 0, 10**15
    there: set[int] = set()
    flying: list[Record] = []
    for what, tenant, count in steps:
        store.settle(now, retention)
        if what == "send":
            for _ in range(count):
                record = Record("id", "text", "md5", 1, now, "me", group_id=tenant)
                store.add(record, now)
                there.add(record.serial)
        elif what == "take":
            for _ in range(count):
                front = store.peek()
                noisy = store.noisy()
                taken = store.take(1)
                assert taken == ([front] if front else [])
                for record in taken:
                    waiting = [
                        each
                        for each in store.records.values()
                        if each is not record
                        and each.state is State.VISIBLE
                        and each.group_id not in noisy
                    ]
                    assert record.group_id not in noisy or not waiting
                    store.hide(record, 10**14)
                    flying.append(record)
        elif what == "wait":
            now += count * SECOND * 10
        else:
            for record in flying[:count]:
                if what == "finish":
                    store.remove(record)
                    there.remove(record.serial)
                else:
                    store.show(record)
            del flying[:count]
        in_flight = Counter(record.group_id for record in flying)
        for name, counts in store.noisy().items():
            assert counts[State.IN_FLIGHT] == in_flight[name]
    assert store.records.keys() == there
    left = store.take(len(there))
    assert {record.serial for record in (*left, *flying)} == there
    assert NOISY_SHARE == 0.1
