"""Everything that happened in the account, as rows: the raw material of the course's pictures."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from helpers.embedded.time.clock import SECOND, START, Clock

if TYPE_CHECKING:
    from pandas import DataFrame


class Happening(NamedTuple):
    """One thing that happened. What does not apply to it is None."""

    at: int
    """Microseconds of lab time since the account was opened."""
    what: str
    queue: str | None = None
    message_id: str | None = None
    receive_count: int | None = None
    function: str | None = None
    environment: str | None = None
    duration: int | None = None
    """Microseconds of lab time."""
    outcome: str | None = None
    messages: int | None = None
    """How many of a queue an invocation brings."""


_Kind = tuple[str, str | None, str | None, str | None, str | None]
"""What, queue, function, environment and outcome of a happening."""

_ROW = Struct("<qIqii")
"""A happening without its message's id: moment, kind, duration, receives, messages; 28 bytes."""

_NOTHING = -1


class Trace:
    """The happenings of one account, oldest first.

    A happening is a row of numbers until somebody asks for it. Its texts are kept once for all that
    have the same ones: there are as many kinds as environments times what can become of a message,
    and not as messages. A message's id is that of the message.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows = bytearray()
        self._ids: list[str | None] = []
        self._kinds: list[_Kind] = []
        self._numbers: dict[_Kind, int] = {}
        self._expiries: dict[str, list[Happening]] = {}
        """By the queue's ARN: noted when somebody looks, which must not show."""
        self.invocations = 0

    @property
    def happenings(self) -> list[Happening]:
        """What has been noted, but for messages that expired when their time was over."""
        rows = zip(_ROW.iter_unpack(self._rows), self._ids, strict=True)
        return [self._happening(row, message_id) for row, message_id in rows]

    def _happening(self, row: tuple[int, ...], message_id: str | None) -> Happening:
        at, kind, duration, receives, messages = row
        what, queue, function, environment, outcome = self._kinds[kind]
        return Happening(
            at,
            what,
            queue,
            message_id,
            None if receives == _NOTHING else receives,
            function,
            environment,
            None if duration == _NOTHING else duration,
            outcome,
            None if messages == _NOTHING else messages,
        )

    def _note(
        self,
        at: int,
        what: str,
        queue: str | None = None,
        message_id: str | None = None,
        receives: int = _NOTHING,
        function: str | None = None,
        environment: str | None = None,
        duration: int | None = None,
        outcome: str | None = None,
        messages: int | None = None,
    ) -> None:
        kind = what, queue, function, environment, outcome
        number = self._numbers.get(kind)
        if number is None:
            number = self._numbers[kind] = len(self._kinds)
            self._kinds.append(kind)
        self._rows += _ROW.pack(
            at,
            number,
            _NOTHING if duration is None else duration,
            receives,
            _NOTHING if messages is None else messages,
        )
        self._ids.append(message_id)

    def expired(
        self, at: int, due: bool, queue_arn: str, message_id: str, receive_count: int
    ) -> None:
        """Note that a message's retention period ended at `at`, microseconds of lab time.

        `due`: it was to come at that moment, and so came before everything else that happened
        then; otherwise what happens now brought it about.
        """
        name = queue_arn.rpartition(":")[2]
        if due:
            happening = Happening(at, "expired", name, message_id, receive_count)
            self._expiries.setdefault(queue_arn, []).append(happening)
        else:
            self._note(at, "expired", name, message_id, receive_count)

    def all(self) -> list[Happening]:
        """A copy of everything that has been noted; of two at the same moment the one that came
        first stands first."""
        expired = [each for arn in sorted(self._expiries) for each in self._expiries[arn]]
        return [*expired, *self.happenings]

    def message(
        self,
        what: str,
        queue: str,
        message_id: str,
        receive_count: int,
        hidden: int | None = None,
    ) -> None:
        """Note what happened to a message: sent, received, deleted, dead-lettered.

        `hidden`: the microseconds for which that makes it invisible, unless more happens.
        """
        self._note(self._clock.elapsed, what, queue, message_id, receive_count, duration=hidden)

    def key_use(self, what: str, queue: str, outcome: str) -> None:
        """Note that SQS called KMS for a message: kms:GenerateDataKey or kms:Decrypt."""
        self._note(self._clock.elapsed, what, queue, outcome=outcome)

    def invocation(
        self,
        function: str,
        environment: str,
        began: int,
        outcome: str,
        queue: str | None,
        messages: int | None,
    ) -> None:
        """Note an invocation that ends now and began at `began` microseconds of lab time."""
        self.invocations += 1
        self._note(
            began,
            "invoked",
            queue,
            function=function,
            environment=environment,
            duration=self._clock.elapsed - began,
            outcome=outcome,
            messages=messages,
        )

    def throttled(self, function: str, queue: str | None, messages: int | None) -> None:
        """Note that a function was not invoked, for want of concurrency."""
        self._note(
            self._clock.elapsed,
            "throttled",
            queue,
            function=function,
            outcome="throttled",
            messages=messages,
        )


def as_frame(happenings: list[Happening]) -> DataFrame:
    """The happenings as a table, `at` and `duration` in seconds of lab time, `time` in UTC.

    An invocation stands where it began.
    """
    import pandas as pd

    frame = pd.DataFrame(happenings, columns=list(Happening._fields))
    frame.insert(0, "time", START + pd.to_timedelta(frame["at"], unit="us"))
    frame["at"] = frame["at"].astype(float) / SECOND
    frame["duration"] = frame["duration"].astype(float) / SECOND
    for column in ("receive_count", "messages"):
        frame[column] = frame[column].astype("Int64")
    return frame.sort_values("at", kind="stable", ignore_index=True)
