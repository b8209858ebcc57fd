"""The exercises of notebook 05: solutions are accepted, stubs and wrong answers are not."""

import boto3
import numpy as np
import pandas as pd
import pytest

from helpers import Lab
from helpers.bank import pipeline, sender
from helpers.checks import send_with_lambda as checks
from helpers.deploying import packages, roles
from tests.course.conftest import run_cell

POLICY = "WriteToQueuePolicy"

SENDER = """
    import os

    import boto3

    sqs = boto3.client("sqs")


    def handler(event, context):
        bodies, size, accepted = event["bodies"], event.get("size", 10), 0
        for first in range(0, len(bodies), size):
            batch = enumerate(bodies[first : first + size])
            entries = [{"Id": str(place), "MessageBody": body} for place, body in batch]
            answer = sqs.send_message_batch(QueueUrl=os.environ["QUEUE_URL"], Entries=entries)
            accepted += len(answer.get("Successful", []))
        return accepted
"""


@pytest.fixture
def bank(lab: Lab) -> pipeline.Queues:
    """The queues, and a sender that may send and tells the truth."""
    bank = pipeline.build_queues(lab)
    roles.create_role(sender.ROLE, "AWSLambdaBasicExecutionRole", POLICY, least(bank))
    deploy(lab, bank, SENDER)
    return bank


def least(bank: pipeline.Queues) -> list[dict[str, object]]:
    return [
        roles.allow(["kms:GenerateDataKey", "kms:Decrypt"], bank.key_arn),
        roles.allow(["sqs:SendMessage"], bank.queue_arn),
    ]


def deploy(lab: Lab, bank: pipeline.Queues, code: str) -> None:
    role = boto3.client("iam").get_role(RoleName=sender.ROLE)["Role"]["Arn"]
    handler = run_cell(code)
    packages.deploy_handler(lab, sender.FUNCTION, handler, role, QUEUE_URL=bank.queue_url)


# Modify


def test_least_privilege(lab: Lab, bank: pipeline.Queues) -> None:
    assert checks.check_least_privilege(lab, bank).startswith("Right: three permissions")


def test_least_privilege_in_other_words(lab: Lab, bank: pipeline.Queues) -> None:
    """One policy for each line, and spelled as nobody does: still the same three permissions."""
    boto3.client("iam").delete_role_policy(RoleName=sender.ROLE, PolicyName=POLICY)
    for number, action in enumerate(("KMS:Decrypt", "kms:generateDataKey")):
        roles.put_policy(sender.ROLE, f"P{number}", [roles.allow([action], bank.key_arn)])
    statement = {"Effect": "Allow", "Action": "sqs:sendMessage", "Resource": bank.queue_arn}
    roles.put_policy(sender.ROLE, "P", [statement])
    assert checks.check_least_privilege(lab, bank).startswith("Right")


def test_the_tutorials_policy_is_no_attempt(lab: Lab, bank: pipeline.Queues) -> None:
    both = (bank.key_arn, bank.queue_arn)
    roles.put_policy(sender.ROLE, POLICY, [roles.allow(list(checks.TUTORIAL_ACTIONS), *both)])
    assert checks.check_least_privilege(lab, bank).startswith("Not attempted yet")
    roles.put_policy(sender.ROLE, "Mine", least(bank))
    answer = checks.check_least_privilege(lab, bank)
    assert answer == "Not yet: WriteToQueuePolicy allows kms:Encrypt, which is never checked."


@pytest.mark.parametrize(
    ("kms", "sqs", "answer"),
    [
        (["kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt"], ["sqs:SendMessage"],
         "allows kms:Encrypt, which"),
        (["kms:Decrypt", "kms:GenerateDataKey"], ["sqs:SendMessage", "sqs:SendMessageBatch"],
         "allows sqs:SendMessageBatch, which"),
        (["kms:GenerateDataKey"], ["sqs:SendMessage"], "no policy of the role allows kms:decrypt"),
        (["kms:Decrypt"], ["sqs:SendMessage"], "no policy of the role allows kms:generatedatakey"),
        (["kms:Decrypt", "kms:GenerateDataKey"], [], "no policy of the role allows sqs:sendmess"),
        (["kms:*"], ["sqs:SendMessage"], "kms:* on arn:aws:kms"),
        (["kms:Decrypt", "kms:GenerateDataKey"], ["sqs:Send*"], "sqs:Send* on arn:aws:sqs"),
    ],
)  # fmt: skip
def test_least_privilege_with_the_wrong_actions(
    lab: Lab, bank: pipeline.Queues, kms: list[str], sqs: list[str], answer: str
) -> None:
    named = ((kms, bank.key_arn), (sqs, bank.queue_arn))
    statements = [roles.allow(actions, resource) for actions, resource in named if actions]
    roles.put_policy(sender.ROLE, POLICY, statements)
    said = checks.check_least_privilege(lab, bank)
    assert said.startswith("Not yet")
    assert answer in said


