"""Whatever a function writes is in its log, and is what AWS's runtime would write."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, deploy_function, invoke

EXECUTE = """
    import asyncio, faulthandler, io, json, logging, os, subprocess, sys, threading, traceback
    import boto3

    def handler(event, context):
        exec(event, globals() | locals())
"""

WRITTEN = {
    "print('a', 'b')": ["a b"],
    "print('a\\nb')": ["a", "b"],
    "print('a', end=''); print('b', file=sys.stderr)": ["ab"],
    "print()": [""],
    "sys.stdout.reconfigure(encoding='utf-8', line_buffering=True); print('Zoë')": ["Zoë"],
    "sys.stdout.buffer.write(b'bytes'); sys.stdout.buffer.flush()": ["bytes"],
    "sys.stdout.writelines(['a\\n', 'b\\n'])": ["a", "b"],
    "sys.__stderr__.write('x')": ["x"],
    "o = sys.stdout; print(o.writable(), o.readable(), o.closed, o.name)": [
        "True False False <stdout>"
    ],
    "o = sys.stdout; print(o.encoding, o.errors, o.fileno(), o.isatty(), o.mode)": [
        "utf-8 strict 1 False w"
    ],
    "print(isinstance(sys.stderr, io.TextIOBase), sys.stderr.errors)": ["True backslashreplace"],
    "faulthandler.enable(); print('well')": ["well"],
    "subprocess.run(['echo', 'child'], stdout=sys.stdout)": ["child"],
    "print('first'); subprocess.run(['echo', 'second']); print('third')": [
        "first",
        "second",
        "third",
    ],
    "subprocess.run('pwd; echo error >&2', shell=True)": ["/var/task", "error"],
    "os.system('echo system')": ["system"],
    "os.write(1, b'raw'); os.write(2, b' text')": ["raw text"],
    "os.write(1, b'not \\xff text')": ["not \N{REPLACEMENT CHARACTER} text"],
    "threading.Thread(target=print, args=['thread']).start()": ["thread"],
    "print(repr(sys.stdin.read()))": ["''"],
    "logging.warning('two\\nlines')": ["[WARNING]\t2026-01-05T09:00:TIME\tID\ttwo\nlines"],
    "print('begun', end=''); logging.error('x')": [
        "begun",
        "[ERROR]\t2026-01-05T09:00:TIME\tID\tx",
    ],
    "context.log('a\\nb')": ["a\nb"],
}


@pytest.fixture(scope="module")
def written() -> Iterator[Callable[[str], list[str]]]:
    """The log entries that a statement leaves."""
    with open_lab() as lab:
        assert isinstance(lab, EmbeddedAccount)
        deploy_function(EXECUTE)
        yield lambda statement: entries_of(invoke("function", statement)["log"], lab)


def entries_of(log: str, lab: EmbeddedAccount) -> list[str]:
    """The function's own, of the last invocation, without what differs from one to the next."""
    request_id = log.partition("START RequestId: ")[2][:36]
    events = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/function")["events"]
    messages = [event["message"] for event in events]
    start = messages.index(f"START RequestId: {request_id} Version: $LATEST")
    own = messages[start + 1 : messages.index(f"END RequestId: {request_id}")]
    moment = f"{lab.now():%S.%f}"[:-3] + "Z"
    return [each.replace(request_id, "ID").replace(moment, "TIME") for each in own]


@pytest.mark.parametrize("statement", WRITTEN)
def test_output_is_in_the_log(written: Callable[[str], list[str]], statement: str) -> None:
    assert written(statement) == WRITTEN[statement]


def test_nothing_of_it_reaches_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with open_lab():
        deploy_function(EXECUTE)
        for statement in WRITTEN:
            invoke("function", statement)
    assert capfd.readouterr() == ("", "")


