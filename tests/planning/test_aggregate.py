"""The estimate without messages, held to the exact engine; and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from statistics import fmean, stdev

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


RUNS = 10
STUDENT = 3.25
"""Of 9 degrees of freedom, 99 % in the middle."""


@pytest.mark.parametrize(
    ("batches", "servers", "failure_rate", "together", "allowed"),
    [(6_000, 6, 0.0, 1, 0.1), (18_000, 11, 0.0, 1, 0.1), (3_000, 8, 0.1, 10, 0.25)],
    ids=["overloaded at the peak", "room left", "one message in ten fails"],
)
def test_its_wait_is_near_the_mean_of_many_days(
    batches: int, servers: int, failure_rate: float, together: int, allowed: float
) -> None:
    """10 waves, each a day pressed into two hours, with seeds 0 to 9; 8.9 servers' work at the
    peak; no warm-up, for a wave begins at its quiet end. Beside Student's interval of 99 % one
    tenth of the mean is allowed; a quarter where messages fail, for how batches join then is only
    guessed.

    These two bounds stood before the first run. The loads did not: earlier ones took too long, or
    their interval was too wide; and how batches join was chosen by the answers compared here.
    Messages and servers at work, wave by wave: to 10 %, for gross mistakes."""
    day = planning.daily(batches * together, sent_together=together)
    load = replace(day, rates=tuple(12 * rate for rate in day.rates), seconds=day.seconds / 12)
    work = Work(exponential(32_000 / batches), failure_rate=failure_rate, cold_start=0)
    settings = planning.Settings(
        work, together, maximum_concurrency=servers, timeout=90, visibility=90
    )
    estimated = aggregate.estimate(load, settings)
    waits = []
    for seed in range(RUNS):
        answer = exact.run(
            replace(load, seed=seed), replace(settings, work=replace(work, seed=seed))
        )
        errors = aggregate.compare(answer, estimated)["error"]
        assert abs(errors["messages"]) < 0.1
        assert abs(errors["busy"]) < 0.1
        waits.append(answer.mean_wait)
    half = STUDENT * stdev(waits) / sqrt(RUNS)
    assert half < 0.5 * fmean(waits), "or it says nothing"
    assert estimated.mean_wait == pytest.approx(fmean(waits), abs=half + allowed * fmean(waits))


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


def test_failed_messages_make_batches_of_their_own_where_nothing_waits() -> None:
    assert aggregate._tries(0, 10, 5) == 1
    assert aggregate._tries(0.5, 1, 3) == formulas.mean_receives(0.5, 3)
    assert aggregate._tries(0.1, 10, 2) == pytest.approx(1 + 1 - 0.9**10)
    again = aggregate.Retries(0.1, 10, 2)
    assert again.receives(0) == again.alone
    assert again.receives(1e9) == pytest.approx(1.1), "what waits is full batches"
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
