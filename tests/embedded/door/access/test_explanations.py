"""`lab.explain`: the decision, and the statements that made it."""

from __future__ import annotations

import boto3
import pytest

from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import TRUST_LAMBDA
from tests.embedded.door.access.test_decisions import policy, statement
from tests.embedded.services.lambda_.event_source.test_event_source import arn, create_queue

ROLE = "arn:aws:iam::123456789012:role/sender"


@pytest.fixture
def queue(lab: EmbeddedAccount) -> str:
    """ARN of a queue; and there is a role `sender` without a policy."""
    boto3.client("iam").create_role(RoleName="sender", AssumeRolePolicyDocument=TRUST_LAMBDA)
    return arn(create_queue())


def put(*statements: dict[str, object]) -> None:
    boto3.client("iam").put_role_policy(
        RoleName="sender", PolicyName="inline", PolicyDocument=policy(*statements)
    )


def test_what_nobody_allows_has_no_statements(lab: EmbeddedAccount, queue: str) -> None:
    why = lab.explain(ROLE, "sqs:SendMessage", queue)
    assert not why.allowed
    assert why.statements == ()
    assert why.frame().empty
    assert str(why) == (
        "Denied: User: arn:aws:sts::123456789012:assumed-role/sender/explained is not authorized "
        f"to perform: sqs:sendmessage on resource: {queue} because no identity-based policy "
        "allows the sqs:sendmessage action"
    )


def test_what_allows_is_told(lab: EmbeddedAccount, queue: str) -> None:
    put(statement("Allow", ["sqs:SendMessage", "sqs:GetQueueUrl"], queue, Sid="Write"))
    why = lab.explain(ROLE, "sqs:SendMessage", queue)
    assert why.allowed
    assert repr(why).startswith("Allowed: arn:aws:sts::123456789012:assumed-role/sender/explained")
    assert why.frame().to_dict("records") == [
        {
            "policy": "inline",
            "kind": "identity-based policy",
            "effect": "Allow",
            "action": "sqs:SendMessage, sqs:GetQueueUrl",
            "resource": queue,
            "condition": "",
        }
    ]


def test_only_the_deny_is_told_when_one_denies(lab: EmbeddedAccount, queue: str) -> None:
    elsewhere = {"Effect": "Deny", "Action": "sqs:*", "NotResource": "arn:aws:sqs:*:*:other"}
    put(statement("Allow", "*", "*"), elsewhere)
    why = lab.explain(ROLE, "sqs:SendMessage", queue)
    assert not why.allowed
    assert why.sentence.endswith("with an explicit deny in an identity-based policy")
    assert why.frame()[["effect", "resource"]].to_numpy().tolist() == [
        ["Deny", "not arn:aws:sqs:*:*:other"]
    ]


def test_the_answer_changes_with_the_policies(lab: EmbeddedAccount, queue: str) -> None:
    answers = []
    for effect in ("Allow", "Deny"):
        put(statement(effect, "sqs:SendMessage", queue))
        answers.append(lab.explain(ROLE, "sqs:SendMessage", queue).allowed)
    boto3.client("iam").delete_role_policy(RoleName="sender", PolicyName="inline")
    answers.append(lab.explain(ROLE, "sqs:SendMessage", queue).allowed)
    assert answers == [True, False, False]


def test_a_condition_is_judged_by_the_context_given(lab: EmbeddedAccount, queue: str) -> None:
    from_here = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    lets_sns_in = statement(
        "Allow",
        "sqs:SendMessage",
        queue,
        Principal={"Service": "sns.amazonaws.com"},
        Condition=from_here,
    )
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=create_queue(), Attributes={"Policy": policy(lets_sns_in)}
    )
    asked = ("sns.amazonaws.com", "sqs:SendMessage", queue)
    assert lab.explain(*asked, {"aws:SourceAccount": "123456789012"}).allowed
    assert not lab.explain(*asked, {"aws:SourceAccount": "111122223333"}).allowed
    assert not lab.explain(*asked).allowed


@pytest.mark.parametrize(
    ("principal", "said"),
    [
        ("sender", "principal must be the ARN of a role or user, or a service, not 'sender'"),
        ("arn:aws:iam::123456789012:role/nobody", "There is no role .*role/nobody"),
        ("arn:aws:iam::123456789012:user/nobody", "There is no user .*user/nobody"),
    ],
)
def test_who_does_not_exist_is_said(
    lab: EmbeddedAccount, queue: str, principal: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        lab.explain(principal, "sqs:SendMessage", queue)


@pytest.mark.parametrize(
    ("effect", "counts_as"),
    [("Allow", "allows nothing"), ("Deny", "denies as if its condition were met")],
)
def test_a_condition_key_that_nobody_here_can_judge_is_named(
    lab: EmbeddedAccount,
    queue: str,
    caplog: pytest.LogCaptureFixture,
    effect: str,
    counts_as: str,
) -> None:
    """In the explanation, and once in the log, which a notebook shows below its cell."""
    asks = {"StringEquals": {"dynamodb:LeadingKeys": "x"}}
    everything = [statement("Allow", "sqs:*", "*")] if effect == "Deny" else []
    put(*everything, statement(effect, "sqs:*", queue, Condition=asks))
    said = (
        "inline uses the condition key dynamodb:LeadingKeys, which this account does not know: the "
        f"statement {counts_as}."
    )
    for _ in range(2):
        why = lab.explain(ROLE, "sqs:SendMessage", queue)
        assert (why.allowed, why.unknown) == (False, (said,))
    assert str(why).endswith(said)
    assert caplog.messages == [said]
