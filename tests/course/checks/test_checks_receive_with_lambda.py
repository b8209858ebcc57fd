"""The exercises of notebook 04: solutions are accepted, stubs and wrong answers are not."""

import boto3
import pytest

from helpers import Lab
from helpers.bank import keys, ledger, pipeline, receiver
from helpers.checks import receive_with_lambda as checks
from tests.course.conftest import run_cell

MINE = """
    def handler(event, context):
        failures = []
        for record in event["Records"]:
            try:
                cents = int(record["body"])
                if cents <= 0:
                    raise ValueError(record["body"])
                print("booked", cents)
            except ValueError:
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}
"""


def test_own_handler(lab: Lab) -> None:
    assert checks.check_own_handler(lab, ...).startswith("Not attempted yet")
    for _ in range(2):
        assert checks.check_own_handler(lab, run_cell(MINE)).startswith("Right: 3 booked once")


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        ("if cents <= 0", "if cents < -99", "-40 is no whole number above zero, and was booked"),
        ("if cents <= 0", "if cents < 0", "0 is no whole number above zero, and was booked"),
        ("if cents <= 0", "if cents <= 80", "75 is above zero, and became a dead letter"),
        ("except ValueError", "except KeyError", "everything came back: ValueError: "),
        ("event, context", "event", "takes 1 positional argument but 2 were given"),
        ('failures.append({"itemIdentifier": record["messageId"]})', "pass", "-40 is lost"),
        ("return {", "answer = {", "-40 is lost"),
        ('record["messageId"]', 'record["body"]', "must be the messageId of a record"),
        ('"itemIdentifier"', '"messageId"', "must be the messageId of a record"),
        ('"batchItemFailures"', '"failures"', "-40 is lost"),
        ('print("booked", cents)', "pass", "100 was deleted, and booked 0 times"),
        ('print("booked", cents)', 'print("booked", cents, sep=": ")', "booked 0 times"),
        (
            'print("booked", cents)',
            "undefined",
            "came back: NameError: name 'undefined' is not defined",
        ),
    ],
)
def test_own_handler_with_one_thing_wrong(lab: Lab, old: str, new: str, answer: str) -> None:
    assert old in MINE
    said = checks.check_own_handler(lab, run_cell(MINE.replace(old, new)))
    assert said.startswith("Not yet")
    assert answer in said


@pytest.mark.parametrize("handler", ["mine", None, 3])
def test_own_handler_that_is_no_function(lab: Lab, handler: object) -> None:
    assert "must be a function" in checks.check_own_handler(lab, handler)


@pytest.fixture
def bank(lab: Lab) -> pipeline.Queues:
    """The queues, and a receiver that reads them."""
    bank = pipeline.build_queues(lab)
    receiver.create_receiver(lab, bank.key_arn, ledger.create_ledger())
    receiver.connect_queue(lab, bank.queue_arn)
    return bank


def set_timeouts(bank: pipeline.Queues, timeout: int, visibility: int) -> None:
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=bank.queue_url, Attributes={"VisibilityTimeout": str(visibility)}
    )
    functions = boto3.client("lambda")
    functions.update_function_configuration(FunctionName=receiver.FUNCTION, Timeout=timeout)


@pytest.mark.parametrize(
    ("timeout", "visibility", "answer"),
    [
        (10, 60, "Right: 10 s for the function, 60 s for the queue"),
        (5, 30, "Not attempted yet"),
        (5, 60, "Not yet: the receiver has 5 s, not 10 s"),
        (10, 30, "30 s are 3 times the function's timeout"),
        (10, 59, "AWS accepts it, and advises six times"),
        (10, 600, "600 s are more than advised"),
    ],
)
def test_timeouts(bank: pipeline.Queues, timeout: int, visibility: int, answer: str) -> None:
    set_timeouts(bank, timeout, visibility)
    assert answer in checks.check_timeouts()


def test_timeouts_of_what_is_not_there(lab: Lab) -> None:
    assert "there is no receiver" in checks.check_timeouts()
    receiver.create_receiver(lab, keys.create_key(), ledger.create_ledger())
    assert "there is no banking-queue" in checks.check_timeouts()
    bank = pipeline.build_queues(lab)
    set_timeouts(bank, 10, 60)
    assert "no mapping reads the queue" in checks.check_timeouts()
