"""The receiver's releases: what each of them does to good transactions."""

from __future__ import annotations

import boto3
import pytest

from helpers import Lab
from helpers.bank import pipeline, receiver, releases, sender
from helpers.bank.reconciliation import reconcile
from helpers.deploying.invocations import read_log
from helpers.deploying.mappings import wait_for_mapping


def run(lab: Lab, bank: pipeline.Bank, release: str, count: int = 20) -> dict[str, int]:
    """What becomes of so many good transactions."""
    releases.deploy_release(lab, release)
    sent = sender.send_transactions(count, 1, spoil=False)
    lab.run_until_idle()
    result = reconcile(bank, sent)
    assert result.is_balanced
    return {str(name): int(number) for name, number in result.count_sendings().iloc[0].items()}


def test_the_good_release_is_what_the_bank_is_built_with(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    built = boto3.client("lambda").get_function_configuration(FunctionName=bank.receiver)
    releases.deploy_release(lab, "good")
    same = boto3.client("lambda").get_function_configuration(FunctionName=bank.receiver)
    assert (same["CodeSha256"], same["Handler"]) == (built["CodeSha256"], built["Handler"])
    assert run(lab, bank, "good") == {"sent": 20, "booked": 20}


def test_the_slow_release_makes_dead_letters_of_what_it_booked(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    counts = run(lab, bank, "slow")
    assert counts["sent"] == counts["dead-lettered"] + counts["booked and dead"] == 20
    assert counts["booked and dead"] > 0


def test_a_dying_worker_loses_nothing_and_books_nothing_twice(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    assert run(lab, bank, "dying") == {"sent": 20, "booked": 20}
    log = [line for _, line in read_log(receiver.FUNCTION)]
    assert any("Error Type: Runtime.ExitError" in line for line in log)
    assert sum("already booked" in line for line in log) == 20


def test_the_fees_release_fails_with_a_coffee_and_takes_its_neighbours_along(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    counts = run(lab, bank, "fees")
    assert counts["dead-lettered"] > 0
    assert counts["booked and dead"] > 0
    assert any("KeyError: 'coffee'" in line for _, line in read_log(receiver.FUNCTION))


def test_a_function_that_may_not_run_makes_dead_letters_of_good_messages(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    boto3.client("lambda").put_function_concurrency(
        FunctionName=bank.receiver, ReservedConcurrentExecutions=0
    )
    assert run(lab, bank, "good") == {"sent": 20, "dead-lettered": 20}
    assert receiver.read_invocations().empty


def test_a_trigger_that_is_off_makes_none(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    functions = boto3.client("lambda")
    wait_for_mapping(lab, bank.mapping)
    functions.update_event_source_mapping(UUID=bank.mapping, Enabled=False)
    sent = sender.send_transactions(20, 1, spoil=False)
    lab.advance(600)
    functions.update_event_source_mapping(UUID=bank.mapping, Enabled=True)
    lab.run_until_idle()
    assert reconcile(bank, sent).count_sendings().iloc[0].to_dict() == {"sent": 20, "booked": 20}


def test_what_was_released_is_listed(lab: Lab) -> None:
    bank = pipeline.build_bank(lab)
    began = lab.now()
    assert releases.list_releases().empty
    assert releases.deploy_release(lab, "good") == "1"
    lab.advance(60)
    assert releases.deploy_release(lab, "fees") == "2"
    assert releases.deploy_release(lab, "fees") == "2", "nothing new is not published"
    frame = releases.list_releases()
    assert list(frame.index) == [1, 2]
    assert [word.partition(":")[0] for word in frame["description"]] == ["good", "fees"]
    assert [(time - began).total_seconds() // 60 for time in frame["deployed"]] == [0, 1]
    pipeline.build_bank(lab)
    found = boto3.client("lambda").get_function_configuration(FunctionName=bank.receiver)
    assert found["Handler"] == "receiver.handler", "building the bank brings the good one back"


def test_each_handler_can_be_read() -> None:
    for name in releases.RELEASES:
        source = releases.read_handler(name)
        assert source.startswith("def handler(event: ")
        assert source.count("def ") == 1


def test_what_cannot_be_released(lab: Lab) -> None:
    with pytest.raises(ValueError, match=r"no release 'best'\. Choose one of: good, slow"):
        releases.deploy_release(lab, "best")
    with pytest.raises(LookupError, match="Run the cell with build_bank first"):
        releases.deploy_release(lab, "good")
