"""The exercises of notebook 03: solutions are accepted, stubs and wrong answers are not."""

from collections.abc import Iterator

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
    assert checks.check_patience(lab).startswith("Right: hidden for 10, 20, 40 s")


def test_patience_that_begins_again(lab: Lab) -> None:
    """Only the last message counts."""
    wait(lab, start_patience(lab), 30, 30, 30)
    assert "30, 30, 30 s. Each wait must be longer" in checks.check_patience(lab)
    url = start_patience(lab)
    assert checks.check_patience(lab).startswith("Not attempted yet")
    wait(lab, url, 5, 10, 20)
    assert checks.check_patience(lab).startswith("Right")


@pytest.mark.parametrize(
    ("seconds", "late", "answer"),
    [
        ((10, 20), 0, "3 tries are wanted, not 2"),
        ((10, 20, 40, 80), 0, "3 tries are wanted, not 4"),
        ((40, 20, 10), 0, "Each wait must be longer"),
        ((10, 20, 40), 5, "it lay in the queue for 5 s"),
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
def shop(request: pytest.FixtureRequest) -> Iterator[payments.Payments]:
    """The payments, in accounts with better and worse days."""
    with open_lab(duplicates=request.param) as lab:
        yield payments.prepare_payments(lab)


def pay(shop: payments.Payments, known: set[str] | None, *, by_id: bool = False) -> None:
    """Pay what is due. `known` is a consumer's memory; None: it is the table."""
    sqs, dynamodb = boto3.client("sqs"), boto3.client("dynamodb")
    receive = {"QueueUrl": shop.due_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
    while messages := sqs.receive_message(**receive).get("Messages", []):
        for message in messages:
            name = message["MessageId"] if by_id else message["Body"]
            if known is None:
                try:
                    dynamodb.put_item(
                        TableName=shop.memory,
                        Item={"entry": {"S": name}},
                        ConditionExpression="attribute_not_exists(entry)",
                    )
                    sqs.send_message(QueueUrl=shop.paid_url, MessageBody=message["Body"])
                except dynamodb.exceptions.ConditionalCheckFailedException:
                    pass
            elif name not in known:
                known.add(name)
                sqs.send_message(QueueUrl=shop.paid_url, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=shop.due_url, ReceiptHandle=message["ReceiptHandle"])


def test_payments_made_once(shop: payments.Payments) -> None:
    assert checks.check_payments().startswith("Not attempted yet: nothing was paid")
    pay(shop, None)
    for _ in range(2):
        assert checks.check_payments().startswith("Right: 10 payments")


def test_a_memory_that_dies_with_its_consumer(shop: payments.Payments) -> None:
    pay(shop, set())
    assert "But the table is empty" in checks.check_payments()


def test_a_memory_of_message_ids(shop: payments.Payments) -> None:
    pay(shop, None, by_id=True)
    assert "11 payments were made, and 10 were due" in checks.check_payments()


def test_payments_by_who_remembers_nothing() -> None:
    with open_lab(duplicates=1.0) as lab:
        shop = payments.prepare_payments(lab)
        sqs = boto3.client("sqs")
        for _ in range(3):
            for message in visibility.look_at_all(shop.due_url):
                sqs.send_message(QueueUrl=shop.paid_url, MessageBody=message.body)
        assert "messages are still in payments-due" in checks.check_payments()
        lab.advance(seconds=60)
        sqs.purge_queue(QueueUrl=shop.due_url)
        assert "33 payments were made" in checks.check_payments()


def test_payments_that_were_dropped(lab: Lab) -> None:
    assert checks.check_payments().startswith("Not attempted yet: there are no payments")
    shop = payments.prepare_payments(lab)
    sqs = boto3.client("sqs")
    message = visibility.receive_one(shop.due_url)
    assert "messages were received, and nothing was paid" in checks.check_payments()
    sqs.send_message(QueueUrl=shop.paid_url, MessageBody=message.body)
    sqs.purge_queue(QueueUrl=shop.due_url)
    assert "payment-02 was not paid" in checks.check_payments()


def test_a_table_that_remembers_something_else(lab: Lab) -> None:
    shop = payments.prepare_payments(lab)
    pay(shop, set())
    boto3.client("dynamodb").put_item(TableName=shop.memory, Item={"entry": {"S": "all is paid"}})
    assert "does not remember payment-01" in checks.check_payments()
