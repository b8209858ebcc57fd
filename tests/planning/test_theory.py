"""The account with modelled functions, held to the theory of queues.

Fixed before the runs, and by nobody looked at since: 10 independent runs of 560 s (their seeds are
0 to 9), the first 60 s of each not counted (the queue begins empty; at these loads it forgets that
within 10 s), and Student's interval of 99 % over the ten means. The interval must hold the formula,
and be narrow enough to say something.
"""

from __future__ import annotations

import json
from functools import cache
from math import sqrt
from statistics import fmean, stdev

import boto3
import pytest

from helpers.deploying import modelled
from helpers.deploying.modelled import Durations, Work, exponential, fixed, lognormal
from helpers.embedded.account import EmbeddedAccount
from helpers.planning import Answer, Burst, Load, Settings, exact, formulas, steady
from tests.embedded.conftest import create_role
from tests.embedded.services.lambda_.event_source.test_event_source import connect, create_queue

RUNS, WARM_UP, LENGTH = 10, 60, 560
STUDENT = 3.25
"""Of 9 degrees of freedom, 99 % in the middle."""
NORMAL = 3.29
"""99.9 % in the middle."""

SERVERS, SERVICE, RATE = 3, 0.2, 10.5
"""A utilisation of 0.7."""


@cache
def answers(durations: Durations) -> list[Answer]:
    return [
        exact.run(
            steady(RATE, LENGTH, seed=seed, warm_up=WARM_UP),
            Settings(Work(durations, cold_start=0, seed=seed), maximum_concurrency=SERVERS),
        )
        for seed in range(RUNS)
    ]


def interval(values: list[float]) -> tuple[float, float]:
    """The mean, and half of its interval."""
    return fmean(values), STUDENT * stdev(values) / sqrt(len(values))


def test_whether_a_message_waits_is_erlang_c() -> None:
    mean, half = interval([each.waited for each in answers(exponential(SERVICE))])
    assert half < 0.05
    assert mean == pytest.approx(formulas.erlang_c(SERVERS, RATE * SERVICE), abs=half)


def test_how_long_messages_wait_is_that_of_m_m_c() -> None:
    expected = formulas.mean_wait(SERVERS, RATE, SERVICE)
    mean, half = interval([each.mean_wait for each in answers(exponential(SERVICE))])
    assert half < 0.25 * expected
    assert mean == pytest.approx(expected, abs=half)
    mean, half = interval([each.p95 for each in answers(exponential(SERVICE))])
    assert mean == pytest.approx(
        formulas.wait_percentile(0.95, SERVERS, RATE, SERVICE), abs=half + 0.01
    )


@pytest.mark.parametrize("durations", [fixed(SERVICE), lognormal(SERVICE, 1.5)])
def test_allen_and_cunneen_are_close_for_other_services(durations: Durations) -> None:
    """An approximation: one tenth of it is allowed beside the interval."""
    expected = formulas.mean_wait(SERVERS, RATE, SERVICE, durations.variation)
    mean, half = interval([each.mean_wait for each in answers(durations)])
    assert half < 0.35 * expected
    assert mean == pytest.approx(expected, abs=half + 0.1 * expected)
    memoryless = formulas.mean_wait(SERVERS, RATE, SERVICE)
    assert abs(mean - memoryless) > half, "the variation is seen"


def test_littles_law() -> None:
    """Looked at once a minute, independently of the waits."""
    runs = answers(exponential(SERVICE))
    busy, half = interval([each.busy - each.messages / LENGTH * SERVICE for each in runs])
    assert busy == pytest.approx(0, abs=half)
    seen = [each.minutes["waiting"].iloc[1:9].mean() for each in runs]
    waits = [formulas.messages_inside(RATE, each.mean_wait) for each in runs]
    differences = [float(saw - wait) for saw, wait in zip(seen, waits, strict=True)]
    mean, half = interval(differences)
    assert mean == pytest.approx(0, abs=half)


@pytest.mark.parametrize(("failure_rate", "most"), [(0.3, 3), (0.7, 5)])
def test_retries_are_geometric(failure_rate: float, most: int) -> None:
    """3,000 messages, each independent of the others; the interval is the binomial's."""
    count = 3000
    answer = exact.run(
        Load((0.0,), 60, (Burst(0, count),)),
        Settings(
            Work(fixed(0.1), failure_rate=failure_rate), 10, visibility=30, max_receive_count=most
        ),
    )
    dead = formulas.share_of_dead_letters(failure_rate, most)
    assert answer.dead_letters / count == pytest.approx(
        dead, abs=NORMAL * sqrt(dead * (1 - dead) / count)
    )
    receives = formulas.mean_receives(failure_rate, most)
    assert answer.receives == pytest.approx(receives, abs=NORMAL * most / 2 / sqrt(count))
    assert answer.left == 0


def test_a_backlog_drains_as_a_fluid() -> None:
    """3,000 services of 0.1 s on 10 servers: 30 s, with a standard deviation of 0.55 s; the last
    services on their own add the expected longest of ten, 0.29 s."""
    answer = exact.run(
        Load((0.0,), 1, (Burst(0, 3000),)),
        Settings(Work(exponential(0.1), cold_start=0), maximum_concurrency=10),
    )
    assert answer.drained is not None
    expected = formulas.drain_time(3000, 10, 0.1)
    assert answer.drained + 1 == pytest.approx(expected + 0.29, abs=NORMAL * 0.6)


@pytest.mark.parametrize(
    ("settings", "initial", "per_minute", "late"),
    [
        ({}, 5, 300, 0),
        ({"ProvisionedPollerConfig": {"MinimumPollers": 2, "MaximumPollers": 200}}, 20, 1000, 1),
    ],
)
def test_concurrency_grows_by_so_many_a_minute(
    lab: EmbeddedAccount, settings: dict[str, object], initial: int, per_minute: int, late: int
) -> None:
    """No randomness in it: services longer than the test, and a backlog that does not end.

    A provisioned poller polls 10 times a second, so two take 1 second to fill their first 20.
    """
    modelled.deploy_function(lab, "function", Work(fixed(800)), create_role(), timeout=900)
    url = create_queue(VisibilityTimeout="900")
    connect(url, BatchSize=1, **settings)
    lab.advance(seconds=5)
    lab.let_arrive(url, ((0.0, {"MessageBody": "x"}) for _ in range(1200)))
    for seconds in (15, 30, 45):
        lab.advance(seconds=15)
        expected = formulas.growing_concurrency(seconds - late, initial, per_minute)
        attributes = boto3.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
        )["Attributes"]
        at_work = int(attributes["ApproximateNumberOfMessagesNotVisible"])
        assert at_work == pytest.approx(expected, abs=0.02 * expected + 1), json.dumps(settings)
