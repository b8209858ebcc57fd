"""A function that sends to its own queue: Lambda stops it, and nothing is left of it."""

import boto3

from helpers import Lab
from helpers.experiments import loops


def test_loop_is_stopped_after_sixteen_rounds_and_leaves_nothing(lab: Lab) -> None:
    for _ in range(2):
        assert loops.try_loop(lab) == {"invocations": 16, "dead letters": 1}
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    assert boto3.client("lambda").list_functions()["Functions"] == []
    assert boto3.client("iam").list_roles()["Roles"] == []
    assert loops.delete_loop() == []
