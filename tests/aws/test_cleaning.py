"""Clean-up: all that carries the lab's tag, nothing else, whatever goes wrong on the way."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any, ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.aws import belongings, door
from helpers.aws.cleaning import clean
from helpers.aws.real_account import RealAccount
from helpers.bank import ledger, pipeline, stack
from helpers.deploying.roles import TRUST_LAMBDA
from helpers.embedded.account import EmbeddedAccount
from helpers.experiments import alternatives, callers
from helpers.watching import alarms, dashboards

from .paged_aws import KINDS, PagedAws, Thing


def make_one_of_each(tag: dict[str, str]) -> None:
    """Somebody's things in the same account, some of them with the names that the course uses."""
    pairs = [{"Key": name, "Value": value} for name, value in tag.items()]
    sqs, kms, iam = (boto3.client(name) for name in ("sqs", "kms", "iam"))
    sqs.create_queue(QueueName=f"{''.join(tag.values())}-queue", tags=tag)
    key = kms.create_key(
        Tags=[{"TagKey": each["Key"], "TagValue": each["Value"]} for each in pairs]
    )["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{''.join(tag.values())}-key", TargetKeyId=key)
    iam.create_role(
        RoleName=f"{''.join(tag.values())}-role",
        AssumeRolePolicyDocument=json.dumps(TRUST_LAMBDA),
        Tags=pairs,
    )
    boto3.client("sns").create_topic(Name=f"{''.join(tag.values())}-topic", Tags=pairs)
    boto3.client("dynamodb").create_table(
        TableName=f"{''.join(tag.values())}-table",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "entry", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "entry", "KeyType": "HASH"}],
        Tags=pairs,
    )


@pytest.fixture
def crowded(account: EmbeddedAccount) -> EmbeddedAccount:
    """An account in which other people work, one of them in a lab whose id begins the same."""
    for tag in ({"team": "prod"}, {"lab": "annabel"}, {"lab": ""}):
        make_one_of_each(tag)
    boto3.client("sqs").create_queue(QueueName="anna-queue")  # the prefix, and no tag
    return account


def survey(account: EmbeddedAccount) -> dict[str, Any]:
    """All that there is in the account, whoever's it is."""
    door.lift()
    kms, client = boto3.client("kms"), boto3.client
    states = [
        kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]
    ]
    return {
        "queues": sorted(client("sqs").list_queues().get("QueueUrls", [])),
        "keys": sorted(key["KeyId"] for key in states if key["KeyState"] != "PendingDeletion"),
        "roles": sorted(role["RoleName"] for role in client("iam").list_roles()["Roles"]),
        "tables": client("dynamodb").list_tables()["TableNames"],
        "topics": [topic["TopicArn"] for topic in client("sns").list_topics()["Topics"]],
        "functions": client("lambda").list_functions()["Functions"],
        "mappings": client("lambda").list_event_source_mappings()["EventSourceMappings"],
        "streams": client("kinesis").list_streams()["StreamNames"],
        "alarms": client("cloudwatch").describe_alarms()["MetricAlarms"],
        "logs": client("logs").describe_log_groups()["logGroups"],
    }


def fill(lab: RealAccount) -> None:
    """What the course makes, of each kind."""
    from helpers.bank import sender

    bank = pipeline.build_bank(lab)
    sender.send_transactions(10)
    pipeline.watch_queues(lab, bank)
    inbox = alarms.create_inbox(lab)
    alarms.put_alarm(inbox, "dead", "ApproximateNumberOfMessagesVisible", 0, queue="banking-queue")
    boto3.client("cloudwatch").put_dashboard(
        DashboardName="banking", DashboardBody=json.dumps({"widgets": []})
    )
    alternatives.create_stream("bookings")
    stack.deploy_stack(lab)
    callers.create_caller(lab, "colleague")


def test_the_labs_own_and_nothing_else(crowded: EmbeddedAccount) -> None:
    before = survey(crowded)
    lab = RealAccount(lab_id="anna")
    fill(lab)
    looked = clean(lab, dry_run=True)
    assert not looked.deleted
    assert "would delete: SQS queue anna-banking-queue" in str(looked)
    done = clean(lab)
    assert done.deleted == done.found, "what went with its stack is not looked for any more"
    assert {*done.found} < {*looked.found}
    crowded.advance(seconds=5)  # mappings are deleted in a moment
    assert clean(lab).found == []
    assert done.is_clean, str(done)
    assert str(done).endswith("Nothing with the tag lab=anna is left.")
    assert survey(crowded) == before


def test_kinds_that_are_found(real: RealAccount) -> None:
    fill(real)
    kinds = {name.split(" anna-")[0].split(" alias")[0] for name in clean(real, dry_run=True).found}
    for kind in ("SQS queue", "SNS topic", "Lambda function", "DynamoDB table", "IAM role"):
        assert kind in kinds
    for kind in (
        "CloudFormation stack",
        "S3 bucket",
        "Kinesis stream",
        "CloudWatch alarm",
        "CloudWatch dashboard",
    ):
        assert kind in kinds
    assert any(kind.startswith("KMS key") for kind in kinds)
    assert any(kind.startswith("Lambda event source mapping") for kind in kinds)


