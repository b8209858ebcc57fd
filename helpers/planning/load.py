"""A question to the bench: what arrives (`Load`), and what works on it (`Settings`)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.modelled_work import Work, exponential

if TYPE_CHECKING:
    import numpy as np

DAY = 86_400.0


@dataclass(frozen=True)
class Burst:
    """Messages that all come at one moment.

    Attributes:
        at: seconds from the beginning of the load.
        messages: how many.
        tenant: whose they are; empty: the tenants' in their shares.
    """

    at: float
    messages: int
    tenant: str = ""


@dataclass(frozen=True)
class Load:
    """The messages that arrive. Made by `steady` or `daily`, or in full.

    Attributes:
        rates: messages a second, on average, in stretches of equal length, one after the other.
            In each, messages come at random (a Poisson process).
        seconds: how long all of that takes.
        bursts: what comes on top.
        tenants: names and shares of the messages; the shares are scaled to add up to 1.
        sent_together: messages that one SendMessageBatch brings, at one moment.
        bytes: of a body.
        seed: another one gives other moments.
        warm_up: seconds at the beginning whose messages' waits are not counted.
    """

    rates: tuple[float, ...]
    seconds: float
    bursts: tuple[Burst, ...] = ()
    tenants: tuple[tuple[str, float], ...] = (("all", 1.0),)
    sent_together: int = 1
    bytes: int = 200
    seed: int = 0
    warm_up: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.seconds, *self.rates, *(share for _, share in self.tenants))
        if not self.rates or not self.tenants or not all(map(_is_sound, numbers)):
            raise ValueError("A load needs rates, seconds and shares: numbers of 0 or more.")
        if not self.seconds or not sum(share for _, share in self.tenants):
            raise ValueError(
                "A load lasts for some seconds, and its tenants' shares are not all 0."
            )
        if not 1 <= self.sent_together <= 10:
            raise ValueError(f"A call sends 1 to 10 messages, not {self.sent_together}.")
        if not 1 <= self.bytes <= 1 << 20:
            raise ValueError(f"A body has 1 to 1,048,576 bytes, not {self.bytes}.")

    @property
    def expected(self) -> float:
        """Messages that come, on average."""
        stretch = self.seconds / len(self.rates)
        return stretch * sum(self.rates) + sum(burst.messages for burst in self.bursts)

    def arrivals(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """When each message comes, in seconds and in order, and its tenant's number."""
        import numpy as np

        random = np.random.default_rng(self.seed)
        shares = np.array([share for _, share in self.tenants])
        shares = shares / shares.sum()
        stretch = self.seconds / len(self.rates)
        calls = random.poisson(np.array(self.rates) * stretch / self.sent_together)
        begins = np.repeat(np.arange(len(self.rates)) * stretch, calls)
        moments = np.sort(begins + random.uniform(0, stretch, len(begins)))
        moments = np.repeat(moments, self.sent_together)
        whose = random.choice(len(shares), len(moments), p=shares)
        names = [name for name, _ in self.tenants]
        for burst in self.bursts:
            count = burst.messages
            own = names.index(burst.tenant) if burst.tenant else None
            more = random.choice(len(shares), count, p=shares) if own is None else [own] * count
            moments = np.concatenate([moments, np.full(count, burst.at)])
            whose = np.concatenate([whose, np.array(more, dtype=whose.dtype)])
        order = np.argsort(moments, kind="stable")
        return moments[order], whose[order]


def steady(rate: float, seconds: float, **more: Any) -> Load:
    """The same rate all the time; `more`: of `Load`, such as tenants."""
    return Load((float(rate),), float(seconds), **more)


def daily(messages: float, peak: float = 2.0, **more: Any) -> Load:
    """A day whose rate rises and falls once, most at 15 o'clock.

    Args:
        messages: of the whole day, on average.
        peak: the highest rate / the average one, 1 to 2.
        more: of `Load`, such as bursts.
    """
    if not 1 <= peak <= 2:
        raise ValueError(f"peak is 1 (level) to 2 (nothing at night), not {peak!r}.")
    mean = messages / DAY
    waves = (1 + (peak - 1) * math.cos(2 * math.pi * (hour - 14.5) / 24) for hour in range(24))
    return Load(tuple(mean * max(0.0, wave) for wave in waves), DAY, **more)


@dataclass(frozen=True)
class Outage:
    """A time in which nothing is worked on.

    Attributes:
        begins, seconds: from the beginning of the load.
        fails: whether the function is invoked and fails; otherwise the mapping is disabled.
    """

    begins: float
    seconds: float
    fails: bool = False


@dataclass(frozen=True)
class Settings:
    """The queue, its mapping and its function.

    Attributes:
        work: what the function does, declared.
        batch_size, window: of the mapping; the window in seconds.
        maximum_concurrency: of the mapping, 2 to 1,000; None: as Lambda scales it.
        pollers: the least and the most of provisioned mode; None: not provisioned.
        visibility: the queue's timeout, in seconds.
        max_receive_count: None: there is no dead-letter queue.
        grouped: whether the tenant stands in the messages' MessageGroupId.
        fifo: whether the queue is FIFO, with the tenants as its groups.
        timeout, memory_mb: of the function.
        outage: None: there is none.
    """

    work: Work = field(default_factory=lambda: Work(exponential(0.2)))
    batch_size: int = 1
    window: int = 0
    maximum_concurrency: int | None = None
    pollers: tuple[int, int] | None = None
    visibility: int = 180
    max_receive_count: int | None = 5
    grouped: bool = False
    fifo: bool = False
    timeout: int = 30
    memory_mb: int = 128
    outage: Outage | None = None

    @property
    def mapping(self) -> dict[str, Any]:
        """The parameters of CreateEventSourceMapping."""
        chosen: dict[str, Any] = {
            "BatchSize": self.batch_size,
            "MaximumBatchingWindowInSeconds": self.window,
        }
        if self.work.reports_failures:
            chosen["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
        if self.maximum_concurrency is not None:
            chosen["ScalingConfig"] = {"MaximumConcurrency": self.maximum_concurrency}
        if self.pollers is not None:
            least, most = self.pollers
            chosen["ProvisionedPollerConfig"] = {"MinimumPollers": least, "MaximumPollers": most}
        return chosen


def _is_sound(number: float) -> bool:
    return math.isfinite(number) and number >= 0
