"""Messages that were sent back, or sent twice, are found by their transactions."""

from __future__ import annotations

import boto3
import pytest

from helpers import Lab, open_lab
from helpers.bank import pipeline, releases, sender
from helpers.bank.dead_letters import read_dead_letters
from helpers.bank.reconciliation import reconcile


def test_nothing_can_be_proved_of_nothing(lab: Lab) -> None:
    with pytest.raises(ValueError, match="Nothing was sent yet"):
        reconcile(pipeline.build_bank(lab))


def test_a_sending_can_be_all_good(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    good = sender.send_transactions(count=50, seed=1, spoil=False, name="good ones")
    mixed = sender.send_transactions(count=50, seed=1)
    lab.run_until_idle()
    table = reconcile(bank, good, mixed).count_sendings()
    assert table.loc["good ones"].to_dict() == {"sent": 50, "booked": 50, "dead-lettered": 0}
    assert table.loc["seed 1"].to_dict() == {"sent": 50, "booked": 45, "dead-lettered": 5}


def test_after_the_repair_and_a_redrive_everything_is_booked(lab: Lab) -> None:
    """Though the redriven messages have new ids, and some had been booked before they died."""
    bank = pipeline.build_bank(lab)
    releases.deploy_release(lab, "fees")
    sent = sender.send_every_minute(lab, minutes=6, count=10)
    lab.run_until_idle()
    before = reconcile(bank, sent)
    assert before.is_balanced
    assert {"booked and dead", "dead-lettered"} <= set(before.messages["outcome"])
    releases.deploy_release(lab, "good")
    boto3.client("sqs").start_message_move_task(SourceArn=bank.dead_letter_queue_arn)
    lab.run_until_idle()
    after = reconcile(bank, sent)
    assert after.prove().startswith("60 sent = 60 booked + 0 dead-lettered; ")
    assert set(after.messages["outcome"]) == {"booked"}


def test_bad_letters_that_were_sent_back_are_still_accounted_for(lab: Lab) -> None:
    """Even those whose body is cut off, or was sent twice: a new id each, the old transaction."""
    bank = pipeline.build_bank(lab)
    sent = [sender.send_transactions(count=100, seed=2026, name=name) for name in ("1st", "2nd")]
    lab.run_until_idle()
    boto3.client("sqs").start_message_move_task(SourceArn=bank.dead_letter_queue_arn)
    lab.run_until_idle()
    result = reconcile(bank, *sent)
    proof = "200 sent = 88 booked + 24 dead-lettered + 88 repeated;\n"
    assert result.prove().startswith(proof)
    alone = reconcile(bank, sent[0])
    assert set(alone.differences["problem"]) == {"dead-lettered but never sent"}
    assert len(alone.differences) == 12


def test_a_dead_letter_that_is_delivered_twice_is_counted_once() -> None:
    """Every third delivery or so comes again: a reader must not take the second for another."""
    with open_lab(duplicates=0.3) as lab:
        bank = pipeline.build_bank(lab)
        boto3.client("lambda").put_function_concurrency(
            FunctionName=bank.receiver, ReservedConcurrentExecutions=0
        )
        sent = sender.send_transactions(count=50, seed=1, spoil=False)
        pipeline.watch_queues(lab, bank, step=10, quiet=30)
        letters = read_dead_letters(bank.dead_letter_queue_url)
        assert {letter.message_id for letter in letters} == set(sent.index)
        assert len(letters) == 50
        assert reconcile(bank, sent).prove().startswith("50 sent = 0 booked + 50 dead-lettered; ")
