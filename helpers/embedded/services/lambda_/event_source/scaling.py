"""How many batches of a mapping may be in progress at once.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from helpers.embedded.services.cloudwatch.published.queue_meter import LONG_POLL
from helpers.embedded.time.clock import SECOND

_MINUTE = 60 * SECOND

_INVOCATIONS_PER_POLLER = 10
_POLLS_PER_SECOND = 10
_BYTES_PER_SECOND = 1 << 20
"""What one poller of provisioned mode can do (LDG with-sqs)."""

QUIET = 5 * _MINUTE
"""How long nothing comes until Lambda polls less. Modelled: AWS does not say when."""

_LEAST = 2
"""Batches at once that a mapping is left with, however often its function fails. Modelled."""


class Scaling(NamedTuple):
    """What a mapping's settings allow."""

    initial: int = 5
    per_minute: int = 300
    maximum: int = 1250
    is_provisioned: bool = False
    idle_pollers: int = 5
    """Long polls that are kept open at a queue without messages."""
    quiet_pollers: int = 2
    """The same, once nothing has come for QUIET."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Scaling:
        if pollers := settings.get("ProvisionedPollerConfig"):
            least = int(pollers.get("MinimumPollers") or 2)
            most = max(least, int(pollers.get("MaximumPollers") or 200))
            each = _INVOCATIONS_PER_POLLER
            return cls(each * least, 1000, each * most, True, least, least)
        limit = (settings.get("ScalingConfig") or {}).get("MaximumConcurrency")
        if not limit:
            return cls()
        most = min(cls().maximum, int(limit))
        return cls(min(cls().initial, most), 300, most, quiet_pollers=cls().idle_pollers)

    def idle_stages(self, now: int) -> tuple[tuple[int, int | None], ...]:
        """How many long polls wait from `now` on, and until when; None: until something comes.

        Two are enough at last, to save requests; not with MaximumConcurrency, nor in provisioned
        mode (LDG services-sqs-scaling).
        """
        if self.idle_pollers == self.quiet_pollers:
            return ((self.idle_pollers, None),)
        return (self.idle_pollers, now + QUIET), (self.quiet_pollers, None)

    @property
    def step(self) -> int:
        """Microseconds of too much work until one batch more is allowed."""
        return _MINUTE // self.per_minute

    def pace(self, concurrency: int, received: int) -> int:
        """Microseconds that provisioned pollers take to receive `received` bytes."""
        if not self.is_provisioned:
            return 0
        pollers = max(1, concurrency // _INVOCATIONS_PER_POLLER)
        return max(SECOND // _POLLS_PER_SECOND, received * SECOND // _BYTES_PER_SECOND) // pollers


class Concurrency:
    """Batches that may be in progress at once, as time passes.

    More while there is too much to do, fewer when long polls come back empty, and one fewer for
    each batch whose invocation fails, or was throttled for so long that it was given up. AWS says
    that it backs off gradually, not how far: the size of the steps down is modelled. Times are
    microseconds of lab time.
    """

    def __init__(self, scaling: Scaling) -> None:
        self.scaling = scaling
        self._grown = 0
        """The time of too much to do, less what was lost of it since."""
        self._crowded_since: int | None = None

    def at(self, now: int) -> int:
        scaling = self.scaling
        more = self._growth(now) * scaling.per_minute // _MINUTE
        return min(max(scaling.initial + more, self._least), scaling.maximum)

    def is_highest(self, now: int) -> bool:
        """Whether time alone allows no batch more."""
        return self.at(now) == self.scaling.maximum

    def crowd(self, now: int) -> None:
        """More waits than may be in progress."""
        if self._crowded_since is None:
            self._crowded_since = now

    def rest(self, since: int, now: int, in_progress: int) -> None:
        """There was nothing to receive, while so many batches were `in_progress`."""
        grown = self._growth(since)
        needed = max(0, in_progress - self.scaling.initial) * self.scaling.step
        empty_polls = max(0, now - since - LONG_POLL)
        self._grown = min(grown, max(grown - empty_polls, needed))
        self._crowded_since = None

    def fail(self, now: int) -> None:
        """An invocation failed, or was throttled until it was given up."""
        least = (self._least - self.scaling.initial) * self.scaling.step
        self._grown = max(min(self._growth(now), self._most) - self.scaling.step, least)
        if self._crowded_since is not None:
            self._crowded_since = now

    def _growth(self, now: int) -> int:
        since = self._crowded_since
        return self._grown if since is None else self._grown + now - since

    @property
    def _least(self) -> int:
        return min(_LEAST, self.scaling.initial)

    @property
    def _most(self) -> int:
        return (self.scaling.maximum - self.scaling.initial) * self.scaling.step
