"""The three ways in which a function is invoked, and what becomes of its error in each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3

from helpers.bank.queues import delete_queue, measure_depth, renew_pair
from helpers.deploying import tags
from helpers.deploying.invocations import read_log
from helpers.deploying.mappings import create_mapping, delete_mappings, wait_for_mapping
from helpers.deploying.packages import SOURCES, build_package, delete_function, deploy_function
from helpers.deploying.roles import create_role, delete_role
from helpers.experiments.alternatives import delete_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from helpers.lab import Lab

NAME = "course-refuser"
ROLE = f"{NAME}-role"
DEAD = f"{NAME}-dead"
RECEIVES = 3
LONG = 600
"""Seconds: more than two retries take (1 minute, then 2)."""


def try_three_ways(lab: Lab) -> pd.DataFrame:
    """Let one function fail, invoked by Invoke, by a topic, and by Lambda's poller of a queue.

    All that it makes for that it deletes at the end.

    Returns:
        Index way; columns caller hears (what the call answered), attempts, at (seconds after the
        first attempt), in the end (what is left of the event).
    """
    import pandas as pd

    try:
        arn = _deploy(lab)
        ways: dict[str, Callable[[], tuple[str, str]]] = {
            "Invoke": _invoke,
            "SNS topic": lambda: _publish(lab, arn),
            "SQS queue": lambda: _send(lab),
        }
        rows = []
        for way, run in ways.items():
            lab.advance(seconds=1)  # so that its log begins after that of the way before
            start = lab.now()
            heard, end = run()
            times = [at for at, line in read_log(NAME, start) if line.strip() == "invoked"]
            at = ", ".join(f"{(time - times[0]).total_seconds():.0f}" for time in times)
            rows.append((way, heard, len(times), at, end))
    finally:
        _delete(lab)
    columns = ["way", "caller hears", "attempts", "at", "in the end"]
    return pd.DataFrame(rows, columns=columns).set_index("way")


def _deploy(lab: Lab) -> str:
    role = create_role(ROLE, "AWSLambdaSQSQueueExecutionRole", "", [])
    package = build_package([SOURCES / "refuser.py"])
    return deploy_function(lab, NAME, package, "refuser.handler", role, 10, {})


def _invoke() -> tuple[str, str]:
    """The caller waits, and has the error; what to do is up to it."""
    answer = boto3.client("lambda").invoke(FunctionName=NAME, Payload=b"{}")
    return json.loads(answer["Payload"].read())["errorType"], "up to the caller"


def _publish(lab: Lab, arn: str) -> tuple[str, str]:
    """Lambda takes the event into a queue of its own, answers, and tries by itself."""
    functions, sns = boto3.client("lambda"), boto3.client("sns")
    topic = sns.create_topic(Name=NAME, Tags=tags.AS_LIST)["TopicArn"]
    functions.add_permission(
        FunctionName=NAME,
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    answer = sns.publish(TopicArn=topic, Message="work")
    lab.advance(seconds=LONG)
    return "a message id" if answer["MessageId"] else "", "dropped"


def _send(lab: Lab) -> tuple[str, str]:
    """Lambda polls: what is not deleted is received again, until it is a dead letter."""
    queue, dead = renew_pair(lab, NAME, DEAD, receives=RECEIVES)
    wait_for_mapping(lab, create_mapping(lab, queue.arn, NAME))
    answer = boto3.client("sqs").send_message(QueueUrl=queue.url, MessageBody="work")
    lab.run_until_idle()
    left = measure_depth(dead.url).total
    return "a message id" if answer["MessageId"] else "", f"{left} dead letter"


def _delete(lab: Lab) -> None:
    delete_mappings(lab, NAME)
    for name, delete in (
        (NAME, delete_function),
        (ROLE, delete_role),
        (NAME, delete_topic),
        (NAME, delete_queue),
        (DEAD, delete_queue),
    ):
        delete(name)
