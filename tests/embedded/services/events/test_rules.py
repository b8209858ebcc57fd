"""Rules that follow a schedule fire in lab time.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.events.schedules import BadSchedule, parse_schedule
from tests.embedded.conftest import Deploy

RULE_ARN = "arn:aws:events:us-east-1:123456789012:rule/clock"


def queue_for_rules(name: str = "target", **attributes: str) -> tuple[str, str]:
    """URL and ARN of a queue to which the rule "clock" may send."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": RULE_ARN}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


def put_rule(schedule: str, *targets: dict[str, Any]) -> None:
    events = boto3.client("events")
    events.put_rule(Name="clock", ScheduleExpression=schedule)
    events.put_targets(Rule="clock", Targets=list(targets))


def bodies(url: str) -> list[str]:
    """Of all messages in a queue, which are deleted."""
    sqs = boto3.client("sqs")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for each in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [each["Body"] for each in found]


def test_rule_sends_to_a_queue_until_it_is_disabled(lab: EmbeddedAccount) -> None:
    url, arn = queue_for_rules()
    put_rule("rate(5 minutes)", {"Id": "1", "Arn": arn})
    lab.advance(299)
    assert bodies(url) == []
    began = lab.now()
    lab.advance(601)
    sent = [json.loads(body) for body in bodies(url)]
    assert len(sent) == 3
    assert (sent[0]["detail-type"], sent[0]["source"]) == ("Scheduled Event", "aws.events")
    assert sent[0]["resources"] == [RULE_ARN]
    assert (datetime.fromisoformat(sent[0]["time"]) - began).total_seconds() == 1
    boto3.client("events").disable_rule(Name="clock")
    lab.advance(600)
    assert bodies(url) == []
    boto3.client("events").enable_rule(Name="clock")
    lab.advance(300)
    assert len(bodies(url)) == 1


def test_rule_invokes_a_function_with_a_constant(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("def handler(event, context):\n    print(event['greeting'])\n", "greeter")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:greeter"
    put_rule("rate(1 hour)", {"Id": "1", "Arn": arn, "Input": '{"greeting": "hello"}'})
    lab.advance(3600)
    group = {"logGroupName": "/aws/lambda/greeter"}
    with pytest.raises(ClientError, match="log group does not exist"):
        boto3.client("logs").filter_log_events(**group)
    boto3.client("lambda").add_permission(
        FunctionName="greeter",
        StatementId="clock",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=RULE_ARN,
    )
    lab.advance(3600)
    lab.run_until_idle()
    found = boto3.client("logs").filter_log_events(**group)["events"]
    assert sum(each["message"].strip() == "hello" for each in found) == 1


def test_event_that_is_not_taken_goes_to_the_dead_letter_queue(lab: EmbeddedAccount) -> None:
    dead_url, dead = queue_for_rules("dead")
    closed = boto3.client("sqs").create_queue(QueueName="closed")["QueueUrl"]
    target = {"Id": "1", "Arn": dead.replace("dead", "closed"), "Input": '"hi"'}
    put_rule("rate(1 minute)", {**target, "DeadLetterConfig": {"Arn": dead}})
    lab.advance(60)
    assert bodies(closed) == []
    (message,) = boto3.client("sqs").receive_message(
        QueueUrl=dead_url, MessageAttributeNames=["All"]
    )["Messages"]
    assert message["Body"] == '"hi"'
    said = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
    assert said["ERROR_CODE"] == "NO_PERMISSIONS"
    assert said["RULE_ARN"] == RULE_ARN


def test_what_would_never_be_obeyed_is_refused(lab: EmbeddedAccount) -> None:
    events = boto3.client("events")
    for bad in ("rate(1 minutes)", "rate(2 minute)", "rate(0 days)", "cron(* * * * * *)"):
        with pytest.raises(ClientError, match="Parameter ScheduleExpression is not valid"):
            events.put_rule(Name="clock", ScheduleExpression=bad)
    with pytest.raises(NotImplementedError, match="CreateEventBus"):
        events.create_event_bus(Name="orders")
    events.put_rule(Name="clock", ScheduleExpression="rate(1 day)")
    target = {"Id": "1", "Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}
    with pytest.raises(NotImplementedError, match="Target 1 is arn:aws:kinesis"):
        events.put_targets(Rule="clock", Targets=[target])
    target = {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:1:q", "RoleArn": "arn:aws:iam::1:role/r"}
    with pytest.raises(NotImplementedError, match="RoleArn"):
        events.put_targets(Rule="clock", Targets=[target])


@pytest.mark.parametrize(
    ("expression", "moment", "following"),
    [
        ("cron(0 10 * * ? *)", "2026-01-05 10:00", "2026-01-06 10:00"),
        ("cron(15 12 * * ? *)", "2026-01-05 12:14:59", "2026-01-05 12:15"),
        ("cron(0 18 ? * MON-FRI *)", "2026-01-09 18:00", "2026-01-12 18:00"),
        ("cron(0/15 * * * ? *)", "2026-01-05 09:45:01", "2026-01-05 10:00"),
        ("cron(0 8 1 * ? *)", "2026-01-31 09:00", "2026-02-01 08:00"),
        ("cron(0 0 29 2 ? *)", "2026-01-01 00:00", "2028-02-29 00:00"),
        ("cron(5,35 14 ? * 1 2027-2028)", "2026-01-01 00:00", "2027-01-03 14:05"),
        ("cron(0 0 1 1 ? 2025)", "2026-01-01 00:00", None),
        ("rate(2 hours)", "2026-01-05 09:00", "2026-01-05 11:00"),
    ],
)
def test_next_moment_of_a_schedule(expression: str, moment: str, following: str | None) -> None:
    expected = datetime.fromisoformat(following) if following else None
    assert parse_schedule(expression).after(datetime.fromisoformat(moment)) == expected


@pytest.mark.parametrize("text", ["", "every day", "cron(0 0 * * ? )", "cron(60 * * * ? *)"])
def test_text_that_is_no_schedule(text: str) -> None:
    with pytest.raises(BadSchedule):
        parse_schedule(text)
