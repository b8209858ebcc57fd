"""Metric math: expressions over series, period by period.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount

MINUTES = 5
DATA: dict[str, list[float | None]] = {
    "booked": [60, 120, None, 240, 0],
    "rejected": [6, None, None, 24, 0],
    "late": [None, 5, None, 1, 2],
}


def metric(name: str, **options: Any) -> dict[str, Any]:
    where = {"Namespace": "Bank", "MetricName": name}
    return {"Id": name, "MetricStat": {"Metric": where, "Period": 60, "Stat": "Sum"}} | options


def ask(lab: EmbeddedAccount, *queries: dict[str, Any]) -> list[dict[str, Any]]:
    """The results, oldest first."""
    answer = boto3.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries,
        StartTime=lab.now() - timedelta(minutes=MINUTES),
        EndTime=lab.now(),
        ScanBy="TimestampAscending",
    )
    results: list[dict[str, Any]] = answer["MetricDataResults"]
    return results


@pytest.fixture
def bank(lab: EmbeddedAccount, cloudwatch: Any) -> EmbeddedAccount:
    """Five minutes have passed, with the metrics of DATA."""
    for minute in range(MINUTES):
        data = [
            {"MetricName": name, "Value": values[minute]}
            for name, values in DATA.items()
            if values[minute] is not None
        ]
        if data:
            cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)
        lab.advance(60)
    return lab


HIDDEN = [metric(name, ReturnData=False) for name in DATA]


def compute(lab: EmbeddedAccount, expression: str) -> list[dict[str, Any]]:
    return ask(lab, *HIDDEN, {"Id": "result", "Expression": expression})


X = None
EXPRESSIONS: list[tuple[str, list[float | None]]] = [
    # Between two series a missing point is 0; what is divided by 0 is dropped.
    ("booked + rejected", [66, 120, X, 264, 0]),
    ("booked + late", [60, 125, X, 241, 2]),
    ("100 * rejected / booked", [10, 0, X, 10, X]),
    ("booked / late", [X, 24, X, 240, 0]),
    ("booked - 60", [0, 60, X, 180, -60]),
    ("-booked", [-60, -120, X, -240, 0]),
    ("2 ^ late", [X, 32, X, 2, 4]),
    # Comparisons give 1 and 0; so do AND and OR.
    ("booked < late", [0, 0, X, 0, 1]),
    ("booked >= 120", [0, 1, X, 1, 0]),
    ("booked > 100 AND late > 2", [0, 1, X, 0, 0]),
    ("booked > 100 && late > 2", [0, 1, X, 0, 0]),
    ("booked == 60 OR late == 2", [1, 0, X, 0, 1]),
    ("booked == 60 || late == 2", [1, 0, X, 0, 1]),
    # Of one series: a number. Of an array: a series.
    ("booked * 0 + SUM(booked)", [420, 420, X, 420, 420]),
    ("booked - AVG(booked)", [-45, 15, X, 135, -105]),
    ("SUM([booked, rejected])", [66, 120, X, 264, 0]),
    ("MAX(METRICS())", [60, 120, X, 240, 2]),
    ("MIN(METRICS())", [6, 5, X, 1, 0]),
    ("AVG([booked, late])", [30, 62.5, X, 120.5, 1]),
    ('SUM(METRICS("ed"))', [66, 120, X, 264, 0]),
    ("DATAPOINT_COUNT(METRICS())", [2, 2, X, 3, 3]),
    ("late + METRIC_COUNT(METRICS())", [X, 8, X, 4, 5]),
    ("late * 0 + STDDEV(late)", [X, 1.699673171197595, X, 1.699673171197595, 1.699673171197595]),
    # Gaps.
    ("FILL(booked, 0)", [60, 120, 0, 240, 0]),
    ("FILL(booked, REPEAT)", [60, 120, 120, 240, 0]),
    ("FILL(booked, LINEAR)", [60, 120, 180, 240, 0]),
    ("FILL(late, booked)", [60, 5, X, 1, 2]),
    ("FILL(late, LINEAR)", [X, 5, 3, 1, 2]),
    ("TIME_SERIES(MAX(booked))", [240, 240, 240, 240, 240]),
    # From one point to the next.
    ("RATE(booked)", [X, 1, X, 1, -4]),
    ("DIFF(booked)", [X, 60, X, 120, -240]),
    ("DIFF_TIME(booked)", [X, 60, X, 120, 60]),
    ("RUNNING_SUM(booked)", [60, 180, X, 420, 420]),
    # Point by point.
    ("booked / PERIOD(booked)", [1, 2, X, 4, 0]),
    ("ABS(late - 3)", [X, 2, X, 2, 1]),
    ("CEIL(late / 2)", [X, 3, X, 1, 1]),
    ("FLOOR(late / 2)", [X, 2, X, 0, 1]),
    ("LOG10(booked / 6 * 10)", [2, 2.3010299956639813, X, 2.6020599913279625, X]),
    # Choosing.
    ("IF(booked > 100, 1, 0)", [0, 1, X, 1, 0]),
    ("IF(booked > 100, late)", [X, 5, X, 1, X]),
    ("IF(late > 1, rejected, booked)", [X, 0, X, 240, 0]),
    ("IF(1, late, booked)", [X, 5, X, 1, 2]),
    ("IF(0, booked, late)", [X, 5, X, 1, 2]),
    ("IF(0, booked)", [X, X, X, X, X]),
    ("FIRST(SORT(METRICS(), SUM, DESC))", [60, 120, X, 240, 0]),
    ("LAST(SORT(METRICS(), SUM, DESC))", [X, 5, X, 1, 2]),
    ("SUM(SORT(METRICS(), MAX, ASC, 2))", [6, 5, X, 25, 2]),
    ("SUM(SLICE(METRICS(), 1, 3))", [6, 5, X, 25, 2]),
]


def test_expressions_are_computed_period_by_period(bank: EmbeddedAccount) -> None:
    asked = [{"Id": f"e{number}", "Expression": expression}
             for number, (expression, _) in enumerate(EXPRESSIONS)]  # fmt: skip
    start = bank.now() - timedelta(minutes=MINUTES)
    for result, (expression, values) in zip(ask(bank, *HIDDEN, *asked), EXPRESSIONS, strict=True):
        points = dict(zip(result["Timestamps"], result["Values"], strict=True))
        by_minute = [points.get(start + timedelta(minutes=minute)) for minute in range(MINUTES)]
        assert by_minute == pytest.approx(values), expression


def test_the_tables_of_the_page(lab: EmbeddedAccount, cloudwatch: Any) -> None:
    """What AWS prints below "Comparison and logical operators" and "Using IF expressions"."""
    columns: dict[str, list[float | None]] = {
        "metric1": [30, 20, 0, 0],
        "metric2": [20, None, 20, None],
        "asked": [1, 1, 0, 0],
        "yes": [30, None, 0, 0],
        "no": [0, 0, 20, None],
    }
    for minute in range(4):
        data = [{"MetricName": name, "Value": values[minute]}
                for name, values in columns.items() if values[minute] is not None]  # fmt: skip
        cloudwatch.put_metric_data(Namespace="Bank", MetricData=data)
        lab.advance(60)
    for expression, printed in (
        ("metric1 < metric2", [0, 0, 1, 0]),
        ("metric1 >= 30", [1, 0, 0, 0]),
        ("metric1 > 15 AND metric2 > 15", [1, 0, 0, 0]),
        ("IF(asked, yes, no)", [30, 0, 20]),
        ("IF(asked, 5, no)", [5, 5, 20]),
        ("IF(asked, yes, 5)", [30, 0, 5, 5]),
    ):
        hidden = [metric(name, ReturnData=False) for name in columns]
        (result,) = ask(lab, *hidden, {"Id": "result", "Expression": expression})
        assert result["Values"] == printed, expression


def test_an_array_has_a_result_for_each_series(bank: EmbeddedAccount) -> None:
    results = compute(bank, "REMOVE_EMPTY(METRICS() * 2)")
    assert [result["Id"] for result in results] == ["result"] * 3
    assert [result["Label"] for result in results] == [f"result {name}" for name in DATA]
    assert results[0]["Values"] == [120, 240, 480, 0]


def test_expressions_build_on_each_other_and_are_no_metrics(bank: EmbeddedAccount) -> None:
    *_, last = ask(
        bank,
        {"Id": "share", "Expression": "100 * bad / whole", "Label": "rejected, per cent"},
        metric("booked", Id="whole", ReturnData=False),
        metric("rejected", Id="bad", ReturnData=False),
        {"Id": "count", "Expression": "TIME_SERIES(METRIC_COUNT(METRICS()))"},
    )
    assert last["Values"] == [2] * MINUTES
    assert ask(bank, metric("booked"), {"Id": "twice", "Expression": "booked * 2"})[1] == {
        "Id": "twice",
        "Label": "twice",
        "Timestamps": ask(bank, metric("booked"))[0]["Timestamps"],
        "Values": [120, 240, 480, 0],
        "StatusCode": "Complete",
    }


NOT_UNDERSTOOD = [
    ("booked +", "syntax error"),
    ("nobody + 1", "the id nobody is not defined"),
    ("ANOMALY_DETECTION_BAND(booked)", "does not know the function ANOMALY_DETECTION_BAND"),
    ("SEARCH('{Bank}', 'Sum')", "does not know the function SEARCH"),
    ("SELECT SUM(booked) FROM Bank", "no Metrics Insights"),
    ("SUM(booked)", "must be a time series"),
    ("5", "must be a time series"),
    ("booked.imag", "not supported"),
    ("NOT booked", "syntax error|not supported"),
    ("RATE(5)", "RATE does not take these arguments"),
    ("FIRST(booked)", "FIRST does not take these arguments"),
    ("booked * METRIC_COUNT(booked)", "METRIC_COUNT does not take these arguments"),
    ("SLICE(booked, 0)", "SLICE does not take these arguments"),
    ("SORT(METRICS(), SUM, UP)", "the id UP is not defined"),
    ("SORT(METRICS(), SUM, SUM)", "SORT does not take these arguments"),
    ("booked + REPEAT", "a text is neither"),
    ("[booked, 5]", "an array holds time series"),
]


def test_what_is_not_understood_is_refused(bank: EmbeddedAccount) -> None:
    for expression, complaint in NOT_UNDERSTOOD:
        with pytest.raises(ClientError, match=complaint) as refused:
            compute(bank, expression)
        assert refused.value.response["Error"]["Code"] == "ValidationError"
