"""What AWS knows late is waited for, and not for ever: on a lab whose clock is the wall's."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.aws.real_account import METRICS_LATE, QUIET, SETTLING, RealAccount
from helpers.bank import queues
from helpers.deploying import mappings
from helpers.deploying.readiness import NotReadyInTime, call_when_ready, wait_until
from helpers.deploying.roles import MANAGED, TRUST_LAMBDA
from helpers.progress import Progress
from helpers.watching import metrics


def refuse(code: str, words: str, times: int) -> Callable[[], str]:
    """A call that is refused so often, and then answered."""
    left = iter(range(times))

    def call() -> str:
        if next(left, None) is None:
            return "answer"
        raise ClientError({"Error": {"Code": code, "Message": words}}, "Call")

    return call


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        (
            "InvalidParameterValueException",
            "The function execution role does not have permissions to call ReceiveMessage on SQS",
        ),
        ("AccessDenied", "User is not authorized to perform: sts:AssumeRole on resource: x"),
        ("AWS.SimpleQueueService.QueueDeletedRecently", "You must wait 60 seconds"),
        ("AWS.SimpleQueueService.PurgeQueueInProgress", "Only one PurgeQueue operation"),
        (
            "ResourceConflictException",
            "The operation cannot be performed at this time. An update is in progress for resource",
        ),
        (
            "ResourceInUseException",
            "Cannot update the event source mapping because it is in use.",
        ),
    ],
)
def test_what_is_not_ready_is_asked_again(real: RealAccount, code: str, words: str) -> None:
    began = real.now()
    assert call_when_ready(real, refuse(code, words, 3)) == "answer"
    assert real.now() - began == timedelta(seconds=15)
    with pytest.raises(ClientError, match=code) as refused:
        call_when_ready(real, refuse(code, words, 100), limit=20)
    assert "AWS is ready, in vain" in str(refused.value.__cause__)


def test_other_errors_are_not_waited_for(real: RealAccount) -> None:
    began = real.now()
    with pytest.raises(ClientError, match="no such role"):
        call_when_ready(real, refuse("NoSuchEntity", "no such role", 1))
    assert real.now() == began


def test_a_wait_ends_with_what_was_waited_for(real: RealAccount) -> None:
    with pytest.raises(NotReadyInTime, match="Waited 30 s until the moon is full, in vain"):
        wait_until(real, lambda: False, "the moon is full", limit=30)


def test_mappings_are_waited_for(real: RealAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    class Functions:
        states = iter(["Creating", "Creating", "Enabled"])

        def get_event_source_mapping(self, **asked: Any) -> dict[str, str]:
            return {"State": next(self.states, "Creating")}

    monkeypatch.setattr(boto3, "client", lambda service: Functions())
    began = real.now()
    mappings.wait_for_mapping(real, "uuid")
    assert real.now() - began == timedelta(seconds=2)
    with pytest.raises(NotReadyInTime, match="until the mapping is enabled"):
        mappings.wait_for_mapping(real, "uuid")


def test_counts_that_lag_are_not_believed_at_once(
    real: RealAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter([3, 0, 2, 0])  # for a second nothing seems to be left
    monkeypatch.setattr(queues, "measure_depth", lambda url, sqs: queues.Depth(next(told, 0), 0, 0))
    began = real.now()
    queues.wait_until_empty(real, "https://queue/orders", limit=60)
    assert real.now() - began == timedelta(seconds=3 + QUIET)
    monkeypatch.setattr(queues, "measure_depth", lambda url, sqs: queues.Depth(1, 0, 0))
    with pytest.raises(NotReadyInTime, match="until orders is empty"):
        queues.wait_until_empty(real, "https://queue/orders", limit=60)


def test_metrics_are_waited_for_once(real: RealAccount) -> None:
    queues.renew_queue(real, "orders")
    start = real.now()
    real.advance(seconds=60)
    end = real.now()
    metrics.read_queue_metrics(real, "orders", start, end)
    assert (real.now() - end).total_seconds() == METRICS_LATE
    metrics.read_queue_metrics(real, "orders", start, end)
    assert (real.now() - end).total_seconds() == METRICS_LATE, "they are there now"


def test_a_deleted_queues_name_is_waited_for(real: RealAccount) -> None:
    """SQS does not give it again for a minute (API DeleteQueue)."""
    queues.renew_queue(real, "orders")
    assert queues.renew_queue(real, "orders").url.endswith("/anna-orders")


def test_policies_settle_before_they_are_relied_on(real: RealAccount) -> None:
    """The cells that change a role and try it at once are the same on AWS."""
    iam, sqs = boto3.client("iam"), boto3.client("sqs")
    began = real.now()
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(TRUST_LAMBDA))
    iam.get_role(RoleName="role")
    assert real.now() == began
    sqs.list_queues()
    assert real.now() - began == timedelta(seconds=SETTLING)
    sqs.list_queues()
    assert real.now() - began == timedelta(seconds=SETTLING), "once is enough"
    policy = {"PolicyArn": MANAGED + "AWSLambdaBasicExecutionRole"}
    iam.attach_role_policy(RoleName="role", **policy)
    iam.detach_role_policy(RoleName="role", **policy)
    iam.delete_role(RoleName="role")
    sqs.list_queues()
    assert real.now() - began == timedelta(seconds=SETTLING), "nobody relies on it any more"


@pytest.mark.parametrize("place", ["out", "err"])
def test_long_waits_show_a_bar(
    real: RealAccount,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    place: str,
) -> None:
    """In a notebook among what is printed; elsewhere beside it."""
    wall = iter(range(1000))
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    monkeypatch.setattr("helpers.progress.time.monotonic", lambda: float(next(wall)))
    if place == "out":
        monkeypatch.setitem(sys.modules, "ipykernel", sys)
    else:
        monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    with Progress(60, lambda: "until it is so", "s") as progress:
        for second in (0, 12, 24, 36, 48, 60.004):
            progress(second)
            real.advance(seconds=3)  # a wait in a wait shows nothing of its own
    shown = getattr(capsys.readouterr(), place)
    assert "until it is so" in shown
    assert "100%" in shown
    assert "of 60 s" in shown
    assert "of 3 s" not in shown
