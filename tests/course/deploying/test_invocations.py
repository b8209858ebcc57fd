"""Handlers of notebook cells: packed, deployed, invoked, and what they answer."""

import io
import zipfile
from typing import Any

import boto3
import pytest

from helpers import Lab
from helpers.deploying import invocations, packages, refusals, roles
from tests.course.conftest import run_cell

ROLE = "test-role"

COUNTER = """
    import os

    COUNT = []


    def remember(word):
        COUNT.append(word)


    def handler(event, context):
        remember(event)
        print("seen", len(COUNT))
        return [os.environ.get("WORD"), len(COUNT)]


    after = "the handler"
"""


@pytest.fixture
def role(lab: Lab) -> str:
    return roles.create_role(ROLE, "AWSLambdaBasicExecutionRole", "", [])


def read_file(package: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        (name,) = archive.namelist()
        assert name == "lambda_function.py"
        return archive.read(name).decode()


def test_a_cell_from_its_top_to_the_end_of_the_handler_is_packed() -> None:
    text = read_file(packages.package_handler(run_cell(COUNTER)))
    assert text.startswith("\nimport os\n")
    assert text.endswith('return [os.environ.get("WORD"), len(COUNT)]\n')


def test_the_same_cell_makes_the_same_package() -> None:
    first, second = (packages.package_handler(run_cell(COUNTER)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("handler", [len, "handler", None, run_cell])
def test_what_is_no_handler_of_a_cell(handler: Any) -> None:
    if handler is run_cell:  # a function of a file is packed like one of a cell
        assert "def run_cell" in read_file(packages.package_handler(handler))
        return
    with pytest.raises(ValueError, match="Run the cell that defines handler"):
        packages.package_handler(handler)


def test_a_handler_runs_and_stays_warm(lab: Lab, role: str) -> None:
    packages.deploy_handler(lab, "counter", run_cell(COUNTER), role, WORD="x")
    first, second = (invocations.invoke_function("counter", {"n": n}) for n in range(2))
    assert (first.status, first.error, first.words, first.value) == (200, "", "", ["x", 1])
    assert second.value == ["x", 2]
    assert first.outcome == "works"
    assert "seen 1" in first.log
    assert first.report.init_milliseconds > 0
    assert second.report.init_milliseconds == 0
    assert second.report.milliseconds == 2


def test_deployed_again_it_has_the_new_code_and_variables(lab: Lab, role: str) -> None:
    packages.deploy_handler(lab, "counter", run_cell(COUNTER), role, WORD="x")
    changed = COUNTER.replace("len(COUNT)]", "'changed']")
    packages.deploy_handler(lab, "counter", run_cell(changed), role, WORD="y")
    assert invocations.invoke_function("counter", {}).value == ["y", "changed"]


def test_repeated_it_is_warm_until_it_rests_for_long(lab: Lab, role: str) -> None:
    packages.deploy_handler(lab, "counter", run_cell(COUNTER), role)
    table = invocations.invoke_repeatedly(lab, "counter", {}, 0, 0, 900, 1)
    assert list(table["pause"]) == [0, 0, 900, 1]
    assert [answer[1] for answer in table["answer"]] == [1, 2, 1, 2]
    assert list(table["init_milliseconds"] > 0) == [True, False, True, False]


def test_the_log_is_read_from_a_moment_on(lab: Lab, role: str) -> None:
    assert invocations.read_log("counter") == []
    packages.deploy_handler(lab, "counter", run_cell(COUNTER), role)
    invocations.invoke_function("counter", {})
    lab.advance(seconds=1)
    since = lab.now()
    invocations.invoke_function("counter", {})
    seen = [line for _, line in invocations.read_log("counter") if line.startswith("seen")]
    assert seen == ["seen 1", "seen 2"]
    later = invocations.read_log("counter", since)
    assert all(time >= since for time, _ in later)
    assert [line for _, line in later if line.startswith("seen")] == ["seen 2"]


def test_a_handler_that_fails_is_an_answer(lab: Lab, role: str) -> None:
    code = """
        def handler(event, context):
            raise ValueError("no " + event)
    """
    packages.deploy_handler(lab, "failing", run_cell(code), role)
    answer = invocations.invoke_function("failing", "luck")
    assert (answer.status, answer.error, answer.words) == (200, "ValueError", "no luck")
    assert answer.value is None
    assert answer.outcome == "ValueError"


def test_a_denied_action_is_named(lab: Lab, role: str) -> None:
    url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    code = """
        import os, boto3
        def handler(event, context):
            boto3.client("sqs").send_message(QueueUrl=os.environ["URL"], MessageBody="x")
    """
    packages.deploy_handler(lab, "denied", run_cell(code), role, URL=url)
    answer = invocations.invoke_function("denied", {})
    assert answer.outcome == "denied sqs:sendmessage"
    assert "because no identity-based policy allows" in answer.words


def test_a_function_that_is_not_there(lab: Lab) -> None:
    with pytest.raises(LookupError, match="There is no function nobody"):
        invocations.invoke_function("nobody", {})


@pytest.mark.parametrize(
    ("line", "report"),
    [
        ("REPORT RequestId: a\tDuration: 2.00 ms\tBilled Duration: 252 ms\tMemory Size: 128 MB\t"
         "Max Memory Used: 64 MB\tInit Duration: 250.00 ms", (2, 250)),
        ("REPORT RequestId: a\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: "
         "128 MB\tMax Memory Used: 64 MB\tStatus: timeout", (3000, 0)),
        ("START RequestId: a Version: $LATEST", None),
    ],
)  # fmt: skip
def test_report_lines(line: str, report: tuple[float, float] | None) -> None:
    assert invocations.parse_report(line) == report


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("User: a is not authorized to perform: kms:Decrypt on the resource", "kms:Decrypt"),
        ("User: a is not authorized to perform: sqs:sendmessage on resource: b", "sqs:sendmessage"),
        ("The specified queue does not exist.", ""),
    ],
)
def test_denied_actions(words: str, action: str) -> None:
    assert refusals.find_denied_action(words) == action


def test_outcomes_in_words(lab: Lab) -> None:
    sqs = boto3.client("sqs")
    assert refusals.word_outcome(sqs.create_queue, QueueName="q") == "works"
    said = refusals.word_outcome(sqs.get_queue_url, QueueName="nobody")
    assert said == "The specified queue does not exist."
    create = boto3.client("lambda").create_event_source_mapping
    said = refusals.word_outcome(create, FunctionName="f", ScalingConfig={"MaximumConcurrency": 1})
    assert said.endswith("value: 1, valid min value: 2")
