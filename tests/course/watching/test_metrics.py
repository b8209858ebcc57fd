"""What CloudWatch says of the bank's run, as tables and as a dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import boto3
import pandas as pd
import pytest

from helpers import Lab, open_lab, plots
from helpers.watching import metrics


class Watched(NamedTuple):
    """An account with one queue that was used for two minutes, then left alone for one."""

    lab: Lab
    start: datetime


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    with open_lab() as lab:
        start = lab.now()
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        for _ in range(3):
            sqs.send_message(QueueUrl=url, MessageBody="0123456789")
        lab.advance(60)
        message = sqs.receive_message(QueueUrl=url)["Messages"][0]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        lab.advance(130)
        yield Watched(lab, start)


@pytest.fixture
def orders(watched: Watched) -> pd.DataFrame:
    return metrics.read_queue_metrics(watched.lab, "orders", watched.start)


def test_a_row_for_each_minute(watched: Watched, orders: pd.DataFrame) -> None:
    minutes = [watched.start + timedelta(minutes=minute) for minute in range(4)]
    assert list(orders.index) == minutes
    assert list(orders.columns) == list(metrics.QUEUE_METRICS)


def test_counts_are_sums_and_states_are_levels(orders: pd.DataFrame) -> None:
    assert list(orders["NumberOfMessagesSent"])[:3] == [3, 0, 0]
    assert list(orders["NumberOfMessagesReceived"])[:3] == [0, 1, 0]
    assert list(orders["NumberOfMessagesDeleted"])[:3] == [0, 1, 0]
    assert list(orders["ApproximateNumberOfMessagesVisible"])[:3] == [3, 2, 2]


def test_no_datapoint_is_not_zero(orders: pd.DataFrame) -> None:
    assert orders["SentMessageSize"].iloc[0] == 10
    assert orders["SentMessageSize"].iloc[1:].isna().all()
    assert orders.iloc[3].isna().all(), "the minute under way is not published"


def test_a_longer_period_adds_up(watched: Watched) -> None:
    orders = metrics.read_queue_metrics(
        watched.lab, "orders", watched.start + timedelta(seconds=100), period=300
    )
    assert list(orders.index) == [watched.start]
    assert orders["NumberOfMessagesSent"].iloc[0] == 3
    assert orders["ApproximateNumberOfMessagesVisible"].iloc[0] == 3


def test_who_is_not_there_has_no_datapoint(watched: Watched) -> None:
    nobody = metrics.read_function_metrics(watched.lab, "nobody", watched.start)
    assert nobody.isna().to_numpy().all()
    assert list(nobody.columns) == list(metrics.FUNCTION_METRICS)


def test_one_hour_is_one_call(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    make = boto3.client

    def client(service: str) -> object:
        made = make(service)
        made.meta.events.register("before-call.*.*", lambda model, **_: calls.append(model.name))
        return made

    monkeypatch.setattr(boto3, "client", client)
    start = watched.lab.now() - timedelta(hours=1)
    assert len(metrics.read_queue_metrics(watched.lab, "orders", start)) >= 60
    assert calls == ["GetMetricData"]


@pytest.mark.parametrize(
    ("start", "period", "message"),
    [
        (datetime(2026, 1, 5, 9), 60, "has no time zone. Take lab.now"),
        (None, 45, "period must be 60 seconds or a multiple of it, not 45"),
    ],
)
def test_bad_questions(watched: Watched, start: datetime, period: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        metrics.read_queue_metrics(watched.lab, "orders", start or watched.start, period=period)


def test_the_end_comes_after_the_start(watched: Watched) -> None:
    with pytest.raises(ValueError, match=r"is not after the start.*Let lab time pass"):
        metrics.read_queue_metrics(watched.lab, "orders", watched.lab.now())


@pytest.fixture
def nobody(watched: Watched) -> pd.DataFrame:
    return metrics.read_function_metrics(watched.lab, "nobody", watched.start)


def test_dashboard_draws_each_metric(orders: pd.DataFrame, nobody: pd.DataFrame) -> None:
    moment = orders.index[1].to_pydatetime()
    figure = plots.plot_dashboard(orders, nobody, {"a bad deploy": moment})
    figure.draw_without_rendering()
    assert len(figure.axes) == 6
    for axes in figure.axes:
        assert axes.get_ylim()[0] == 0
        assert list(axes.lines[-1].get_xdata()) == [1, 1], "the event, in minutes"
        assert axes.texts[-1].get_text() == "A"
    counts = figure.axes[4].lines
    for line, metric in zip(counts[:3], ("Sent", "Received", "Deleted"), strict=True):
        values = orders[f"NumberOfMessages{metric}"].to_list()
        assert pd.Series(line.get_ydata()).equals(pd.Series([*values, values[-1]]))
    assert len({line.get_linestyle() for line in counts[:3]}) == 3
    assert figure.get_suptitle() == "A  a bad deploy (1 min)"


def test_dashboard_in_words(orders: pd.DataFrame, nobody: pd.DataFrame) -> None:
    sentence = plots.describe_dashboard(orders, nobody, {"alarm": orders.index[2]})
    assert sentence == (
        "In 4 minutes 3 messages were sent, 1 received and 1 deleted; at most 3 waited; the oldest "
        "was 180 s old. 0 invocations, no error and no throttle. Marked at 2 min: alarm."
    )


def test_dashboard_refuses_what_it_cannot_show(orders: pd.DataFrame, nobody: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"needs the column ApproximateNumber.*read_queue_metrics"):
        plots.plot_dashboard(nobody, orders)
    with pytest.raises(ValueError, match="let a minute pass"):
        plots.plot_dashboard(orders.iloc[:0], nobody)
    late = orders.index[-1].to_pydatetime() + timedelta(hours=1)
    with pytest.raises(ValueError, match="'late' lies outside"):
        plots.plot_dashboard(orders, nobody, {"late": late})