def test_what_was_written_before_a_process_died_is_kept(deploy: Deploy) -> None:
    deploy(
        """
        import os, signal

        def handler(event, context):
            print("no newline", end="")
            os.write(1, b", raw")
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert "\nno newline, raw\nEND" in invoke("function")["log"]


@pytest.mark.parametrize("harm", ["os.close(1); os.close(2)", "sys.stdout.close()"])
def test_a_handler_that_closes_its_streams_is_still_heard(deploy: Deploy, harm: str) -> None:
    deploy(
        f"""
        import logging, os, sys

        def handler(event, context):
            {harm}
            logging.error("heard")
            raise ValueError("failed")
        """
    )
    answer = invoke("function")
    assert answer["result"]["errorType"] == "ValueError"
    assert "\theard\n[ERROR] ValueError: failed\n" in answer["log"]


def test_an_error_in_a_thread_is_printed_without_a_step_of_ours(deploy: Deploy) -> None:
    deploy(
        """
        import threading

        def work():
            open("/tmp/none")

        def handler(event, context):
            thread = threading.Thread(target=work, name="worker")
            thread.start()
            thread.join()
        """
    )
    log = invoke("function")["log"]
    assert "Exception in thread worker:\nTraceback" in log
    assert "FileNotFoundError: [Errno 2] No such file or directory: '/tmp/none'\n" in log
    assert log.count("  File ") == 3
    assert "helpers" not in log


TRACES = {
    "open('/var/task/none')": [
        "FileNotFoundError: [Errno 2] No such file or directory: '/var/task/none'"
    ],
    "open('/var/task/x', 'w')": ["OSError: [Errno 30] Read-only file system: '/var/task/x'"],
    "json.loads('{')": [
        '  File "/var/lang/lib/pythonVERSION/json/__init__.py", line N, in loads',
        '  File "/var/lang/lib/pythonVERSION/json/decoder.py", line N, in decode',
        '  File "/var/lang/lib/pythonVERSION/json/decoder.py", line N, in raw_decode',
    ],
    "boto3.client('sqs').list_queues(QueueNamePrefix=7)": [
        '  File "/var/lang/lib/pythonVERSION/site-packages/botocore/validate.py", line N, in '
        "serialize_to_request"
    ],
}
"""What follows the handler's own step."""

TRACE = """
    import json, logging, traceback, boto3

    def handler(event, context):
        try:
            eval(event)
        except Exception as error:
            logging.exception("failed")
            traceback.print_exc()
            return traceback.format_exc().splitlines(), traceback.format_tb(error.__traceback__)

    def run(event, context):
        eval(event)
"""


@pytest.mark.parametrize("way", TRACES)
def test_a_stack_trace_shows_aws_s_paths_and_no_step_of_ours(deploy: Deploy, way: str) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    expected = [each.replace("VERSION", version) for each in TRACES[way]]
    deploy(TRACE)
    answer = invoke("function", way)
    formatted, steps = answer["result"]
    boto3.client("lambda").update_function_configuration(
        FunctionName="function", Handler="code.run"
    )
    reported = "".join(invoke("function", way)["result"]["stackTrace"])
    for text in (answer["log"], "\n".join(formatted), "".join(steps), reported):
        assert "helpers" not in text
        assert sys.prefix not in text
        assert os.path.dirname(os.__file__) not in text
    files = [line for line in formatted if 'File "' in line]
    assert files[0].startswith('  File "/var/task/code.py", line 6, in handler')
    numberless = [_without_number(line) for line in formatted]
    assert [each for each in expected if each not in numberless] == []


def _without_number(line: str) -> str:
    before, mark, after = line.partition(", line ")
    return f"{before}{mark}N{after.lstrip('0123456789')}" if mark else line


CUT = {
    "return event": "Runtime.ExitError",
    "print(event)": "UnicodeEncodeError",
    "import logging; logging.error(event)": "UnicodeEncodeError",
    "raise ValueError(event)": "Runtime.ExitError",
    "return json.dumps(event)": None,
}
"""AWS's runtime client encodes what it sends: handle_event_request in awslambdaric, where an
error beyond the handler's ends the process."""


@pytest.mark.parametrize("body", CUT)
def test_text_that_is_cut_inside_a_character_fails_its_invocation_alone(
    lab: EmbeddedAccount, deploy: Deploy, body: str
) -> None:
    deploy(f"import json\ndef handler(event, context):\n    if event: {body}")
    client = boto3.client("lambda")
    payload = b'"cut \\ud83d"'
    answer = client.invoke(FunctionName="function", Payload=payload)
    found = answer["Payload"].read()
    assert (f'"errorType": "{CUT[body]}"'.encode() in found) == (CUT[body] is not None)
    client.invoke(FunctionName="function", Payload=payload, InvocationType="Event")
    lab.run_until_idle()
    boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/function")
    assert invoke("function")["error"] is None


@pytest.mark.skipif(
    importlib.util.find_spec("awslambdaric") is None, reason="awslambdaric is for Linux only"
)
def test_the_context_prints_as_aws_s_own_does(deploy: Deploy) -> None:
    deploy(
        """
        import os

        def handler(event, context):
            print(context)
            return dict(os.environ), context.aws_request_id, context.invoked_function_arn
        """
    )
    answer = invoke("function")
    variables, request_id, arn = answer["result"]
    script = (
        "import sys; from awslambdaric.lambda_context import LambdaContext\n"
        "print(LambdaContext(sys.argv[1], None, None, 0, sys.argv[2]))"
    )
    oracle = subprocess.run(
        [sys.executable, "-c", script, request_id, arn],
        env={name: text for name, text in variables.items() if name.startswith("AWS_LAMBDA")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert oracle.stdout.startswith("LambdaContext([aws_request_id=")
    assert oracle.stdout in answer["log"]
