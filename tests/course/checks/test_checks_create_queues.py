"""The exercises of notebook 02: solutions are accepted, stubs and wrong answers are not."""

import json
from typing import Any

import boto3
import pandas as pd
import pytest

from helpers import Lab
from helpers.bank import keys, queues
from helpers.checks import create_queues
from helpers.deploying import tags

HOUR = 3600


def fail_once(lab: Lab, queue: queues.Queue, after: float) -> None:
    """Send a message that is received in vain when it is so many seconds old."""
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queue.url, MessageBody="rent")
    lab.advance(seconds=after)
    for _ in range(2):
        sqs.receive_message(QueueUrl=queue.url)
        lab.advance(seconds=30)


def test_repair(lab: Lab) -> None:
    assert create_queues.check_repair(lab).startswith("Not attempted yet: there is no trap-queue")
    queues.create_pair(lab, "trap", days=1, dead_letter_days=1)
    assert create_queues.check_repair(lab).startswith("Not attempted yet: both queues")
    trap, dead = queues.create_pair(lab, "trap", days=1, dead_letter_days=14)
    assert "no message came from trap-queue" in create_queues.check_repair(lab)
    fail_once(lab, trap, after=23 * HOUR)
    lab.advance(seconds=HOUR - 61)
    assert "your message is 24 hours old" in create_queues.check_repair(lab)
    lab.advance(seconds=HOUR + 1)
    for _ in range(2):
        assert create_queues.check_repair(lab).startswith("Right: the message is 25 hours old")
    assert queues.measure_depth(dead.url).visible == 1


@pytest.mark.parametrize(
    ("days", "dead_letter_days", "answer"),
    [
        (14, 14, "must keep messages for 1 day, as before"),
        (2, 14, "must keep messages for 1 day, as before"),
        (1, 13, "kept for 13 days, not for 14"),
    ],
)
def test_repair_of_the_wrong_setting(
    lab: Lab, days: int, dead_letter_days: int, answer: str
) -> None:
    queues.create_pair(lab, "trap", days, dead_letter_days)
    assert answer in create_queues.check_repair(lab)


def test_a_letter_that_never_failed_repairs_nothing(lab: Lab) -> None:
    _, dead = queues.create_pair(lab, "trap", days=1, dead_letter_days=14)
    boto3.client("sqs").send_message(QueueUrl=dead.url, MessageBody="put here by hand")
    lab.advance(seconds=25 * HOUR)
    assert "no message came from trap-queue" in create_queues.check_repair(lab)


def build_own(key: str, **changed: str | None) -> None:
    """The Make exercise's two queues; None leaves a setting out, dead_... is the other queue's."""
    dead = {"KmsMasterKeyId": key, "MessageRetentionPeriod": str(14 * queues.DAY)}
    dead |= {name[5:]: value for name, value in changed.items() if name.startswith("dead_")}
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName=create_queues.OWN_DEAD_LETTER_QUEUE, Attributes=without_none(dead))
    found = queues.find_queue(create_queues.OWN_DEAD_LETTER_QUEUE)
    assert found is not None
    own = {
        "KmsMasterKeyId": key,
        "MessageRetentionPeriod": str(7 * queues.DAY),
        "ReceiveMessageWaitTimeSeconds": "20",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": found.arn, "maxReceiveCount": 5}),
    }
    own |= {name: value for name, value in changed.items() if not name.startswith("dead_")}
    sqs.create_queue(QueueName=create_queues.OWN_QUEUE, Attributes=without_none(own))


def without_none(attributes: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if value is not None}


@pytest.mark.parametrize("form", ["arn", "id", "alias"])
def test_own_queue_by_each_form_of_the_key(lab: Lab, form: str) -> None:
    assert create_queues.check_own_queue().startswith("Not attempted yet")
    arn = keys.create_key()
    build_own({"arn": arn, "id": arn.rpartition("/")[2], "alias": keys.ALIAS}[form])
    assert create_queues.check_own_queue().startswith("Right")


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"KmsMasterKeyId": None}, "my-statement-queue is not encrypted with a KMS key"),
        ({"dead_KmsMasterKeyId": None}, "my-statement-dead-letter-queue is not encrypted"),
        ({"KmsMasterKeyId": "alias/no-such-key"}, "a key that does not exist"),
        ({"KmsMasterKeyId": "alias/other-key"}, "has another key, not banking-key"),
        ({"MessageRetentionPeriod": None}, "4 days, which is a queue's default"),
        ({"MessageRetentionPeriod": "60"}, "keeps messages for 60 s"),
        ({"dead_MessageRetentionPeriod": None}, "dead letters are kept for 4 days"),
        ({"dead_MessageRetentionPeriod": str(7 * queues.DAY)}, "and messages for 7."),
        ({"ReceiveMessageWaitTimeSeconds": None}, "waits 0 s, not 20 s"),
        ({"RedrivePolicy": None}, "no RedrivePolicy"),
    ],
)
def test_own_queue_with_one_thing_wrong(
    lab: Lab, changed: dict[str, str | None], answer: str
) -> None:
    key = keys.create_key()
    keys.create_key("alias/other-key")
    build_own(key, **changed)
    assert answer in create_queues.check_own_queue()


def test_own_queue_whose_letters_go_elsewhere(lab: Lab) -> None:
    elsewhere = queues.create_dead_letter_queue(lab, keys.create_key())
    redrive = json.dumps({"deadLetterTargetArn": elsewhere.arn, "maxReceiveCount": 5})
    build_own(keys.create_key(), RedrivePolicy=redrive)
    assert "go to banking-dead-letter-queue" in create_queues.check_own_queue()


def test_own_queue_without_its_dead_letter_queue(lab: Lab) -> None:
    boto3.client("sqs").create_queue(QueueName=create_queues.OWN_QUEUE, tags=tags.AS_MAPPING)
    assert "no queue named my-statement-dead-letter-queue" in create_queues.check_own_queue()


@pytest.mark.parametrize("receives", [1, 3, 4, 6, 10])
def test_another_number_of_receives_is_told_and_not_accepted(lab: Lab, receives: int) -> None:
    key = keys.create_key()
    build_own(key)
    own, dead = map(queues.find_queue, create_queues.OWN_QUEUES)
    assert own is not None
    assert dead is not None
    redrive = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": receives}
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=own.url, Attributes={"RedrivePolicy": json.dumps(redrive)}
    )
    said = create_queues.check_own_queue()
    assert said.startswith("Not yet")
    assert f"after {receives} receives, not after 5. Look at maxReceiveCount." in said


TABLE = pd.DataFrame({"seconds_late": [0, 0, 0]}, index=["a", "b", "c"])


@pytest.mark.parametrize(
    ("question", "seen", "said"),
    [
        ("dead-letter queue first", "", "SQS refused nothing"),
        ("second receive", {20: ["rent"], 40: []}, "got {20: ['rent'], 40: []}"),
        ("after a day", [1, 0], "it was [1, 0]"),
        ("hours to find it", 24, "it was 24, and not 1"),
        ("empty receives", TABLE, "'b': False"),
        ("order", [100, -80], "it was [-80, 100]"),
        ("key disabled", {"5 minutes later": ("works", "works")}, "('works', 'works')"),
    ],
)
def test_no_answer_fits_an_experiment_that_was_changed(question: str, seen: Any, said: str) -> None:
    words = create_queues.judge(question, create_queues.QUESTIONS[question].right, seen)
    assert words.startswith("No answer fits")
    assert said in words


def test_a_real_account_may_answer_a_little_later() -> None:
    assert create_queues.judge("second receive", 30, {20: [], 31: ["rent"]}).startswith("Right")
