"""The exercises of notebook 02: solutions are accepted, stubs and wrong answers are not."""

import boto3
import pytest

from helpers import Lab, keys, pipeline
from helpers.checks import create_queues


def test_wait(lab: Lab) -> None:
    assert create_queues.check_wait(5).startswith("Not attempted yet")
    built = pipeline.build_queues(lab)
    assert create_queues.check_wait(5).startswith("Not attempted yet")
    for seconds, answer in (("6", "waits 6 s, not 5 s"), ("5", "Right")):
        boto3.client("sqs").set_queue_attributes(
            QueueUrl=built.queue_url, Attributes={"ReceiveMessageWaitTimeSeconds": seconds}
        )
        assert answer in create_queues.check_wait(5)


@pytest.mark.parametrize(
    ("encrypted", "retention", "answer"),
    [
        (True, "172800", "Right"),
        (False, "172800", "not encrypted with a KMS key"),
        (True, "345600", "4 days, which a queue does if nobody says else"),
        (True, "86400", "86400 s, not 172800 s"),
    ],
)
def test_own_queue(lab: Lab, encrypted: bool, retention: str, answer: str) -> None:
    assert create_queues.check_own_queue().startswith("Not attempted yet")
    attributes = {"MessageRetentionPeriod": retention}
    if encrypted:
        attributes["KmsMasterKeyId"] = keys.create_key()
    boto3.client("sqs").create_queue(QueueName=create_queues.OWN_QUEUE, Attributes=attributes)
    assert answer in create_queues.check_own_queue()
