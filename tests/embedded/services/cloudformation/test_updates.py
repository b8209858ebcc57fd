"""After any update the account is what a fresh creation of the template makes of it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import boto3
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from helpers import open_lab
from tests.embedded.conftest import TRUST_LAMBDA
from tests.embedded.services.cloudformation import observed
from tests.embedded.services.cloudformation.stacks import (
    ECHO,
    Resources,
    body,
    describe,
    failure,
    queue,
)
from tests.fuzz import DEEPER, examples

ARN = {name: {"Fn::GetAtt": [name, "Arn"]} for name in ("Q1", "Q2", "Q3", "F", "R")}
REF = {name: {"Ref": name} for name in ("Q1", "Q2", "Q3", "F", "R", "T", "L")}


def resource(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def policy(action: str, resource: Any = "*", principal: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    if principal:
        statement["Principal"] = principal
    return {"Version": "2012-10-17", "Statement": [statement]}


def some(**optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these properties, each with one of its values."""
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in optional.items()}
    )


TAGS = [
    [{"Key": "team", "Value": "a"}],
    [{"Key": "team", "Value": "b"}, {"Key": "x", "Value": "y"}],
]
EVERYBODY = {"AWS": "*"}
OPEN = [policy("sqs:SendMessage", "*", EVERYBODY), policy("sqs:ReceiveMessage", "*", EVERYBODY)]

QUEUES = some(
    DelaySeconds=[0, 5],
    FifoQueue=[True],
    KmsMasterKeyId=["alias/aws/sqs"],
    RedrivePolicy=[{"deadLetterTargetArn": ARN["Q3"], "maxReceiveCount": 2}],
    SqsManagedSseEnabled=[False],
    Tags=TAGS,
    VisibilityTimeout=[20, "90"],
).filter(
    lambda each: (
        not (each.get("FifoQueue") and "RedrivePolicy" in each)
        and not ("KmsMasterKeyId" in each and "SqsManagedSseEnabled" in each)
    )
)
FUNCTIONS = some(
    Description=["", "text"],
    Environment=[{"Variables": {"A": "1"}}, {"Variables": {"B": "2"}}],
    MemorySize=[256],
    ReservedConcurrentExecutions=[5],
    Tags=TAGS,
    Timeout=[9],
    DeadLetterConfig=[{"TargetArn": ARN["Q3"]}],
)
MAPPINGS = some(
    BatchSize=[1, 7],
    Enabled=[False, True],
    FilterCriteria=[{"Filters": [{"Pattern": '{"body": ["a"]}'}]}],
    FunctionResponseTypes=[["ReportBatchItemFailures"]],
    ScalingConfig=[{"MaximumConcurrency": 3}],
)
TOPICS = some(DisplayName=["sales"], Tags=TAGS, KmsMasterKeyId=["alias/aws/sns"])
SUBSCRIPTIONS = some(
    FilterPolicy=[{"a": ["b"]}],
    FilterPolicyScope=["MessageBody"],
    RawMessageDelivery=[True, "false"],
).filter(lambda each: "FilterPolicyScope" not in each or "FilterPolicy" in each)
ROLES = some(
    Description=["text"],
    ManagedPolicyArns=[
        ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"],
        ["arn:aws:iam::aws:policy/AmazonSNSFullAccess"],
    ],
    MaxSessionDuration=[7200],
    Policies=[[{"PolicyName": "a", "PolicyDocument": policy("sqs:*")}]],
    Tags=TAGS,
)
INVOCATIONS = some(
    DestinationConfig=[{"OnFailure": {"Destination": ARN["Q3"]}}],
    MaximumEventAgeInSeconds=[60],
    MaximumRetryAttempts=[0, 1],
).filter(bool)
RULES = some(
    Description=["text"],
    State=["DISABLED", "ENABLED"],
    Targets=[
        [{"Id": "1", "Arn": ARN["Q3"]}],
        [{"Id": "2", "Arn": ARN["Q3"], "Input": '"a"'}, {"Id": "1", "Arn": ARN["F"]}],
    ],
)
GROUPS = some(RetentionInDays=[7, 14], Tags=TAGS)
ALARMS = some(
    AlarmActions=[[REF["T"]]], AlarmDescription=["text"], Threshold=[5], DatapointsToAlarm=[1]
)


