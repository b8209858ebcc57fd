"""The processes behind functions: started from anywhere, touching nothing, leaving nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount, LabClosed
from helpers.embedded.services.lambda_.execution import processes
from helpers.embedded.services.lambda_.execution.processes import Processes
from tests.embedded.conftest import Deploy, deploy_function, invoke
from tests.embedded.time.test_interrupts import eventually, output, start

forks_only = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def test_a_cold_start_leaves_the_kernel_as_it_is(deploy: Deploy) -> None:
    deploy("def handler(event, context): return 1")
    environ, main = dict(os.environ), sys.modules["__main__"]
    differences: list[object] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if dict(os.environ) != environ or sys.modules["__main__"] is not main:
                differences.append(dict(os.environ))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for seconds in range(4, 12):
        boto3.client("lambda").update_function_configuration(
            FunctionName="function", Timeout=seconds
        )
        invoke("function")
    over.set()
    watcher.join()
    assert differences == []


def _send() -> str:
    try:
        return str(boto3.client("sqs").create_queue(QueueName="sent-by-a-fork")["QueueUrl"])
    except LabClosed as refused:
        return str(refused)


def _rehearse(number: int) -> object:
    with open_lab(seed=number):
        deploy_function("def handler(event, context): return event + 1")
        return invoke("function", number)["result"]


@forks_only
def test_a_fork_is_refused_in_words_and_takes_nothing_with_it(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy("n = 0\ndef handler(event, context):\n    global n; n += 1\n    return n")
    invoke("function")
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        assert "is a copy of the one that opened the lab" in pool.submit(_send).result()
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    assert invoke("function")["result"] == 2


@forks_only
def test_a_fork_that_exits_cleans_up_nothing_of_its_parent() -> None:
    told = output(
        """
        deploy("n = 0\\ndef handler(e, c):\\n    global n; n += 1\\n    return n")
        invoke("f")
        folder = lab._services.functions._functions._folder
        if os.fork() == 0:
            lab.close()
            sys.exit()
        os.wait()
        print(folder.exists(), invoke("f")["result"])
        """
    )
    assert told.split() == ["True", "2"]


@forks_only
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_a_pool_open_labs_of_their_own(
    lab: EmbeddedAccount, deploy: Deploy, method: str
) -> None:
    """They are daemonic, which multiprocessing does not let have children of its own."""
    deploy("def handler(event, context): return 1")
    invoke("function")
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(_rehearse, [1, 2]) == [2, 3]
    assert invoke("function")["result"] == 1


@linux_only
@pytest.mark.parametrize(
    "start_child",
    [
        "subprocess.Popen(['sleep', '61'])",
        "subprocess.Popen('sleep 61 &', shell=True).wait()",
        "subprocess.Popen(['sleep', '61'], start_new_session=True)",
        "subprocess.Popen('setsid sleep 61 & exit', shell=True).wait()",
    ],
)
def test_what_a_handler_started_lives_as_long_as_its_environment(start_child: str) -> None:
    with open_lab() as lab:
        deploy_function(
            f"import subprocess\ndef handler(event, context):\n    if event: {start_child}\n"
        )
        assert invoke("function", 1)["error"] is None
        assert invoke("function", 0)["error"] is None
        assert isinstance(lab, EmbeddedAccount)
        assert lab._services.functions is not None
        [environment] = [
            each for pool in lab._services.functions._functions._warm.values() for each in pool
        ]
        assert eventually(lambda: len(_sleepers(environment.pid)) == 1)
        sleepers = _sleepers(environment.pid)
    assert not any(Path(f"/proc/{pid}").exists() for pid in sleepers)


def _sleepers(pid: int | None) -> list[int]:
    """Processes `sleep` below a process."""
    below = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    here = [each for each in below if Path(f"/proc/{each}/comm").read_text() == "sleep\n"]
    return here + [each for child in below for each in _sleepers(child)]


@linux_only
@pytest.mark.parametrize("garbage", [b"\0" * 64, b"hello", b"\xff" * 9, b"lab\n\0\0\0\1?"])
def test_garbage_in_the_pipe_ends_that_environment_and_nothing_else(
    deploy: Deploy, garbage: bytes
) -> None:
    deploy(
        f"""
        import os, stat

        def handler(event, context):
            if not event:
                return "well"
            for descriptor in map(int, os.listdir("/proc/self/fd")):
                try:
                    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                        os.write(descriptor, {garbage!r})
                except OSError:
                    pass
        """
    )
    assert invoke("function", 0)["result"] == "well"
    failed = invoke("function", 1)
    assert failed["result"]["errorType"] == "Runtime.ExitError"
    assert invoke("function", 0)["result"] == "well"


@linux_only
def test_the_pipe_is_out_of_a_handlers_way(deploy: Deploy) -> None:
    deploy(
        """
        import os, subprocess

        def handler(event, context):
            os.closerange(0, 3)
            listing = ["sh", "-c", "ls -l /proc/self/fd"]
            return subprocess.run(listing, stdout=subprocess.PIPE).stdout.decode()
        """
    )
    assert "socket" not in invoke("function")["result"]


@linux_only
def test_the_next_lab_sweeps_what_was_killed_with_all_its_processes() -> None:
    process = start(
        """
        from helpers.embedded.services.lambda_.execution.processes import processes
        deploy("def handler(event, context): return 1")
        invoke("f")
        print(processes()._zygote.pid, processes().folder, flush=True)
        time.sleep(60)
        """
    )
    assert process.stdout is not None
    pid, folder = process.stdout.readline().split()
    os.kill(int(pid), signal.SIGKILL)
    process.kill()
    process.communicate()
    assert Path(folder).exists()
    output("deploy('def handler(event, context): return 1')\nprint(invoke('f'))")
    assert not Path(folder).exists()


@linux_only
def test_more_environments_than_open_files_are_refused_in_words() -> None:
    told = output(
        """
        import resource, warnings
        warnings.simplefilter("ignore", RuntimeWarning)
        deploy("import time\\ndef handler(event, context): time.sleep(1)")
        invoke("f")
        client = boto3.client("lambda")
        client.invoke(FunctionName="f", InvocationType="Event")
        used = len(os.listdir("/proc/self/fd"))
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + 8, 4096))
        for _ in range(30):
            client.invoke(FunctionName="f", InvocationType="Event")
        lab.advance(0.1)
        try:
            client.invoke(FunctionName="f")
        except client.exceptions.TooManyRequestsException as refused:
            print(refused)
        lab.run_until_idle()
        print((lab.trace().outcome == "success").sum())
        """
    )
    assert "ulimit -n" in told
    assert told.split()[-1] == "32"


def test_a_lab_that_is_closed_by_another_thread_says_so_quietly() -> None:
    program = """
        import threading, traceback
        from helpers.embedded.account import LabClosed

        deploy("import time\\ndef handler(event, context): time.sleep(1)")
        def work():
            try:
                for seconds in range(3, 900):
                    boto3.client("lambda").update_function_configuration(
                        FunctionName="f", Timeout=seconds)
                    boto3.client("lambda").invoke(FunctionName="f")
            except LabClosed as closed:
                print(closed)
        worker = threading.Thread(target=work)
        worker.start()
        time.sleep(0.3)
        threading.Thread(target=open_lab, name="next").start()
        worker.join()
        time.sleep(0.3)
    """
    process = start(program)
    out, err = process.communicate(timeout=60)
    assert "closed when another one was opened in the thread 'next'" in out
    assert (process.returncode, err) == (0, "")


@forks_only
def test_many_started_at_once_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zygote's reports fill a socket that holds few, while the account only starts."""
    pair = socket.socketpair

    def small() -> tuple[socket.socket, socket.socket]:
        ends = pair()
        for end in ends:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        return ends

    monkeypatch.setattr(socket, "socketpair", small)
    started = Processes()
    numbers: list[int] = []

    def start_many() -> None:
        for _ in range(25):
            ours, theirs = pair()
            with ours, theirs:
                numbers.append(started.start(theirs))

    starter = threading.Thread(target=start_many, daemon=True)
    starter.start()
    starter.join(60)
    assert len(numbers) == 25
    assert all(started.status(number, 60) == 0 for number in numbers)
    started.close()


@forks_only
def test_without_memory_for_one_more_the_others_go_on(
    lab: EmbeddedAccount, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy("def handler(event, context): return 1")
    assert invoke("function")["result"] == 1
    monkeypatch.setattr(processes, "_memory_left", lambda: 100 << 20)
    assert invoke("function")["result"] == 1
    deploy_function("def handler(event, context): return 2", "another")
    client = boto3.client("lambda")
    with (
        pytest.warns(RuntimeWarning, match="Close what else takes memory"),
        pytest.raises(client.exceptions.TooManyRequestsException, match="no room"),
    ):
        client.invoke(FunctionName="another")
    monkeypatch.undo()
    assert invoke("another")["result"] == 2
