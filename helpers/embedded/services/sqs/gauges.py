"""What a queue holds at this moment, as its metrics tell it."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.embedded.services.cloudwatch.published.queue_meter import FairGauges, Gauges
from helpers.embedded.services.sqs.message import Counts, Record, State
from helpers.embedded.services.sqs.store import Store

POISON = 3
"""Receives from which on a standard queue leaves a message out of its age."""


def read_gauges(store: Store, fifo: bool, has_groups: bool) -> Gauges:
    """The gauges of the queue whose messages are in `store`.

    `has_groups`: a standard queue that has been sent messages with a MessageGroupId.
    """
    counts = store.by_state()
    # Serials grow as messages come in, and a dict keeps that order.
    records = store.records.values()
    return Gauges(
        *counts,
        oldest=_oldest(records, poison_counts=fifo),
        groups_in_flight=_groups_in_flight(records, counts.in_flight) if fifo else None,
        fair=_read_fair(store, counts) if has_groups and not fifo else None,
    )


def _oldest(records: Iterable[Record], poison_counts: bool) -> int | None:
    """When the oldest message came to this queue. A dead letter's age begins with its move
    (SDG sqs-available-cloudwatch-metrics)."""
    return next(
        (
            record.arrived_at
            for record in records
            if poison_counts or record.receive_count - record.received_elsewhere < POISON
        ),
        None,
    )


def _groups_in_flight(records: Iterable[Record], in_flight: int) -> int:
    if not in_flight:
        return 0
    return len({record.group_id for record in records if record.state is State.IN_FLIGHT})


def _read_fair(store: Store, counts: Counts) -> FairGauges:
    noisy = store.noisy()
    return FairGauges(
        len(noisy),
        counts.visible - sum(each[State.VISIBLE] for each in noisy.values()),
        counts.in_flight - sum(each[State.IN_FLIGHT] for each in noisy.values()),
        counts.delayed - sum(each[State.DELAYED] for each in noisy.values()),
        _oldest(
            (record for record in store.records.values() if record.group_id not in noisy),
            poison_counts=False,
        ),
    )
