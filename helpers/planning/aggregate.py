"""Beyond one machine's patience: a thousand million messages a day, without single messages.

An approximation, clearly apart from the exact engine and never mixed with its answers. It knows
rates, not messages: what is expected in the queue, second by second (`fluid`), by the formulas of
the stationary M/G/c (`formulas`). What dies and what comes again are the geometric shares.

What it does not see: bursts within a second; how concurrency grows to MaximumConcurrency; that
messages come again later, after their visibility timeout; long polls that find nothing; tenants,
FIFO groups, outages. `compare` puts it beside the exact answer, and says how far they are apart.
One run of the exact engine is one sample: near its limit a queue's mean wait differs from day to
day by a third and more, so an error is to be judged by the mean of many days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.planning import formulas
from helpers.planning.exact import MONTH, Answer
from helpers.planning.fluid import STEP, Stationary, flow
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
        age_of_oldest: seconds: how long the longest expected backlog takes. Where room is left, the
            oldest message of a day is several times as old.
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
    if settings.outage or settings.fifo or settings.grouped or load.bursts:
        raise ValueError("An estimate sees no outage, groups or bursts. Ask planning.answer.")
    if settings.maximum_concurrency is None:
        raise ValueError("An estimate needs MaximumConcurrency: without it concurrency changes.")
    batch = min(settings.batch_size, load.sent_together)
    seconds = settings.work.durations.mean + batch * settings.work.per_message.mean
    variation = settings.work.durations.variation * settings.work.durations.mean / seconds
    queue = Stationary(settings.maximum_concurrency, seconds, variation)
    again = Retries(settings.work.failure_rate, batch, settings.max_receive_count)
    steps = _steps(load)
    rates = (rate / batch for rate in load.rates for _ in range(steps))
    found = flow(rates, queue, again.receives)
    dead = 0.0
    if settings.max_receive_count is not None:
        dead = formulas.share_of_dead_letters(
            settings.work.failure_rate, settings.max_receive_count
        )
    return Estimate(
        messages=load.expected,
        mean_wait=found.mean_wait,
        backlog=found.most_waiting * batch,
        age_of_oldest=found.most_waiting * seconds / settings.maximum_concurrency,
        busy=found.busy,
        dead_letters=load.expected * dead,
        usd=_price(load, settings, found.arrived, seconds),
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


class Retries:
    """Receives that a batch leads to, its failed messages' own among them.

    Failed messages of a batch become visible at one moment. Where nothing waits, they are a batch
    of their own. Where much waits, they fill batches that would not be full, and cost no more than
    their share of one. In between, a batch finds company with the probability with which a
    geometric number of waiting batches, of the mean that waits, is not none.

    Args:
        failed: probability that a message fails at one receive.
        batch: messages; `most`: maxReceiveCount.
    """

    def __init__(self, failed: float, batch: int, most: int | None) -> None:
        self.alone = _tries(failed, batch, most)
        self.in_company = formulas.mean_receives(failed, most)

    def receives(self, waiting: float) -> float:
        """While so many batches wait."""
        company = waiting / (1 + waiting)
        return self.alone + company * (self.in_company - self.alone)


def _tries(failed: float, batch: int, most: int | None) -> float:
    """Invocations until none of a batch's messages is left or all have been received too often, if
    what fails comes again as a batch of its own."""
    total = 0.0
    for tried in range(most or 10_000):
        again = 1 - (1 - failed**tried) ** batch
        total += again
        if again < 1e-12:
            break
    return total


def _steps(load: Load) -> int:
    """Of a stretch of the load."""
    return max(1, round(load.seconds / len(load.rates) / STEP))


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
