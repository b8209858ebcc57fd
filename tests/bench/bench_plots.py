"""How long a learner waits for a picture, the import of matplotlib left out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter

import pandas as pd
from matplotlib.figure import Figure

from helpers import plots
from helpers.watching import costs, metrics
from tests.bench import Row

TARGET = 0.4


def rows() -> Iterator[Row]:
    draw(lambda: plots.plot_queue_depth(depth(10)))  # fonts are loaded once
    pictures: dict[str, Callable[[], Figure]] = {
        "queue depth, an hour by the second": lambda: plots.plot_queue_depth(depth(3600)),
        "lifelines, 10 messages received 3 times each": lambda: plots.plot_lifelines(lives(10)),
        "environments, 10 with 30 invocations each": lambda: plots.plot_environments(
            invocations(10, 30)
        ),
        "dashboard, 3 hours by the minute": lambda: plots.plot_dashboard(
            measured(metrics.QUEUE_METRICS), measured(metrics.FUNCTION_METRICS)
        ),
        "costs, all items of the price list": lambda: plots.plot_costs(
            costs.estimate_costs(dict.fromkeys(costs.read_prices(), 1e6)), costs.PRICE_DATE
        ),
    }
    for what, picture in pictures.items():
        yield Row(f"picture: {what}", min(draw(picture) for _ in range(3)), "s", TARGET)


def draw(picture: Callable[[], Figure]) -> float:
    """Wall seconds until the picture is a PNG file."""
    began = perf_counter()
    picture().savefig(io.BytesIO(), format="png", dpi=100)
    return perf_counter() - began


def depth(seconds: int) -> pd.DataFrame:
    columns = {
        "visible": [second % 100 for second in range(seconds)],
        "in_flight": [second % 7 for second in range(seconds)],
        "dead_lettered": [second // 60 for second in range(seconds)],
    }
    return pd.DataFrame(columns)


def lives(messages: int) -> pd.DataFrame:
    spans = [
        (f"message {message}", state, begins, begins + lasts, number, then)
        for message in range(messages)
        for number in range(3)
        for state, begins, lasts, then in (
            ("visible", 40 * number, 10, "received"),
            ("in flight", 40 * number + 10, 30, "visible again"),
        )
    ]
    columns = ["message", "state", "begins", "ends", "receive_count", "then"]
    return pd.DataFrame(spans, columns=columns)


def invocations(environments: int, each: int) -> pd.DataFrame:
    bars = [
        (
            environment,
            "f",
            float(number),
            number + 0.9,
            "error" if number % 7 == 0 else "success",
            10,
        )
        for environment in range(1, environments + 1)
        for number in range(each)
    ]
    columns = ["environment", "function", "begins", "ends", "outcome", "messages"]
    return pd.DataFrame(bars, columns=columns)


def measured(names: Iterable[str], minutes: int = 180) -> pd.DataFrame:
    index = pd.date_range("2026-01-05 09:00", periods=minutes, freq="60s", tz="UTC")
    values = [minute % 17 for minute in range(minutes)]
    return pd.DataFrame(dict.fromkeys(names, values), index=index)
