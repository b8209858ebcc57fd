"""Nothing that the course teaches loses money: consumers and senders die after every statement.

Each is stopped once before each line that it runs, and once after the last one, among a payment
that comes twice and a message that nobody can read. Then it is started again, as SQS and Lambda
do it. What a solution leaves open the notebook must say: `SAID` has the sentence.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import boto3
import pytest

from helpers import Lab, open_lab
from helpers.bank import keys, ledger, pipeline, queues, receiver, sender
from helpers.bank.functions import transactions
from helpers.deploying import mappings, roles
from helpers.deploying.invocations import invoke_function, read_log
from helpers.deploying.packages import SOURCES, build_package, deploy_function
from helpers.experiments import payments, visibility
from tests.course.conftest import run_cell
from tests.course.test_notebooks import FOLDER, SOLUTION, read_cells

DEAD_ARN = f"arn:aws:sqs:us-east-1:123456789012:{payments.DEAD}"


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
        return code.co_filename.startswith("<solution")  # a helper makes one write, if any

    with Reaper(fatal, is_own) as reaper, suppress(Death):
        run_cell(solution, dict(names), "solution")
    for _ in range(100):
        if not queues.measure_depth(shop.due_url).total:
            break
        lab.advance(seconds=30)
        run_cell(solution, dict(names), "solution")
    assert not queues.measure_depth(shop.due_url).total, "messages are left after 100 rounds"
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
    found = (pay_and_die(unsteady, careless, fatal)[0] for fatal in range(6, 9))
    assert 900 in found


# Functions. Each kill has a queue of its own, so that all of them can be made at once.

REAPER = Path(__file__).with_name("reaper.py")
RECEIVES = 3
TIMEOUT = 20
"""Seconds: the slow receiver's fault, which notebook 06 is about, is not tried here."""


def arm(lab: Lab, function: str, handler: str, files: Iterable[Path], deadly: str = "") -> None:
    """Give a function that exists these files, and the reaper beside them."""
    functions = boto3.client("lambda")
    found = functions.get_function_configuration(FunctionName=function)
    variables = found.get("Environment", {}).get("Variables", {})
    deploy_function(
        lab,
        function,
        build_package([*files, REAPER]),
        "reaper.handler",
        found["Role"],
        TIMEOUT,
        {**variables, "ORIGINAL": handler, "DEADLY": deadly},
    )


