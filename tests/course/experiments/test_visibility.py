"""A consumer's hands, and the payments that it must make once."""

import boto3
import pytest

from helpers import Lab
from helpers.bank import queues
from helpers.experiments import alternatives, payments, visibility


def test_messages_are_sent_by_name_and_received_one_by_one(lab: Lab) -> None:
    url = queues.renew_queue(lab, "mine").url
    names = visibility.send_messages(url, "rent", "salary")
    assert list(names.values()) == ["rent", "salary"]
    first = visibility.receive_one(url)
    assert names[first.message_id] == first.body == "rent"
    assert first.receive_count == 1
    assert visibility.receive_one(url).body == "salary"
    lab.advance(seconds=29)
    again = visibility.receive_one(url)
    assert (again.message_id, again.receive_count) == (first.message_id, 2)
    assert again.handle != first.handle


def test_nothing_visible_is_said(lab: Lab) -> None:
    url = queues.renew_queue(lab, "mine").url
    start = lab.now()
    with pytest.raises(visibility.NothingVisible, match="No message can be received from mine now"):
        visibility.receive_one(url, wait=5)
    assert (lab.now() - start).total_seconds() == 5


@pytest.mark.parametrize("name", ["mine", "mine.fifo"])
def test_a_renewed_queue_is_empty(lab: Lab, name: str) -> None:
    group = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} if "." in name else {}
    url = queues.renew_queue(lab, name).url
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="left over", **group)
    assert queues.renew_queue(lab, name).url == url
    assert queues.measure_depth(url).total == 0


def test_payments_are_due_again_whatever_was_before(lab: Lab) -> None:
    for _ in range(2):
        due, dead, names = payments.prepare_payments(lab)
        assert list(names.values()) == [*payments.PAYMENTS, "payment-04, again"]
        assert queues.measure_depth(due).visible == len(payments.PAYMENTS) + 1
        assert queues.measure_depth(dead).total == 0
        assert payments.read_account() == (0, frozenset(), frozenset())
        bodies = alternatives.take_messages(due, 20)
        assert set(bodies) == set(payments.PAYMENTS)
        assert bodies.count(payments.SENT_TWICE) == 2
        payments.pay_once("payment-01")
    assert payments.delete_payments() == [payments.DUE, payments.DEAD, payments.TABLE]
    assert payments.delete_payments() == []


def test_a_payment_is_made_once_or_refused(lab: Lab) -> None:
    payments.prepare_payments(lab)
    assert [payments.pay_once("payment-01") for _ in range(3)] == [True, False, False]
    payments.pay("payment-01")
    assert payments.read_account() == (200, {"payment-01"}, {"payment-01"})
    payments.remember("payment-02")
    assert not payments.pay_once("payment-02")
    for step in (payments.pay, payments.remember, payments.pay_once):
        with pytest.raises(ValueError, match="no payment 'payment-99' is due"):
            step(payments.STRANGER)


def test_what_a_death_costs_depends_on_the_order(lab: Lab) -> None:
    paid = payments.try_deaths(lab)["paid"].to_dict()
    assert list(paid.values()) == [900, 1100, 1000]
