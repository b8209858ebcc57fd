"""A lab on a real account: opened on purpose only, as slow as the wall's clock, shut at last."""

from __future__ import annotations

import os

import boto3
import pytest

from helpers import open_lab
from helpers.aws import door
from helpers.aws.real_account import NotConfirmed, RealAccount, StillBusy, TooLongToWait
from helpers.bank import queues
from helpers.embedded.account import ACCOUNT_ID, EmbeddedAccount


def test_an_account_must_be_named(
    account: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAB_ACCOUNT_ID")
    with pytest.raises(NotConfirmed, match="LAB_ACCOUNT_ID is not set"):
        open_lab()
    with pytest.raises(door.DoorShut, match="CreateQueue was not sent"):
        boto3.client("sqs").create_queue(QueueName="orders")


def test_it_must_be_the_one_that_answers(
    account: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_ACCOUNT_ID", "111122223333")
    with pytest.raises(NotConfirmed, match=f"{ACCOUNT_ID}, but LAB_ACCOUNT_ID says 111122223333"):
        open_lab("aws")
    with pytest.raises(door.DoorShut):
        boto3.resource("sqs").create_queue(QueueName="orders")
    door.lift()
    assert "QueueUrls" not in boto3.client("sqs").list_queues()


def test_who_has_no_credentials_is_told_so(account: EmbeddedAccount) -> None:
    # Put back before the account is closed, which puts back what was there before it.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.delenv(name)
        with pytest.raises(NotConfirmed, match=r"No credentials are found\. Sign in"):
            open_lab("aws", region="us-east-1")


def test_the_price_is_told_first(
    account: EmbeddedAccount, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_lab("aws", lab_id="anna"):
        first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("On a real account the whole course costs about")
    assert (
        f"Lab 'anna' on account {ACCOUNT_ID} in us-east-1: every name begins with anna-" in second
    )


@pytest.mark.parametrize("name", ["A", "a", "anna-b", "a" * 13, "9lives"])
def test_ids_fit_into_every_name(account: EmbeddedAccount, name: str) -> None:
    with pytest.raises(ValueError, match=r"\(LAB_ID\) is 2 to 12 small letters and digits"):
        RealAccount(lab_id=name)


def test_unknown_options_are_refused(account: EmbeddedAccount) -> None:
    with RealAccount(duplicates=0.3, standard_order="shuffled"):
        pass  # what the embedded account is told AWS decides itself
    with pytest.raises(TypeError, match="no option fast"):
        RealAccount(fast=True)


def test_waiting_takes_as_long_as_it_takes(real: RealAccount, account: EmbeddedAccount) -> None:
    began = account.now()
    real.advance(seconds=299.5)
    assert (account.now() - began).total_seconds() == 299.5
    with pytest.raises(TooLongToWait, match="restart the kernel without LAB=aws"):
        real.advance(seconds=301)
    with pytest.raises(ValueError, match="zero or more"):
        real.advance(seconds=-1)
    with pytest.raises(TypeError, match="must be a number"):
        real.advance(seconds="10")  # type: ignore[arg-type]
    assert real.now() == account.now()


def test_idle_is_when_the_read_queues_are_empty_for_a_while(
    real: RealAccount, account: EmbeddedAccount
) -> None:
    from helpers.experiments import workload

    assert real.run_until_idle() == 0
    workload.create_clerk(real, per_invocation=0, per_message=2)
    queue = queues.renew_queue(real, "orders")
    attributes = {"VisibilityTimeout": "360"}
    boto3.client("sqs").set_queue_attributes(QueueUrl=queue.url, Attributes=attributes)
    unread = queues.renew_queue(real, "unread")
    boto3.client("sqs").send_message(QueueUrl=unread.url, MessageBody="for nobody")
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=queue.arn, FunctionName=workload.CLERK, BatchSize=1
    )
    for body in "abc":
        boto3.client("sqs").send_message(QueueUrl=queue.url, MessageBody=body)
    assert 2 <= real.run_until_idle() < 60
    assert queues.measure_depth(queue.url).total == 0
    boto3.client("lambda").put_function_concurrency(
        FunctionName=workload.CLERK, ReservedConcurrentExecutions=0
    )
    boto3.client("sqs").send_message(QueueUrl=queue.url, MessageBody="late")
    with pytest.raises(StillBusy, match="anna-orders: 1"):
        real.run_until_idle(limit=30)


def test_closed_is_closed(real: RealAccount) -> None:
    sqs = boto3.client("sqs")
    real.close()
    real.close()
    with pytest.raises(door.DoorShut, match="no lab on a real account is open"):
        sqs.list_queues()
    with pytest.raises(door.DoorShut):
        real.advance(seconds=1)
    assert repr(real) == "<closed lab>"


def test_an_embedded_lab_may_follow(real: RealAccount) -> None:
    with open_lab("embedded"):
        url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        assert url.endswith("/orders")


def test_a_real_account_may_follow_an_embedded_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its requests leave the process again, with the credentials that were there before."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    monkeypatch.setenv("LAB_ACCOUNT_ID", ACCOUNT_ID)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")  # nobody listens
    embedded = open_lab("embedded")
    assert os.environ["AWS_ACCESS_KEY_ID"] != "mine"
    with pytest.raises(
        NotConfirmed, match=r"Nobody answers at http://127\.0\.0\.1:1 .*AWS_ENDPOINT_URL"
    ):
        open_lab("aws", region="us-east-1")
    assert os.environ["AWS_ACCESS_KEY_ID"] == "mine"
    assert repr(embedded) == "<closed lab>"
    door.lift()


def test_an_unknown_profile(account: EmbeddedAccount) -> None:
    with pytest.raises(NotConfirmed, match=r"nobody.*list-profiles"):
        open_lab("aws", profile="nobody")