def receive_and_die(
    lab: Lab, function: str, write: Callable[[str], str], bad: str, statements: int
) -> None:
    """Let the function read a queue for each line at which it may die, and wait for the end of
    all messages: of each queue `bad` is dead, and nothing else.

    Args:
        write: the body of the message with this name.
        statements: how many lines the handler runs; it dies before each, and after the last.
    """
    sqs, functions = boto3.client("sqs"), boto3.client("lambda")
    pairs = []
    for fatal in range(statements + 1):
        pair = queues.renew_pair(lab, f"deaths-{fatal}", f"dead-{fatal}", receives=RECEIVES)
        functions.create_event_source_mapping(
            EventSourceArn=pair[0].arn,
            FunctionName=function,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
        pairs.append(pair)
    lab.advance(seconds=60)
    for fatal, (queue, _) in enumerate(pairs):
        names = (f"{fatal}-a", f"{fatal}-b", f"{fatal}-a")
        bodies = [*map(write, names), bad, write(f"{fatal}-c")]
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
        assert "Failed" not in sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
    lab.run_until_idle()
    for fatal, (queue, dead) in enumerate(pairs):
        assert queues.measure_depth(queue.url).total == 0, fatal
        letters = [message.body for message in visibility.look_at_all(dead.url)]
        assert letters == [bad], f"line {fatal} of {statements}"


def count_statements(function: str, event: dict[str, Any]) -> int:
    """How many lines the handler runs for this event, each counted once."""
    answer = invoke_function(function, event)
    assert not answer.error, answer.words
    (line,) = (each for each in answer.log if each.startswith("lines: "))
    return int(line.split()[1])


@pytest.mark.parametrize("release", ["receiver", "slow_receiver", "fee_receiver", "dying_receiver"])
def test_the_bank_books_once_wherever_its_receiver_dies(lab: Lab, release: str) -> None:
    """Notebooks 04 to 07. The release's own lines are deadly: what it imports changes nothing, or
    is the receiver, which is killed in its own case."""
    bank = pipeline.build_bank(lab)
    mappings.delete_mappings(lab, bank.receiver)
    files = {*receiver.FILES, SOURCES / f"{release}.py"}
    arm(lab, bank.receiver, f"{release}.handler", sorted(files), f"{release}.py")
    secret = keys.open_secret(bank.receiver)

    def write(name: str) -> str:
        rent = transactions.Transaction(name, "HB-1002", "HB-1011", 85_000, "rent")
        return transactions.write_body(rent, transactions.sign_transaction(rent, secret))

    probe = [write("probe"), write("probe"), "bad"]
    event = receiver.build_event(*probe)
    for record in event["Records"]:
        record["attributes"]["ApproximateReceiveCount"] = "2"
    statements = count_statements(bank.receiver, event)
    receive_and_die(lab, bank.receiver, write, "bad", statements)
    booked = ledger.read_bookings(bank.ledger)
    expected = {f"{fatal}-{name}" for fatal in range(statements + 1) for name in "abc"}
    assert {*booked.index} == {*expected, "probe"}
    assert {*booked["cents"]} == {85_000}


def deploy_solution(lab: Lab, folder: Path, code: str, name: str, **variables: str) -> None:
    """Deploy code that a notebook prints, with the reaper."""
    role = roles.create_role("r", "AWSLambdaSQSQueueExecutionRole", "", [])
    if "QUEUE_URL" in variables:
        roles.put_policy("r", "Send", [roles.allow(["sqs:SendMessage"], "*")])
    path = folder / "lambda_function.py"
    path.write_text(code, encoding="utf-8")
    deploy_function(lab, "f", build_package([path]), f"lambda_function.{name}", role, 5, variables)
    arm(lab, "f", f"lambda_function.{name}", [path])


def count_booked(lab: Lab) -> Counter[str]:
    return Counter(line for _, line in read_log("f") if line.startswith("booked "))


def test_a_handler_that_reports_loses_nothing_wherever_it_dies(lab: Lab, tmp_path: Path) -> None:
    """Notebook 04. It may book twice, and the notebook says so."""
    deploy_solution(lab, tmp_path, read_solution("04_receive_with_lambda.ipynb", "make"), "mine")
    event = receiver.build_event("1", "bad")
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"
    statements = count_statements("f", event)
    write = {
        f"{fatal}-{name}": str(1000 * place + fatal)
        for fatal in range(statements + 1)
        for place, name in enumerate("abc", start=1)
    }
    receive_and_die(lab, "f", write.__getitem__, "bad", statements)
    booked = count_booked(lab)
    assert {*booked} == {"booked 1", *(f"booked {body}" for body in write.values())}
    assert max(booked.values()) > 2
    assert_said("04_receive_with_lambda.ipynb", "If a handler crashes after a booking")


def assert_said(notebook: str, sentence: str) -> None:
    """A notebook names what it leaves open."""
    assert any(sentence in cell["source"] for cell in read_cells(FOLDER / notebook))


def invoke_and_die(function: str, event: dict[str, Any]) -> int:
    """Invoke a sender until it has died before each of its lines, and after the last; each time
    its caller invokes it again, with the same event. How often it died."""
    for fatal in count(0):
        answer = invoke_function(function, {**event, "fatal": fatal})
        if not answer.error:
            return fatal
        assert "Runtime exited" in answer.words or answer.error == "Runtime.ExitError"
        assert not invoke_function(function, event).error
    raise AssertionError("it always dies")


def test_the_bank_s_sender_loses_nothing_wherever_it_dies(lab: Lab) -> None:
    """What it sends again has the same transaction id, so that it is booked once."""
    bank = pipeline.build_bank(lab)
    arm(lab, bank.sender, "sender.handler", sender.FILES, "sender.py")
    deaths = invoke_and_die(bank.sender, {"count": 12, "seed": 1, "spoil": False})
    assert deaths > 40
    lab.run_until_idle()
    booked = ledger.read_bookings(bank.ledger)
    assert list(booked.index) == [f"good-1-12-{number:04}" for number in range(12)]
    assert queues.measure_depth(bank.dead_letter_queue_url).total == 0


@pytest.mark.parametrize(
    ("cell", "name"), [("handler", "one_by_one"), ("batch-handler", "in_batches"), ("make", "")]
)
def test_a_sender_of_the_course_loses_nothing_wherever_it_dies(
    lab: Lab, tmp_path: Path, cell: str, name: str
) -> None:
    """Notebook 05. It sends some messages twice, and the notebook says so."""
    notebook = "05_send_with_lambda.ipynb"
    code = read_code(notebook, cell) if name else read_solution(notebook, cell)
    url = queues.renew_queue(lab, "sent").url
    own = code.partition("\n\n\ndeploy_handler")[0]
    deploy_solution(lab, tmp_path, own, name or "counting", QUEUE_URL=url)
    bodies = [f"text {number}" for number in range(12)]
    assert invoke_and_die("f", {"bodies": bodies}) >= 3
    arrived = Counter(message.body for message in visibility.look_at_all(url))
    assert {*arrived} == {*bodies}
    assert max(arrived.values()) > 1
    assert_said(notebook, "A sender that crashes and is invoked again sends some messages twice")


def read_code(notebook: str, cell: str) -> str:
    (source,) = (each["source"] for each in read_cells(FOLDER / notebook) if each["id"] == cell)
    return str(source)
