"""Everything that happened in the account, as rows: the raw material of the course's pictures."""

from __future__ import annotations

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


class Trace:
    """The happenings of one account, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.happenings: list[Happening] = []
        self._expiries: dict[str, list[Happening]] = {}
        """By the queue's ARN: noted when somebody looks, which must not show."""
        self.invocations = 0

    def expired(
        self, at: int, due: bool, queue_arn: str, message_id: str, receive_count: int
    ) -> None:
        """Note that a message's retention period ended at `at`, microseconds of lab time.

        `due`: it was to come at that moment, and so came before everything else that happened
        then; otherwise what happens now brought it about.
        """
        name = queue_arn.rpartition(":")[2]
        happening = Happening(at, "expired", name, message_id, receive_count)
        if due:
            self._expiries.setdefault(queue_arn, []).append(happening)
        else:
            self.happenings.append(happening)

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
        self.happenings.append(
            Happening(self._clock.elapsed, what, queue, message_id, receive_count, duration=hidden)
        )

    def key_use(self, what: str, queue: str, outcome: str) -> None:
        """Note that SQS called KMS for a message: kms:GenerateDataKey or kms:Decrypt."""
        self.happenings.append(Happening(self._clock.elapsed, what, queue, outcome=outcome))

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
        self.happenings.append(
            Happening(
                began,
                "invoked",
                queue=queue,
                function=function,
                environment=environment,
                duration=self._clock.elapsed - began,
                outcome=outcome,
                messages=messages,
            )
        )

    def throttled(self, function: str, queue: str | None, messages: int | None) -> None:
        """Note that a function was not invoked, for want of concurrency."""
        self.happenings.append(
            Happening(
                self._clock.elapsed,
                "throttled",
                queue=queue,
                function=function,
                outcome="throttled",
                messages=messages,
            )
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
