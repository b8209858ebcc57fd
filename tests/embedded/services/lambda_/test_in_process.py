"""Environments in the account's own process: what they see of it, and what they refuse."""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.endpoint import Endpoint

from helpers import open_lab, sending
from helpers.embedded.account import EmbeddedAccount
from helpers.embedded.services.lambda_.in_process import machine
from helpers.embedded.services.lambda_.in_process.greenlet_environment import InProcessEnvironment
from helpers.embedded.services.lambda_.in_process.patience import Spun, Watch
from helpers.embedded.wire import ApiRequest
from tests.embedded.conftest import deploy_function, invoke
from tests.embedded.services.lambda_.event_source.test_event_source import connect, create_queue


@pytest.fixture
def here() -> Iterator[EmbeddedAccount]:
    with open_lab(environments="in-process", spin_limit=0.5) as lab:
        assert isinstance(lab, EmbeddedAccount)
        yield lab


REFUSED = {
    "end by itself": "os._exit(1)",
    "end by itself, killed": "os.kill(os.getpid(), 9)",
    "start threads": "threading.Thread(target=print).start()",
    "start programs": "subprocess.run(['true'])",
    "start programs, by a shell": "os.system('true')",
    "fork": "os.fork()",
}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
@pytest.mark.parametrize("what", REFUSED)
def test_what_it_cannot_do_is_refused_in_words(here: EmbeddedAccount, what: str) -> None:
    deploy_function(f"""
        import os, subprocess, threading

        def handler(event, context):
            {REFUSED[what]}
        """)
    answer = invoke("function")
    assert answer["error"] == "Unhandled"
    assert what.partition(",")[0] in answer["result"]["errorMessage"]
    assert "in-process" in answer["result"]["errorMessage"]


@pytest.mark.parametrize(
    "way",
    [
        "while True: pass",
        pytest.param(
            "lock = threading.Lock(); lock.acquire(); lock.acquire()",
            marks=pytest.mark.skipif(os.name == "nt", reason="Windows wakes nobody"),
        ),
    ],
)
def test_who_never_comes_to_an_end_times_out(here: EmbeddedAccount, way: str) -> None:
    deploy_function(f"""
        import threading

        def handler(event, context):
            if event:
                {way}
            return 1
        """)
    assert invoke("function", True)["result"]["errorType"] == "Sandbox.Timedout"
    assert invoke("function", False)["result"] == 1


def test_a_handler_that_takes_no_end_is_not_heard_again(here: EmbeddedAccount) -> None:
    deploy_function("""
        import time

        def handler(event, context):
            while event:
                try:
                    time.sleep(60)
                except BaseException:
                    print("again")
            return 1
        """)
    answer = invoke("function", True)
    assert answer["result"]["errorType"] == "Sandbox.Timedout"
    assert "again" not in answer["log"]
    assert invoke("function", False)["result"] == 1


SDK_LOGGERS = ("botocore", "botocore.endpoint", "boto3", "urllib3")


def seen_by_the_kernel() -> dict[str, Any]:
    return {
        "environ": dict(os.environ),
        "folder": os.getcwd(),
        "modules": {name: sys.modules.get(name) for name in ("random", "code", "uuid", "json")},
        "path": list(sys.path),
        "streams": (sys.stdout, sys.stderr),
        "session": boto3.DEFAULT_SESSION,
        "root": (list(logging.getLogger().handlers), logging.getLogger().level),
        "random": random.getstate(),
        "sleep": time.sleep.__module__,
        "argv": list(sys.argv),
        "way": sending._way,
        "make_request": Endpoint.make_request,
        "sdk": {name: vars(logging.getLogger(name)).copy() for name in SDK_LOGGERS},
    }


def test_the_kernel_is_as_it_was(here: EmbeddedAccount) -> None:
    deploy_function("""
        import logging, os, random, sys, time, uuid

        logging.getLogger().setLevel("DEBUG")
        logging.getLogger().handlers[:] = []
        os.environ["MINE"] = "1"
        os.chdir("/tmp")
        sys.path.insert(0, "/tmp")
        sys.argv.append("mine")
        random.seed(1)

        def handler(event, context):
            sys.stdout = None
            time.sleep(1)
            return [os.getcwd(), os.environ["MINE"], "LAB" in os.environ, sys.argv[-1]]
        """)
    boto3.client("sqs")  # the session is there
    before = seen_by_the_kernel()
    began = time.time()
    assert invoke("function")["result"] == ["/tmp", "1", False, "mine"]
    assert invoke("function")["result"] == ["/tmp", "1", False, "mine"]
    assert seen_by_the_kernel() == before
    assert abs(time.time() - began) < 3600  # and not the lab's


def test_who_looks_at_botocore_does_not_make_the_kernel_look(here: EmbeddedAccount) -> None:
    deploy_function("""
        import boto3, logging

        boto3.set_stream_logger("botocore")
        logging.getLogger("botocore.endpoint").setLevel("DEBUG")

        def handler(event, context):
            boto3.client("sqs").list_queues()
            return logging.getLogger("botocore.endpoint").isEnabledFor(logging.DEBUG)
        """)
    answer = invoke("function")
    assert answer["result"] is True
    assert "Sending http request" in answer["log"]
    assert not logging.getLogger("botocore.endpoint").isEnabledFor(logging.DEBUG)
    with patch.object(ApiRequest, "from_botocore", side_effect=AssertionError("the full way")):
        boto3.client("sqs").list_queues()


