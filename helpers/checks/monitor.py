"""Notebook 07: its questions and its exercises."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from helpers.bank.queues import DEAD_LETTER_QUEUE, QUEUE
from helpers.checks import answers
from helpers.checks.answers import exercise, judge_in
from helpers.checks.multiple_choice import ABC, Question
from helpers.watching import dashboards
from helpers.watching.metrics import Metric, read_function_metrics

if TYPE_CHECKING:
    from helpers.bank.pipeline import Bank
    from helpers.lab import Lab

OWN_DASHBOARD = "my-bank"
DRILL = timedelta(minutes=30)
"""How far back a drill is looked for."""

QUESTIONS = {
    "minute": Question(
        right=(22, 23),
        why="In minute 23 the first errors are counted, on the right, at the top.",
        misconceptions={
            25: "That is when the first dead letter was made. Look for a curve that changed "
            "earlier.",
            26: "That is when the dead letters appear. Look for a curve that changed earlier.",
        },
        hint="Find the first minute in which a curve on the right rises above 0.",
    ),
    "dead letters sent": Question(
        right=0,
        why="The metric counts what programs send. SQS moves a dead letter by itself.",
        misconceptions={
            300: "That many were sent to banking-queue. Each queue has its own metrics.",
        },
        hint="In the column of the dead letters, compare Sent and Visible.",
    ),
    "age": Question(
        right="a",
        choices=ABC,
        why="The metric leaves out a message after three receives, so failing messages look young.",
        misconceptions={
            "b": "It was in the queue for that long. But the metric leaves out a message that was "
            "received three times, and that is after 60 s.",
            "c": "No message was in the queue for that long: after five receives it is a dead "
            "letter.",
        },
        hint="Read the highest age in the column of banking-queue.",
    ),
    "received": Question(
        right="c",
        choices=ABC,
        why="Each receive counts. A message that failed five times was received five times.",
        misconceptions={
            "a": "A receive does not remove a message. A message that is not deleted becomes "
            "visible, and is received and counted again.",
            "b": "A failed message was received, too. Those that became dead letters were "
            "received most.",
        },
        hint="In the column of banking-queue, compare Sent and Received.",
    ),
    "bad release": Question(
        right="b",
        choices=ABC,
        why="The dead letters are visible. No program sent them, and the age metric leaves them "
        "out.",
        misconceptions={
            "a": "An alarm on Sent never goes off: SQS moves dead letters, and no program sends "
            "them.",
            "c": "Each message is received again and again. After the third receive Age leaves "
            "it out, and after the fifth SQS moves it.",
        },
        hint="Read the names of what arrived.",
    ),
    "no consumer": Question(
        right="c",
        choices=ABC,
        why="A message that nobody receives gets older, and never becomes a dead letter.",
        misconceptions={
            "a": "No program sent a dead letter, and no message became one: nothing was received.",
            "b": "Without receives no message becomes a dead letter. It waits, and gets older.",
        },
        hint="Read the names of what arrived.",
    ),
    "dearest": Question(
        right="c",
        choices=ABC,
        why="The key costs 1 USD a month, used or not. At this load nothing else costs as much.",
        misconceptions={
            "a": "Nearly: with its requests to KMS and DynamoDB the work costs more than the "
            "watching. But one item costs more than all the work.",
            "b": "The alarms are the largest item of watching. Add up all items of the work, those "
            "of KMS and DynamoDB too: they are more.",
        },
        hint="Compare the three sums.",
    ),
    "misspelt": Question(
        right="b",
        choices=ABC,
        why="CloudWatch accepts any name. The empty panel looks as if nothing were wrong.",
        misconceptions={
            "a": "CloudWatch checks that the body is JSON. A metric may be published later, so "
            "no name is refused.",
            "c": "Nothing is corrected: no datapoint, no line.",
        },
        hint="Look at the panel of the metric `Error`.",
    ),
}

judge = judge_in(__name__, QUESTIONS)
tell_answers = partial(answers.tell_answers, __name__)


@exercise
def check_throttle_alarm(lab: Lab, bank: Bank) -> str:
    """Modify, notebook 07: an alarm on the receiver's throttles went off, and all runs again."""
    cloudwatch, functions = boto3.client("cloudwatch"), boto3.client("lambda")
    alarms = [
        alarm
        for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
        for alarm in page["MetricAlarms"]
        if alarm.get("Namespace") == "AWS/Lambda"
    ]
    if not alarms:
        return "Not attempted yet: no alarm watches a function."
    own = [alarm for alarm in alarms if alarm["MetricName"] == "Throttles"]
    if not own:
        metric = alarms[-1]["MetricName"]
        return f"Not yet: your alarm watches {metric}. What is throttled is not counted there."
    alarm = own[-1]
    if trouble := _check_alarm(alarm, bank):
        return f"Not yet: {trouble}"
    items = cloudwatch.describe_alarm_history(
        AlarmName=alarm["AlarmName"], HistoryItemType="Action"
    )["AlarmHistoryItems"]
    if not items:
        return (
            "Not yet: it never went off. Reserve 0 environments for the receiver, and let two "
            "minutes with traffic pass."
        )
    reserved = functions.get_function_concurrency(FunctionName=bank.receiver)
    if "ReservedConcurrentExecutions" in reserved:
        return "Not yet: it went off. Now end the drill: the receiver is still throttled."
    counted = read_function_metrics(lab, bank.receiver, lab.now() - DRILL)
    worst = counted.fillna(0).iloc[int(counted["Throttles"].fillna(0).argmax())]
    return (
        f"Right: it went off. In its worst minute CloudWatch counted {worst['Throttles']:.0f} "
        f"throttles, {worst['Invocations']:.0f} invocations and {worst['Errors']:.0f} errors."
    )


