"""One function that fails, invoked in three ways: who hears of it, and who tries again."""

import boto3

from helpers import Lab
from helpers.experiments import invoking


def test_each_way_has_its_own_retries(lab: Lab) -> None:
    rows = invoking.try_three_ways(lab)
    assert rows.loc["Invoke"].to_list() == ["ValueError", 1, "0", "up to the caller"]
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    assert rows.loc["SNS topic"].to_list() == ["a message id", 3, "0, 60, 180", "dropped"]
    assert rows.loc["SQS queue"].to_list() == ["a message id", 3, "0, 30, 60", "1 dead letter"]


def test_nothing_is_left(lab: Lab) -> None:
    invoking.try_three_ways(lab)
    assert not boto3.client("sqs").list_queues().get("QueueUrls")
    assert not boto3.client("sns").list_topics()["Topics"]
    assert not boto3.client("lambda").list_functions()["Functions"]
