"""Lambda's API where moto's is not enough: invocations, and code that must be a zip file."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.core.exceptions import JsonRESTError

from helpers.embedded.gateway import Gateway
from helpers.embedded.runtime import functions as running
from helpers.embedded.runtime import logs
from helpers.embedded.runtime.asynchronous import AsynchronousInvocations
from helpers.embedded.runtime.function_versions import BadCodeArchive, check_code
from helpers.embedded.runtime.functions import Functions, Invoked, Throttled
from helpers.embedded.runtime.refusals import refuse
from helpers.embedded.simulation import Steps
from helpers.embedded.wire import ApiRequest, ApiResponse

_INVOCATION_PATH = re.compile(r"/functions/(?P<name>.+)/invocations/?$")


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
        _keep_dead_letter_config(function, spec)
        return function

    def update_function_configuration(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        _keep_dead_letter_config(self.get_function(function_name, qualifier), body)
        return super().update_function_configuration(function_name, qualifier, body)

    def invoke(self, *_: Any, **__: Any) -> str:
        """moto would look for Docker; invocations are answered by `Invocations`."""
        raise NotImplementedError("invocations run in execution environments")

    def send_sqs_batch(self, *_: Any, **__: Any) -> bool:
        """moto's own event source, which runs inside SendMessage, is not this account's."""
        raise NotImplementedError("queues are read by the event source mappings' pollers")


def _keep_dead_letter_config(function: LambdaFunction, spec: dict[str, Any]) -> None:
    """moto forgets where a function's failed Event invocations go."""
    if (config := spec.get("DeadLetterConfig")) is not None:
        function.dead_letter_arn = config.get("TargetArn")  # type: ignore[attr-defined]


class Invocations:
    """The Invoke operation, in its three invocation types."""

    def __init__(self, functions: Functions, asynchronous: AsynchronousInvocations) -> None:
        self._functions = functions
        self._asynchronous = asynchronous

    def attach(self, gateway: Gateway) -> None:
        gateway.waits("awslambda", "Invoke", self.invoke)

    def invoke(self, request: ApiRequest) -> Steps[ApiResponse]:
        """Answer Invoke. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
        try:
            answer = yield from self._invoke(request)
        except JsonRESTError as error:
            answer = refuse(error.code or 400, error.error_type, error.message)
        except Throttled as throttled:
            answer = refuse(
                429, "TooManyRequestsException", str(throttled), Reason=throttled.reason
            )
        return answer

    def _invoke(self, request: ApiRequest) -> Steps[ApiResponse]:
        found = _INVOCATION_PATH.search(urlsplit(request.url).path)
        assert found is not None
        query = parse_qs(urlsplit(request.url).query)
        name, qualifier = unquote(found["name"]), query.get("Qualifier", [None])[0]
        arn, function = self._functions.resolve(f"{name}:{qualifier}" if qualifier else name)
        event = request.body.decode() or "{}"
        try:
            json.loads(event)
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            return refuse(400, "InvalidRequestContentException", message)
        match request.header("X-Amz-Invocation-Type"):
            case "DryRun":
                return ApiResponse(204, {}, b"")
            case "Event":
                request_id = self._asynchronous.accept(function, event, arn)
                return ApiResponse(202, {"x-amzn-RequestId": request_id}, b"")
            case _:
                invoked = yield from self._functions.invoke(function, event, arn=arn)
                wants_log = request.header("X-Amz-Log-Type") == "Tail"
                return _answer(invoked, wants_log)


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
