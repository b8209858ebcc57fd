"""What a cell that fails shows: the cell to run first, or its own lines and the error."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from helpers.checks import answers, missing


@pytest.mark.parametrize(
    ("name", "notebook", "heading"),
    [
        ("one_by_one", "send_with_lambda", "A function and its role"),
        ("statement", "send_with_lambda", "A tutorial's policy, line by line"),
        ("bank", "send_with_lambda", "Checkpoint: the queues"),
        ("careful", "receive_with_lambda", "Report the messages that failed"),
        ("boto3", "visibility_experiments", "the set-up cell"),
        ("nothing", "send_with_lambda", ""),
        ("bank", "no_such_notebook", ""),
    ],
)
def test_the_cell_that_makes_a_name(name: str, notebook: str, heading: str) -> None:
    assert missing.find_maker(name, notebook) == heading


@pytest.mark.parametrize(
    ("asked", "notebook", "heading"),
    [
        ("order", "create_queues", "The order of messages"),
        ("own queue", "create_queues", "Make: queues for account statements"),
        ("no such question", "create_queues", ""),
    ],
)
def test_the_heading_above_a_question(asked: str, notebook: str, heading: str) -> None:
    assert missing.find_heading(asked, notebook) == heading


def test_each_question_and_exercise_has_a_heading() -> None:
    for notebook in answers.list_notebooks().values():
        for asked in answers.list_asked(notebook):
            assert missing.find_heading(asked, notebook), (notebook, asked)


@pytest.fixture
def shell() -> InteractiveShell:
    shell = InteractiveShell.instance()
    missing.watch_cells()
    return shell


def test_a_cell_out_of_order(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("from helpers.checks import send_with_lambda as checks")
    result = shell.run_cell("print(in_batches)")
    assert isinstance(result.error_in_exec, NameError)
    shown = capsys.readouterr()
    assert (
        "name 'in_batches' is not defined. The cell that makes it is under \"Send ten" in shown.err
    )
    assert "Traceback" not in shown.out + shown.err


@pytest.mark.parametrize("code", ["print(mispelt)", "def f():\n    return bank\nf()"])
def test_a_slip_of_the_learner_has_its_traceback(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    shell.run_cell("from helpers.checks import send_with_lambda as checks")
    shell.run_cell(code)
    assert "Traceback" in capsys.readouterr().out


SCREEN = 24
"""Lines."""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("lab.close()\nsqs.list_queues()", "LabClosed"),
        ("from helpers import queues\nqueues.measure_depth(5)", "ParamValidationError"),
        ("lab.advance(seconds='soon')", "TypeError"),
        ("def ask():\n    return sqs.get_queue_url(QueueName='none')\nask()", "QueueDoesNotExist"),
    ],
)
def test_an_error_shows_the_lines_of_the_cell_and_the_rest_when_asked(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], code: str, words: str
) -> None:
    shell.run_cell("import boto3\nfrom helpers import open_lab\nlab = open_lab()")
    shell.run_cell("sqs = boto3.client('sqs')")
    shell.run_cell(code)
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert len(lines) <= SCREEN, shown.out
    assert words in lines[-1] + lines[-2]
    assert "%tb" in shown.err
    shell.run_line_magic("tb", "")
    assert len(capsys.readouterr().out.splitlines()) > len(lines)
    shell.run_cell("lab.close()")
