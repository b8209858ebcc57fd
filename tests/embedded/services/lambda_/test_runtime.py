"""Functions really run: what they return, what they print, how they fail, how they are ended."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount
from tests.embedded.conftest import Deploy, create_role, deploy_function, invoke, zip_code

ECHO = """
    calls = 0

    def handler(event, context):
        global calls
        calls += 1
        return {"event": event, "calls": calls}
"""


def test_a_handler_gets_its_event_and_returns_its_result(deploy: Deploy) -> None:
    deploy(ECHO)
    answer = invoke("function", {"amount": 12, "to": "Zoë"})
    assert answer["result"] == {"event": {"amount": 12, "to": "Zoë"}, "calls": 1}
    assert answer["error"] is None


def test_module_globals_are_kept_while_the_environment_is_warm(deploy: Deploy) -> None:
    deploy(ECHO)
    first, second = invoke("function"), invoke("function")
    assert second["result"]["calls"] == 2
    assert "INIT_START" in first["log"]
    assert "Init Duration: 250.00 ms" in first["log"]
    assert "INIT_START" not in second["log"]


def test_an_environment_that_was_idle_for_long_is_not_used_again(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(ECHO)
    invoke("function")
    lab.advance(3600)
    assert invoke("function")["result"]["calls"] == 1


def test_new_code_and_new_settings_start_a_new_environment(deploy: Deploy) -> None:
    deploy(ECHO)
    invoke("function")
    client = boto3.client("lambda")
    client.update_function_code(
        FunctionName="function", ZipFile=zip_code(code="def handler(e, c): return 'new'")
    )
    assert invoke("function")["result"] == "new"
    client.update_function_configuration(
        FunctionName="function", Environment={"Variables": {"A": "1"}}
    )
    assert "INIT_START" in invoke("function")["log"]


def test_a_function_that_is_made_again_starts_anew_even_if_nothing_differs(deploy: Deploy) -> None:
    deploy(ECHO)
    invoke("function")
    client = boto3.client("lambda")
    role = client.get_function_configuration(FunctionName="function")["Role"]
    client.delete_function(FunctionName="function")
    client.create_function(
        FunctionName="function",
        Role=role,
        Runtime="python3.13",
        Handler="code.handler",
        Code={"ZipFile": zip_code(code=ECHO)},
    )
    assert "INIT_START" in invoke("function")["log"]


def test_an_update_there_and_back_starts_anew(deploy: Deploy) -> None:
    """The environments of the configuration before were ended by the first update."""
    deploy(ECHO)
    invoke("function")
    for seconds in (4, 3):
        boto3.client("lambda").update_function_configuration(
            FunctionName="function", Timeout=seconds
        )
    assert "INIT_START" in invoke("function")["log"]


def test_to_publish_a_version_keeps_the_environments(deploy: Deploy) -> None:
    deploy(ECHO)
    invoke("function")
    boto3.client("lambda").publish_version(FunctionName="function")
    assert "INIT_START" not in invoke("function")["log"]


def test_the_handler_lives_in_lab_time(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(
        """
        import asyncio, time
        from datetime import datetime, timezone

        def handler(event, context):
            clock, monotonic = time.time(), time.monotonic()
            time.sleep(1.5)
            asyncio.run(asyncio.sleep(0.25))
            return {
                "began": datetime.fromtimestamp(clock, timezone.utc).isoformat(),
                "ended": datetime.now(timezone.utc).isoformat(),
                "counted": round(time.monotonic() - monotonic, 6),
                "left": context.get_remaining_time_in_millis(),
            }
        """,
        Timeout=3,
    )
    assert invoke("function")["result"] == {
        "began": "2026-01-05T09:00:00.252000+00:00",
        "ended": "2026-01-05T09:00:02.002000+00:00",
        "counted": 1.75,
        "left": 1248,
    }
    assert lab.now().isoformat() == "2026-01-05T09:00:02.002000+00:00"


def test_the_context_tells_what_aws_tells(deploy: Deploy) -> None:
    deploy(
        """
        def handler(event, context):
            names = ("function_name function_version invoked_function_arn memory_limit_in_mb "
                     "log_group_name log_stream_name aws_request_id").split()
            return {name: getattr(context, name) for name in names}
        """,
        MemorySize=256,
    )
    answer = invoke("function")
    context = answer["result"]
    assert context["function_name"] == "function"
    assert context["function_version"] == "$LATEST"
    assert context["invoked_function_arn"].endswith(":123456789012:function:function")
    assert context["memory_limit_in_mb"] == "256"
    assert context["log_group_name"] == "/aws/lambda/function"
    assert context["log_stream_name"].startswith("2026/01/05/[$LATEST]")
    assert f"START RequestId: {context['aws_request_id']}" in answer["log"]


FAILURES: dict[str, tuple[str, dict[str, Any]]] = {
    "raises": (
        "raise ValueError('no such account')",
        {"errorType": "ValueError", "errorMessage": "no such account"},
    ),
    "result is no JSON": (
        "return {1, 2}",
        {
            "errorType": "Runtime.MarshalError",
            "errorMessage": "Unable to marshal response: "
            "Object of type set is not JSON serializable",
        },
    ),
    "sys.exit(1)": (
        "import sys; sys.exit(1)",
        {
            "errorType": "Runtime.ExitError",
            "errorMessage": "RequestId: ID Error: Runtime exited with error: exit status 1",
        },
    ),
    "sys.exit()": (
        "import sys; sys.exit()",
        {
            "errorType": "Runtime.ExitError",
            "errorMessage": "RequestId: ID Error: Runtime exited without providing a reason",
        },
    ),
    "os._exit(3)": (
        "import os; os._exit(3)",
        {
            "errorType": "Runtime.ExitError",
            "errorMessage": "RequestId: ID Error: Runtime exited with error: exit status 3",
        },
    ),
    "killed": (
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        {
            "errorType": "Runtime.ExitError",
            "errorMessage": "RequestId: ID Error: Runtime exited with error: signal: killed",
        },
    ),
    "sleeps too long": (
        "import time; time.sleep(60)",
        {
            "errorType": "Sandbox.Timedout",
            "errorMessage": "RequestId: ID Error: Task timed out after 3.00 seconds",
        },
    ),
    "loops for ever": (
        "while True: pass",
        {
            "errorType": "Sandbox.Timedout",
            "errorMessage": "RequestId: ID Error: Task timed out after 3.00 seconds",
        },
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failing_handler_is_reported_as_aws_does_and_the_account_goes_on(case: str) -> None:
    body, expected = FAILURES[case]
    with open_lab(spin_limit=0.5) as lab:
        source = f"def handler(event, context):\n    if event: return 'well'\n    {body}\n"
        deploy_function(source)
        began = lab.now()
        answer = invoke("function")
        request_id = answer["log"].split("START RequestId: ")[1].split()[0]
        failure = answer["result"]
        assert answer["error"] == "Unhandled"
        assert failure["errorType"] == expected["errorType"]
        assert failure["errorMessage"] == expected["errorMessage"].replace("ID", request_id)
        if expected["errorType"] == "Sandbox.Timedout":
            assert (lab.now() - began).total_seconds() == 3.25
            assert "Task timed out after 3.00 seconds" in answer["log"]
        assert invoke("function", 1)["result"] == "well"


@pytest.mark.parametrize(("seconds", "outcome"), [(2.997, None), (2.998, "Sandbox.Timedout")])
def test_an_invocation_has_less_than_its_timeout(
    lab: EmbeddedAccount, deploy: Deploy, seconds: float, outcome: str | None
) -> None:
    """A handler computes for 2 ms. Whoever ends at the deadline itself is too late (modelled)."""
    deploy(f"import time\ndef handler(event, context): time.sleep({seconds})", Timeout=3)
    assert (invoke("function")["result"] or {}).get("errorType") == outcome


MEMORY = """
    import mmap, threading

    def use(megabytes):
        return len(bytearray(megabytes << 20))

    def handler(event, context):
        way, megabytes = event
        if way == "plainly":
            return use(megabytes)
        if way == "caught":
            try:
                use(megabytes)
            except MemoryError:
                return "caught"
        if way == "in a thread":
            thread = threading.Thread(target=use, args=[megabytes])
            thread.start()
            thread.join()
        if way == "shared":
            with mmap.mmap(-1, megabytes << 20) as memory:
                for _ in range(megabytes):
                    memory.write(bytes(1 << 20))
        return "well"
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell")
@pytest.mark.parametrize("way", ["plainly", "caught", "in a thread", "shared"])
def test_more_memory_than_the_function_has_ends_its_environment(deploy: Deploy, way: str) -> None:
    """Whoever used it: AWS kills the sandbox, not the allocation."""
    deploy(MEMORY, MemorySize=128)
    assert invoke("function", [way, 64])["error"] is None
    failed = invoke("function", [way, 400])
    assert failed["result"]["errorType"] == "Runtime.OutOfMemory"
    assert failed["result"]["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert "Max Memory Used: 128 MB\t" in failed["log"]
    assert "Status: error\tError Type: Runtime.OutOfMemory" in failed["log"]
    assert "INIT_START" in invoke("function", [way, 1])["log"]


@pytest.mark.parametrize("end", ["time.sleep(60)", "os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_tmp_outlives_an_environment_that_is_reset(deploy: Deploy, end: str) -> None:
    """Lambda resets the environment: only its memory is new (LDG lambda-runtime-environment,
    Failures during the invoke phase)."""
    deploy(
        f"""
        import os, time
        seen = []

        def handler(event, context):
            seen.append(1)
            with open("/tmp/x", "a") as file:
                file.write("x")
            if event:
                {end}
            return len(seen), os.path.getsize("/tmp/x")
        """
    )
    assert invoke("function")["result"] == [1, 1]
    assert invoke("function", True)["error"] == "Unhandled"
    assert invoke("function")["result"] == [1, 3]


SLOW_IMPORT = """
    import time
    time.sleep(12)

    def handler(event, context):
        print("ran")
        time.sleep(1)
"""


def test_an_initialisation_of_more_than_ten_seconds_is_tried_again_in_the_function_s_timeout(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, Init phase."""
    deploy(SLOW_IMPORT, Timeout=60)
    answer = invoke("function")
    assert answer["error"] is None
    lines = answer["log"].splitlines()
    assert lines[1] == "INIT_REPORT Init Duration: 10250.00 ms\tPhase: init\tStatus: timeout"
    assert lines[2].startswith("START")
    assert lines[3] == "ran"
    assert "\tDuration: 13252.00 ms" in lines[-1]
    assert "Init Duration" not in lines[-1]
    assert "INIT_START" not in invoke("function")["log"]


def test_an_initialisation_that_takes_too_long_again_times_out(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(SLOW_IMPORT, Timeout=5)
    failed = invoke("function")
    assert failed["result"]["errorType"] == "Sandbox.Timedout"
    assert failed["result"]["errorMessage"].endswith("Task timed out after 5.00 seconds")
    assert "ran" not in failed["log"]
    assert lab.now().isoformat() == "2026-01-05T09:00:15.250000+00:00"


def test_a_stack_trace_shows_the_paths_of_aws(deploy: Deploy) -> None:
    deploy(
        """
        def book(amount):
            return 1 / amount

        def handler(event, context):
            return book(0)
        """
    )
    answer = invoke("function")
    trace = answer["result"]["stackTrace"]
    assert [line.splitlines()[0] for line in trace] == [
        '  File "/var/task/code.py", line 6, in handler',
        '  File "/var/task/code.py", line 3, in book',
    ]
    assert "[ERROR] ZeroDivisionError: division by zero\nTraceback" in answer["log"]


CANNOT_START = {
    "code.missing": ("x = 1", "HandlerNotFound", "Handler 'missing' missing on module 'code'"),
    "nothing.handler": (
        "x = 1",
        "ImportModuleError",
        "Unable to import module 'nothing': No module named 'nothing'",
    ),
    "code.handler": (
        "import lost",
        "ImportModuleError",
        "Unable to import module 'code': No module named 'lost'",
    ),
    "code.typo": (
        "def handler(:",
        "UserCodeSyntaxError",
        "Syntax error in module 'code': invalid syntax (code.py, line 1)",
    ),
    "handler": (
        "x = 1",
        "MalformedHandlerName",
        "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
    ),
}


@pytest.mark.parametrize("handler", CANNOT_START)
def test_code_that_cannot_start_says_why(deploy: Deploy, handler: str) -> None:
    source, kind, message = CANNOT_START[handler]
    deploy(source, Handler=handler)
    failure = invoke("function")["result"]
    assert (failure["errorType"], failure["errorMessage"]) == (f"Runtime.{kind}", message)


def test_a_module_that_raises_fails_the_invocation(deploy: Deploy) -> None:
    deploy("raise KeyError('SECRET')")
    failure = invoke("function")["result"]
    assert (failure["errorType"], failure["errorMessage"]) == ("KeyError", "'SECRET'")


def test_code_that_is_no_zip_file_is_refused(lab: EmbeddedAccount) -> None:
    with pytest.raises(ClientError, match="Could not unzip uploaded file") as refused:
        boto3.client("lambda").create_function(
            FunctionName="function",
            Role=create_role(),
            Runtime="python3.13",
            Handler="code.handler",
            Code={"ZipFile": b"not a zip"},
        )
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert boto3.client("lambda").list_functions()["Functions"] == []


def test_prints_and_log_records_reach_cloudwatch_logs(deploy: Deploy) -> None:
    deploy(
        """
        import logging, sys
        logging.getLogger().setLevel("INFO")

        def handler(event, context):
            print("printed", event)
            print("no newline", end="")
            sys.stderr.write("to stderr\\n")
            logging.info("logged")
        """
    )
    log = invoke("function", 7)["log"]
    events = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/function")["events"]
    messages = [event["message"] for event in events]
    assert messages == log.rstrip("\n").split("\n")
    assert messages[2] == "printed 7"
    assert messages[3] == "no newlineto stderr"
    assert messages[4].startswith("[INFO]\t2026-01-05T09:00:00.252Z\t")
    assert [event["timestamp"] for event in events] == sorted(e["timestamp"] for e in events)


def test_an_event_invocation_is_answered_at_once_and_tried_three_times(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy("def handler(event, context): raise RuntimeError('down')")
    answer = boto3.client("lambda").invoke(FunctionName="function", InvocationType="Event")
    assert answer["StatusCode"] == 202
    assert lab.run_until_idle() > 180
    events = boto3.client("logs").filter_log_events(
        logGroupName="/aws/lambda/function", filterPattern="ERROR"
    )["events"]
    assert len(events) == 3


def test_a_dry_run_runs_nothing(deploy: Deploy) -> None:
    deploy(ECHO)
    answer = boto3.client("lambda").invoke(FunctionName="function", InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    assert invoke("function")["result"]["calls"] == 1


def test_a_reserved_concurrency_of_zero_throttles(deploy: Deploy) -> None:
    deploy(ECHO)
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=0)
    with pytest.raises(client.exceptions.TooManyRequestsException) as throttled:
        client.invoke(FunctionName="function")
    assert throttled.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_unknown_functions_and_broken_events_are_refused(deploy: Deploy) -> None:
    deploy(ECHO)
    client = boto3.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="nobody")
    with pytest.raises(client.exceptions.InvalidRequestContentException):
        client.invoke(FunctionName="function", Payload=b"{not json")


def test_a_function_calls_aws_as_its_role(deploy: Deploy) -> None:
    deploy(
        """
        import boto3

        def handler(event, context):
            boto3.client("sqs").create_queue(QueueName="made-inside")
            return boto3.client("sts").get_caller_identity()["Arn"]
        """
    )
    assert invoke("function")["result"] == (
        "arn:aws:sts::123456789012:assumed-role/function-role/function"
    )
    queues = boto3.client("sqs").list_queues()["QueueUrls"]
    assert [url.rpartition("/")[2] for url in queues] == ["made-inside"]


def test_a_service_that_the_account_lacks_is_a_clear_error_inside_a_function(
    deploy: Deploy,
) -> None:
    deploy(
        """
        import boto3

        def handler(event, context):
            boto3.client("gamelift").list_builds()
        """
    )
    failure = invoke("function")["result"]
    assert "does not have gamelift.us-east-1.amazonaws.com" in failure["errorMessage"]


def test_a_function_may_bring_modules_of_any_name(lab: EmbeddedAccount) -> None:
    boto3.client("lambda").create_function(
        FunctionName="function",
        Role=create_role(),
        Runtime="python3.13",
        Handler="code.handler",
        Code={
            "ZipFile": zip_code(
                helpers="NAME = 'my own helpers'",
                code="import helpers\ndef handler(event, context): return helpers.NAME",
            )
        },
    )
    assert invoke("function")["result"] == "my own helpers"


def test_random_numbers_inside_a_function_repeat(deploy: Deploy) -> None:
    source = """
        import random, uuid

        def handler(event, context):
            return [random.random(), str(uuid.uuid4()), list({"x", "y", "z"})]
    """
    deploy(source)
    first = invoke("function")["result"]
    with open_lab():
        deploy_function(source)
        assert invoke("function")["result"] == first


def test_an_environment_does_not_live_for_ever(lab: EmbeddedAccount, deploy: Deploy) -> None:
    deploy(ECHO)
    for _ in range(30):
        invoke("function")
        lab.advance(300)
    trace = lab.trace().query("what == 'invoked'")
    assert trace["environment"].nunique() == 2
    assert trace.groupby("environment")["at"].agg(lambda at: at.max() - at.min()).max() <= 7200


def test_every_environment_has_a_folder_of_its_own_for_temporary_files(deploy: Deploy) -> None:
    deploy(
        """
        import os, tempfile

        def handler(event, context):
            with tempfile.NamedTemporaryFile("w", delete=False) as file:
                file.write("kept while warm")
            return sorted(os.listdir(tempfile.gettempdir())).__len__()
        """
    )
    assert [invoke("function")["result"] for _ in range(2)] == [1, 2]
    boto3.client("lambda").update_function_configuration(FunctionName="function", Timeout=4)
    assert invoke("function")["result"] == 1


def test_json_is_read_and_written_as_aws_does(deploy: Deploy) -> None:
    deploy(
        """
        from decimal import Decimal

        def handler(event, context):
            return {"whole": Decimal("3"), "part": Decimal("2.5"), "text": "Zoë", "event": event}
        """
    )
    assert invoke("function", None)["result"] == {
        "whole": 3,
        "part": 2.5,
        "text": "Zoë",
        "event": None,
    }
    assert json.dumps(invoke("function", [1])["result"]["event"]) == "[1]"


def test_a_handler_that_dies_is_charged_for_what_it_slept(deploy: Deploy) -> None:
    deploy("import os, time\ndef handler(event, context):\n    time.sleep(1.5)\n    os._exit(7)")
    answer = invoke("function")
    assert answer["result"]["errorType"] == "Runtime.ExitError"
    assert "Duration: 1502.00 ms" in answer["log"]


def test_a_child_of_its_own_does_not_keep_a_dead_environment_alive(deploy: Deploy) -> None:
    deploy(
        """
        import os, select, signal

        def handler(event, context):
            if os.fork() == 0:
                select.select([], [], [], 2)  # on the machine's clock
                os._exit(0)
            print("child started")
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    answer = invoke("function")
    assert "signal: killed" in answer["result"]["errorMessage"]
    assert "child started" in answer["log"]


def test_nothing_that_happens_after_the_timeout_is_seen(
    lab: EmbeddedAccount, deploy: Deploy
) -> None:
    deploy(
        """
        import time, boto3

        def handler(event, context):
            print("in time")
            time.sleep(3)
            print("too late")
            boto3.client("sqs").create_queue(QueueName="too-late")
        """,
        Timeout=3,
    )
    answer = invoke("function")
    assert answer["result"]["errorType"] == "Sandbox.Timedout"
    assert "in time" in answer["log"]
    assert "too late" not in answer["log"]
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    assert lab.now().isoformat() == "2026-01-05T09:00:03.250000+00:00"
