"""The process of one execution environment: import the handler, then run it when asked.

Everything that the handler does to the world outside goes through the pipe to the account:
its AWS requests, its sleeps, its output. The account's answers bring the lab time with them.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

import boto3
import botocore.configprovider
import botocore.httpsession
import botocore.session

from helpers.embedded.door import interception, service_models
from helpers.embedded.services.lambda_.execution.environment_protocol import (
    Call,
    Failure,
    Invoke,
    OutOfMemory,
    Ready,
    Resume,
    Returned,
    Settings,
    TimeUp,
    Waiting,
)
from helpers.embedded.services.lambda_.execution.left_files import ClockFile
from helpers.embedded.services.lambda_.execution.pipe import Pipe
from helpers.embedded.services.lambda_.process import (
    chance,
    children,
    current,
    disk,
    handlers,
    imports,
    lab_time,
    log_output,
    network,
    read_only,
    stack_traces,
)
from helpers.embedded.services.lambda_.process.context import LambdaContext
from helpers.embedded.services.lambda_.process.limits import MemoryLimit
from helpers.embedded.services.lambda_.process.turns import Turns
from helpers.embedded.wire import ApiRequest, ApiResponse


def main(end: socket.socket) -> int:
    """Serve invocations until the account closes the pipe; the exit status."""
    descriptor = log_output.out_of_reach(end.detach())
    pipe = Pipe(socket.SocketType(fileno=descriptor))  # a handler's sockets wait in lab time
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


def prepare() -> None:
    """Before environments are forked: what they share."""
    lab_time.install()
    disk.install()
    imports.prepare()
    _share_service_models()


class Environment:
    """A function's code and its view of the world."""

    def __init__(self, pipe: Pipe, settings: Settings) -> None:
        self._pipe = pipe
        self._settings = settings
        self._clock = lab_time.LabClock(settings.now)
        self._clock_file = ClockFile(settings.clock_file)
        self._turns = current.turns = Turns(settings.now, self._move_to, self)
        self._turns.deadline = settings.deadline
        children.were_started = False  # as it was itself
        self._log = log_output.open_streams(settings.output_file)
        self._is_json = log_output.is_json(settings.variables)
        self._logs = log_output.LogHandler(self._log, self._is_json)
        self._shut_out_the_machine()
        self._memory = MemoryLimit(settings.memory_mb)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave_to_parent)

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
            failure, entry = handlers.describe_failure(error, "", self._is_json)
            self._log(entry)
        self._check_memory()
        self._turns.freeze(lambda now: self._pipe.send(Ready(failure, now)))
        return handler

    def _invoke(self, handler: handlers.Handler, order: Invoke) -> None:
        self._turns.thaw(order.now, order.deadline)
        self._logs.request_id = order.request_id
        os.environ["_X_AMZN_TRACE_ID"] = order.trace_id
        kind: type[Returned | Failure] = Returned
        try:
            context = LambdaContext(
                order.request_id,
                order.function_arn,
                order.deadline,
                self._settings.variables,
                self._log,
            )
            payload = handlers.encode_result(handler(json.loads(order.event), context))
        except MemoryError:
            self._run_out_of_memory()
        except Exception as error:
            payload, entry = handlers.describe_failure(error, order.request_id, self._is_json)
            self._log(entry)
            kind = Failure
        payload.encode()  # what is cut inside a character AWS's runtime cannot send either
        self._check_memory()
        self._turns.freeze(lambda now: self._pipe.send(kind(payload, now)))

    # What the handler does to the world

    def converse(self, calls: list[tuple[int, Any]], until: int) -> list[tuple[int, Any]]:
        now = self._turns.now
        for left, (number, request) in zip(range(len(calls) - 1, -1, -1), calls, strict=True):
            self._pipe.send(Call(request, number, now, until, left))
        if not calls:
            self._pipe.send(Waiting(now, until))
        answers: list[tuple[int, Any]] = []
        while True:
            answer = self._hear()
            assert isinstance(answer, Resume)
            self._turns.move_to(answer.now)
            if answer.number:
                answers.append((answer.number, answer))
            if not answer.left:
                return answers

    def run_out(self) -> None:
        self._pipe.send(TimeUp(self._turns.now))
        self._hear()  # nothing comes: the account ends this process

    def _hear(self) -> Any:
        """The account's next word. It may be any thread that hears of its end."""
        try:
            return self._pipe.receive()
        except (EOFError, OSError):
            os._exit(0)

    def _move_to(self, now: int) -> None:
        self._clock.move_to(now)
        self._clock_file.write(now)

    def _call(self, request: ApiRequest) -> ApiResponse:
        if current.turns is None:
            raise RuntimeError(
                "A process that a handler has forked cannot call AWS in the embedded account. "
                "Call from the handler's own process (threads may)."
            )
        self._check_memory()
        answer = self._turns.wait_for_answer(request)
        assert isinstance(answer, Resume)
        if answer.response is None:
            raise RuntimeError(answer.error)
        return answer.response

    def _leave_to_parent(self) -> None:
        """In a fork: it has no part in the conversation, and lives on the machine's clock."""
        if current.turns is not None:
            current.turns = None
            self._clock.let_run()
            self._pipe.close()

    def _check_memory(self) -> None:
        if self._memory.is_passed():
            self._run_out_of_memory()

    def _run_out_of_memory(self) -> None:
        """AWS kills an environment that wants more than its memory; so does this one itself."""
        self._memory.lift()
        with self._turns.mutex:
            self._pipe.send(OutOfMemory(self._turns.now))
        os._exit(137)

    def _shut_out_the_machine(self) -> None:
        """The variables, AWS settings, files and chance of this machine are not the function's."""
        settings = self._settings
        os.environ.clear()
        os.environ.update(settings.variables)
        sys.argv[:] = [f"{settings.variables['LAMBDA_RUNTIME_DIR']}/bootstrap.py"]
        interception.install(self._call, enclosed=True)
        mounts = imports.mounts_of(settings.task_root, settings.layers)
        python = (sys.prefix, sys.base_prefix, _PACKAGE, *(each.real for each in mounts))
        tmp = disk.Mount(disk.TMP, settings.scratch)
        disk.disk.mount((*mounts, tmp), (*python, settings.account_root))
        disk.use_tmp()
        read_only.mount_read_only(settings.task_root, settings.layers)
        os.chdir(imports.TASK_ROOT)
        imports.allow_only_lambda_s()
        _ignore_aws_files(botocore.configprovider)
        if imports.brings_sdk():
            _connect_own_sdk()
        stack_traces.show_as_on_aws(disk.disk.shown)
        byte_code = map(imports.byte_code_of, (settings.task_root, settings.layers))
        read_only.protect(settings.scratch, *byte_code)
        chance.repeat(settings.variables["AWS_LAMBDA_LOG_STREAM_NAME"])
        if not settings.network:
            network.refuse_others()
        log_output.route_logging(self._logs, log_output.level_of(settings.variables))


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


def _no_handler(event: Any, context: Any) -> None:
    raise RuntimeError("the function has no handler")


def _exit_status(code: object) -> int:
    """The status of a process that ends by `sys.exit(code)`."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1
