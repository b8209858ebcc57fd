"""The exercises of notebook 06: solutions are accepted, stubs and wrong answers are not."""

from __future__ import annotations

from typing import Any

import boto3
import pandas as pd
import pytest

from helpers import Lab
from helpers.bank import dead_letters, pipeline, releases, sender
from helpers.checks import test_the_pipeline as checks
from helpers.checks.multiple_choice import NOT_ATTEMPTED
from helpers.deploying.mappings import wait_for_mapping

# Modify: settings with which the slow release books everything.


def be_patient(
    lab: Lab, release: str = "slow", batch: int = 4, timeout: int = 5, visibility: int = 30
) -> tuple[pipeline.Bank, pd.DataFrame]:
    """The exercise, done in this way."""
    bank = pipeline.build_bank(lab)
    functions = boto3.client("lambda")
    releases.deploy_release(lab, release)
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=bank.queue_url, Attributes={"VisibilityTimeout": str(visibility)}
    )
    functions.update_function_configuration(FunctionName=bank.receiver, Timeout=timeout)
    wait_for_mapping(lab, bank.mapping)
    functions.update_event_source_mapping(UUID=bank.mapping, BatchSize=batch)
    return bank, sender.send_transactions(20, 5, spoil=False)


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ({"batch": 4}, "Right: all 20 are booked"),
        ({"batch": 1}, "Right: all 20 are booked"),
        ({"batch": 10, "timeout": 12, "visibility": 72}, "Right: all 20 are booked"),
        (
            {"batch": 10, "timeout": 12},
            "Right: no dead letter. But AWS now advises a visibility timeout of 72 s.",
        ),
        ({"release": "good"}, "Not yet: the slow release is not deployed"),
        ({"batch": 10}, "Not yet: 20 of 20 are dead letters. A message takes 1 s, the function"),
        ({"batch": 8, "timeout": 8}, "Not yet: 16 of 20 are dead letters. A message takes 1 s"),
    ],
    ids=str,
)
def test_patience(lab: Lab, settings: dict[str, Any], answer: str) -> None:
    bank, sent = be_patient(lab, **settings)
    if settings != {"release": "good"}:
        assert "Let lab time pass" in checks.check_patience(bank, sent)
    lab.run_until_idle()
    assert checks.check_patience(bank, sent).startswith(answer)


def test_a_second_try_with_the_same_seed(lab: Lab) -> None:
    bank, first = be_patient(lab, batch=10)
    lab.run_until_idle()
    bank, second = be_patient(lab)
    lab.run_until_idle()
    assert checks.check_patience(bank, first).startswith("Not yet: 20 of 20 are dead letters")
    assert checks.check_patience(bank, second).startswith("Right")


def test_something_else_was_sent(lab: Lab) -> None:
    bank, sent = be_patient(lab)
    lab.run_until_idle()
    assert checks.check_patience(bank, ...) == NOT_ATTEMPTED
    for nonsense in (None, 20, pd.DataFrame()):
        assert "what sender.send_transactions returned" in checks.check_patience(bank, nonsense)
    assert "2 transactions were sent, not 20" in checks.check_patience(bank, sent[:2])
    spoilt = sender.send_transactions(20, 5)
    lab.run_until_idle()
    assert "With spoil=False all of them are valid" in checks.check_patience(bank, spoilt)


# Make: one thing is broken.


def redrive(lab: Lab, bank: pipeline.Bank) -> None:
    boto3.client("sqs").start_message_move_task(SourceArn=bank.dead_letter_queue_arn)
    lab.run_until_idle()


def test_repair(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    checks.break_bank(lab, bank)
    stub = "Not attempted yet: 20 valid transactions are dead letters."
    assert checks.check_repair(bank, ...) == stub
    assert "20 of 20 are not booked" in checks.check_repair(bank, "dynamodb:PutItem")
    checks.break_bank(lab, bank)
    assert checks.check_repair(bank, ...) == stub, "the cell was run twice"
    letters = dead_letters.explain_dead_letters(bank.dead_letter_queue_url)
    assert set(letters["reason"]) == {"none found"}
    pipeline.build_bank(lab)
    redrive(lab, bank)
    checks.break_bank(lab, bank)
    for action in ("dynamodb:PutItem", " DynamoDB:putitem "):
        assert checks.check_repair(bank, action).startswith("Right: dynamodb:PutItem")
    assert "Add the service in front" in checks.check_repair(bank, "PutItem")
    for wrong in ("sqs:SendMessage", 5, None):
        assert "is not what was refused" in checks.check_repair(bank, wrong)


def test_letters_sent_back_before_the_repair_die_again(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    checks.break_bank(lab, bank)
    boto3.client("sqs").start_message_move_task(SourceArn=bank.dead_letter_queue_arn)
    lab.advance(1)
    assert "are in the queue. Let lab time pass" in checks.check_repair(bank, "dynamodb:PutItem")
    lab.run_until_idle()
    assert "20 of 20 are not booked" in checks.check_repair(bank, "dynamodb:PutItem")
    pipeline.build_bank(lab)
    redrive(lab, bank)
    assert checks.check_repair(bank, "dynamodb:PutItem").startswith("Right")