def _check_alarm(alarm: dict[str, Any], bank: Bank) -> str:
    """What is wrong with an alarm on throttles, "" if nothing is."""
    names = [each["Value"] for each in alarm["Dimensions"]]
    if names != [bank.receiver]:
        return f"it watches {', '.join(names) or 'all functions'}, not {bank.receiver}."
    if alarm.get("Statistic") != "Sum":
        return "use the statistic Sum: it is the number of throttles in a minute."
    if alarm["Threshold"] > 0:
        return f"it is silent up to {alarm['Threshold']:g} throttles a minute. Set it above 0."
    return "" if alarm["AlarmActions"] else "it has no action, so nobody gets its notice."


@exercise
def check_own_dashboard(bank: Bank) -> str:
    """Make, notebook 07: my-bank shows dead letters, age, errors and throttles, each rightly."""
    try:
        shown = dashboards.list_metrics(OWN_DASHBOARD)
    except ValueError as error:
        return f"Not yet: a widget cannot be read: {error}"
    except LookupError:
        return f"Not attempted yet: there is no dashboard named {OWN_DASHBOARD}."
    for title, metric in shown:
        if trouble := _check_metric(metric):
            return f"Not yet: {title!r}: {trouble}"
    visible = "ApproximateNumberOfMessagesVisible"
    wanted = (
        ("the dead letters", "AWS/SQS", visible, DEAD_LETTER_QUEUE, "Maximum"),
        ("the age in the queue", "AWS/SQS", "ApproximateAgeOfOldestMessage", QUEUE, "Maximum"),
        ("the receiver's errors", "AWS/Lambda", "Errors", bank.receiver, "Sum"),
        ("the receiver's throttles", "AWS/Lambda", "Throttles", bank.receiver, "Sum"),
    )
    for words, namespace, name, owner, statistic in wanted:
        found = [
            metric.statistic
            for _, metric in shown
            if metric[:2] == (namespace, name)
            and [value for _, value in metric.dimensions] == [owner]
        ]
        if not found:
            return f"Not yet: {words}: no widget shows {name} of {owner}."
        if statistic not in found:
            return f"Not yet: {words}: use {statistic}, not {found[0]}."
    return f"Right: {len(shown)} metrics, each with the right statistic."


def _check_metric(metric: Metric) -> str:
    """What is wrong with a metric that is shown, "" if nothing is."""
    owner = ", ".join(value for _, value in metric.dimensions)
    if metric.name == "NumberOfMessagesSent" and owner == DEAD_LETTER_QUEUE:
        return "a dead-letter queue's NumberOfMessagesSent stays 0."
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    known = boto3.client("cloudwatch").list_metrics(
        Namespace=metric.namespace, MetricName=metric.name, Dimensions=dimensions
    )["Metrics"]
    return "" if known else f"{owner or 'nobody'} has no metric {metric.namespace} {metric.name}."
