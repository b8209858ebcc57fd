"""The Invoke operation: a handler runs, now or later, and its answer comes back in lab time."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from moto.core.exceptions import JsonRESTError

from helpers.embedded import json_documents
from helpers.embedded.service import Call
from helpers.embedded.services.lambda_.execution import function_logs as logs
from helpers.embedded.services.lambda_.execution.asynchronous import AsynchronousInvocations
from helpers.embedded.services.lambda_.execution.functions import (
    Functions,
    Invoked,
    Throttled,
    Unreadable,
)
from helpers.embedded.services.lambda_.function_names import read_name
from helpers.embedded.services.lambda_.response_forms import refuse
from helpers.embedded.time.simulation import Steps
from helpers.embedded.wire import ApiRequest, ApiResponse

_MEGABYTE = 1 << 20
_LARGEST_REQUEST = 6 * _MEGABYTE
_LARGEST_EVENT = _MEGABYTE
"""Bytes of what a function is invoked with, at once and later (API Invoke)."""

_INVOCATION_PATH = re.compile(r"/functions/(?P<name>.+)/invocations/?$")


class Invocations:
    """The Invoke operation, in its three invocation types."""

    def __init__(self, functions: Functions, asynchronous: AsynchronousInvocations) -> None:
        self._functions = functions
        self._asynchronous = asynchronous

    def invoke(self, call: Call) -> Steps[ApiResponse]:
        """Answer Invoke. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
        try:
            answer = yield from self._invoke(call.request)
        except JsonRESTError as error:
            answer = refuse(error.code or 400, error.error_type, error.message)
        except Unreadable as unreadable:
            answer = refuse(502, unreadable.reason, str(unreadable))
        except Throttled as throttled:
            answer = refuse(
                429, "TooManyRequestsException", str(throttled), Reason=throttled.reason
            )
        return answer

    def _invoke(self, request: ApiRequest) -> Steps[ApiResponse]:
        found = _INVOCATION_PATH.search(urlsplit(request.url).path)
        assert found is not None
        query = parse_qs(urlsplit(request.url).query)
        qualifier = query.get("Qualifier", [None])[0]
        named = read_name("Invoke", unquote(found["name"]), qualifier, self._functions.region)
        arn, function = self._functions.resolve(named)
        kind = request.header("X-Amz-Invocation-Type")
        if complaint := _complain_about_size(len(request.body), kind):
            return refuse(413, "RequestTooLargeException", complaint)
        try:
            event = request.body.decode() or "{}"
            json_documents.parse(event)
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            return refuse(400, "InvalidRequestContentException", message)
        match kind:
            case "DryRun":
                return ApiResponse(204, {}, b"")
            case "Event":
                request_id = self._asynchronous.accept(function, event, arn)
                return ApiResponse(202, {"x-amzn-RequestId": request_id}, b"")
            case _:
                invoked = yield from self._functions.invoke(function, event, arn=arn)
                wants_log = request.header("X-Amz-Log-Type") == "Tail"
                return _answer(invoked, wants_log)


def _complain_about_size(size: int, kind: str | None) -> str | None:
    if size > _LARGEST_REQUEST:
        most = f"Request must be smaller than {_LARGEST_REQUEST} bytes"
        return f"{most} for the InvokeFunction operation"
    if kind == "Event" and size > _LARGEST_EVENT:
        return (
            f"{size} byte payload is too large for the Event invocation type "
            f"(limit {_LARGEST_EVENT} bytes)"
        )
    return None


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
