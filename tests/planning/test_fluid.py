"""What is expected in a queue whose rate changes, at the two ends that are known."""

from __future__ import annotations

import pytest

from helpers.planning import formulas
from helpers.planning.fluid import STEP, Stationary, flow


@pytest.mark.parametrize("service", [0.05, 0.7, 20.0])
@pytest.mark.parametrize("load", [0.1, 0.7, 0.95])
def test_a_steady_rate_ends_in_the_stationary_queue(service: float, load: float) -> None:
    rate = load * 5 / service
    found = flow([rate] * (20_000 if service < 1 else 200_000), Stationary(5, service, 1.0))
    assert found.mean_wait == pytest.approx(formulas.mean_wait(5, rate, service), rel=0.03)
    assert found.busy == pytest.approx(5 * load, rel=0.01)


def test_too_much_is_a_fluid() -> None:
    """1,000 s of twice the capacity leave 10,000, which take 1,000 s: 500 s is the mean wait."""
    found = flow([20.0 * STEP] * 1000, Stationary(10, 1.0, 1.0))
    assert found.most_waiting == pytest.approx(10_000, rel=0.01)
    assert found.mean_wait == pytest.approx(500, rel=0.02)
    assert found.busy == pytest.approx(10, rel=0.01)


def test_it_remembers_the_second_before() -> None:
    """An hour near the limit is too short for the wait that a stationary queue would have there."""
    rate, queue = 9.99, Stationary(10, 1.0, 1.0)
    found = flow([rate] * 600, queue)
    assert found.mean_wait < 0.1 * formulas.mean_wait(10, rate, 1.0)


def test_nothing_comes() -> None:
    found = flow([], Stationary(2, 1.0, 1.0))
    assert (found.arrived, found.mean_wait, found.most_waiting, found.busy) == (0, 0, 0, 0)
