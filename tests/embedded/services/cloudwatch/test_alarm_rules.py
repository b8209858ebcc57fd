"""What an alarm makes of its datapoints: AWS's published tables, then its sentences.

X breaches, 0 does not, - is missing; oldest first, as AWS prints them.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpers.embedded.services.cloudwatch.alarms.state_reasons import reason
from helpers.embedded.services.cloudwatch.alarms.verdict import Datapoint, Rule, Verdict, judge

NOON = int(datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp())
KEPT = None
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def verdict_of(points: str, rule: Rule) -> Verdict:
    values = {"X": 9.0, "0": 0.0, "-": None}
    newest_first = reversed(points.split())
    return judge(
        [
            Datapoint(NOON - 60 * age, values[point])
            for age, point in enumerate(newest_first, start=1)
        ],
        rule,
    )


THREE_OF_THREE = {
    "0 - X - X": ("OK", "OK", "OK", "OK"),
    "- - - - 0": ("OK", "OK", "OK", "OK"),
    "- - - - -": ("INSUFFICIENT_DATA", KEPT, "ALARM", "OK"),
    "0 X X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "- - X - -": ("ALARM", KEPT, "ALARM", "OK"),
    "- - - - X": (KEPT, KEPT, "ALARM", "OK"),
    "- - - X -": (KEPT, KEPT, "ALARM", "OK"),
}
TWO_OF_THREE = {
    "0 - X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0 0 X 0 X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0 - X - -": ("OK", "OK", "ALARM", "OK"),
    "- - - - 0": ("OK", "OK", "ALARM", "OK"),
    "- - - X -": ("ALARM", KEPT, "ALARM", "OK"),
}


@pytest.mark.parametrize(
    ("to_alarm", "points", "treatment", "state"),
    [
        (to_alarm, points, treatment, state)
        for to_alarm, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE))
        for points, states in table.items()
        for treatment, state in zip(TREATMENTS, states, strict=True)
    ],
)
def test_a_row_of_the_published_tables(
    to_alarm: int, points: str, treatment: str, state: str | None
) -> None:
    rule = Rule("GreaterThanThreshold", 1.0, 3, to_alarm, treatment)
    assert verdict_of(points, rule).state == state


@pytest.mark.parametrize(
    ("comparison", "value", "breaching"),
    [
        ("GreaterThanThreshold", 1.0, False),
        ("GreaterThanOrEqualToThreshold", 1.0, True),
        ("LessThanThreshold", 1.0, False),
        ("LessThanOrEqualToThreshold", 1.0, True),
        ("GreaterThanThreshold", 1.1, True),
        ("LessThanThreshold", 0.9, True),
    ],
)
def test_comparison_with_the_threshold(comparison: str, value: float, breaching: bool) -> None:
    assert Rule(comparison, 1.0, 1, 1, "missing").is_breaching(value) is breaching


SENTENCES = [
    ("X", 1, None, "missing", "1 datapoint [9.0 (05/01/26 11:59:00)] was greater than the "
     "threshold (1.0)."),
    ("0 0", 2, None, "missing", "2 datapoints [0.0 (05/01/26 11:59:00), 0.0 (05/01/26 11:58:00)] "
     "were not greater than the threshold (1.0)."),
    ("X", 1, 1, "missing", "1 out of the last 1 datapoints [9.0 (05/01/26 11:59:00)] was greater "
     "than the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."),
    ("X 0 0", 3, 2, "missing", "2 out of the last 3 datapoints [0.0 (05/01/26 11:59:00), 0.0 "
     "(05/01/26 11:58:00)] were not greater than the threshold (1.0) (minimum 2 datapoints for "
     "ALARM -> OK transition)."),
    ("- -", 2, None, "notBreaching", "no datapoints were received for 2 periods and 2 missing "
     "datapoints were treated as [NonBreaching]."),
    ("-", 1, None, "breaching", "no datapoints were received for 1 period and 1 missing datapoint "
     "was treated as [Breaching]."),
    ("- - 0", 3, 2, "breaching", "1 datapoint was received for 3 periods and 2 missing datapoints "
     "were treated as [Breaching]."),
    ("- - X", 3, 1, "notBreaching", "1 out of the last 3 datapoints [9.0 (05/01/26 11:59:00)] was "
     "greater than the threshold (1.0) and 2 missing datapoints were treated as [NonBreaching] "
     "(minimum 1 datapoint for OK -> ALARM transition)."),
]  # fmt: skip


@pytest.mark.parametrize(("points", "periods", "to_alarm", "treatment", "sentence"), SENTENCES)
def test_the_state_reason_is_as_aws_words_it(
    points: str, periods: int, to_alarm: int | None, treatment: str, sentence: str
) -> None:
    rule = Rule("GreaterThanThreshold", 1.0, periods, to_alarm or periods, treatment)
    words = reason(rule, verdict_of(points, rule), to_alarm is not None)
    assert words == f"Threshold Crossed: {sentence}"


def test_without_data_the_reason_says_so() -> None:
    rule = Rule("GreaterThanThreshold", 1.0, 5, 5, "missing")
    verdict = verdict_of("- - - - -", rule)
    assert reason(rule, verdict, False) == "Insufficient Data: 5 datapoints were unknown."
