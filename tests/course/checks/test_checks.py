"""The answers a learner gets: to right, wrong and missing work."""

import importlib
from pathlib import Path

import boto3
import pandas as pd
import pytest

from helpers import Lab
from helpers.bank import queues
from helpers.checks import environment, start_here
from helpers.checks.multiple_choice import NOT_ATTEMPTED, Question, judge_answer
from helpers.deploying import tags

NOTEBOOK_FOLDER = Path(__file__).parents[3] / "notebooks"
NOTEBOOKS = [path.stem[3:] for path in sorted(NOTEBOOK_FOLDER.glob("*.ipynb"))]


def read_questions(notebook: str) -> dict[str, Question]:
    questions = importlib.import_module(f"helpers.checks.{notebook}").QUESTIONS
    assert isinstance(questions, dict)
    return questions


QUESTIONS = [
    pytest.param(question, id=f"{notebook}: {name}")
    for notebook in NOTEBOOKS
    for name, question in read_questions(notebook).items()
]


def judge(question: Question, answer: object) -> str:
    return judge_answer({"it": question}, "it", answer)


@pytest.mark.parametrize("question", QUESTIONS)
def test_right_answer_is_accepted(question: Question) -> None:
    rights = question.right if isinstance(question.right, tuple) else (question.right,)
    for right in rights:
        assert judge(question, right) == f"Right. {question.why}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_stub_is_not_an_answer(question: Question) -> None:
    assert judge(question, ...) == NOT_ATTEMPTED


@pytest.mark.parametrize("question", QUESTIONS)
def test_misconception_has_its_own_answer(question: Question) -> None:
    assert question.misconceptions
    for answer, said in question.misconceptions.items():
        assert not question.accepts(answer)
        assert question.takes(answer)
        assert judge(question, answer) == f"Not right. {said}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_other_answers_get_a_hint_or_a_clear_word(question: Question) -> None:
    assert judge(question, None).startswith("The answer must be ")
    if not isinstance(question.right, tuple):
        assert judge(question, 1.5).startswith("The answer must be ")
    if question.choices:
        assert judge(question, "z").startswith("The answer must be ")
        assert judge(question, "z").endswith("; this is 'z'.")
        assert {question.right, *question.misconceptions} == set(question.choices)
    else:
        assert judge(question, 987_654) == f"Not right. {question.hint}"


def test_letters_may_be_large() -> None:
    assert start_here.judge("received message", " B ").startswith("Right.")


def test_a_number_out_of_a_table_is_a_number() -> None:
    counted = pd.Series([0, 0]).sum()
    assert not isinstance(counted, int)
    assert start_here.judge("delayed message", counted).startswith("Right.")


def test_unknown_question() -> None:
    with pytest.raises(ValueError, match=r"There is no question 'x'\. Choose one of: still"):
        start_here.judge("x", 1)


# The exercise of notebook 00.


def make_queue(timeout: str = "60", messages: int = 3) -> str:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(
        QueueName="my-first-queue",
        Attributes={"VisibilityTimeout": timeout},
        tags=tags.AS_MAPPING,
    )["QueueUrl"]
    for _ in range(messages):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    return str(url)


def test_own_queue(lab: Lab) -> None:
    assert start_here.check_own_queue().startswith("Not attempted yet")
    url = make_queue()
    assert start_here.check_own_queue().startswith("Right")
    boto3.client("sqs").receive_message(QueueUrl=url)
    assert "in flight; let 60 s pass" in start_here.check_own_queue()


@pytest.mark.parametrize(
    ("timeout", "messages", "answer"),
    [
        ("30", 3, "30 s, which is a queue's default"),
        ("61", 3, "61 s, not 60 s"),
        ("60", 2, "has 2 visible messages, not 3."),
        ("60", 6, "not 3. To begin again: queues.delete_queue('my-first-queue')."),
    ],
)
def test_other_queue(lab: Lab, timeout: str, messages: int, answer: str) -> None:
    make_queue(timeout, messages)
    assert answer in start_here.check_own_queue()


def test_own_queue_without_the_courses_tag(lab: Lab) -> None:
    url = make_queue()
    boto3.client("sqs").untag_queue(QueueUrl=url, TagKeys=[tags.NAME])
    assert "no tag of the course" in start_here.check_own_queue()


