"""A queue whose rate changes, as the numbers that are expected in it, second by second.

The *pointwise stationary fluid flow approximation*: what is in the system grows by the arrivals and
shrinks by what busy servers finish, and how many are busy is read from the formulas of the
stationary queue that has as much in it. So it passes from room left to overload and back without a
seam, and remembers. W. Wang, D. Tipper, S. Banerjee, A Simple Approximation for Modeling
Nonstationary Queues, IEEE INFOCOM 1996.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from helpers.planning import formulas

STEP = 1.0
"""Seconds."""

LONGEST_DRAIN = 12 * 3600
"""Steps after the last arrival in which a rest is worked off; those of the exact engine."""

_GONE = 1e-3
"""Batches that count as none."""


@dataclass(frozen=True)
class Flow:
    """What was expected of the queue.

    Attributes:
        arrived: batches, with those that came again.
        mean_wait: seconds that a batch waits, by Little's law: batches waiting, summed over the
            time, for each arrival.
        most_waiting: batches at once.
        busy: servers at work, on average over the time of the arrivals.
    """

    arrived: float
    mean_wait: float
    most_waiting: float
    busy: float


class Stationary:
    """The stationary M/G/c, read the other way: from what is in it to how many servers are busy.

    Args:
        service: mean seconds of a service; `variation`: its coefficient of variation.
    """

    def __init__(self, servers: int, service: float, variation: float) -> None:
        self.servers, self.service = servers, service
        self._busy, self._inside = [0.0], [0.0]
        for idle in _idle_shares():
            busy = servers * (1 - idle)
            rate = busy / service
            waiting = rate * formulas.mean_wait(servers, rate, service, variation)
            self._busy.append(busy)
            self._inside.append(busy + waiting)
        self._next = [
            inside + STEP / service * busy
            for inside, busy in zip(self._inside, self._busy, strict=True)
        ]

    def busy(self, inside: float) -> float:
        """Servers at work when so much is expected to be in the system."""
        return min(_interpolate(inside, self._inside, self._busy), float(self.servers))

    def step(self, inside: float, rate: float) -> float:
        """What is in the system a step later: implicitly (Euler), so that short services need no
        short steps."""
        total = inside + rate * STEP
        if total >= self._next[-1]:
            return total - STEP / self.service * self.servers
        return _interpolate(total, self._next, self._inside)


def flow(
    rates: Iterable[float], queue: Stationary, more: Callable[[float], float] = lambda _: 1.0
) -> Flow:
    """Let batches arrive at these rates, one for each step, and then the rest be worked off.

    Args:
        more: receives that one batch leads to while so many batches wait.
    """
    inside = waiting = arrived = waited = most = worked = 0.0
    steps = 0
    for rate in rates:
        steps += 1
        again = rate * more(waiting)
        inside = queue.step(inside, again)
        busy = queue.busy(inside)
        waiting = max(0.0, inside - busy)
        arrived += again * STEP
        waited += waiting * STEP
        worked += busy
        most = max(most, waiting)
    for _ in range(LONGEST_DRAIN):
        if waiting < _GONE:
            break
        inside = queue.step(inside, 0.0)
        waiting = max(0.0, inside - queue.busy(inside))
        waited += waiting * STEP
    return Flow(arrived, waited / arrived if arrived else 0.0, most, worked / max(1, steps))


def _idle_shares() -> list[float]:
    """From nearly all servers to hardly any: evenly, and closer and closer at the end."""
    even = [1 - number / 100 for number in range(1, 70)]
    return even + [0.3 * 0.94**number for number in range(240)]


def _interpolate(at: float, places: list[float], values: list[float]) -> float:
    """The last piece goes on beyond the last place."""
    right = min(max(1, bisect_right(places, at)), len(places) - 1)
    left = right - 1
    share = (at - places[left]) / (places[right] - places[left])
    return values[left] + share * (values[right] - values[left])
