"""Lambda's API where moto's is not enough: invocations, and code that must be a zip file."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, LambdaFunction
from werkzeug.exceptions import HTTPException

from helpers.embedded.gateway import Gateway
from helpers.embedded.runtime import functions as running
from helpers.embedded.runtime import logs
from helpers.embedded.runtime.function_versions import BadCodeArchive, check_code
from helpers.embedded.runtime.functions import Functions, Invoked, Throttled
from helpers.embedded.simulation import Simulation, Steps
from helpers.embedded.wire import ApiRequest, ApiResponse

_INVOCATION_PATH = re.compile(r"/functions/(?P<name>.+)/invocations/?$")

ASYNCHRONOUS_RETRIES = (60, 120)
"""Seconds of lab time before the second and the third attempt of an Event invocation.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""


class FunctionBackend(LambdaBackend):
    """moto's Lambda state, with the code checked before it is taken."""

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        running.prepare()
        function = super().create_function(spec)
        try:
            check_code(function.code_bytes)
        except BadCodeArchive as bad:
            self.delete_function(function.function_name)
            raise InvalidParameterValueException(str(bad)) from bad
        return function

    def invoke(self, *_: Any, **__: Any) -> str:
        """moto would look for Docker; invocations are answered by `Invocations`."""
        raise NotImplementedError("invocations run in execution environments")

    def send_sqs_batch(self, *_: Any, **__: Any) -> bool:
        """moto's own event source, which runs inside SendMessage, is not this account's."""
        raise NotImplementedError("queues are read by the event source mappings' pollers")


class Invocations:
    """The Invoke operation, in its three invocation types."""

    def __init__(self, simulation: Simulation, functions: Functions) -> None:
        self._simulation = simulation
        self._functions = functions
        self.pending = 0
        """Event invocations accepted and not yet done with."""

    def attach(self, gateway: Gateway) -> None:
        gateway.waits("awslambda", "Invoke", self.invoke)

    def invoke(self, request: ApiRequest) -> Steps[ApiResponse]:
        """Answer Invoke. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
        try:
            answer = yield from self._invoke(request)
        except HTTPException as error:
            body = str(error.get_body()).encode()
            answer = ApiResponse(error.code or 400, dict(error.get_headers()), body)
        except Throttled as throttled:
            answer = _refuse(
                429, "TooManyRequestsException", str(throttled), Reason=throttled.reason
            )
        return answer

    def _invoke(self, request: ApiRequest) -> Steps[ApiResponse]:
        found = _INVOCATION_PATH.search(urlsplit(request.url).path)
        assert found is not None
        query = parse_qs(urlsplit(request.url).query)
        function = self._functions.find(unquote(found["name"]), query.get("Qualifier", [None])[0])
        event = request.body.decode() or "{}"
        try:
            json.loads(event)
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            return _refuse(400, "InvalidRequestContentException", message)
        match request.header("X-Amz-Invocation-Type"):
            case "DryRun":
                return ApiResponse(204, {}, b"")
            case "Event":
                self._simulation.start(self._invoke_later(function, event))
                return ApiResponse(202, {}, b"")
            case _:
                invoked = yield from self._functions.invoke(function, event)
                wants_log = request.header("X-Amz-Log-Type") == "Tail"
                return _answer(invoked, wants_log)

    def _invoke_later(self, function: LambdaFunction, event: str) -> Steps[None]:
        """An Event invocation: up to three attempts, throttling not counted as one."""
        self.pending += 1
        try:
            for pause in (*ASYNCHRONOUS_RETRIES, None):
                invoked = yield from self._attempt(function, event)
                if invoked.outcome.error is None or pause is None:
                    return
                yield self._simulation.timeout(pause * 1_000_000)
        finally:
            self.pending -= 1

    def _attempt(self, function: LambdaFunction, event: str) -> Steps[Invoked]:
        while True:
            try:
                return (yield from self._functions.invoke(function, event))
            except Throttled:
                yield self._simulation.timeout(1_000_000)


def _answer(invoked: Invoked, wants_log: bool) -> ApiResponse:
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Executed-Version": invoked.version,
        "x-amzn-RequestId": invoked.outcome.request_id,
    }
    if invoked.outcome.error:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if wants_log:
        headers["X-Amz-Log-Result"] = logs.tail(invoked.log)
    return ApiResponse(200, headers, invoked.outcome.payload.encode())


def _refuse(status: int, code: str, message: str, **details: str) -> ApiResponse:
    body = {"Type": "User", "message": message, **details}
    return ApiResponse(status, {"x-amzn-ErrorType": code}, json.dumps(body).encode())
