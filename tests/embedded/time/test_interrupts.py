"""Ctrl-C, a killed kernel, a script without a guard: nothing is left broken or behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

posix_only = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")

PRELUDE = """
import os, signal, sys, threading, time, boto3
from helpers import open_lab
from tests.embedded.conftest import create_role, zip_code, invoke
from tests.embedded.services.lambda_.event_source.test_event_source import (
    connect,
    count,
    create_queue,
)

lab = open_lab()

def deploy(source, **settings):
    boto3.client("lambda").create_function(
        FunctionName="f", Role=create_role(), Runtime="python3.13", Handler="code.handler",
        Code={"ZipFile": zip_code(code=source)}, **settings)

def interrupt_after(seconds):
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()
"""


def start(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output(program: str) -> str:
    process = start(program)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


def eventually(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@posix_only
def test_an_interrupt_while_time_advances_leaves_a_usable_account() -> None:
    told = output(
        """
        deploy("def handler(event, context): return len(event['Records'])")
        queue = create_queue()
        connect(queue, "f", BatchSize=1)
        batch = [{"Id": str(number), "MessageBody": "x"} for number in range(10)]
        for _ in range(300):
            boto3.client("sqs").send_message_batch(QueueUrl=queue, Entries=batch)
        interrupt_after(0.3)
        try:
            lab.advance(3600)
        except KeyboardInterrupt:
            print("interrupted")
        lab.run_until_idle()
        print(*count(queue), sum(each.what == "invoked" for each in lab._trace.happenings))
        """
    )
    assert told.split("\n")[:2] == ["interrupted", "0 0 3000"]


@posix_only
def test_an_interrupt_while_a_handler_spins_can_be_followed_by_more() -> None:
    told = output(
        """
        deploy("def handler(event, context):\\n    while event: pass\\n    return 'well'")
        interrupt_after(1)
        began = time.monotonic()
        try:
            boto3.client("lambda").invoke(FunctionName="f", Payload=b"1")
        except KeyboardInterrupt:
            print("interrupted", time.monotonic() - began < 5)
        print(invoke("f", None)["result"])
        """
    )
    assert told.split("\n")[:2] == ["interrupted True", "well"]


@posix_only
def test_a_signal_to_the_whole_group_does_not_reach_the_functions() -> None:
    told = output(
        """
        deploy("n = 0\\ndef handler(event, context):\\n    global n; n += 1\\n    return n")
        print(invoke("f")["result"])
        os.setpgid(0, 0) if os.getpgid(0) != os.getpid() else None
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.killpg(os.getpgid(0), signal.SIGINT)
        time.sleep(0.2)
        print(invoke("f")["result"])
        """
    )
    assert told.split() == ["1", "2"]


@posix_only
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("last", ["wait", "spin"])
def test_a_killed_kernel_leaves_no_process_behind(last: str) -> None:
    process = start(
        f"""
        from helpers.embedded import account
        deploy("def handler(event, context):\\n    while event: pass")
        invoke("f")
        functions = account._open._services.functions._functions
        [environment] = [each for pool in functions._warm.values() for each in pool]
        print(environment.pid, functions._folder, flush=True)
        if {last == "spin"}:
            invoke("f", 1)
        time.sleep(60)
        """
    )
    assert process.stdout is not None
    told = process.stdout.readline()
    if not told:
        pytest.fail(process.communicate()[1])
    pid, folder = told.split()
    assert alive(int(pid))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert eventually(lambda: not alive(int(pid)))
    assert eventually(lambda: not Path(folder).exists())
    process.communicate()


def test_a_script_without_a_main_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        PRELUDE + "print('once')\ndeploy('def handler(e, c): return 1')\nprint(invoke('f'))"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("once") == 1
