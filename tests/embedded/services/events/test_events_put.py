"""Events that are put come to the targets of the rules that mean them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.service import NotInEmbeddedAccount
from tests.embedded.conftest import Deploy
from tests.embedded.services.events.test_rules import bodies, queue_for_rules

PAID = {"Source": "bank", "DetailType": "paid", "Detail": '{"kind": "rent", "amount": 7}'}


def follow(pattern: dict[str, Any], *targets: dict[str, Any]) -> None:
    events = boto3.client("events")
    events.put_rule(Name="clock", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="clock", Targets=list(targets))


def put(*entries: dict[str, Any]) -> Any:
    return boto3.client("events").put_events(Entries=list(entries))


def test_a_queue_gets_the_events_that_its_rule_means(lab: EmbeddedAccount) -> None:
    url, arn = queue_for_rules()
    follow(
        {"source": ["bank"], "detail": {"amount": [{"numeric": [">", 5]}]}}, {"Id": "1", "Arn": arn}
    )
    answer = put(PAID, PAID | {"Source": "shop"}, PAID | {"Detail": '{"amount": 3}'})
    assert answer["FailedEntryCount"] == 0
    (body,) = bodies(url)
    assert json.loads(body) == {
        "version": "0",
        "id": answer["Entries"][0]["EventId"],
        "detail-type": "paid",
        "source": "bank",
        "account": "123456789012",
        "time": f"{lab.now():%Y-%m-%dT%H:%M:%SZ}",
        "region": "us-east-1",
        "resources": [],
        "detail": {"kind": "rent", "amount": 7},
    }


def test_a_rule_that_is_disabled_means_nothing(lab: EmbeddedAccount) -> None:
    url, arn = queue_for_rules()
    follow({"source": ["bank"]}, {"Id": "1", "Arn": arn})
    boto3.client("events").disable_rule(Name="clock")
    put(PAID)
    boto3.client("events").enable_rule(Name="clock")
    put(PAID)
    assert len(bodies(url)) == 1


def test_a_function_runs_for_an_event(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy("def handler(event, context): print(event['detail']['kind'])", "clerk")
    functions = boto3.client("lambda")
    functions.add_permission(
        FunctionName="clerk",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    arn = functions.get_function_configuration(FunctionName="clerk")["FunctionArn"]
    follow({"detail-type": [{"prefix": "pa"}]}, {"Id": "1", "Arn": arn})
    put(PAID)
    lab.run_until_idle()
    found = boto3.client("logs").filter_log_events(
        logGroupName="/aws/lambda/clerk", filterPattern="rent"
    )["events"]
    assert [each["message"].strip() for each in found] == ["rent"]


@pytest.mark.parametrize(
    ("template", "sent"),
    [
        ('{"what": <kind>, "how much": <amount>}', '{"what": "rent", "how much": 7}'),
        ('"The <kind> of <amount> is paid."', '"The rent of 7 is paid."'),
        ('{"rule": "<aws.events.rule-name>", "all": <whole>}',
         '{"rule": "clock", "all": {"kind": "rent", "amount": 7}}'),
        ('{"nothing": <missing>, "text": "<missing>"}', '{"nothing": null, "text": ""}'),
    ],
)  # fmt: skip
def test_a_target_gets_what_its_template_makes(
    lab: EmbeddedAccount, template: str, sent: str
) -> None:
    url, arn = queue_for_rules()
    paths = {
        "kind": "$.detail.kind",
        "amount": "$.detail.amount",
        "whole": "$.detail",
        "missing": "$.detail.surely.not",
    }
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    follow({"source": ["bank"]}, {"Id": "1", "Arn": arn, "InputTransformer": transformer})
    put(PAID)
    assert bodies(url) == [sent]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Source": ""}, "InvalidArgument"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Detail": "{"}, "MalformedDetail"),
        ({"Source": "aws.s3"}, "NotAuthorizedForSourceException"),
    ],
)
def test_a_bad_entry_does_not_hold_up_the_others(
    lab: EmbeddedAccount, change: dict[str, str], code: str
) -> None:
    url, arn = queue_for_rules()
    follow({"detail-type": ["paid"]}, {"Id": "1", "Arn": arn})
    answer = put(PAID | change, PAID)
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == code
    assert len(bodies(url)) == 1


def test_what_is_no_pattern_is_refused_at_once(lab: EmbeddedAccount) -> None:
    events = boto3.client("events")
    for pattern in ("{", "[]", '{"source": "bank"}', '{"a": [{"numeric": ["=>", 0]}]}', "{}"):
        with pytest.raises(events.exceptions.InvalidEventPatternException, match="not valid"):
            events.put_rule(Name="clock", EventPattern=pattern)
    with pytest.raises(ClientError, match="must be specified"):
        events.put_rule(Name="clock")


def test_a_pattern_can_be_tried(lab: EmbeddedAccount) -> None:
    event = json.dumps({"source": "bank", "detail": {"items": [{"sku": "x"}]}})
    events = boto3.client("events")
    pattern = {"detail": {"items": {"sku": ["x"]}}}
    assert events.test_event_pattern(EventPattern=json.dumps(pattern), Event=event)["Result"]
    pattern = {"detail": {"items": {"sku": ["y"]}}}
    assert not events.test_event_pattern(EventPattern=json.dumps(pattern), Event=event)["Result"]


def test_there_is_one_bus(lab: EmbeddedAccount) -> None:
    with pytest.raises(NotInEmbeddedAccount, match="one event bus, default"):
        put(PAID | {"EventBusName": "orders"})
    assert put(PAID | {"EventBusName": "default"})["FailedEntryCount"] == 0


def test_a_template_brings_a_rule_with_a_pattern(lab: EmbeddedAccount) -> None:
    template = {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "paid"}},
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": [{"Ref": "Queue"}],
                    "PolicyDocument": {
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Principal": {"Service": "events.amazonaws.com"},
                                "Action": "sqs:SendMessage",
                                "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
                            }
                        ]
                    },
                },
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"source": ["bank"]},
                    "Targets": [
                        {
                            "Id": "queue",
                            "Arn": {"Fn::GetAtt": ["Queue", "Arn"]},
                            "RetryPolicy": {"MaximumRetryAttempts": 2},
                        }
                    ],
                },
            },
        }
    }
    boto3.client("cloudformation").create_stack(StackName="bank", TemplateBody=json.dumps(template))
    put(PAID)
    url = boto3.client("sqs").get_queue_url(QueueName="paid")["QueueUrl"]
    assert len(bodies(url)) == 1