def test_a_handler_may_delete_the_folder_it_is_in(here: EmbeddedAccount) -> None:
    deploy_function("""
        import os, tempfile

        def handler(event, context):
            gone = tempfile.mkdtemp()
            os.chdir(gone)
            os.rmdir(gone)
            return 1
        """)
    boto3.client("sqs")
    before = seen_by_the_kernel()
    assert [invoke("function")["result"] for _ in range(3)] == [1, 1, 1]
    assert seen_by_the_kernel() == before


@pytest.mark.parametrize("at", ["time_machine.travel", "asyncio._set_running_loop", "os.chdir"])
def test_a_turn_that_cannot_begin_changes_nothing(
    here: EmbeddedAccount, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_function("def handler(event, context): return 1")
    boto3.client("sqs")
    environments: list[InProcessEnvironment] = []
    begin = InProcessEnvironment._go_on

    def note(environment: InProcessEnvironment, error: Any = None) -> Any:
        environments.append(environment)
        return begin(environment, error)

    monkeypatch.setattr(InProcessEnvironment, "_go_on", note)
    assert invoke("function")["result"] == 1
    before, now = seen_by_the_kernel(), time.time()
    with patch(at, side_effect=[OSError("full"), None]), pytest.raises(OSError, match="full"):
        environments[-1]._world.enter()
    assert seen_by_the_kernel() == before
    assert now <= time.time() < now + 3600
    assert invoke("function")["result"] == 1


def test_who_is_ended_late_is_ended_in_no_ones_turn(
    here: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What puts the process in order after a turn is never cut in two."""
    monkeypatch.setattr(machine, "current", lambda: here)
    with pytest.raises(Spun), Watch(60):
        Watch._rouse()
    with Watch(60):
        pass
    monkeypatch.setattr(Watch, "_is_ended", True)
    Watch._rouse()
    assert not Watch._is_ended


def test_the_kernels_other_threads_keep_their_clock_and_files(here: EmbeddedAccount) -> None:
    deploy_function("""
        import time

        def handler(event, context):
            began = time.perf_counter
            for _ in range(200_000):
                time.time()
            return time.monotonic()
        """)
    seen: list[float] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            seen.append(time.monotonic())
            with open(os.devnull, "w") as file:
                file.write("kept")

    thread = threading.Thread(target=watch)
    thread.start()
    invoke("function")
    over.set()
    thread.join()
    assert seen == sorted(seen)
    assert seen[-1] - seen[0] < 600


def test_functions_of_one_process_share_nothing(here: EmbeddedAccount) -> None:
    source = """
        import json, logging, os, random
        mine = {name!r}
        logging.getLogger("shared").setLevel({level})

        def handler(event, context):
            with open("/tmp/own", "a") as file:
                file.write(mine)
            seen = open("/tmp/own").read()
            level = logging.getLogger("shared").level
            return [mine, seen, level, random.random(), os.environ["AWS_LAMBDA_FUNCTION_NAME"]]
        """
    for name, level in (("a", 10), ("b", 40)):
        deploy_function(source.format(name=name, level=level), name)
    first = [invoke(name)["result"] for name in "ab"]
    second = [invoke(name)["result"] for name in "ab"]
    assert [row[:3] for row in first] == [["a", "a", 10], ["b", "b", 40]]
    assert [row[:3] for row in second] == [["a", "aa", 10], ["b", "bb", 40]]
    assert len({row[3] for row in first + second}) == 4
    assert [row[4] for row in first] == ["a", "b"]


def test_another_thread_is_refused_in_words(here: EmbeddedAccount) -> None:
    deploy_function("def handler(event, context): return 1")
    assert invoke("function")["result"] == 1
    answers: list[Any] = []

    def ask() -> None:
        answers.append(invoke("function"))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert "another thread" in answers[0]["result"]["errorMessage"]


def test_both_kinds_give_the_same_trace() -> None:
    traces = []
    for kind in ("processes", "in-process"):
        with open_lab(environments=kind, seed=3) as lab:
            assert isinstance(lab, EmbeddedAccount)
            deploy_function("""
                import random, time
                import boto3

                def handler(event, context):
                    time.sleep(random.random())
                    boto3.client("sts").get_caller_identity()
                    print(len(event["Records"]))
                    if random.random() < 0.2:
                        raise ValueError(random.random())
                """)
            url = create_queue(VisibilityTimeout="18")
            connect(url, BatchSize=3)
            for number in range(40):
                boto3.client("sqs").send_message(QueueUrl=url, MessageBody=str(number))
            lab.advance(60)
            events = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/function")
            lines = [(each["timestamp"], each["message"]) for each in events["events"]]
            traces.append((lab.trace().to_csv(), json.dumps(lines)))
    assert traces[0][0] == traces[1][0]
    assert traces[0][1] == traces[1][1]


def test_there_is_no_third_kind() -> None:
    with pytest.raises(ValueError, match="in-process"):
        open_lab(environments="threads")
