"""A trace that keeps a line for each message, and not each thing that happens to it.

A million messages leave three million happenings, more than a gigabyte. Here they leave a million
lines of numbers, about 40 bytes each: when a message was sent, first received and done with.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from helpers.embedded.time.clock import SECOND, Clock
from helpers.embedded.time.trace import Trace

if TYPE_CHECKING:
    from pandas import DataFrame

_NOT_YET = -1
_FATES = ("", "deleted", "dead-lettered", "expired")
_DELETED, _DEAD_LETTERED, _EXPIRED = 1, 2, 3


class MessageBook(Trace):
    """What `Trace` is told, thinned to lines of messages and of invocations."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._lines: dict[str, int] = {}
        """By the ids of messages that are not done with."""
        self._sent, self._received, self._ended = array("q"), array("q"), array("q")
        self._receives, self._fates = array("l"), array("b")
        self._began, self._took, self._brought = array("q"), array("q"), array("l")
        self._failed = array("b")
        self.throttles = 0

    def message(
        self,
        what: str,
        queue: str,
        message_id: str,
        receive_count: int,
        hidden: int | None = None,
    ) -> None:
        if what == "received":
            if (line := self._lines.get(message_id)) is not None:
                self._receives[line] = receive_count
                if receive_count == 1:
                    self._received[line] = self._clock.elapsed
        elif what == "deleted":
            self._end(message_id, _DELETED, self._clock.elapsed)
        elif what == "sent":
            self._lines[message_id] = len(self._sent)
            self._sent.append(self._clock.elapsed)
            self._received.append(_NOT_YET)
            self._ended.append(_NOT_YET)
            self._receives.append(0)
            self._fates.append(0)
        elif what == "dead-lettered":
            self._end(message_id, _DEAD_LETTERED, self._clock.elapsed)

    def _end(self, message_id: str, fate: int, at: int) -> None:
        if (line := self._lines.pop(message_id, None)) is not None:
            self._ended[line] = at
            self._fates[line] = fate

    def expired(
        self, at: int, due: bool, queue_arn: str, message_id: str, receive_count: int
    ) -> None:
        self._end(message_id, _EXPIRED, at)

    def key_use(self, what: str, queue: str, outcome: str) -> None:
        """Nothing is kept of it."""

    def invocation(
        self,
        function: str,
        environment: str,
        began: int,
        outcome: str,
        queue: str | None,
        messages: int | None,
    ) -> None:
        self.invocations += 1
        self._began.append(began)
        self._took.append(self._clock.elapsed - began)
        self._brought.append(messages or 0)
        self._failed.append(outcome != "success")

    def throttled(self, function: str, queue: str | None, messages: int | None) -> None:
        self.throttles += 1

    def messages(self) -> DataFrame:
        """One row for each message, in the order of sending.

        Columns: sent, received (first), ended: seconds of lab time since the account was opened,
        missing where it has not come to that; receives; fate: "deleted", "dead-lettered",
        "expired", or empty.
        """
        import numpy as np
        import pandas as pd

        columns = {}
        moments = {"sent": self._sent, "received": self._received, "ended": self._ended}
        for name, column in moments.items():
            at = np.array(column, dtype=np.int64)
            columns[name] = np.where(at == _NOT_YET, np.nan, at / SECOND)
        fates = np.array(_FATES)[np.array(self._fates, dtype=np.int8)]
        return pd.DataFrame(
            {**columns, "receives": np.array(self._receives, dtype=np.int32), "fate": fates}
        )

    def invoked(self) -> DataFrame:
        """One row for each invocation, in the order in which they ended.

        Columns: began, duration (seconds, the cold start included), messages, failed.
        """
        import numpy as np
        import pandas as pd

        return pd.DataFrame(
            {
                "began": np.array(self._began, dtype=np.int64) / SECOND,
                "duration": np.array(self._took, dtype=np.int64) / SECOND,
                "messages": np.array(self._brought, dtype=np.int32),
                "failed": np.array(self._failed, dtype=bool),
            }
        )
