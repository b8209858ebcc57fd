"""Notebook 11: its exercises. The bench runs in this process: a test has no lab to keep open."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.checks import plan_capacity as checks
from helpers.planning import exact, formulas


@pytest.fixture(autouse=True)
def bench_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "answer", exact.run)


@pytest.mark.parametrize(
    ("chosen", "answer"),
    [
        (..., "Not attempted yet"),
        (5, "Give a batch size and a window"),
        ({"batch_size": 5}, "Give a batch size and a window"),
        ({"batch_size": 0, "window": 1}, "A batch size is 1 to 10,000"),
        ({"batch_size": 5, "window": True}, "A batch size is 1 to 10,000"),
        ({"batch_size": 50, "window": 0}, "Lambda takes more than 10 messages at once only"),
        ({"batch_size": 1, "window": 0}, "Not yet: 0.2 s (p95) and 4"),
        ({"batch_size": 50, "window": 5}, "Not yet: 7"),
        ({"batch_size": 3, "window": 1}, "Not yet: 0.8 s (p95) and 20.68 USD a month"),
        ({"batch_size": 4, "window": 2}, "Right"),
        ({"batch_size": 5, "window": 1}, "Right"),
        ({"batch_size": 10, "window": 1}, "Not yet: 1.6 s (p95)"),
    ],
)
def test_budget(chosen: Any, answer: str) -> None:
    assert checks.check_budget(chosen).startswith(answer)


NEEDED = formulas.needed_concurrency(max(checks.DAY.rates), checks.SERVICE, checks.PATIENCE)


@pytest.mark.parametrize(
    ("limit", "answer"),
    [
        (..., "Not attempted yet"),
        (1, "MaximumConcurrency is a whole number"),
        (2.5, "MaximumConcurrency is a whole number"),
        (NEEDED - 1, f"Not yet: with {NEEDED - 1}, 95 % wait"),
        (NEEDED, f"Right: with {NEEDED}, 95 % wait"),
        (NEEDED + 1, f"Not yet: with {NEEDED + 1}, 95 % wait"),
    ],
)
def test_day(limit: Any, answer: str) -> None:
    """The run of the busiest hour agrees with the formula on which limits are enough."""
    told = checks.check_day(limit)
    assert told.startswith(answer)
    if isinstance(limit, int) and limit >= NEEDED - 1:
        waited = float(told.split("95 % wait ")[1].split()[0])
        assert (waited <= checks.PATIENCE) == (limit >= NEEDED)
