"""The hour of notebook 07: what CloudWatch and the log tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import pandas as pd
import pytest

from helpers import Lab, open_lab, plots
from helpers.bank import incident, pipeline, queues, releases
from helpers.bank.reconciliation import LOST, NotBalancedError, reconcile
from helpers.deploying.packages import SOURCES
from helpers.watching import insights
from helpers.watching.metrics import read_bank, read_function_metrics, sum_up

VISIBLE = "ApproximateNumberOfMessagesVisible"
AGE = "ApproximateAgeOfOldestMessage"


class Hour(NamedTuple):
    """The hour of notebook 07, at its end."""

    lab: Lab
    bank: pipeline.Bank
    start: datetime
    sent: pd.DataFrame


@pytest.fixture(scope="module")
def hour() -> Iterator[Hour]:
    """For tests that only look."""
    with open_lab() as lab:
        bank = pipeline.build_bank(lab)
        start = lab.now()
        yield Hour(lab, bank, start, incident.run_hour(lab))


def test_the_hour_goes_wrong_in_its_middle(hour: Hour) -> None:
    function = read_function_metrics(hour.lab, hour.bank.receiver, hour.start)
    deployed = releases.list_releases()["deployed"]
    minute = (deployed.loc[2] - hour.start).total_seconds() / 60
    assert minute == incident.FAULT_AT
    first = next(place for place, errors in enumerate(function["Errors"]) if errors > 0)
    assert incident.FAULT_AT <= first <= incident.FAULT_AT + 1
    assert len(hour.sent) == 300


def test_the_three_numbers_that_mislead(hour: Hour) -> None:
    queue, _, dead = read_bank(hour.lab, hour.start)
    table = sum_up({"queue": queue, "dead": dead})
    assert table.loc[VISIBLE, "dead"] == dead[VISIBLE].max() > 50
    assert table.loc["NumberOfMessagesSent", "dead"] == 0
    assert table.loc[AGE, "queue"] < 120, "though a message dies 150 s after its first receive"
    received, sent = table["queue"][["NumberOfMessagesReceived", "NumberOfMessagesSent"]]
    assert sent == queue["NumberOfMessagesSent"].sum() == 300
    assert received > 2 * sent
    assert "SentMessageSize" not in table.index, "an average is no sum"


QUERY = r"""
filter @message like /\[ERROR\]/
| parse @message /\[ERROR\] (?<error>.*)/
| parse @message /[\s\S]*File "(?<file>[^"]+)", line (?<line>\d+).*\n\W*(?<code>.*)/
| sort @timestamp asc | limit 1
| display @timestamp, error, file, line, code
"""


def test_the_log_names_the_line(hour: Hour) -> None:
    found = insights.query_log(hour.lab, hour.bank.receiver, QUERY, hour.start).iloc[0]
    assert found["error"] == "KeyError: 'coffee'"
    source = (SOURCES / found["file"].removeprefix("/var/task/")).read_text(encoding="utf-8")
    assert source.splitlines()[int(found["line"]) - 1].strip() == found["code"]


def test_what_is_still_in_the_queue_is_not_proved(hour: Hour) -> None:
    result = reconcile(hour.bank, hour.sent)
    left = (result.messages["outcome"] == LOST).sum()
    assert 0 < left <= queues.measure_depth(hour.bank.queue_url).total
    with pytest.raises(NotBalancedError, match=f"{left} neither booked nor dead-lettered"):
        result.prove()


def test_dead_letters_are_drawn_with_the_queue(hour: Hour) -> None:
    queue, function, dead = read_bank(hour.lab, hour.start, hour.lab.now())
    axes = plots.plot_dashboard(queue, function, dead=dead).axes[0]
    labels = [line.get_label() for line in axes.lines]
    assert labels == ["visible", "in flight", "dead letters"]
    assert axes.lines[2].get_ydata()[-1] == dead[VISIBLE].iloc[-1]
    sentence = plots.describe_dashboard(queue, function, dead=dead)
    assert f"; {dead[VISIBLE].iloc[-1]:.0f} were dead letters at the end." in sentence
    assert len(plots.plot_dashboard(queue, function).axes[0].lines) == 2
