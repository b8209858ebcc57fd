"""How much of the account a request goes through."""

from __future__ import annotations

import sys
from types import FrameType

import boto3

from helpers.embedded.account import EmbeddedAccount

MODULES = 25
"""It may become less. Whoever reads one send from the door to the store reads these."""


def test_one_send_enters_few_modules(lab: EmbeddedAccount) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="what is made once, is made")
    entered = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith("helpers.embedded."):
            entered.add(module)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        sqs.send_message(QueueUrl=url, MessageBody="counted")
    finally:
        sys.setprofile(before)
    assert {"helpers.embedded.door.gateway", "helpers.embedded.services.sqs.queue"} <= entered
    assert len(entered) <= MODULES, sorted(entered)