def test_least_privilege_on_the_wrong_resources(lab: Lab, bank: pipeline.Queues) -> None:
    three = ["kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage"]
    for resources, answer in (
        ((bank.key_arn, bank.queue_arn), "has no effect on the queue"),
        (("*",), "a wildcard"),
        ((bank.key_arn, bank.dead_letter_queue_arn), "Use the ARNs of `bank`"),
    ):
        roles.put_policy(sender.ROLE, POLICY, [roles.allow(three, *resources)])
        assert answer in checks.check_least_privilege(lab, bank)


def test_least_privilege_beside_a_mighty_policy(lab: Lab, bank: pipeline.Queues) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
    boto3.client("iam").attach_role_policy(RoleName=sender.ROLE, PolicyArn=arn)
    assert "AmazonSQSFullAccess, too" in checks.check_least_privilege(lab, bank)


def test_least_privilege_that_a_deny_takes_back(lab: Lab, bank: pipeline.Queues) -> None:
    """The lines look right, and the function is asked whether they are."""
    deny = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": bank.key_arn}
    roles.put_policy(sender.ROLE, "Another", [deny])
    assert checks.check_least_privilege(lab, bank) == "Not yet: the function is denied kms:Decrypt."


def test_least_privilege_before_there_is_anything(lab: Lab) -> None:
    bank = pipeline.build_queues(lab)
    assert "There is no role" in checks.check_least_privilege(lab, bank)
    roles.create_role(sender.ROLE, "AWSLambdaBasicExecutionRole", POLICY, least(bank))
    assert "There is no function" in checks.check_least_privilege(lab, bank)
    everything = [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]
    roles.put_policy(sender.ROLE, POLICY, everything)
    assert "Name what is needed" in checks.check_least_privilege(lab, bank)


# Make


def test_count(bank: pipeline.Queues) -> None:
    assert checks.check_count().startswith("Right: 12 of 12, and 11 of 12")


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        (
            "return accepted",
            'return f"sent {len(bodies)}"',
            "Not attempted yet: the function still",
        ),
        ("return accepted", "return len(bodies)", "one of 12 texts is refused, and it returns 12"),
        ("return accepted", "pass", "it returns None. It must return a whole number"),
        ("return accepted", "return float(accepted)", "it returns 12.0"),
        ("accepted +=", "accepted =", "it returns 2; SQS accepted 12"),
        ('answer.get("Successful", [])', 'answer["Failed"]', "the function failed: KeyError"),
        ("accepted +=", 'assert "Failed" not in answer\n            accepted +=',
         "one of 12 texts is refused, and the function failed: AssertionError"),
        ("import os\n", "\n", "Its imports must stand in its cell, too"),
    ],
)  # fmt: skip
def test_count_with_one_thing_wrong(
    lab: Lab, bank: pipeline.Queues, old: str, new: str, answer: str
) -> None:
    assert old in SENDER
    deploy(lab, bank, SENDER.replace(old, new))
    said = checks.check_count()
    assert said.startswith("Not")
    assert answer in said


def test_count_when_the_role_may_not_send(bank: pipeline.Queues) -> None:
    boto3.client("iam").delete_role_policy(RoleName=sender.ROLE, PolicyName=POLICY)
    assert checks.check_count() == "Not yet: the function is denied sqs:sendmessage."


def test_count_without_a_function_and_with_the_banks(lab: Lab) -> None:
    assert "there is no function" in checks.check_count()
    pipeline.build_bank(lab)
    assert checks.check_count().startswith("Not attempted yet: the bank's own sender")


@pytest.mark.parametrize("ratio", [9.6, 41.2 / 4.3, 10, np.float64(9.58)])
def test_a_number_that_is_near_enough_is_right(ratio: float) -> None:
    assert checks.judge("price of batches", ratio).startswith("Right")
    assert checks.judge("price of batches", 2.5).startswith("Not right. Divide")


@pytest.mark.parametrize(
    ("question", "right", "seen", "other", "fault"),
    [
        ("denied send", "b", "denied sqs:sendmessage", "NameError", "NameError, not denied"),
        ("one bad of ten", "b", "works", "KeyError", "KeyError, not works"),
        (
            "batch permission",
            "b",
            {"sqs:SendMessageBatch": "denied sqs:sendmessage", "sqs:SendMessage": "works"},
            {"sqs:SendMessageBatch": "NameError", "sqs:SendMessage": "NameError"},
            "NameError, not denied",
        ),
        (
            "another queue",
            "c",
            ["denied sqs:sendmessage", "works"],
            ["denied sqs:sendmessage", "NameError"],
            "NameError, not works",
        ),
        (
            "lines to spare",
            2,
            pd.DataFrame({"with all": ["works"] * 5}),
            pd.DataFrame({"with all": ["TypeError"] * 5}),
            "TypeError, not works",
        ),
    ],
)
def test_no_answer_is_right_when_the_function_failed_of_something_else(
    question: str, right: object, seen: object, other: object, fault: str
) -> None:
    assert checks.judge(question, right, seen).startswith("Right")
    assert checks.judge(question, ..., other).startswith("Not attempted yet")
    assert f"something else than happened here: {fault}" in checks.judge(question, right, other)
