"""The process of one execution environment: import the handler, then run it when asked.

Everything that the handler does to the world outside goes through the pipe to the account:
its AWS requests, its sleeps, its output. The account's answers bring the lab time with them.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import boto3
import botocore.configprovider
import botocore.httpsession
import botocore.session

from helpers.embedded.door import interception, service_models
from helpers.embedded.services.lambda_.execution.clock_file import ClockFile
from helpers.embedded.services.lambda_.execution.messages import (
    Call,
    Failure,
    Invoke,
    OutOfMemory,
    Ready,
    Resume,
    Returned,
    Settings,
    TimeUp,
)
from helpers.embedded.services.lambda_.execution.pipe import Pipe
from helpers.embedded.services.lambda_.process import (
    disk,
    handlers,
    imports,
    lab_time,
    log_output,
    read_only,
    stack_traces,
)
from helpers.embedded.services.lambda_.process.context import LambdaContext
from helpers.embedded.services.lambda_.process.limits import MemoryLimit
from helpers.embedded.time.clock import microseconds
from helpers.embedded.wire import ApiRequest, ApiResponse


def main(end: socket.socket) -> int:
    """Serve invocations until the account closes the pipe; the exit status."""
    pipe = Pipe(_out_of_reach(end))
    try:
        settings = pipe.receive()
        assert isinstance(settings, Settings)
        Environment(pipe, settings).serve()
    except (EOFError, OSError):  # the account is closed, and nobody listens
        return 0
    except SystemExit as left:
        return _exit_status(left.code)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


class Environment:
    """A function's code and its view of the world."""

    def __init__(self, pipe: Pipe, settings: Settings) -> None:
        self._pipe = pipe
        self._settings = settings
        self._deadline = settings.deadline
        self._talking = threading.RLock()
        clock_file = ClockFile(settings.clock_file)
        self._time = lab_time.LabTime(settings.now, self._sleep, clock_file.write)
        self._log = log_output.open_streams(settings.output_file)
        self._logs = log_output.LogHandler(self._log)
        self._shut_out_the_machine()
        self._memory = MemoryLimit(settings.memory_mb)

    def serve(self) -> None:
        handler = self._initialise()
        while True:
            try:
                order = self._pipe.receive()
            except (EOFError, OSError):
                return
            assert isinstance(order, Invoke)
            self._invoke(handler, order)

    # One invocation

    def _initialise(self) -> handlers.Handler:
        failure = None
        handler: handlers.Handler = _no_handler
        try:
            handler = handlers.load_handler(self._settings.handler)
        except MemoryError:
            self._run_out_of_memory()
        except Exception as error:
            failure, entry = handlers.describe_failure(error, "")
            self._log(entry)
        self._check_memory()
        self._pipe.send(Ready(failure, self._time.now))
        return handler

    def _invoke(self, handler: handlers.Handler, order: Invoke) -> None:
        self._time.move_to(order.now)
        self._deadline = order.deadline
        self._logs.request_id = order.request_id
        os.environ["_X_AMZN_TRACE_ID"] = order.trace_id
        result: tuple[Any, ...]
        try:
            context = LambdaContext(
                order.request_id,
                order.function_arn,
                order.deadline,
                self._settings.variables,
                self._log,
            )
            payload = handlers.encode_result(handler(json.loads(order.event), context))
            result = Returned(payload, self._time.now)
        except MemoryError:
            self._run_out_of_memory()
        except Exception as error:
            payload, entry = handlers.describe_failure(error, order.request_id)
            self._log(entry)
            result = Failure(payload, self._time.now)
        payload.encode()  # what is cut inside a character AWS's runtime cannot send either
        self._check_memory()
        self._pipe.send(result)

    # What the handler does to the world

    def _sleep(self, seconds: float) -> None:
        with self._talking:
            until = self._time.now + microseconds(seconds)
            if until >= self._deadline:
                self._pipe.send(TimeUp(self._time.now))
                self._pipe.receive()  # nothing comes: the account ends this process
            self._time.move_to(until)

    def _call(self, request: ApiRequest) -> ApiResponse:
        self._check_memory()
        with self._talking:
            self._pipe.send(Call(request, self._time.now))
            answer = self._pipe.receive()
            assert isinstance(answer, Resume)
            self._time.move_to(answer.now)
        if answer.response is None:
            raise RuntimeError(answer.error)
        return answer.response

    def _check_memory(self) -> None:
        if self._memory.is_passed():
            self._run_out_of_memory()

    def _run_out_of_memory(self) -> None:
        """AWS kills an environment that wants more than its memory; so does this one itself."""
        self._memory.lift()
        self._pipe.send(OutOfMemory(self._time.now))
        os._exit(137)

    def _shut_out_the_machine(self) -> None:
        """The variables, AWS settings, files and chance of this machine are not the function's."""
        settings = self._settings
        os.environ.clear()
        os.environ.update(settings.variables)
        interception.install(self._call, enclosed=True)
        mounts = imports.mounts_of(settings.task_root, settings.layers)
        python = (sys.prefix, sys.base_prefix, _PACKAGE, *(each.real for each in mounts))
        tmp = disk.Mount(disk.TMP, settings.scratch)
        disk.disk.mount((*mounts, tmp), (*python, settings.account_root))
        disk.use_tmp()
        os.chdir(imports.TASK_ROOT)
        imports.allow_only_lambda_s()
        _ignore_aws_files(botocore.configprovider)
        if imports.brings_sdk():
            _connect_own_sdk()
        stack_traces.show_as_on_aws(disk.disk.shown)
        byte_code = map(imports.byte_code_of, (settings.task_root, settings.layers))
        read_only.protect(settings.scratch, *byte_code)
        _repeat_chance(settings.variables["AWS_LAMBDA_LOG_STREAM_NAME"])
        log_output.route_logging(self._logs)


