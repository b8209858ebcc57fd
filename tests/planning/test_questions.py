"""The questions of a team: what the rows of each must show, by what is known beforehand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers import planning
from helpers.deploying.modelled import Work, exponential, fixed
from helpers.planning import questions, sweeps
from tests.planning.test_sweeps import Inline


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    sweeps.forget()
    yield
    sweeps.forget()


def test_a_backlog_of_an_outage_goes_sooner_with_a_higher_limit() -> None:
    rows = questions.drain_after_outage(
        planning.steady(1, 1800),
        planning.Settings(Work(fixed(0.5))),
        planning.Outage(300, 600),
        [2, 4],
        Inline(),
    )
    assert rows[2].max() == rows[4].max() == pytest.approx(600, abs=4 * 600**0.5)
    gone = {limit: rows.index[(rows[limit] > 0).to_numpy()][-1] for limit in (2, 4)}
    assert gone[4] < gone[2]
    assert gone[2] == pytest.approx(15 + 600 / (4 - 1) / 60, abs=1.5)


def test_slower_work_waits_beyond_the_limit() -> None:
    rows = questions.slow_down(
        planning.steady(4, 240),
        planning.Settings(Work(fixed(0.5)), maximum_concurrency=4),
        [1, 3],
        Inline(),
    )
    assert rows["factor"].tolist() == [1, 3]
    assert rows["p95"].iloc[0] < 1 < 20 < rows["p95"].iloc[1]


def test_groups_keep_the_quiet_ones_from_waiting() -> None:
    rows = questions.share_with_noise(
        planning.steady(4, 120, tenants=(("a", 1.0), ("b", 1.0), ("loud", 1.0))),
        planning.Settings(Work(fixed(0.5)), maximum_concurrency=20),
        planning.Burst(20, 1500, "loud"),
        Inline(),
    ).set_index("case")
    assert rows["quiet_p95"].to_dict() == pytest.approx(
        {"no burst": 0, "burst, no group ids": 35, "burst, group ids": 0.25}, abs=5
    )
    assert rows.loc["burst, group ids", "noisy_p95"] > 30


def test_more_receives_make_fewer_dead_letters() -> None:
    """0.2 a second come, and die who come in the outage but in its last 3 x count minutes."""
    rows = questions.storm_of_dead_letters(
        planning.steady(0.2, 3600), planning.Settings(), 1200, [2, 4], Inline()
    )
    for receives in (2, 4):
        expected = 0.2 * (1200 - receives * 180)
        assert rows[receives].iloc[-1] == pytest.approx(expected, abs=4 * expected**0.5)


def test_yours_is_among_what_is_weighed() -> None:
    mine = planning.Settings(Work(exponential(0.1)), batch_size=3)
    rows = questions.weigh_cost(planning.steady(5, 60), mine, [1, 20], Inline())
    assert list(zip(rows["batch_size"], rows["window"], strict=True)) == [
        (1, 0),
        (1, 1),
        (1, 5),
        (20, 1),
        (20, 5),
        (3, 0),
    ]
    assert rows["is_yours"].tolist() == [False] * 5 + [True]
    assert rows["usd"].iloc[4] < rows["usd"].iloc[0]
