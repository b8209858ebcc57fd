"""Functions whose work is declared: what the handler would do, without a process."""

from __future__ import annotations

import json
from random import Random
from statistics import fmean, pstdev
from typing import Any

import boto3
import pytest

from helpers.deploying import modelled
from helpers.deploying.modelled import Work, exponential, fixed, lognormal, measured
from helpers.deploying.packages import deploy_function, zip_files
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.lambda_.event_source import records
from helpers.embedded.services.lambda_.execution import modelled_environments as account_side
from helpers.embedded.services.lambda_.execution.conversation import Durations
from helpers.embedded.services.lambda_.execution.function_logs import FunctionLogs, InvocationLog
from helpers.embedded.services.lambda_.execution.functions import Functions
from helpers.embedded.services.sqs.receipts import Receipts
from helpers.modelled_work import DECLARATION, HANDLER
from tests.embedded.conftest import create_role, invoke
from tests.embedded.services.lambda_.event_source.test_event_source import connect, create_queue

HANDLER_TAKES = Durations().handler / 1_000_000

RECORDS = {"Records": [{"messageId": f"message-{number}"} for number in range(10)]}


def deploy(lab: EmbeddedAccount, work: Work, timeout: int = 30) -> None:
    modelled.deploy_function(lab, "function", work, create_role(), timeout)


def deploy_to_run(lab: EmbeddedAccount, work: Work, timeout: int = 30) -> None:
    """The same package with one more file in it: the account does not know that one."""
    files = {
        "modelled_work.py": account_side._CODE.read_bytes(),
        DECLARATION: work.to_json().encode(),
        "more.txt": b"",
    }
    role = create_role()
    deploy_function(lab, "function", zip_files(files), HANDLER, role, timeout, variables={})


def answers(lab: EmbeddedAccount, times: int = 12) -> list[tuple[Any, Any]]:
    invoked = [invoke("function", RECORDS) for _ in range(times)]
    return [((each["result"] or {}).get("batchItemFailures"), each["error"]) for each in invoked]


def durations(lab: EmbeddedAccount) -> list[float]:
    trace = lab.trace()
    return list(trace[trace["what"] == "invoked"]["duration"])


@pytest.mark.parametrize(
    "work",
    [
        Work(exponential(0.3), failure_rate=0.3, cold_start=0.5),
        Work(lognormal(0.2, 2), fixed(0.01), 0.1, reports_failures=False, seed=7),
        Work(measured([0.1, 0.2, 4.0]), exponential(0.1), failure_rate=0.9),
    ],
)
def test_the_model_is_what_the_process_does(work: Work) -> None:
    """The process has 2 ms more, and the 250 ms in which Python starts before the cold start."""
    with EmbeddedAccount() as lab:
        deploy(lab, work)
        declared = answers(lab), durations(lab)
    with EmbeddedAccount() as lab:
        deploy_to_run(lab, work)
        run = answers(lab), durations(lab)
    assert declared[0] == run[0]
    starts = Durations().init / 1_000_000
    more = [starts + HANDLER_TAKES] + [HANDLER_TAKES] * (len(run[1]) - 1)
    assert run[1] == pytest.approx(
        [a + b for a, b in zip(declared[1], more, strict=True)], abs=1e-5
    )


def test_it_is_called_modelled_wherever_it_is_met(lab: EmbeddedAccount) -> None:
    deploy(lab, Work(exponential(0.2)))
    log = invoke("function")["log"]
    (environment,) = lab.trace().query("what == 'invoked'")["environment"]
    found = boto3.client("lambda").get_function_configuration(FunctionName="function")
    streams = boto3.client("logs").describe_log_streams(logGroupName="/aws/lambda/function")
    assert found["Description"].startswith("modelled: exponential, mean 0.2 s")
    assert "[$LATEST]modelled" in environment
    assert streams["logStreams"][0]["logStreamName"] == environment
    assert "Nothing runs; the work is modelled: exponential, mean 0.2 s" in log
    assert lab._services.functions is not None
    assert "_folder" not in lab._services.functions._functions.__dict__, "nothing was unpacked"


