"""Shapes in which people use queues with functions: each template deploys, and a message passes.

Rewritten from the kinds of templates in public collections of patterns. The outputs of each say
where a message goes in (Send: a queue, Publish: a topic; neither: it comes by itself), how many
seconds to wait (Wait), in which queue it is to be seen (Seen), and what is in it then (Text).
"""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.services.cloudformation.stacks import describe, failure, queues

TEMPLATES = sorted((Path(__file__).parent / "templates").glob("*.yaml"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_message_passes_through_a_pattern(lab: EmbeddedAccount, path: Path) -> None:
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName="bank",
        TemplateBody=path.read_text(),
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    found = describe()
    assert found["StackStatus"] == "CREATE_COMPLETE", failure()
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}

    body = outputs.get("Body", '{"amount": 150}')
    sqs = boto3.client("sqs")
    if url := outputs.get("Send"):
        group = {"MessageGroupId": "anna"} if url.endswith(".fifo") else {}
        sqs.send_message(QueueUrl=url, MessageBody=body, **group)
    if topic := outputs.get("Publish"):
        boto3.client("sns").publish(TopicArn=topic, Message=body)
    lab.advance(int(outputs.get("Wait", 0)))
    lab.run_until_idle()
    (message,) = sqs.receive_message(QueueUrl=outputs["Seen"], MaxNumberOfMessages=10)["Messages"]
    assert outputs.get("Text", body) in message["Body"]

    cloudformation.delete_stack(StackName="bank")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="bank")
    assert queues() == []
    assert boto3.client("lambda").list_functions()["Functions"] == []