_PACKAGE = str(Path(__file__).parents[5])
"""Where this package lies, which may be below /tmp."""


def _share_service_models() -> None:
    """Load the models of the course's services once, before environments are forked.

    A handler's first client then costs 7 ms instead of 43.
    """
    service_models.share()
    loader = botocore.session.Session().get_component("data_loader")
    loader.load_data("endpoints")
    for service in ("sqs", "kms", "dynamodb"):
        loader.load_service_model(service, "service-2")
        loader.load_service_model(service, "endpoint-rule-set-1")


_share_service_models()
disk.install()


def _ignore_aws_files(configprovider: Any) -> None:
    """~/.aws belongs to whoever runs the kernel."""
    variables = configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES
    for name in ("config_file", "credentials_file"):
        profile, variable, _, conversion = variables[name]
        variables[name] = (profile, variable, os.devnull, conversion)
    boto3.DEFAULT_SESSION = None


def _connect_own_sdk() -> None:
    """A botocore that the function has brought sends its requests to the account, too."""
    with contextlib.suppress(ImportError):  # which is the function's affair
        own = importlib.import_module("botocore.httpsession")
        own.URLLib3Session.send = botocore.httpsession.URLLib3Session.send
        _ignore_aws_files(importlib.import_module("botocore.configprovider"))


def _repeat_chance(seed: str) -> None:
    """What is random in a function repeats with the lab's ids: `random`, `uuid.uuid4`."""
    random.seed(seed)
    os.urandom = random.Random(seed).randbytes


def _no_handler(event: Any, context: Any) -> None:
    raise RuntimeError("the function has no handler")


_OUT_OF_REACH = 100
"""Descriptors below are for the handler, who may close and duplicate the low ones as he likes."""


def _out_of_reach(end: socket.socket) -> socket.socket:
    """The same socket by a high number, and not for processes that the handler starts."""
    if sys.platform == "win32":
        return end
    import fcntl

    with end:
        return socket.socket(fileno=fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_REACH))


def _exit_status(code: object) -> int:
    """The status of a process that ends by `sys.exit(code)`."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1
