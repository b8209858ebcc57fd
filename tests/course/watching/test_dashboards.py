"""CloudWatch dashboards, read from the account and drawn."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from helpers import Lab, plots
from helpers.bank import pipeline, queues, receiver, sender
from helpers.watching import dashboards
from helpers.watching.metrics import Metric, read_queue_metrics

VISIBLE = "ApproximateNumberOfMessagesVisible"


def put_dashboard(*widgets: dict[str, Any], name: str = "own") -> None:
    body = json.dumps({"widgets": list(widgets)})
    boto3.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body)


def widget(title: str, *metrics: Any, **properties: Any) -> dict[str, Any]:
    found = {"title": title, "metrics": list(metrics), "period": 60, "stat": "Sum"} | properties
    return {"type": "metric", "properties": found}


SENT = ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "banking-queue"]
DEAD = ["AWS/SQS", VISIBLE, "QueueName", "banking-dead-letter-queue"]
SLIP = ["AWS/Lambda", "Error", "FunctionName", receiver.FUNCTION]


def test_a_dashboard_shows_what_its_body_says(lab: Lab) -> None:
    start = lab.now()
    pipeline.build_bank(lab)
    sender.send_every_minute(lab, minutes=10)
    put_dashboard(
        {"type": "text", "properties": {"markdown": "# The bank"}},
        widget("Traffic", SENT, [*SENT[:3], "nobody"]),
        widget("Dead {letters}", [*DEAD, {"label": "dead", "stat": "Maximum"}], period=300),
        widget("Slip", SLIP),
    )
    rows = dashboards.read_widgets(lab, "own", start)
    assert list(rows["widget"].drop_duplicates()) == ["Traffic", "Dead {letters}", "Slip"]
    queue = read_queue_metrics(lab, queues.QUEUE, start)
    traffic = rows[rows["metric"] == "NumberOfMessagesSent"]
    assert traffic["value"].to_list() == queue["NumberOfMessagesSent"].to_list() == [5.0] * 10
    assert rows[rows["metric"] == "NumberOfMessagesSent nobody"]["value"].isna().all()
    assert rows[rows["metric"] == "dead"]["value"].to_list() == [0, 0]
    figure = plots.plot_widgets(rows)
    figure.draw_without_rendering()
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.axison]
    assert titles == ["Traffic", "Dead {letters}", "Slip"]
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["no datapoint"]
    assert plots.describe_widgets(rows) == (
        "Traffic: NumberOfMessagesSent at most 5 and NumberOfMessagesSent nobody has no datapoint. "
        "Dead {letters}: dead at most 0. Slip: Error has no datapoint."
    )


@pytest.mark.parametrize("metrics", [["AWS/SQS", "Sent"], ["AWS/SQS"], [{"expression": "1"}], []])
def test_metrics_are_read_or_refused_with_the_widget(lab: Lab, metrics: Any) -> None:
    put_dashboard(widget("Odd", metrics))
    if metrics == ["AWS/SQS", "Sent"]:
        assert dashboards.list_metrics("own") == [("Odd", Metric("AWS/SQS", "Sent", (), "Sum"))]
        return
    with pytest.raises(ValueError, match="'Odd': each metric is a list of its namespace"):
        dashboards.list_metrics("own")


def test_dashboards_that_cannot_be_shown(lab: Lab) -> None:
    start = lab.now() - timedelta(hours=1)
    with pytest.raises(LookupError, match=r"no dashboard 'own'\. Run the cell that puts it"):
        dashboards.read_widgets(lab, "own", start)
    put_dashboard()
    with pytest.raises(ValueError, match="has no widget of the type metric"):
        dashboards.read_widgets(lab, "own", start)
    put_dashboard(widget("Crowded", *([*SENT, {"label": str(n)}] for n in range(6))))
    rows = dashboards.read_widgets(lab, "own", start)
    with pytest.raises(ValueError, match="'Crowded' has 6 metrics; 5 can be told"):
        plots.plot_widgets(rows)
    with pytest.raises(ValueError, match="nothing to show"):
        plots.plot_widgets(rows[:0])
    with pytest.raises(ValueError, match=r"needs the column widget.*read_widgets"):
        plots.plot_widgets(rows[["value"]])


def test_dashboards_are_deleted_by_name(lab: Lab) -> None:
    put_dashboard(name="theirs")
    put_dashboard(name="ours")
    assert dashboards.delete_dashboards("ours", "none") == ["ours"]
    assert dashboards.delete_dashboards("ours") == []
    entries = boto3.client("cloudwatch").list_dashboards()["DashboardEntries"]
    assert [entry["DashboardName"] for entry in entries] == ["theirs"]
