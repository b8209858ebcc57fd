"""The sender: what it draws, what it spoils, and what it does when sending fails."""

from collections import Counter
from types import ModuleType
from typing import Any

import pytest

from helpers import Lab
from helpers.bank import ledger, pipeline, sender
from helpers.bank.functions.transactions import Refused, check_transaction

SECRET = b"a secret"
ACCOUNTS = [row["account"] for row in ledger.read_accounts()]


def classify(text: str) -> str:
    try:
        check_transaction(text, SECRET, ACCOUNTS.__contains__)
    except Refused as refusal:
        return refusal.reason
    return "good"


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (100, {"good": 88, "malformed": 5, "corrupted": 4, "unreconcilable": 3}),
        (1000, {"good": 880, "malformed": 50, "corrupted": 40, "unreconcilable": 30}),
        (40, {"good": 36, "malformed": 2, "corrupted": 1, "unreconcilable": 1}),
        (1, {"good": 1}),
    ],
)
@pytest.mark.parametrize("seed", [2026, 0, -1])
def test_faulty_share_is_exact(
    sender_code: ModuleType, count: int, seed: int, expected: dict[str, int]
) -> None:
    pairs = sender_code.generate_transactions(count, seed, ACCOUNTS, SECRET)
    assert Counter(classify(text) for _, text in pairs) == expected


def test_every_malformed_body_differs_from_a_good_one(sender_code: ModuleType) -> None:
    pairs = sender_code.generate_transactions(2000, 1, ACCOUNTS, SECRET)
    details: Counter[str] = Counter()
    for _, text in pairs:
        try:
            check_transaction(text, SECRET, ACCOUNTS.__contains__)
        except Refused as refusal:
            details[refusal.detail] += refusal.reason == "malformed"
    assert {detail for detail, number in details.items() if number} == {
        "the body is not JSON",
        "payee is missing",
        "cents is not a whole number above zero",
    }


def test_same_count_and_seed_same_transactions(sender_code: ModuleType) -> None:
    first = sender_code.generate_transactions(50, 3, ACCOUNTS, SECRET)
    assert sender_code.generate_transactions(50, 3, ACCOUNTS, SECRET) == first


def test_other_count_or_seed_other_ids(sender_code: ModuleType) -> None:
    """Otherwise two different transactions would pass for one, and only one be booked."""
    drawn = [
        {transaction.transactionId for transaction, _ in
         sender_code.generate_transactions(count, seed, ACCOUNTS, SECRET)}
        for count, seed in ((10, 1), (10, 2), (20, 1))
    ]  # fmt: skip
    assert len(set.union(*drawn)) == 40


class FlakySqs:
    """Refuses the entries whose turn it is, as SQS does: with HTTP 200."""

    def __init__(self, *refused: set[str], sender_fault: bool = False) -> None:
        self.refused = list(refused)
        self.sender_fault = sender_fault
        self.requests: list[list[str]] = []

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:
        refused = self.refused.pop(0) if self.refused else set()
        ids = [entry["Id"] for entry in Entries]
        self.requests.append(ids)
        failed = {"SenderFault": self.sender_fault, "Code": "InternalError"}
        return {
            "Successful": [
                {"Id": name, "MessageId": f"m{name}"} for name in ids if name not in refused
            ],
            "Failed": [{"Id": name, **failed} for name in ids if name in refused],
        }


@pytest.fixture
def no_waiting(sender_code: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_code.time, "sleep", lambda seconds: None)


def test_failed_entries_are_sent_again(
    sender_code: ModuleType, no_waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs = FlakySqs({"1", "2"}, {"2"})
    monkeypatch.setattr(sender_code, "sqs", sqs)
    assert sender_code.send_batch("url", ["a", "b", "c"]) == ["m0", "m1", "m2"]
    assert sqs.requests == [["0", "1", "2"], ["1", "2"], ["2"]]


def test_entries_that_go_on_failing_raise(
    sender_code: ModuleType, no_waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_code, "sqs", FlakySqs({"1"}, {"1"}, {"1"}))
    with pytest.raises(RuntimeError, match="1 of 2 transactions were not sent: InternalError"):
        sender_code.send_batch("url", ["a", "b"])


def test_the_senders_own_fault_is_not_repeated(
    sender_code: ModuleType, no_waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs = FlakySqs({"0"}, sender_fault=True)
    monkeypatch.setattr(sender_code, "sqs", sqs)
    with pytest.raises(RuntimeError, match="1 of 1"):
        sender_code.send_batch("url", ["a"])
    assert len(sqs.requests) == 1


def test_bad_events_are_answered_clearly(lab: Lab) -> None:
    pipeline.build_bank(lab)
    with pytest.raises(RuntimeError, match="count must be a whole number from 1 to 10000, not 0"):
        sender.send_transactions(count=0)
    with pytest.raises(RuntimeError, match="seed must be a whole number, not 'x'"):
        sender.send_transactions(seed="x")  # type: ignore[arg-type]


def test_a_count_that_is_no_multiple_of_ten(lab: Lab) -> None:
    pipeline.build_bank(lab)
    sent = sender.send_transactions(count=13, seed=5)
    assert len(sent) == 13
    assert sent.index.is_unique
    assert sent["transaction_id"].is_unique


def test_without_a_sender_it_says_what_to_do(lab: Lab) -> None:
    with pytest.raises(LookupError, match="Run the cell that deploys it first"):
        sender.send_transactions()


# Traffic by the minute.


def test_traffic_begins_with_each_minute_of_the_clock(lab: Lab) -> None:
    pipeline.build_bank(lab)
    lab.advance(12.5)
    sent = sender.send_every_minute(lab, minutes=2, count=3)
    assert f"{lab.now():%H:%M:%S}" == "09:03:00"
    assert list(sent["sending"]) == ["09:01"] * 3 + ["09:02"] * 3
    sender.send_every_minute(lab, minutes=1)
    assert f"{lab.now():%H:%M:%S}" == "09:04:00", "no minute was skipped"
    assert sent["transaction_id"].is_unique


@pytest.mark.parametrize("seed", [2026, 0])
def test_all_good_transactions_are_other_ones(sender_code: ModuleType, seed: int) -> None:
    good = sender_code.generate_transactions(100, seed, ACCOUNTS, SECRET, spoil=False)
    assert {classify(text) for _, text in good} == {"good"}
    mixed = sender_code.generate_transactions(100, seed, ACCOUNTS, SECRET)
    ids = [{made.transactionId for made, _ in pairs} for pairs in (good, mixed)]
    assert len(set.union(*ids)) == 200