def test_of_what_nobody_reads_nothing_is_written(
    lab: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a queue's messages: neither event nor receipt handle; nor a log that it may not keep."""

    def refuse(*_: object) -> Any:
        raise AssertionError("written")

    deploy(lab, Work(fixed(1), cold_start=0))
    url = create_queue()
    connect(url, BatchSize=10)
    lab.advance(5)
    monkeypatch.setattr(records, "build_record", refuse)
    monkeypatch.setattr(Receipts, "handle", refuse)
    monkeypatch.setattr(InvocationLog, "end", refuse)
    monkeypatch.setattr(FunctionLogs, "write", refuse)
    monkeypatch.setattr(Functions, "_is_logged", lambda *_: False)
    lab.let_arrive(url, ((0.1 * each, {"MessageBody": "x"}) for each in range(20)))
    lab.run_until_idle()
    assert lab.trace()["what"].value_counts()["deleted"] == 20


def test_a_file_that_was_changed_is_run(lab: EmbeddedAccount) -> None:
    code = account_side._CODE.read_bytes().replace(b"return answer(", b"return 'changed' or (")
    files = {"modelled_work.py": code, DECLARATION: Work(fixed(0.1)).to_json().encode()}
    deploy_function(lab, "function", zip_files(files), HANDLER, create_role(), 3, variables={})
    assert invoke("function")["result"] == "changed"


def test_it_times_out_and_starts_cold_again(lab: EmbeddedAccount) -> None:
    deploy(lab, Work(fixed(5), cold_start=1), timeout=3)
    logs = []
    for _ in range(2):
        answer = invoke("function")
        assert answer["error"] == "Unhandled"
        assert answer["result"]["errorType"] == "Sandbox.Timedout"
        logs.append(answer["log"])
    assert all("INIT_START" in log and "Duration: 3000.00 ms" in log for log in logs)
    assert all("Task timed out after 3.00 seconds" in log for log in logs)
    assert durations(lab) == [4.0, 4.0]


def test_an_invocation_that_fails_says_so(lab: EmbeddedAccount) -> None:
    deploy(lab, Work(fixed(1), failure_rate=1))
    answer = invoke("function", {"not": "from a queue"})
    assert answer["result"]["errorType"] == "WorkFailed"
    assert "[ERROR] WorkFailed: The work on 1 messages failed" in answer["log"]


@pytest.mark.parametrize("reports", [True, False])
def test_messages_that_always_fail_are_dead_letters(lab: EmbeddedAccount, reports: bool) -> None:
    deploy(lab, Work(fixed(0.1), failure_rate=1, reports_failures=reports))
    sqs = boto3.client("sqs")
    dead = create_queue("dead")
    queue = create_queue(
        VisibilityTimeout="30",
        RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": dead_arn(dead), "maxReceiveCount": 3},
        ),
    )
    connect(queue, FunctionResponseTypes=["ReportBatchItemFailures"] if reports else [])
    for number in range(20):
        sqs.send_message(QueueUrl=queue, MessageBody=f"{number}")
    lab.run_until_idle()
    trace = lab.trace()
    assert (trace["what"] == "dead-lettered").sum() == 20
    assert (trace["what"] == "received").sum() == 60


def dead_arn(url: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}"


def test_two_runs_are_the_same() -> None:
    traces = []
    for _ in range(2):
        with EmbeddedAccount() as lab:
            deploy(lab, Work(exponential(2), failure_rate=0.2))
            queue = create_queue(VisibilityTimeout="30")
            connect(queue, FunctionResponseTypes=["ReportBatchItemFailures"])
            for number in range(50):
                boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=f"{number}")
                lab.advance(seconds=0.1)
            lab.run_until_idle()
            traces.append(lab.trace())
    assert traces[0].equals(traces[1])


@pytest.mark.parametrize(
    "distribution", [fixed(0.3), exponential(0.5), lognormal(2, 1.5), measured([1, 2, 6])]
)
def test_draws_have_the_mean_and_the_variation_that_are_declared(
    distribution: modelled.Durations,
) -> None:
    """20,000 draws of a fixed seed; five standard errors of the mean, 15 % of the variation: what
    a lognormal one of variation 1.5 needs."""
    random = Random(1)
    drawn = [distribution.draw(random) for _ in range(20_000)]
    spread = distribution.variation * distribution.mean
    assert fmean(drawn) == pytest.approx(distribution.mean, abs=5 * spread / 20_000**0.5 + 1e-12)
    assert pstdev(drawn) == pytest.approx(spread, rel=0.15, abs=1e-9)
    assert Work.from_json(Work(distribution).to_json()) == Work(distribution)
    assert distribution.scaled(2).mean == 2 * distribution.mean


@pytest.mark.parametrize(
    "declare",
    [
        lambda: fixed(-1),
        lambda: exponential(float("nan")),
        lambda: measured([]),
        lambda: modelled.Durations("weird", 1),
        lambda: Work(fixed(1), failure_rate=1.5),
        lambda: Work(fixed(1), cold_start=10),
    ],
)
def test_what_makes_no_sense_is_refused(declare: Any) -> None:
    with pytest.raises(ValueError, match=r"Durations are|nothing to draw|failure_rate|cold_start"):
        declare()
