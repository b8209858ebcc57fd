"""CloudWatch dashboards: what their widgets would show."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3

from helpers.watching.metrics import Metric, read_metrics

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab


def read_widgets(lab: Lab, name: str, start: datetime, end: datetime | None = None) -> pd.DataFrame:
    """The numbers behind each metric widget of a dashboard, in the order of its body.

    Args:
        name: of the dashboard.
        start: aware.
        end: aware, not included; None: now.

    Returns:
        One row for each period of each metric; columns widget (its title), metric (its label,
        else its name), time (UTC), value. NaN: CloudWatch has no datapoint. A metric that does
        not exist has none at all: CloudWatch takes any name.

    Raises:
        LookupError: there is no such dashboard.
        ValueError: a widget's metrics are not written as lists of namespace, name, dimensions
            and options, which is all that is read here; it says which widget.
    """
    import pandas as pd

    tables = []
    for number, widget in enumerate(_read_body(name).get("widgets", []), start=1):
        if widget.get("type") != "metric":
            continue
        title = widget["properties"].get("title", f"widget {number}")
        period = int(widget["properties"].get("period", 300))
        values = read_metrics(lab, _list_metrics(widget, title), start, end, period)
        table = values.melt(var_name="metric", ignore_index=False).reset_index()
        table.insert(0, "widget", title)
        tables.append(table[["widget", "metric", "time", "value"]])
    if not tables:
        raise ValueError(f"The dashboard {name!r} has no widget of the type metric.")
    return pd.concat(tables, ignore_index=True)


def list_metrics(name: str) -> list[tuple[str, Metric]]:
    """Each metric of the dashboard, with the title of its widget; errors as in `read_widgets`."""
    return [
        (title, metric)
        for number, widget in enumerate(_read_body(name).get("widgets", []), start=1)
        if widget.get("type") == "metric"
        for title in [widget["properties"].get("title", f"widget {number}")]
        for metric in _list_metrics(widget, title).values()
    ]


def delete_dashboards(*names: str) -> list[str]:
    """Delete the dashboards of these names; those that there were."""
    cloudwatch = boto3.client("cloudwatch")
    deleted = []
    for name in names:
        with suppress(cloudwatch.exceptions.ResourceNotFound):
            cloudwatch.get_dashboard(DashboardName=name)
            cloudwatch.delete_dashboards(DashboardNames=[name])
            deleted.append(name)
    return deleted


def _read_body(name: str) -> dict[str, Any]:
    cloudwatch = boto3.client("cloudwatch")
    try:
        body = cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
    except cloudwatch.exceptions.ResourceNotFound:
        raise LookupError(f"There is no dashboard {name!r}. Run the cell that puts it.") from None
    return dict(json.loads(body))


def _list_metrics(widget: dict[str, Any], title: str) -> dict[str, Metric]:
    """What a widget shows, by label.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    found: dict[str, Metric] = {}
    for row in widget["properties"].get("metrics", []):
        texts = list(row) if isinstance(row, list) else []
        options = texts.pop() if texts and isinstance(texts[-1], dict) else {}
        whole = len(texts) >= 2 and len(texts) % 2 == 0
        if not whole or not all(isinstance(text, str) for text in texts):
            raise ValueError(
                f"{title!r}: each metric is a list of its namespace, its name, and names and "
                f"values of its dimensions, not {row!r}."
            )
        namespace, name, *dimensions = texts
        statistic = options.get("stat") or widget["properties"].get("stat", "Average")
        pairs = tuple(zip(dimensions[::2], dimensions[1::2], strict=True))
        label = options.get("label", name)
        if label in found:
            label = " ".join([name, *dimensions[1::2]])
        found[label] = Metric(namespace, name, pairs, statistic)
    return found
