"""The exercises of notebook 04: solutions are accepted, stubs and wrong answers are not."""

import boto3
import pandas as pd
import pytest

from helpers import Lab
from helpers.bank import ledger, pipeline, receiver
from helpers.checks import receive_with_lambda as checks
from helpers.deploying import mappings
from helpers.deploying.packages import deploy_handler
from helpers.experiments.trials import AMOUNTS, run_trial
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
        ("if cents <= 0", "if cents < -99", "-40 is not a whole number above zero, but was booked"),
        ("if cents <= 0", "if cents < 0", "0 is not a whole number above zero, but was booked"),
        ("if cents <= 0", "if cents <= 80", "75 is above zero, and became a dead letter"),
        ("except ValueError", "except KeyError", "all messages became visible again: ValueError: "),
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
            "visible again: NameError: name 'undefined' is not defined",
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
    """The queues, and a receiver that reads them by a mapping with default settings."""
    bank = pipeline.build_queues(lab)
    receiver.create_receiver(lab, bank.key_arn, ledger.create_ledger())
    mappings.connect_only(lab, bank.queue_arn, receiver.FUNCTION)
    return bank


def test_the_switch(lab: Lab, bank: pipeline.Queues) -> None:
    assert checks.check_switch(lab).startswith("Not attempted yet: FunctionResponseTypes")
    (mapping,) = mappings.find_mappings(receiver.FUNCTION)
    boto3.client("lambda").update_event_source_mapping(
        UUID=mapping["UUID"], FunctionResponseTypes=[checks.SWITCH]
    )
    for _ in range(2):
        assert checks.check_switch(lab).startswith("Right: 3 bad messages were sent once more")


def test_the_switch_of_a_receiver_that_reports_nothing(lab: Lab, bank: pipeline.Queues) -> None:
    quiet = run_cell("def handler(event, context):\n    pass\n")
    role = boto3.client("iam").get_role(RoleName=receiver.ROLE)["Role"]["Arn"]
    deploy_handler(lab, receiver.FUNCTION, quiet, role, timeout=5)
    (mapping,) = mappings.find_mappings(receiver.FUNCTION)
    boto3.client("lambda").update_event_source_mapping(
        UUID=mapping["UUID"], FunctionResponseTypes=[checks.SWITCH]
    )
    assert checks.check_switch(lab).startswith("Not yet: 0 of 3")


def test_the_switch_of_what_is_not_there(lab: Lab) -> None:
    assert "there is no banking-queue" in checks.check_switch(lab)
    pipeline.build_queues(lab)
    assert "no mapping reads banking-queue" in checks.check_switch(lab)


def test_bad_messages_without_the_switch_are_lost(lab: Lab, bank: pipeline.Queues) -> None:
    for _ in range(2):
        counted = receiver.count_bad_messages(lab, bank.queue_url, bank.dead_letter_queue_url)
        assert counted.to_dict() == {
            "sent": 3, "refused": 3, "dead letters": 0, "still in the queue": 0,
        }  # fmt: skip


NAIVE = """
    def handler(event, context):
        for record in event["Records"]:
            print("booked", int(record["body"]))
"""


@pytest.mark.parametrize(
    ("question", "right", "code"),
    [
        ("poison", 9, NAIVE),
        ("without the switch", "c", MINE.replace("if cents <= 0", "if cents < -99")),
        ("booked in all", "c", NAIVE.replace("int(record", "str(record")),
    ],
)
def test_no_answer_is_right_when_the_handler_has_a_typing_error(
    lab: Lab, question: str, right: object, code: str
) -> None:
    trial = run_trial(lab, run_cell(code), AMOUNTS)
    assert checks.judge(question, right, trial).startswith("Right")
    assert checks.judge(question, "nonsense", trial).startswith("The answer must be")
    assert checks.judge(question, ..., trial).startswith("Not attempted yet")
    slip = run_trial(lab, run_cell(code.replace("record[", "recrod[")), AMOUNTS)
    said = checks.judge(question, right, slip)
    assert "something else than happened here: NameError: name 'recrod'" in said


def test_calls_that_fail_are_no_calls_in_a_row() -> None:
    rows = pd.DataFrame({"answer": [[1], [1, 1], [1, 1, 1], [1]]})
    assert checks.judge("third call", "b", rows).startswith("Right")
    failed = pd.DataFrame({"answer": ["NameError"] * 4})
    assert "the third call returned NameError" in checks.judge("third call", "b", failed)
