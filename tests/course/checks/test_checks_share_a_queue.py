"""Notebook 10: its exercises, and a queue that tenants share."""

import boto3
import pytest

from helpers import Lab
from helpers.bank.queues import renew_queue
from helpers.checks import share_a_queue as checks
from helpers.experiments import tenants


@pytest.mark.parametrize(
    ("limit", "answer"),
    [
        (..., "Not attempted yet"),
        (1, "MaximumConcurrency is a whole number, 2 to 1000; this is 1."),
        ("4", "MaximumConcurrency is a whole number"),
        (3, "Not yet: with 3, 95 % of the quiet tenants' messages wait 6"),
        (4, "Right: with 4"),
        (6, "Not yet: with 6, 95 % of the quiet tenants' messages wait 1 s at most, but fewer"),
    ],
)
def test_room(lab: Lab, limit: object, answer: str) -> None:
    assert checks.check_room(lab, limit).startswith(answer)


GROUPS = {
    "right": lambda number, customer, order: {"MessageGroupId": customer},
    "none": lambda number, customer, order: {},
    "each": lambda number, customer, order: {"MessageGroupId": order},
    "one": lambda number, customer, order: {"MessageGroupId": "all"},
}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("right", "Right: six orders of three tenants"),
        ("none", "Not yet: the messages have no MessageGroupId"),
        ("each", "Not yet: each order has its own group"),
        ("one", "Not yet: the groups are all."),
    ],
)
def test_orders(lab: Lab, name: str, answer: str) -> None:
    assert checks.check_orders().startswith("Not attempted yet")
    url = renew_queue(lab, checks.ORDERS_QUEUE).url
    assert checks.check_orders().startswith("Not attempted yet")
    for number, (customer, order) in enumerate(checks.ORDERS):
        group = GROUPS[name](number, customer, order)
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=order, **group)
    assert checks.check_orders().startswith(answer)
    assert checks.check_orders().startswith(answer), "looking changed what there is to see"


def test_too_few_orders(lab: Lab) -> None:
    url = renew_queue(lab, checks.ORDERS_QUEUE).url
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="chair", MessageGroupId="ada")
    assert checks.check_orders().startswith("Not yet: the queue holds 1 messages")


def test_everything_is_deleted_once(lab: Lab) -> None:
    tenants.open_queue(lab, 2)
    assert tenants.delete_all() == [tenants.WORKER, tenants.ROLE, tenants.QUEUE]
    assert tenants.delete_all() == []