def wait(lab: Lab, seconds: float = 11, **receive: int) -> str:
    """The exercise's queue, after its message was received and some time has passed."""
    url = queues.renew_queue(lab, start_here.EXPERIMENT).url
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    if receive:
        boto3.client("sqs").receive_message(QueueUrl=url, **receive)
    lab.advance(seconds=seconds)
    return url


def test_shorter_wait(lab: Lab) -> None:
    url = wait(lab, VisibilityTimeout=10)
    assert start_here.check_shorter_wait(lab, url, ...) == NOT_ATTEMPTED
    assert start_here.check_shorter_wait(lab, url, 1).startswith("Right")
    assert "you stored 0, and the queue shows 1" in start_here.check_shorter_wait(lab, url, 0)


@pytest.mark.parametrize(
    ("seconds", "receive", "answer"),
    [
        (11, {"MaxNumberOfMessages": 1}, "the message is still hidden"),
        (31, {"MaxNumberOfMessages": 1}, "31 s passed since the receive"),
        (6, {"VisibilityTimeout": 5}, "6 s passed since the receive"),
        (11, {}, "nobody received the message"),
    ],
)
def test_a_right_number_without_the_wait_is_not_accepted(
    lab: Lab, seconds: float, receive: dict[str, int], answer: str
) -> None:
    url = wait(lab, seconds, **receive)
    assert answer in start_here.check_shorter_wait(lab, url, 1)


def test_a_message_that_is_gone_is_not_a_shorter_wait(lab: Lab) -> None:
    url = wait(lab, VisibilityTimeout=10)
    queues.purge_queue(lab, url)
    assert "has 0 messages, not 1" in start_here.check_shorter_wait(lab, url, 1)


def test_no_answer_fits_an_experiment_that_was_changed() -> None:
    seen = queues.Depth(visible=1, in_flight=0, delayed=0)
    for answer in (0, 1):
        assert "after 59 s it was Depth(visible=1" in start_here.judge(
            "delayed message", answer, seen
        )
    assert start_here.judge("received message", "b", seen).startswith("Right")


# The environment.


def test_environment_of_this_machine(lab: Lab) -> None:
    for line in environment.check_environment(lab).splitlines():
        assert line.startswith("[ OK ] ")
        assert not any(letter.isdigit() for letter in line.replace("boto3", "")), line
    assert boto3.client("lambda").list_functions()["Functions"] == []
    assert boto3.client("iam").list_roles()["Roles"] == []


def install(folder: Path, name: str, python: str, *packages: str) -> None:
    """What an installed package leaves for importlib.metadata to find."""
    lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1", f"Requires-Python: {python}"]
    lines += [f"Requires-Dist: {package}" for package in packages]
    (folder / f"{name}-1.dist-info").mkdir()
    (folder / f"{name}-1.dist-info" / "METADATA").write_text("\n".join(lines) + "\n")


def test_missing_and_old_parts_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = ("boto3>=999", "no-such-package", "moto", "x; python_version<'3'")
    install(tmp_path, "another", ">=4", *packages)
    monkeypatch.syspath_prepend(str(tmp_path))
    python, boto, missing, moto = map(str, environment.list_packages("another"))
    assert python.startswith("[FAIL] python: this is ")
    assert "the course needs >=999. Close JupyterLab and run `make lab` again." in boto
    assert missing == (
        "[FAIL] no-such-package: it is not installed. Close JupyterLab and run `make lab` again."
    )
    assert moto == "[ OK ] moto"


def test_course_that_is_not_installed_is_told() -> None:
    (course,) = map(str, environment.list_packages("no-such-course"))
    assert course == (
        "[FAIL] no-such-course: it is not installed. Close JupyterLab and run `make lab` again."
    )


def test_function_that_does_not_run_is_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> str:
        raise RuntimeError("no room")

    monkeypatch.setattr(environment, "deploy_function", refuse)
    assert "[FAIL] function runs: RuntimeError: no room" in environment.check_environment(lab)


def test_clock_that_moves_is_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.checks.environment.time.sleep", lab.advance)
    assert "[FAIL] clock stands still: it moved" in environment.check_environment(lab)
