"""Questions that a team asks before it builds, each a sweep with a picture of its own.

Each function returns the rows that a picture of `helpers.plots` takes, and asks by `sweeps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.planning.load import Burst, Load, Outage, Settings
from helpers.planning.sweeps import Workers, answer_all

if TYPE_CHECKING:
    import pandas as pd


def drain_after_outage(
    load: Load,
    settings: Settings,
    outage: Outage,
    concurrencies: Iterable[int],
    workers: Workers = None,
) -> pd.DataFrame:
    """How a backlog grows in an outage and goes, with each MaximumConcurrency.

    Returns:
        Index minute; a column for each concurrency: messages that wait at the minute's end.
    """
    import pandas as pd

    chosen = list(concurrencies)
    asked = [(load, replace(settings, maximum_concurrency=each, outage=outage)) for each in chosen]
    found = answer_all(asked, workers)
    columns = {each: answer.minutes["waiting"] for each, answer in zip(chosen, found, strict=True)}
    return pd.DataFrame(columns).fillna(0).astype(int)


def slow_down(
    load: Load, settings: Settings, factors: Iterable[float], workers: Workers = None
) -> pd.DataFrame:
    """What happens when each invocation takes `factor` times as long.

    Returns:
        One row for each factor; columns factor, p95, age_of_oldest (seconds), busy (environments),
        left (messages not done 12 hours later), dead_letters, usd_a_month.
    """
    import pandas as pd

    chosen = list(factors)
    works = [
        replace(
            settings.work,
            durations=settings.work.durations.scaled(each),
            per_message=settings.work.per_message.scaled(each),
        )
        for each in chosen
    ]
    found = answer_all([(load, replace(settings, work=work)) for work in works], workers)
    rows = pd.DataFrame([each.row() for each in found])
    names = ["p95", "age_of_oldest", "busy", "left", "dead_letters", "usd_a_month"]
    rows = rows[names]
    rows.insert(0, "factor", chosen)
    return rows


def share_with_noise(
    load: Load, settings: Settings, burst: Burst, workers: Workers = None
) -> pd.DataFrame:
    """What one tenant's burst does to the others: alone, without group ids, and with them.

    Returns:
        One row for each case; columns case ("no burst", "burst, no group ids", "burst, group
        ids"), quiet_p50, quiet_p95, noisy_p95: seconds in the queue of all other tenants and of
        the one that bursts (the burst's own messages among them).
    """
    import pandas as pd

    loud = replace(load, bursts=(*load.bursts, burst))
    cases = {
        "no burst": (load, replace(settings, grouped=False)),
        "burst, no group ids": (loud, replace(settings, grouped=False)),
        "burst, group ids": (loud, replace(settings, grouped=True)),
    }
    rows = []
    for case, found in zip(cases, answer_all(cases.values(), workers), strict=True):
        tenants = found.tenants
        quiet = tenants.drop(index=burst.tenant)
        rows.append(
            {
                "case": case,
                "quiet_p50": _weigh(quiet, "p50"),
                "quiet_p95": float(quiet["p95"].max()),
                "noisy_p95": float(tenants["p95"].loc[burst.tenant]),
            }
        )
    return pd.DataFrame(rows)


def _weigh(tenants: pd.DataFrame, column: str) -> float:
    weights = tenants["messages"]
    return float((tenants[column] * weights).sum() / max(1, int(weights.sum())))


def storm_of_dead_letters(
    load: Load,
    settings: Settings,
    seconds: float,
    receive_counts: Sequence[int],
    workers: Workers = None,
) -> pd.DataFrame:
    """Dead letters when the function fails for so long, with each maxReceiveCount.

    Returns:
        Index minute; a column for each maxReceiveCount: dead letters by the end of the minute.
    """
    import pandas as pd

    outage = Outage(load.seconds / 4, seconds, fails=True)
    asked = [
        (load, replace(settings, max_receive_count=each, outage=outage)) for each in receive_counts
    ]
    found = answer_all(asked, workers)
    columns = {
        each: answer.minutes["dead"] for each, answer in zip(receive_counts, found, strict=True)
    }
    return pd.DataFrame(columns).ffill().astype(int)


def weigh_cost(
    load: Load, settings: Settings, batch_sizes: Iterable[int], workers: Workers = None
) -> pd.DataFrame:
    """Latency against cost: each batch size with a window of 0, 1 and 5 seconds.

    A batch size above 10 needs a window (API CreateEventSourceMapping) and is left out without.

    Returns:
        One row for each setting; columns batch_size, window, p95 (seconds until done), usd (a
        month), is_yours: whether it is the setting that was given.
    """
    import pandas as pd

    points = [
        replace(settings, batch_size=size, window=window)
        for size in batch_sizes
        for window in (0, 1, 5)
        if window or size <= 10
    ]
    if settings not in points:
        points.append(settings)
    found = answer_all([(load, each) for each in points], workers)
    return pd.DataFrame(
        [
            {
                "batch_size": point.batch_size,
                "window": point.window,
                "p95": each.done_p95,
                "usd": each.usd_a_month,
                "is_yours": point == settings,
            }
            for point, each in zip(points, found, strict=True)
        ]
    )
