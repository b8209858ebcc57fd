"""The exercises of notebook 03: solutions are accepted, stubs and wrong answers are not."""

from collections.abc import Callable, Iterator

import boto3
import pytest

from helpers import Lab, open_lab
from helpers.bank import queues
from helpers.checks import visibility_experiments as checks
from helpers.experiments import payments, visibility


def start_patience(lab: Lab) -> str:
    url = queues.renew_queue(lab, checks.PATIENCE).url
    visibility.send_messages(url, "transfer")
    return url


def wait(lab: Lab, url: str, *seconds: int, late: int = 0) -> None:
    """Receive, hide for so many seconds, and let them pass, and `late` more."""
    sqs = boto3.client("sqs")
    for hidden in seconds:
        message = visibility.receive_one(url)
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message.handle, VisibilityTimeout=hidden
        )
        lab.advance(seconds=hidden + late)


def test_patience(lab: Lab) -> None:
    assert checks.check_patience(lab).startswith("Not attempted yet: there is no message")
    url = start_patience(lab)
    assert checks.check_patience(lab).startswith("Not attempted yet: the message was not received")
    wait(lab, url, 10, 20, 40)
    assert checks.check_patience(lab).startswith("Right: it was hidden for 10, 20, 40 s")


def test_patience_that_begins_again(lab: Lab) -> None:
    """Only the last message counts."""
    wait(lab, start_patience(lab), 5, 6, 7)
    assert "hidden for 5, 6, 7 s. You were asked for 10, 20, 40 s" in checks.check_patience(lab)
    url = start_patience(lab)
    assert checks.check_patience(lab).startswith("Not attempted yet")
    wait(lab, url, 10, 20, 40)
    assert checks.check_patience(lab).startswith("Right")


@pytest.mark.parametrize(
    ("seconds", "late", "answer"),
    [
        ((10, 20), 0, "hidden for 10, 20 s. You were asked for"),
        ((10, 20, 40, 80), 0, "10, 20, 40, 80 s. You were asked for"),
        ((40, 20, 10), 0, "40, 20, 10 s. You were asked for"),
        ((10, 20, 40), 5, "it was visible for 5 s"),
        ((40,), -1, "it is still hidden. Let its wait pass"),
    ],
)
def test_patience_of_another_kind(
    lab: Lab, seconds: tuple[int, ...], late: int, answer: str
) -> None:
    url = start_patience(lab)
    wait(lab, url, *seconds, late=late)
    assert answer in checks.check_patience(lab)


def test_patience_that_gives_up(lab: Lab) -> None:
    url = start_patience(lab)
    handle = visibility.receive_one(url).handle
    boto3.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=handle)
    assert "the transfer was not made" in checks.check_patience(lab)


@pytest.fixture(params=[0.0, 0.3, 1.0])
def days(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Accounts with better and worse days."""
    with open_lab(duplicates=request.param) as lab:
        yield lab


def consume(lab: Lab, *steps: Callable[[str], object], deletes: str = "good") -> str:
    """Take these steps for each payment that is due; what the check says."""
    sqs, shop = boto3.client("sqs"), payments.prepare_payments(lab, stranger=True)
    ask = {"QueueUrl": shop.due_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
    while messages := sqs.receive_message(**ask).get("Messages", []):
        for message in messages:
            good = message["Body"] != payments.STRANGER
            for step in steps if good else ():
                step(message["Body"])
            if deletes == "all" or (deletes == "good" and good):
                sqs.delete_message(QueueUrl=shop.due_url, ReceiptHandle=message["ReceiptHandle"])
    return checks.check_payments(lab)


def test_payments_made_once(days: Lab) -> None:
    assert consume(days, payments.pay_once).startswith("Right: 1000 EUR, each payment made once")
    assert checks.check_payments(days).startswith("Right")


def test_a_stranger_that_became_a_dead_letter(lab: Lab) -> None:
    consume(lab, payments.pay_once)
    for _ in range(6):
        lab.advance(seconds=30)
        boto3.client("sqs").receive_message(QueueUrl=queues.find_queue(payments.DUE).url)
    assert checks.check_payments(lab).startswith("Right")


def remember_here(known: set[str]) -> Callable[[str], object]:
    """A memory that ends with the program."""

    def step(payment: str) -> None:
        if payment not in known:
            known.add(payment)
            payments.pay(payment)

    return step


def pay_then_remember(payment: str) -> None:
    if not payments.is_remembered(payment):
        payments.pay(payment)
        payments.remember(payment)


def remember_and_then_pay_once(payment: str) -> None:
    payments.remember(payment)
    payments.pay_once(payment)


@pytest.mark.parametrize(
    ("step", "deletes", "answer"),
    [
        (payments.pay, "good", "the landlord has 1100 EUR, and 1000 EUR were due"),
        (remember_here(set()), "good", "the table does not remember payment-01"),
        (pay_then_remember, "good", "payment-01 was paid in one step and remembered in another"),
        (remember_and_then_pay_once, "good", "the landlord has 0 EUR"),
        (payments.remember, "good", "the landlord has 0 EUR"),
        (payments.pay_once, "all", "nobody can pay payment-99, and its message was deleted"),
        (payments.pay_once, "none", "payment-01 is paid, and its message is still in payments-due"),
    ],
)
def test_other_ways_to_pay(
    lab: Lab, step: Callable[[str], object], deletes: str, answer: str
) -> None:
    assert answer in consume(lab, step, deletes=deletes)


def test_payments_that_nobody_made(lab: Lab) -> None:
    assert checks.check_payments(lab).startswith("Not attempted yet: there are no payments")
    shop = payments.prepare_payments(lab, stranger=True)
    assert checks.check_payments(lab).startswith("Not attempted yet: nothing was paid")
    visibility.receive_one(shop.due_url)
    assert "messages were received, and nothing was paid" in checks.check_payments(lab)


def test_a_payment_that_was_dropped(lab: Lab) -> None:
    shop = payments.prepare_payments(lab, stranger=True)
    for payment in payments.PAYMENTS[1:]:
        payments.pay_once(payment)
    boto3.client("sqs").purge_queue(QueueUrl=shop.due_url)
    assert "the landlord has 900 EUR" in checks.check_payments(lab)