@st.composite
def templates(draw: st.DrawFn) -> Resources:
    """What is always there, and around it what may be there or not."""
    logged = {"PolicyName": "logs", "PolicyDocument": policy("*"), "Roles": [REF["R"]]}
    trust = json.loads(TRUST_LAMBDA)
    made: Resources = {
        "Q1": queue(**draw(QUEUES)),
        "Q2": queue(),
        "Q3": queue(),
        "T": resource("SNS::Topic", draw(TOPICS)),
        "R": resource("IAM::Role", {"AssumeRolePolicyDocument": trust, **draw(ROLES)}),
        "Rights": resource("IAM::Policy", logged),
        "F": {
            **resource(
                "Lambda::Function",
                {
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Role": ARN["R"],
                    "Code": {"ZipFile": draw(st.sampled_from([ECHO, f"{ECHO}# 2\n"]))},
                    **draw(FUNCTIONS),
                },
            ),
            "DependsOn": "Rights",
        },
        "L": resource("Logs::LogGroup", draw(GROUPS)),
    }
    held = draw(st.permutations(["Q1", "Q2", "Q3"]))
    first, second = sorted(draw(st.tuples(st.integers(0, 3), st.integers(0, 3))))
    for name, on in (("P1", held[:first]), ("P2", held[first:second])):
        if on:
            document = draw(st.sampled_from(OPEN))
            listed = {"Queues": [REF[each] for each in on], "PolicyDocument": document}
            made[name] = resource("SQS::QueuePolicy", listed)
    for name in draw(st.lists(st.sampled_from(sorted(_MAYBE)), unique=True)):
        kind, fixed, drawn = _MAYBE[name]
        made[name] = resource(kind, {**fixed, **draw(drawn)})
    return made


_MAYBE: dict[str, tuple[str, dict[str, Any], st.SearchStrategy[dict[str, Any]]]] = {
    "M": (
        "Lambda::EventSourceMapping",
        {"EventSourceArn": ARN["Q2"], "FunctionName": REF["F"]},
        MAPPINGS,
    ),
    "S": (
        "SNS::Subscription",
        {"TopicArn": REF["T"], "Protocol": "sqs"},
        SUBSCRIPTIONS.flatmap(
            lambda each: st.sampled_from([{**each, "Endpoint": ARN[q]} for q in ("Q2", "Q3")])
        ),
    ),
    "TP": (
        "SNS::TopicPolicy",
        {"Topics": [REF["T"]]},
        some(PolicyDocument=[policy("sns:Publish", REF["T"], EVERYBODY)]).filter(bool),
    ),
    "I": ("Lambda::EventInvokeConfig", {"FunctionName": REF["F"], "Qualifier": "$LATEST"},
          INVOCATIONS),
    "E": ("Events::Rule", {"ScheduleExpression": "rate(1 day)"}, RULES),
    "MF": (
        "Logs::MetricFilter",
        {
            "LogGroupName": REF["L"],
            "MetricTransformations": [
                {"MetricName": "m", "MetricNamespace": "n", "MetricValue": "1"}
            ],
        },
        some(FilterPattern=["ERROR", "WARN"]).filter(bool),
    ),
    "A": (
        "CloudWatch::Alarm",
        {
            "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60,
            "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 1,
        },
        ALARMS,
    ),
}  # fmt: skip

SETTLED = 300
"""Seconds after which no mapping is on its way from one state to another."""

A_FEW = settings(
    derandomize=not DEEPER,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
"""Each example opens two accounts, so a failure is shown as it was met."""

CAN = {"StackName": "bank", "Capabilities": ["CAPABILITY_IAM"]}


def created(template: Resources) -> Any:
    """What a new account is, once the stack is created in it."""
    with open_lab() as lab:
        boto3.client("cloudformation").create_stack(**CAN, TemplateBody=body(template))
        assert describe()["StackStatus"] == "CREATE_COMPLETE", failure()
        lab.advance(SETTLED)
        return observed.account()


def on_queues(*names: str) -> Resources:
    listed = {"Queues": [REF[each] for each in names], "PolicyDocument": OPEN[0]}
    return {"Q1": queue(), "Q2": queue(), "P": resource("SQS::QueuePolicy", listed)}


@settings(A_FEW, max_examples=examples(6))
@given(steps=st.lists(templates(), min_size=2, max_size=3))
@example(steps=[on_queues("Q1"), on_queues("Q1", "Q2"), on_queues("Q1")])
def test_updated_account_is_as_a_new_one(steps: list[Resources]) -> None:
    expected = created(steps[-1])
    with open_lab() as lab:
        cloudformation = boto3.client("cloudformation")
        cloudformation.create_stack(**CAN, TemplateBody=body(steps[0]))
        for before, after in pairwise(steps):
            lab.advance(SETTLED)
            if before != after:
                cloudformation.update_stack(**CAN, TemplateBody=body(after))
                assert describe()["StackStatus"] == "UPDATE_COMPLETE", failure()
        lab.advance(SETTLED)
        assert observed.account() == expected


@settings(A_FEW, max_examples=examples(4))
@given(before=templates(), after=templates())
def test_account_whose_update_fails_is_as_before(before: Resources, after: Resources) -> None:
    bad = {**queue(VisibilityTimeout=1_000_000), "DependsOn": list(after)}
    expected = created(before)
    with open_lab() as lab:
        cloudformation = boto3.client("cloudformation")
        cloudformation.create_stack(**CAN, TemplateBody=body(before))
        cloudformation.update_stack(**CAN, TemplateBody=body({**after, "Bad": bad}))
        assert describe()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        lab.advance(SETTLED)
        assert observed.account() == expected
