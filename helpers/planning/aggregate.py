"""Beyond one machine's patience: a thousand million messages a day, without single messages.

An approximation, clearly apart from the exact engine and never mixed with its answers. It knows
rates, not messages: each step of a second, what arrives joins the backlog, and what the servers
can do leaves it (a fluid). Where there is no backlog, messages wait as in the stationary M/G/c of
that second's rate (`formulas`). What dies and what comes again are the geometric shares.

What it does not see: bursts within a second; batches that are not full, or that messages which come
again fill up, so that waits are too long where many fail; what a queue near its limit remembers of
the second before; tenants, FIFO groups, outages. `compare` puts it beside the exact answer, and
says how far they are apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.planning import formulas
from helpers.planning.exact import MONTH, Answer
from helpers.planning.load import Load, Settings
from helpers.prices import estimate_costs

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Estimate:
    """What comes of a load, on average.

    Attributes:
        messages: expected.
        mean_wait: seconds in the queue.
        backlog: the most messages that wait at once.
        age_of_oldest: seconds, the highest: how long the backlog of that moment takes.
        busy: environments at work, on average.
        dead_letters: expected.
        usd: US dollars a month by item.
    """

    messages: float
    mean_wait: float
    backlog: float
    age_of_oldest: float
    busy: float
    dead_letters: float
    usd: dict[str, float]


def estimate(load: Load, settings: Settings) -> Estimate:
    """The load with these settings, second by second.

    Raises:
        ValueError: the settings have what the estimate does not see.
    """
    import numpy as np

    if settings.outage or settings.fifo or settings.grouped or load.bursts:
        raise ValueError("An estimate sees no outage, groups or bursts. Ask planning.answer.")
    if settings.maximum_concurrency is None:
        raise ValueError("An estimate needs MaximumConcurrency: without it concurrency changes.")
    batch = min(settings.batch_size, load.sent_together)
    seconds = settings.work.durations.mean + batch * settings.work.per_message.mean
    failed = settings.work.failure_rate
    tries = _tries(failed, batch, settings.max_receive_count)
    rates = np.repeat(np.array(load.rates), _steps(load)) * tries / batch  # of batches
    capacity = settings.maximum_concurrency / seconds
    backlog = _fill(rates - capacity)
    waits = _waits(rates, backlog, settings, seconds, capacity)
    mean = float((waits * rates).sum() / rates.sum()) if rates.sum() else 0.0
    done = float(np.minimum(rates + backlog, capacity).sum())
    dead = 0.0
    if settings.max_receive_count is not None:
        dead = formulas.share_of_dead_letters(failed, settings.max_receive_count)
    return Estimate(
        messages=load.expected,
        mean_wait=mean,
        backlog=float(backlog.max()) * batch,
        age_of_oldest=float(backlog.max()) / capacity,
        busy=min(done, float(rates.sum())) * seconds / load.seconds,
        dead_letters=load.expected * dead,
        usd=_price(load, settings, float(rates.sum()), seconds),
    )


def compare(answer: Answer, estimated: Estimate) -> pd.DataFrame:
    """The exact answer beside the estimate of the same load.

    Returns:
        Index figure; columns exact, estimate, error: the difference as a share of the exact one.
    """
    import pandas as pd

    names = ["messages", "mean_wait", "age_of_oldest", "busy", "dead_letters"]
    rows = {name: (getattr(answer, name), getattr(estimated, name)) for name in names}
    rows["usd_a_month"] = (answer.usd_a_month, sum(estimated.usd.values()))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["exact", "estimate"])
    known = table["exact"].where(table["exact"] != 0)
    table["error"] = (table["estimate"] - table["exact"]) / known
    return table.rename_axis("figure")


def _tries(failed: float, batch: int, most: int | None) -> float:
    """Invocations that a batch leads to: its failed messages, visible again at one moment, are a
    batch of their own, until none is left or all have been received too often."""
    total = 0.0
    for tried in range(most or 10_000):
        again = 1 - (1 - failed**tried) ** batch
        total += again
        if again < 1e-12:
            break
    return total


def _steps(load: Load) -> int:
    """Seconds of a stretch."""
    return max(1, round(load.seconds / len(load.rates)))


def _fill(excess: Any) -> Any:
    """The backlog at each second: what came beyond the capacity, and never less than nothing."""
    import numpy as np

    total = np.cumsum(excess)
    return total - np.minimum(np.minimum.accumulate(total), 0.0)


def _waits(rates: Any, backlog: Any, settings: Settings, seconds: float, capacity: float) -> Any:
    """Seconds that a batch of each second waits."""
    import numpy as np

    servers = settings.maximum_concurrency
    assert servers is not None
    variation = settings.work.durations.variation * settings.work.durations.mean / seconds
    known = {
        rate: formulas.mean_wait(servers, rate, seconds, variation)
        for rate in np.unique(rates).tolist()
        if rate < capacity
    }
    idle = np.array([known.get(rate, 0.0) for rate in rates.tolist()])
    return np.where(backlog > 0, backlog / capacity, idle)


def _price(load: Load, settings: Settings, batches: float, seconds: float) -> dict[str, float]:
    """Empty receives are left out: a load of this size leaves none."""
    months = MONTH / load.seconds
    used = {
        "SQS standard requests": math.ceil(load.expected / load.sent_together) + 2 * batches,
        "Lambda requests": batches,
        "Lambda duration": batches * seconds * settings.memory_mb / 1024,
    }
    costs = estimate_costs({item: amount * months for item, amount in used.items()})
    return {str(item): float(cents) / 100 for item, cents in costs["cents"].items()}
