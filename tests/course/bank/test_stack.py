"""The bank as one stack: deployed, run, proved, failed, and deleted."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pandas as pd
import pytest
from cfnlint.api import lint_file

from helpers import Lab, open_lab
from helpers.bank import keys, pipeline, sender, stack
from helpers.bank.dead_letters import count_reasons, explain_dead_letters
from helpers.bank.ledger import find_accounts, read_bookings
from helpers.bank.reconciliation import reconcile
from helpers.deploying.invocations import invoke_function, read_log
from helpers.experiments import alternatives
from helpers.experiments.permissions import read_permissions, try_without_each
from helpers.watching import alarms
from tests.course.conftest import try_secret


class Run(NamedTuple):
    """A stack through which 100 transactions have gone, and who heard of its alarm."""

    lab: Lab
    made: stack.Stack
    sent: pd.DataFrame
    inbox: alarms.Inbox


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with open_lab() as lab:
        made = stack.deploy_stack(lab)
        (queue,) = alternatives.create_queues(lab, "listener")
        alternatives.subscribe_queues(made.alerts_arn, [queue])
        sent = sender.send_transactions(count=100, seed=2026, function=made.bank.sender)
        pipeline.watch_queues(lab, made.bank)
        lab.advance(seconds=300)
        yield Run(lab, made, sent, alarms.Inbox(made.alerts_arn, queue.url))


def test_template_is_what_cfn_lint_accepts() -> None:
    assert lint_file(stack.TEMPLATE) == []


def test_cfn_lint_sees_a_mistake(tmp_path: Path) -> None:
    """That the template is clean means something."""
    text = stack.TEMPLATE.read_text()
    wrong = tmp_path / "template.yaml"
    wrong.write_text(text.replace("VisibilityTimeout: 30 ", "VisibilityTimeouts: 30 "))
    assert [match.rule.id for match in lint_file(wrong)] == ["E3002"]


# Run


def test_books_balance(run: Run) -> None:
    table = reconcile(run.made.bank, run.sent).table
    assert table["messages"].to_dict() == {
        "sent": 100,
        "booked": 88,
        "dead-lettered": 12,
        "difference": 0,
    }
    assert table.loc["difference", "cents"] == 0


def test_dead_letters_are_explained(run: Run) -> None:
    bank = run.made.bank
    explained = explain_dead_letters(bank.dead_letter_queue_url, bank.receiver, bank.ledger)
    counted = count_reasons(explained)["messages"].groupby("reason").sum()
    assert counted.to_dict() == {"malformed": 5, "corrupted": 4, "unreconcilable": 3}


def test_alarm_is_heard(run: Run) -> None:
    (found,) = boto3.client("cloudwatch").describe_alarms(AlarmNames=[run.made.alarm])[
        "MetricAlarms"
    ]
    assert found["StateValue"] == "ALARM"
    notices = alarms.read_inbox(run.inbox)
    assert [(each.alarm, each.state) for each in notices][-1] == ("banking-dead-letters", "ALARM")


def test_settings_are_those_of_the_course_s_bank(run: Run) -> None:
    """The stack is the same bank: what notebooks 02 to 06 set up, it sets up."""
    by_hand = pipeline.build_bank(run.lab)
    sqs = boto3.client("sqs")

    def settings(url: str) -> dict[str, str]:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        names = ("VisibilityTimeout", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds")
        return {name: found[name] for name in names}

    bank = run.made.bank
    assert settings(bank.queue_url) == settings(by_hand.queue_url)
    assert settings(bank.dead_letter_queue_url) == settings(by_hand.dead_letter_queue_url)
    functions = boto3.client("lambda")
    for ours, other in ((bank.receiver, by_hand.receiver), (bank.sender, by_hand.sender)):
        found, wanted = (
            functions.get_function_configuration(FunctionName=name) for name in (ours, other)
        )
        for name in ("Runtime", "Handler", "Timeout", "MemorySize", "CodeSha256"):
            assert found[name] == wanted[name]
        assert found["Environment"]["Variables"].keys() == wanted["Environment"]["Variables"].keys()


def test_production_settings(run: Run) -> None:
    bank = run.made.bank
    sqs, kms = boto3.client("sqs"), boto3.client("kms")
    for url in (bank.queue_url, bank.dead_letter_queue_url):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert found["KmsMasterKeyId"] == bank.key_arn
    allowed = json.loads(found["RedriveAllowPolicy"])
    assert allowed == {"redrivePermission": "byQueue", "sourceQueueArns": [bank.queue_arn]}
    assert kms.get_key_rotation_status(KeyId=bank.key_arn)["KeyRotationEnabled"]
    backups = boto3.client("dynamodb").describe_continuous_backups(TableName=bank.ledger)
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    mapping = boto3.client("lambda").get_event_source_mapping(UUID=bank.mapping)
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 10}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/banking-re")
    kept = {each["logGroupName"]: each.get("retentionInDays") for each in groups["logGroups"]}
    assert kept["/aws/lambda/banking-receiver"] == 30


def test_secret_opens_for_its_function_alone(run: Run) -> None:
    bank = run.made.bank
    assert keys.open_secret(bank.receiver) == keys.open_secret(bank.sender)
    outcomes = try_secret(bank.receiver, bank.receiver, bank.sender, "")
    assert outcomes == ["works"] + ["InvalidCiphertextException"] * 2
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=run.made.name)["Stacks"]
    shown = {each["ParameterKey"]: each["ParameterValue"] for each in found["Parameters"]}
    assert shown["ReceiverSecret"] == shown["SenderSecret"] == "****"


def test_deployed_twice_is_one_stack(run: Run) -> None:
    secret, bookings = keys.open_secret(run.made.bank.receiver), read_bookings(run.made.bank.ledger)
    events = boto3.client("cloudformation").describe_stack_events(StackName=run.made.name)
    assert stack.deploy_stack(run.lab) == run.made
    assert keys.open_secret(run.made.bank.receiver) == secret
    assert read_bookings(run.made.bank.ledger).equals(bookings)
    again = boto3.client("cloudformation").describe_stack_events(StackName=run.made.name)
    assert again["StackEvents"] == events["StackEvents"]


def test_resources_can_be_read(run: Run) -> None:
    found = stack.read_resources()
    assert found.loc["Queue"].to_list() == ["AWS::SQS::Queue", "banking-transactions"]
    assert len(found) == len(re.findall(r"(?m)^    Type: AWS::", stack.TEMPLATE.read_text()))


# Changed


def test_change_can_be_tried(run: Run) -> None:
    said = stack.try_change("AttributeName: entry", "AttributeName: id")
    assert said.startswith("UPDATE_ROLLBACK_COMPLETE\nLedger: ")
    assert said.endswith("Rename banking-bookings and update the stack again.")
    assert stack.try_change("BatchSize: 10", "BatchSize: 5") == "UPDATE_COMPLETE"
    mapping = boto3.client("lambda").get_event_source_mapping(UUID=run.made.bank.mapping)
    assert mapping["BatchSize"] == 5
    assert stack.deploy_stack(run.lab) == run.made
    mapping = boto3.client("lambda").get_event_source_mapping(UUID=run.made.bank.mapping)
    assert mapping["BatchSize"] == 10
    with pytest.raises(ValueError, match="The template has no 'BatchSizes: 10'"):
        stack.try_change("BatchSizes: 10", "")
    with pytest.raises(LookupError, match="There is no stack none"):
        stack.try_change("BatchSize: 10", "BatchSize: 5", "none")


# Least privilege


def test_sender_needs_each_action(run: Run) -> None:
    role, function = run.made.sender_role, run.made.bank.sender
    event = {"count": 1, "seed": 7}
    tried = try_without_each(run.lab, role, "SendTransactions", function, event, wait=3600)
    assert set(tried["with all"]) == {"works"}
    # The action that is denied is the one that was taken away; SQS spells it in lower case.
    denied = [f"denied {action}".lower() for action in tried.index]
    assert [outcome.lower() for outcome in tried["later"]] == denied


RECEIVERS = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "kms:Decrypt",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
)


def test_receiver_s_role_allows_what_is_tried_below_and_its_log(run: Run) -> None:
    found = read_permissions(run.made.receiver_role)
    log = {each for each in found if each.policy == "WriteLog"}
    assert {each.action for each in found} - {each.action for each in log} == set(RECEIVERS)
    assert {each.action for each in log} == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert {each.resource.partition(":log-group:")[2] for each in log} == {
        "/aws/lambda/banking-receiver:*"
    }
    assert "*" not in {each.resource for each in found}


@pytest.mark.parametrize("action", ["logs:CreateLogStream", "logs:PutLogEvents"])
def test_log_needs_each_action(lab: Lab, action: str) -> None:
    made = stack.deploy_stack(lab)
    _take_away(made.receiver_role, "WriteLog", action)
    for function in (made.bank.receiver, made.bank.sender):
        invoke_function(function, {"Records": []})
    assert read_log(made.bank.receiver) == []
    assert read_log(made.bank.sender) != []


@pytest.mark.parametrize("action", RECEIVERS)
def test_receiver_needs_each_action(lab: Lab, action: str) -> None:
    """Without it, not all of ten good transactions are booked and gone."""
    made = stack.deploy_stack(lab)
    _take_away(made.receiver_role, "BookTransactions", action)
    sent = sender.send_transactions(10, 1, spoil=False, function=made.bank.sender)
    lab.advance(seconds=600)
    found = reconcile(made.bank, sent)
    assert not found.is_balanced or set(found.messages["outcome"]) != {"booked"}


def test_receiver_needs_nothing_more(lab: Lab) -> None:
    made = stack.deploy_stack(lab)
    sent = sender.send_transactions(10, 1, spoil=False, function=made.bank.sender)
    lab.advance(seconds=600)
    assert set(reconcile(made.bank, sent).messages["outcome"]) == {"booked"}


def _take_away(role: str, policy: str, action: str) -> None:
    iam = boto3.client("iam")
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    for statement in document["Statement"]:
        actions = statement["Action"]
        statement["Action"] = [each for each in _as_list(actions) if each != action]
    document["Statement"] = [each for each in document["Statement"] if each["Action"]]
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# Failed and deleted


def list_everything() -> dict[str, list[str]]:
    """The names of what is in the account, by what it is."""
    iam, functions = boto3.client("iam"), boto3.client("lambda")
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    aliases = boto3.client("kms").list_aliases()["Aliases"]
    alarms_ = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    groups = boto3.client("logs").describe_log_groups()["logGroups"]
    found = {
        "queues": boto3.client("sqs").list_queues().get("QueueUrls", []),
        "functions": [each["FunctionName"] for each in functions.list_functions()["Functions"]],
        "mappings": [each["UUID"] for each in mappings if each["State"] != "Deleting"],
        "tables": boto3.client("dynamodb").list_tables()["TableNames"],
        "roles": [each["RoleName"] for each in iam.list_roles()["Roles"]],
        "aliases": [each["AliasName"] for each in aliases if "/aws/" not in each["AliasName"]],
        "topics": [each["TopicArn"] for each in boto3.client("sns").list_topics()["Topics"]],
        "alarms": [each["AlarmName"] for each in alarms_],
        "log groups": [each["logGroupName"] for each in groups],
        "buckets": [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]],
    }
    return {what: names for what, names in found.items() if names}


def test_deleted_stack_leaves_nothing(lab: Lab) -> None:
    made = stack.deploy_stack(lab)
    sender.send_transactions(20, 1, function=made.bank.sender)
    lab.run_until_idle()
    assert len(list_everything()) == 10
    assert stack.delete_stack(lab)
    assert list_everything() == {}
    key = boto3.client("kms").describe_key(KeyId=made.bank.key_arn)["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"
    assert not stack.delete_stack(lab)
    assert stack.deploy_stack(lab).bank.queue_url == made.bank.queue_url


def test_failed_stack_says_why_and_leaves_nothing(lab: Lab) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="banking-transactions")["QueueUrl"]
    with pytest.raises(
        stack.StackFailed,
        match=r"banking was not deployed\. Queue: .*'banking-transactions' already exists",
    ):
        stack.deploy_stack(lab)
    assert stack.find_state() == "ROLLBACK_COMPLETE"
    assert set(list_everything()) == {"queues", "buckets"}
    assert sqs.list_queues()["QueueUrls"] == [url]
    sqs.delete_queue(QueueUrl=url)
    lab.advance(seconds=60)
    assert find_accounts(stack.deploy_stack(lab).bank.ledger)


def test_stack_of_somebody_else_is_left_alone(lab: Lab) -> None:
    body = "Resources: {Queue: {Type: AWS::SQS::Queue}}"
    boto3.client("cloudformation").create_stack(StackName="banking", TemplateBody=body)
    with pytest.raises(ValueError, match="not the course's"):
        stack.deploy_stack(lab)
    assert not stack.delete_stack(lab)
    assert stack.find_state() == "CREATE_COMPLETE"


def test_no_stack_no_outputs(lab: Lab) -> None:
    with pytest.raises(LookupError, match="Run the cell that deploys it first"):
        stack.read_outputs()


def test_cloudformation_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On AWS a stack takes minutes."""
    slept: list[float] = []
    monkeypatch.setattr(stack.time, "sleep", slept.append)
    for end, ends_well in (("CREATE_COMPLETE", True), (None, True), ("ROLLBACK_COMPLETE", False)):
        states = iter(["CREATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", end])
        monkeypatch.setattr(stack, "find_state", lambda name, states=states: next(states))
        monkeypatch.setattr(stack, "find_failure", lambda name: "Ledger: refused")
        if ends_well:
            stack._wait("banking", "id")
        else:
            with pytest.raises(stack.StackFailed, match="Ledger: refused"):
                stack._wait("banking", "id")
    assert slept == [stack.PAUSE] * 6
