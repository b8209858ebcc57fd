"""Nothing that the course teaches loses money: consumers and senders die after every statement.

Each is stopped once before each line that it runs, and once after the last one, among a payment
that comes twice and a message that nobody can read. Then it is started again, as SQS and Lambda
do it. What a solution leaves open the notebook must say: `SAID` has the sentence.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import boto3
import pytest

from helpers import Lab, open_lab
from helpers.bank import queues
from helpers.experiments import payments, visibility
from tests.course.conftest import run_cell
from tests.course.test_notebooks import FOLDER, SOLUTION, read_cells

DEAD_ARN = f"arn:aws:sqs:us-east-1:123456789012:{payments.DEAD}"
HELPERS = str(Path(payments.__file__).parent)


class Death(BaseException):
    """The program ends here: no `except Exception` of it may go on."""


class Reaper:
    """Ends a program before the nth of the lines that it runs, each counted once.

    Attributes:
        lines: that it has run, in the order of their first run.
    """

    def __init__(self, fatal: int | None, is_own: Callable[[CodeType], bool]) -> None:
        self.lines: dict[tuple[str, int], None] = {}
        self._fatal, self._is_own = fatal, is_own

    def __enter__(self) -> Reaper:
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _enter(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._step if self._is_own(frame.f_code) else None

    def _step(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            line = (frame.f_code.co_filename, frame.f_lineno)
            if line not in self.lines and len(self.lines) == self._fatal:
                sys.settrace(None)
                raise Death(f"before line {line[1]} of {line[0]}")
            self.lines[line] = None
        return self._step


def read_solution(notebook: str, cell: str) -> str:
    """The code that a notebook gives as the solution in this Markdown cell."""
    (source,) = (each["source"] for each in read_cells(FOLDER / notebook) if each["id"] == cell)
    found = SOLUTION.search(source)
    assert found, f"{notebook} prints no solution in {cell}"
    return found[1]


@pytest.fixture
def unsteady() -> Iterator[Lab]:
    """A lab that delivers every third message or so twice."""
    with open_lab(duplicates=0.3) as lab:
        yield lab


def pay_and_die(lab: Lab, solution: str, fatal: int | None) -> tuple[int, list[str], int]:
    """The euros paid and the dead letters after a consumer died, and others went on; and how many
    lines the first one ran."""
    shop = payments.prepare_payments(lab, stranger=True)
    sqs = boto3.client("sqs")
    sooner = json.dumps({"deadLetterTargetArn": DEAD_ARN, "maxReceiveCount": 3})
    sqs.set_queue_attributes(QueueUrl=shop.due_url, Attributes={"RedrivePolicy": sooner})
    names = {"sqs": sqs, "shop": shop, "payments": payments}

    def is_own(code: CodeType) -> bool:
        return code.co_filename.startswith(("<solution", HELPERS))

    with Reaper(fatal, is_own) as reaper, suppress(Death):
        run_cell(solution, dict(names), "solution")
    while queues.measure_depth(shop.due_url).total:
        lab.advance(seconds=30)
        run_cell(solution, dict(names), "solution")
    dead = [message.body for message in visibility.look_at_all(shop.dead_url)]
    return payments.read_account().euros, dead, len(reaper.lines)


def test_a_payment_is_made_once_wherever_the_consumer_dies(unsteady: Lab) -> None:
    """Notebook 03."""
    solution = read_solution("03_visibility_experiments.ipynb", "make")
    *_, statements = pay_and_die(unsteady, solution, None)
    assert statements >= len(solution.splitlines())
    for fatal in range(statements + 1):
        euros, dead, _ = pay_and_die(unsteady, solution, fatal)
        assert euros == 1000, f"line {fatal} of {statements}"
        assert set(dead) == {payments.STRANGER}


def test_the_reaper_finds_an_order_that_loses_money(unsteady: Lab) -> None:
    """It is no proof if it cannot fail: put and pay in two steps, delete in any case."""
    careless = """
        ask = {"QueueUrl": shop.due_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
        while messages := sqs.receive_message(**ask).get("Messages", []):
            for message in messages:
                try:
                    if not payments.is_remembered(message["Body"]):
                        payments.remember(message["Body"])
                        payments.pay(message["Body"])
                except ValueError:
                    continue
                sqs.delete_message(QueueUrl=shop.due_url, ReceiptHandle=message["ReceiptHandle"])
    """
    found = (pay_and_die(unsteady, careless, fatal)[0] for fatal in reversed(range(24)))
    assert 900 in found