def test_errors_do_not_stop_it(real: RealAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.create_table("banking-ledger")
    queue = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    refuse = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteQueue")

    def find_stubborn(look: belongings.Look) -> Any:
        def fail() -> None:
            raise refuse

        yield belongings.Belonging("SQS queue", queue, fail)

    def find_hidden(look: belongings.Look) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListTopics")

    finders = (find_hidden, find_stubborn, belongings._find_tables)
    monkeypatch.setattr("helpers.aws.cleaning.FINDERS", finders)
    done = clean(real)
    assert done.deleted == ["DynamoDB table anna-banking-ledger"]
    assert len(done.refused) == 1
    assert len(done.unseen) == 1
    assert done.left == [f"SQS queue {queue}"]
    assert not done.is_clean
    assert "Some is left: wait a minute" in str(done)


def test_closing_may_delete(real: RealAccount, capsys: pytest.CaptureFixture[str]) -> None:
    boto3.client("sqs").create_queue(QueueName="orders")
    real.close(delete=True)
    assert "deleted: SQS queue anna-orders" in capsys.readouterr().out
    door.lift()
    assert "QueueUrls" not in boto3.client("sqs").list_queues()


def test_keys_wait_for_seven_days(real: RealAccount) -> None:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/k", TargetKeyId=key)
    clean(real)
    known = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert known["KeyState"] == "PendingDeletion"
    assert (known["DeletionDate"] - real.now()).days == 7
    assert [each for each in kms.list_aliases()["Aliases"] if "anna" in each["AliasName"]] == []


def test_dashboards_go_by_their_tag(real: RealAccount) -> None:
    boto3.client("cloudwatch").put_dashboard(
        DashboardName="banking", DashboardBody=json.dumps({"widgets": []})
    )
    assert dashboards.delete_dashboards("other", "banking") == ["banking"]


class Anna:
    """What clean-up must know of a lab."""

    id = "anna"
    tags: ClassVar = {"lab": "anna"}
    seeing_all = staticmethod(nullcontext)


def crowd(ours: int, others: int, odd: list[Thing] | None = None) -> PagedAws:
    """So many of each kind, those of others first."""
    return PagedAws(
        {
            kind: [Thing(f"a-{number}", {"team": "prod"}) for number in range(others)]
            + list(odd or [])
            + [Thing(f"b-{number}", {"lab": "anna"}) for number in range(ours)]
            for kind in KINDS
        }
    )


def test_behind_thousands_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    account = crowd(ours=30, others=1200)
    monkeypatch.setattr(boto3, "client", account.client)
    done = clean(Anna())
    assert done.is_clean, str(done)
    own = {f"b-{number}" for number in range(30)}
    assert {kind: set(names) for kind, names in account.deleted.items()} == dict.fromkeys(
        KINDS, own
    )
    assert all(len(left) == 1200 for left in account.things.values())


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException", "InternalError"])
def test_what_cannot_be_looked_at_is_named_and_hides_nothing(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    account = crowd(ours=2, others=3, odd=[Thing("prod-secret", {}, code)])
    monkeypatch.setattr(boto3, "client", account.client)
    done = clean(Anna())
    assert all(len(names) == 2 for names in account.deleted.values())
    assert len(done.unseen) == len(KINDS)
    assert all("prod-secret" in tried and code in words for tried, words in done.unseen)
    assert not done.is_clean
    assert not done.left
    assert f"{len(KINDS)} could not be looked at" in str(done)
    assert not clean(Anna(), dry_run=True).is_clean


def test_what_is_gone_since_it_was_listed_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = ("ResourceNotFoundException", "NoSuchEntity", "QueueDoesNotExist", "NotFoundException")
    account = crowd(ours=1, others=1, odd=[Thing(f"gone-{code}", {}, code) for code in codes])
    monkeypatch.setattr(boto3, "client", account.client)
    done = clean(Anna())
    assert done.is_clean, str(done)
    assert len(done.deleted) == len(KINDS)


def test_a_list_that_breaks_off_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    account = PagedAws(
        {
            kind: [Thing(f"b-{number}", {"lab": "anna"}) for number in range(5)]
            + [Thing(f"a-{number}", {}) for number in range(150)]
            for kind in KINDS
        }
    )
    account.broken = {"functions", "roles"}
    monkeypatch.setattr(boto3, "client", account.client)
    done = clean(Anna())
    assert all(len(names) == 5 for names in account.deleted.values())
    assert [tried for tried, _ in done.unseen] == ["list all functions", "list all roles"]


def test_tags_of_a_stream_come_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    many = {f"a{number:02}": "" for number in range(45)} | {"lab": "anna"}
    account = PagedAws({kind: [] for kind in KINDS} | {"streams": [Thing("orders", many)]})
    monkeypatch.setattr(boto3, "client", account.client)
    assert clean(Anna()).deleted == ["Kinesis stream orders"]
