"""Sweeps: the same rows wherever they are worked out, and nothing lost by an interrupt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from importlib.util import find_spec
from typing import Any

import boto3
import pytest

from helpers import planning
from helpers.deploying.modelled import Work, exponential
from helpers.embedded.account import EmbeddedAccount
from helpers.planning import sweeps

QUESTIONS = [
    (
        planning.steady(5, 60, seed=seed),
        planning.Settings(Work(exponential(0.3), failure_rate=0.1), maximum_concurrency=2),
    )
    for seed in range(4)
]


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    sweeps.forget()
    yield
    sweeps.forget()


class Inline(Executor):
    """Answers at once, in this process; the call of number `breaks` is interrupted."""

    def __init__(self, breaks: int = 0) -> None:
        self.calls = 0
        self._breaks = breaks

    def submit(self, call: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        self.calls += 1
        future: Future[Any] = Future()
        if self.calls == self._breaks:
            future.set_exception(KeyboardInterrupt())
        else:
            future.set_result(call(*given, **named))
        return future


def test_one_process_and_two_give_the_same_rows(lab: EmbeddedAccount) -> None:
    boto3.client("sqs").create_queue(QueueName="mine")
    here = planning.sweep(QUESTIONS, workers=1)
    sweeps.forget()
    there = planning.sweep(QUESTIONS, workers=2)
    assert here.equals(there)
    assert here["messages"].between(200, 400).all()
    assert here["messages"].nunique() > 1
    assert boto3.client("sqs").list_queues()["QueueUrls"], "the lab of this process stays open"


@pytest.mark.skipif(find_spec("distributed") is None, reason="dask.distributed is not installed")
def test_a_cluster_gives_the_same_rows() -> None:
    from distributed import Client, LocalCluster

    expected = planning.sweep(QUESTIONS, workers=Inline())
    sweeps.forget()
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        Client(cluster) as client,
    ):
        assert planning.sweep(QUESTIONS, workers=client.get_executor()).equals(expected)


def test_an_interrupt_keeps_what_is_done() -> None:
    with pytest.raises(KeyboardInterrupt):
        planning.sweep(QUESTIONS, workers=Inline(breaks=3))
    again = Inline()
    rows = planning.sweep(QUESTIONS, workers=again)
    assert again.calls == 1
    assert len(rows) == 4


def test_a_question_is_asked_once() -> None:
    once = Inline()
    found = planning.answer_all([QUESTIONS[0], QUESTIONS[0]], once)
    assert once.calls == 1
    assert found[0] is found[1] is planning.answer(*QUESTIONS[0], workers=once)


def test_settings_that_aws_refuses_are_refused_in_its_words() -> None:
    bad = planning.Settings(maximum_concurrency=1)
    with pytest.raises(Exception, match=r"aximumConcurrency|ScalingConfig"):
        planning.answer(planning.steady(1, 10), bad, workers=Inline())


def test_an_outage_that_fails_makes_dead_letters_and_one_that_stops_makes_a_backlog() -> None:
    load = planning.steady(2, 1200)
    stops = planning.Settings(outage=planning.Outage(300, 300))
    fails = planning.Settings(
        outage=planning.Outage(300, 300, fails=True), max_receive_count=2, visibility=60
    )
    waited, died = planning.answer_all([(load, stops), (load, fails)], Inline())
    assert waited.dead_letters == 0
    assert waited.minutes["waiting"].max() == pytest.approx(600, abs=4 * 600**0.5)
    assert died.dead_letters == pytest.approx(2 * (300 - 60), abs=4 * 480**0.5)
    assert waited.left == died.left == 0


def test_a_fifo_queue_keeps_each_tenant_in_line() -> None:
    load = planning.steady(4, 120, tenants=(("a", 1.0), ("b", 1.0)))
    settings = planning.Settings(Work(exponential(0.2)), fifo=True)
    found = planning.answer(load, settings, workers=Inline())
    assert found.most_environments == 2
    assert "SQS FIFO requests" in found.usd


@pytest.mark.parametrize(
    "make",
    [
        lambda: planning.steady(-1, 10),
        lambda: planning.steady(1, 0),
        lambda: planning.steady(1, 1, sent_together=11),
        lambda: planning.steady(1, 1, tenants=()),
        lambda: planning.steady(1, 1, bytes=0),
        lambda: planning.daily(100, peak=3),
    ],
)
def test_loads_that_make_no_sense_are_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"load|call sends|body has|peak is"):
        make()
