"""The whole bank: built, run, proved, and taken down."""

import boto3
import pandas as pd
import pytest

from helpers import Lab
from helpers.bank import dead_letters, keys, ledger, pipeline, queues, receiver, sender
from helpers.bank.reconciliation import reconcile
from helpers.deploying.mappings import wait_for_mapping
from helpers.deploying.packages import deploy_function


def attributes(url: str) -> dict[str, str]:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return dict(answer["Attributes"])


def test_reason_is_derived_not_remembered(lab: Lab) -> None:
    """A good message among the dead letters is called one, and a fixed ledger changes reasons."""
    bank = pipeline.build_bank(lab)
    sent = sender.send_transactions(count=40, seed=1)
    lab.run_until_idle()
    letters = dead_letters.explain_dead_letters(bank.dead_letter_queue_url)
    assert len(letters) == 4
    (stranger,) = letters[letters["reason"] == "unreconcilable"]["detail"]
    ledger.open_accounts([{"account": stranger.split()[-1], "owner": "Late"}])
    letters = dead_letters.explain_dead_letters(bank.dead_letter_queue_url)
    assert "unreconcilable" not in set(letters["reason"])
    assert (letters["reason"] == "none found").sum() == 1
    assert reconcile(bank, sent).is_balanced


def test_sent_twice_is_booked_once(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    first = sender.send_transactions(count=20, seed=1)
    lab.run_until_idle()
    second = sender.send_transactions(count=20, seed=1)
    lab.run_until_idle()
    table = reconcile(bank, first, second).table
    assert list(table.index) == ["sent", "booked", "dead-lettered", "repeated", "difference"]
    assert list(table["messages"]) == [40, 19, 2, 19, 0]


def test_nothing_sent_is_balanced(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    empty = pd.DataFrame({"transaction_id": [], "cents": pd.Series([], dtype="int64")})
    assert reconcile(bank, empty).prove() == (
        "0 sent = 0 booked + 0 dead-lettered; EUR 0.00 = EUR 0.00 + EUR 0.00"
    )


def test_watch_that_cannot_end_says_what_is_left(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    sender.send_transactions(count=20, seed=1)
    with pytest.raises(TimeoutError, match="banking-queue still has 1 messages after 60 s"):
        pipeline.watch_queues(lab, bank, step=5, limit=60)


# Built again, changed, taken down.


def test_watch_ends_when_nothing_was_left_for_as_long_as_is_quiet(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    sender.send_transactions(count=5, seed=1)
    depth = pipeline.watch_queues(lab, bank, step=1, quiet=7)
    busy = depth.index[depth["visible"] + depth["in_flight"] > 0]
    assert depth.index[-1] - busy[-1] == 7


def test_built_twice_is_one_bank(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    secret = keys.open_secret(receiver.FUNCTION)
    first = boto3.client("lambda").get_function_configuration(FunctionName=bank.receiver)
    lab.advance(seconds=10)
    assert pipeline.build_bank(lab) == bank
    again = boto3.client("lambda").get_function_configuration(FunctionName=bank.receiver)
    assert again["LastModified"] == first["LastModified"]
    assert keys.open_secret(receiver.FUNCTION) == secret
    assert len(boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"]) == 1
    assert len(boto3.client("kms").list_keys()["Keys"]) == 1


def test_building_keeps_messages_and_bookings(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    sent = sender.send_transactions(count=20, seed=1)
    pipeline.build_bank(lab)
    lab.run_until_idle()
    pipeline.build_bank(lab)
    assert reconcile(bank, sent).is_balanced


def test_building_sets_back_what_was_changed(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    sqs, functions = boto3.client("sqs"), boto3.client("lambda")
    sqs.set_queue_attributes(QueueUrl=bank.queue_url, Attributes={"VisibilityTimeout": "99"})
    functions.update_function_configuration(FunctionName=bank.receiver, Timeout=20)
    wait_for_mapping(lab, bank.mapping)
    functions.update_event_source_mapping(
        UUID=bank.mapping, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2}
    )
    functions.put_function_concurrency(FunctionName=bank.receiver, ReservedConcurrentExecutions=1)
    assert pipeline.build_bank(lab) == bank
    assert attributes(bank.queue_url)["VisibilityTimeout"] == "30"
    assert functions.get_function_configuration(FunctionName=bank.receiver)["Timeout"] == 5
    mapping = functions.get_event_source_mapping(UUID=bank.mapping)
    assert mapping["BatchSize"] == 10
    assert not mapping.get("ScalingConfig")
    reserved = functions.get_function_concurrency(FunctionName=bank.receiver)
    assert "ReservedConcurrentExecutions" not in reserved


def test_a_bank_that_is_reset_is_as_new(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    sender.send_transactions(count=20, seed=1)
    lab.advance(seconds=30)
    for _ in range(2):  # a queue is purged once a minute, and may be reset sooner
        assert pipeline.reset_bank(lab) == bank
        assert queues.measure_depth(bank.queue_url).total == 0
        assert queues.measure_depth(bank.dead_letter_queue_url).total == 0
        assert ledger.read_bookings().empty
        sent = sender.send_transactions(count=20, seed=1)
        lab.run_until_idle()
        assert reconcile(bank, sent).is_balanced


def test_a_queue_purged_a_moment_ago_is_purged_again_when_it_may(lab: Lab) -> None:
    bank = pipeline.build_queues(lab)
    boto3.client("sqs").purge_queue(QueueUrl=bank.queue_url)
    boto3.client("sqs").send_message(QueueUrl=bank.queue_url, MessageBody="x")
    began = lab.now()
    queues.purge_queue(lab, bank.queue_url)
    assert queues.measure_depth(bank.queue_url).total == 0
    assert (lab.now() - began).total_seconds() >= 60


def test_a_new_receiver_gets_a_sender_that_signs_for_it(lab: Lab) -> None:
    pipeline.build_bank(lab)
    boto3.client("lambda").delete_function(FunctionName=receiver.FUNCTION)
    pipeline.build_bank(lab)
    assert keys.open_secret(receiver.FUNCTION) == keys.open_secret(sender.FUNCTION)


def test_changed_code_is_deployed(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    functions = boto3.client("lambda")
    right = functions.get_function_configuration(FunctionName=bank.receiver)
    from helpers.deploying.packages import SOURCES, build_package

    deploy_function(
        lab, bank.receiver, build_package([SOURCES / "echo.py"]), "echo.handler", right["Role"],
        5, {},
    )  # fmt: skip
    assert (
        functions.get_function_configuration(FunctionName=bank.receiver)["CodeSha256"]
        != (right["CodeSha256"])
    )


def test_clean_up_deletes_the_bank_and_nothing_else(lab: Lab) -> None:
    sqs, iam = boto3.client("sqs"), boto3.client("iam")
    foreign = sqs.create_queue(QueueName="somebody-elses-queue")["QueueUrl"]
    wait_for_mapping(lab, pipeline.build_bank(lab).mapping)
    assert len(pipeline.delete_bank()) == 8
    assert sqs.list_queues()["QueueUrls"] == [foreign]
    assert boto3.client("lambda").list_functions()["Functions"] == []
    lab.advance(seconds=60)  # A mapping is deleted after a while.
    assert boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    assert iam.list_roles()["Roles"] == []
    assert keys.find_key() is None
    assert pipeline.delete_bank() == []


def test_clean_up_spares_what_only_has_the_same_name(lab: Lab) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=queues.QUEUE)["QueueUrl"]
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=keys.ALIAS, TargetKeyId=key)
    assert pipeline.delete_bank() == []
    assert sqs.list_queues()["QueueUrls"] == [url]
    assert keys.find_key() is not None


def test_bank_can_be_built_again_after_clean_up(lab: Lab) -> None:
    wait_for_mapping(lab, pipeline.build_bank(lab).mapping)
    pipeline.delete_bank()
    bank = pipeline.build_bank(lab)
    sent = sender.send_transactions(count=20, seed=1)
    lab.run_until_idle()
    assert reconcile(bank, sent).is_balanced


def test_starting_over_leaves_nothing_behind(lab: Lab) -> None:
    lab, bank = pipeline.start_over(lab)
    sendings = pipeline.make_dead_letters(lab, bank)
    assert [len(sent) for sent in sendings] == [100, 20, 100]
    assert queues.measure_depth(bank.dead_letter_queue_url).total == 12 + 20 + 100
    lab, bank = pipeline.start_over(lab)
    assert queues.measure_depth(bank.dead_letter_queue_url).total == 0
    assert ledger.read_bookings(bank.ledger).empty
    mapping = boto3.client("lambda").get_event_source_mapping(UUID=bank.mapping)
    assert mapping["State"] == "Enabled"
    lab.close()
