"""Polling, measured; settings, compared; and refusals by name."""

import boto3
import pytest

from helpers import Lab
from helpers.bank import pipeline, queues
from helpers.deploying import refusals
from helpers.experiments import polling


@pytest.mark.parametrize(
    ("wait", "pause", "expected"),
    [
        (0, 1, polling.Polling(60, 59, 0)),
        (0, 20, polling.Polling(3, 2, 9)),
        (20, 0, polling.Polling(4, 3, 0)),
        (5, 0, polling.Polling(13, 12, 0)),
    ],
)
def test_what_a_habit_costs(lab: Lab, wait: int, pause: int, expected: polling.Polling) -> None:
    url = pipeline.build_queues(lab).queue_url
    start = lab.now()
    assert polling.measure_polling(lab, url, wait, pause) == expected
    assert (lab.now() - start).total_seconds() == 60
    assert queues.measure_depth(url).total == 0


@pytest.mark.parametrize(
    ("wait", "pause", "seconds", "words"), [(0, 0, 60, "never end"), (0, 20, 50, "too short")]
)
def test_a_habit_that_measures_nothing(
    lab: Lab, wait: int, pause: int, seconds: int, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        polling.measure_polling(lab, "not asked", wait, pause, seconds)


def test_name_outcome(lab: Lab) -> None:
    built = pipeline.build_queues(lab)
    send = boto3.client("sqs").send_message
    arguments = {"QueueUrl": built.queue_url, "MessageBody": "rent"}
    assert refusals.name_outcome(send, **arguments) == "works"
    boto3.client("kms").disable_key(KeyId=built.key_arn)
    lab.advance(seconds=300)
    assert refusals.name_outcome(send, **arguments) == "KMS.DisabledException"


def test_compare_settings(lab: Lab) -> None:
    pipeline.build_queues(lab)
    boto3.client("sqs").create_queue(QueueName="plain-queue")
    table = queues.compare_settings(queues.QUEUE, "plain-queue")
    assert list(table.loc[queues.QUEUE]) == ["30", "86400", "20", "false", "300", "5"]
    assert list(table.loc["plain-queue"]) == ["30", "345600", "0", "true", "-", "-"]
    with pytest.raises(ValueError, match="no queue 'no-such-queue'"):
        queues.compare_settings("no-such-queue")
