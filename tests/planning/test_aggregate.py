"""The estimate without messages, held to the exact engine; and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers import planning
from helpers.deploying.modelled import Work, exponential
from helpers.planning import aggregate, exact, formulas

LOAD = planning.daily(30_000, sent_together=10)
SETTINGS = planning.Settings(
    Work(exponential(30), cold_start=0),
    batch_size=10,
    maximum_concurrency=3,
    timeout=600,
    visibility=900,
)


def test_it_is_near_the_exact_answer_and_says_how_near() -> None:
    """One run of 3,000 batches on three servers, which are busy two thirds of the time in the
    afternoon. Averages over all batches are met to some per cent, waits to a half."""
    answer = exact.run(LOAD, SETTINGS)
    table = aggregate.compare(answer, aggregate.estimate(LOAD, SETTINGS))
    assert list(table.columns) == ["exact", "estimate", "error"]
    assert abs(table.loc["messages", "error"]) < 0.02
    assert abs(table.loc["busy", "error"]) < 0.06
    assert abs(table.loc["usd_a_month", "error"]) < 0.06
    assert table.loc["mean_wait", "estimate"] == pytest.approx(
        table.loc["mean_wait", "exact"], rel=0.5
    )


def test_a_backlog_is_a_fluid() -> None:
    """Twice as much comes as can be done, then nothing."""
    load = planning.Load((20.0, 0.0), 2000)
    found = aggregate.estimate(
        load, planning.Settings(Work(exponential(1)), maximum_concurrency=10, timeout=60)
    )
    assert found.backlog == pytest.approx(10_000, rel=0.01)
    assert found.age_of_oldest == pytest.approx(
        formulas.drain_time(found.backlog, servers=10, service=1)
    )
    assert found.busy == pytest.approx(10, rel=0.01)


def test_failed_messages_make_batches_of_their_own() -> None:
    assert aggregate._tries(0, 10, 5) == 1
    assert aggregate._tries(0.5, 1, 3) == formulas.mean_receives(0.5, 3)
    assert aggregate._tries(0.1, 10, 2) == pytest.approx(1 + 1 - 0.9**10)
    found = aggregate.estimate(LOAD, replace(SETTINGS, work=Work(exponential(1), failure_rate=0.1)))
    assert found.dead_letters == pytest.approx(30_000 * 0.1**5)


def test_a_thousand_million_messages() -> None:
    load = planning.daily(1e9, sent_together=10)
    found = aggregate.estimate(load, replace(SETTINGS, maximum_concurrency=1000))
    assert found.messages == pytest.approx(1e9)
    assert found.usd["SQS standard requests"] > 0.4 * 1e9 / 10 * 3 * 30 / 1e6


@pytest.mark.parametrize(
    ("load", "settings"),
    [
        (replace(LOAD, bursts=(planning.Burst(0, 5),)), SETTINGS),
        (LOAD, replace(SETTINGS, outage=planning.Outage(0, 5))),
        (LOAD, replace(SETTINGS, fifo=True)),
        (LOAD, replace(SETTINGS, maximum_concurrency=None)),
    ],
)
def test_what_it_does_not_see_is_refused(load: planning.Load, settings: planning.Settings) -> None:
    with pytest.raises(ValueError, match="An estimate"):
        aggregate.estimate(load, settings)
