"""Random programs on a queue, held to a model of SQS that is slow and obvious.

The model keeps messages in a list and looks at all of them for everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)
from moto.sqs.exceptions import SQSException

from helpers.embedded.services.sqs.message import Counts, Message
from helpers.embedded.services.sqs.queue import Queue, Surroundings
from helpers.embedded.services.sqs.send_message import send
from helpers.embedded.time.clock import SECOND, unix_milliseconds_at
from helpers.embedded.time.simulation import Simulation
from helpers.embedded.time.trace import Trace
from tests.embedded.services.sqs.conftest import NoKeys
from tests.fuzz import examples

RETENTION = 300
VISIBILITY = 30
MOST_RECEIVES = 3
GROUPS = st.sampled_from(["a", "b", "c"])
TIMES = st.sampled_from([0.25, 1, 7, 29, 30, 31, 120, 301])


@dataclass
class Kept:
    """A message in the model; times in microseconds."""

    id: str
    body: str
    group: str | None
    sent_at: int
    order: int
    hidden_until: int = 0
    delayed: bool = False
    receives: int = 0
    first_at: int = -1
    received_elsewhere: int = 0


@dataclass
class Handle:
    text: str
    message_id: str
    number: int


@dataclass
class Model:
    """One queue, the slow way."""

    retention: int = RETENTION
    messages: list[Kept] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    """Ids of visible messages in the order in which they became visible."""

    def settle(self, now: int) -> None:
        self.messages = [m for m in self.messages if m.sent_at + self.retention * SECOND > now]
        due = [m for m in self.messages if m.hidden_until <= now and m.id not in self.line]
        self.line += [m.id for m in sorted(due, key=lambda m: (m.hidden_until, m.order))]
        kept = {m.id for m in self.messages}
        self.line = [name for name in self.line if name in kept]

    def visible(self) -> list[Kept]:
        return [self.find(name) for name in self.line]

    def find(self, name: str) -> Any:
        return next((m for m in self.messages if m.id == name), None)

    def counts(self, now: int) -> Counts:
        self.settle(now)
        hidden = [m for m in self.messages if m.id not in self.line]
        delayed = [m for m in hidden if m.delayed]
        return Counts(len(self.line), len(hidden) - len(delayed), len(delayed))

    def front(self) -> dict[str | None, list[Kept]]:
        """What can be received of each group of a FIFO queue, in order."""
        found: dict[str | None, list[Kept]] = {}
        blocked = set()
        for message in sorted(self.messages, key=lambda m: m.order):
            if message.id not in self.line:
                blocked.add(message.group)
            elif message.group not in blocked:
                found.setdefault(message.group, []).append(message)
        return found

    def hide(self, message: Kept, until: int) -> None:
        if message.id in self.line:
            self.line.remove(message.id)
        message.hidden_until = until
        message.delayed = False

    def receive(self, message: Kept, now: int, seconds: int) -> None:
        message.receives += 1
        if message.first_at < 0:
            message.first_at = now
        self.hide(message, now + seconds * SECOND)

    def remove(self, message: Kept) -> None:
        self.messages.remove(message)
        if message.id in self.line:
            self.line.remove(message.id)


class QueueMachine(RuleBasedStateMachine):
    """Sends, receives and waits on a queue and on its model."""

    fifo = False
    handles: Bundle[Handle] = Bundle("handles")

    def __init__(self) -> None:
        super().__init__()
        self.simulation = Simulation()
        self.trace = Trace(self.simulation.clock)
        around = Surroundings(self.simulation, self.trace, NoKeys())
        name, suffix = "queue", ".fifo" if self.fifo else ""
        self.queue = Queue(name + suffix, "us-east-1", "123456789012", around)  # type: ignore[abstract]
        self.queue.message_retention_period = RETENTION
        self.model = Model()
        self.sent = 0
        self.order = 0

    @property
    def now(self) -> int:
        return self.simulation.now

    def label(self, group: str) -> dict[str, str]:
        if not self.fifo:
            return {}
        return {"MessageGroupId": group, "MessageDeduplicationId": str(self.sent)}

    @rule(group=GROUPS, delay=st.sampled_from([None, 0, 1, 40]))
    def send(self, group: str, delay: int | None) -> None:
        self.model.settle(self.now)
        self.sent += 1
        entry: dict[str, Any] = {"MessageBody": f"body {self.sent}", **self.label(group)}
        seconds = 0
        if delay is not None and not self.fifo:
            entry["DelaySeconds"] = seconds = delay
        answer = send(self.queue, entry)
        self.order += 1
        message = Kept(
            answer.message_id,
            entry["MessageBody"],
            group if self.fifo else None,
            self.now,
            self.order,
            hidden_until=self.now + seconds * SECOND,
            delayed=seconds > 0,
        )
        self.model.messages.append(message)
        self.model.settle(self.now)

    def check(self, message: Message, expected: Kept) -> Handle:
        assert message.id == expected.id
        assert message.body == expected.body
        assert message.receive_count == expected.receives
        assert message.sent_timestamp == unix_milliseconds_at(expected.sent_at)
        return Handle(message.receipt_handle, message.id, message.receive_count)

    @rule(handle=handles, seconds=st.sampled_from([0, 1, 50, 43_200]))
    def change_visibility(self, handle: Handle, seconds: int) -> None:
        self.model.settle(self.now)
        message = self.model.find(handle.message_id)
        current = (
            message is not None
            and message.receives == handle.number
            and message.id not in self.model.line
        )
        if message is None or (self.fifo and not current):
            with pytest.raises(SQSException, match="ReceiptHandle is invalid"):
                self.queue.change_visibility(handle.text, seconds)
            return
        too_long = current and self.now + seconds * SECOND > message.first_at + 43_200 * SECOND
        if too_long and seconds:
            with pytest.raises(SQSException, match="beyond the limit"):
                self.queue.change_visibility(handle.text, seconds)
            return
        self.queue.change_visibility(handle.text, seconds)
        if current:
            self.model.hide(message, self.now + seconds * SECOND)
            self.model.settle(self.now)

    @rule(handle=handles)
    def delete(self, handle: Handle) -> None:
        self.model.settle(self.now)
        message = self.model.find(handle.message_id)
        latest = message is not None and message.receives == handle.number
        if self.fifo and message is not None and (not latest or message.id in self.model.line):
            with pytest.raises(SQSException, match="expired"):
                self.queue.delete(handle.text)
            return
        self.queue.delete(handle.text)
        if latest:
            self.model.remove(message)

    @rule(handle=consumes(handles), letter=st.integers(4, 60))
    def garble(self, handle: Handle, letter: int) -> None:
        text = handle.text
        other = "A" if text[letter] != "A" else "B"
        with pytest.raises(SQSException, match="is not a valid receipt handle"):
            self.queue.delete(text[:letter] + other + text[letter + 1 :])

    @rule(seconds=TIMES)
    def wait(self, seconds: float) -> None:
        self.simulation.advance(int(seconds * SECOND))

    @rule()
    def purge(self) -> None:
        if self.sent % 5 == 0:
            self.queue.purge()
            self.model.messages.clear()
            self.model.line.clear()

    @rule(seconds=st.sampled_from([0, 5, 60]))
    def long_poll(self, seconds: int) -> None:
        """It ends when the model has something to receive for the first time, or at the end."""
        began = self.now
        end = began + seconds * SECOND
        found = self.simulation.run(self.queue.wait_for_messages(end))
        moments = sorted({began, end, *self.moments()})
        due = next(
            (moment for moment in moments if began <= moment <= end and self.has(moment)), None
        )
        assert found == (due is not None)
        assert self.now == (end if due is None else due)

    def moments(self) -> list[int]:
        retention = self.model.retention * SECOND
        return [
            moment
            for message in self.model.messages
            for moment in (message.hidden_until, message.sent_at + retention)
        ]

    def has(self, moment: int) -> bool:
        """Whether the model has something to receive at that moment."""
        before = Model(self.model.retention, list(self.model.messages), list(self.model.line))
        before.settle(moment)
        return bool(before.front()) if self.fifo else bool(before.line)

    @invariant()
    def counts_are_equal(self) -> None:
        assert self.queue.counts() == self.model.counts(self.now)

    @invariant()
    def nothing_is_lost_or_invented(self) -> None:
        kept = {record.id for record in self.queue._store.records.values()}
        assert kept == {message.id for message in self.model.messages}


class StandardMachine(QueueMachine):
    """Order is by the moment of becoming visible; a queue beside it takes the dead letters."""

    def __init__(self) -> None:
        super().__init__()
        around = Surroundings(self.simulation, self.trace, NoKeys())
        self.dead_letters = Queue("dead", "us-east-1", "123456789012", around)  # type: ignore[abstract]
        self.dead_letters.message_retention_period = 2 * RETENTION
        self.dead_model = Model(2 * RETENTION)
        self.queue.dead_letter_queue = self.dead_letters
        self.queue.redrive_policy = {"maxReceiveCount": MOST_RECEIVES}

    @rule(
        target=QueueMachine.handles,
        most=st.integers(1, 12),
        timeout=st.sampled_from([None, 0, 1, 100]),
    )
    def receive(self, most: int, timeout: int | None) -> Any:
        seconds = VISIBILITY if timeout is None else timeout
        expected = self.expect(most)
        received = self.queue.receive(most, timeout)
        assert len(received) == len(expected)
        for message in expected:
            self.model.receive(message, self.now, seconds)
        handles = [self.check(*pair) for pair in zip(received, expected, strict=True)]
        for message in expected:
            if seconds == 0:
                self.model.line.append(message.id)
        return multiple(*handles)

    def expect(self, most: int) -> list[Kept]:
        """The next messages; exhausted ones on the way are moved."""
        self.model.settle(self.now)
        expected: list[Kept] = []
        for message in self.model.visible():
            if len(expected) == most:
                break
            if message.receives - message.received_elsewhere >= MOST_RECEIVES:
                self.move(message)
            else:
                expected.append(message)
        return expected

    def move(self, message: Kept) -> None:
        self.model.remove(message)
        message.received_elsewhere = message.receives
        message.hidden_until = 0
        self.order += 1
        message.order = self.order
        self.dead_model.messages.append(message)
        self.dead_model.settle(self.now)

    def has(self, moment: int) -> bool:
        before = Model(self.model.retention, list(self.model.messages), list(self.model.line))
        before.settle(moment)
        while before.line:
            message = before.find(before.line[0])
            if message.receives < MOST_RECEIVES:
                return True
            before.remove(message)
            self.model.settle(moment)
            self.move(message)
        return False

    @invariant()
    def dead_letters_are_equal(self) -> None:
        assert self.dead_letters.counts() == self.dead_model.counts(self.now)
        moved = {record.id: record for record in self.dead_letters._store.records.values()}
        assert {message.id for message in self.dead_model.messages} == set(moved)
        for message in self.dead_model.messages:
            assert moved[message.id].sent_at == message.sent_at
            assert moved[message.id].receive_count == message.receives


class FifoMachine(QueueMachine):
    """Groups may come in any order; within a group there is one order."""

    fifo = True

    @rule(
        target=QueueMachine.handles,
        most=st.integers(1, 12),
        timeout=st.sampled_from([None, 1, 100]),
    )
    def receive(self, most: int, timeout: int | None) -> Any:
        self.model.settle(self.now)
        front = self.model.front()
        received = self.queue.receive(most, timeout)
        assert len(received) == min(most, sum(map(len, front.values())))
        handles = []
        for message in received:
            expected = front[message.group_id].pop(0)
            self.model.receive(expected, self.now, VISIBILITY if timeout is None else timeout)
            handles.append(self.check(message, expected))
        return multiple(*handles)


TestStandardQueue = StandardMachine.TestCase
TestFifoQueue = FifoMachine.TestCase
TestStandardQueue.settings = TestFifoQueue.settings = settings(
    max_examples=examples(250), stateful_step_count=40, deadline=None
)
