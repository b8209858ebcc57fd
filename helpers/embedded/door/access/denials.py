"""Refusals in AWS's words, in the protocol in which the request came."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from helpers.embedded.door.access.authorization import Refusal, Want
from helpers.embedded.door.access.evaluation import Decision
from helpers.embedded.door.access.principals import Principal
from helpers.embedded.door.access.wording import sentence
from helpers.embedded.uuids import new_request_id
from helpers.embedded.wire import ApiRequest, ApiResponse

UNKNOWN_KEY = Refusal(
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
)
EXPIRED = Refusal(
    "ExpiredToken",
    "ExpiredTokenException",
    "The security token included in the request is expired",
)
BAD_SIGNATURE = Refusal(
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details.",
)
UNSIGNED = Refusal(
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "Request is missing Authentication Token",
)
INTERNAL = Refusal(
    "InternalFailure",
    "InternalFailure",
    "The request processing has failed because of an unknown error, exception or failure.",
    500,
)
"""Common errors of every API (SDG CommonErrors)."""
TOO_DEEP = Refusal(
    "ValidationError",
    "SerializationException",
    "A document in the request is nested too deeply.",
    400,
)
"""Our words: AWS has a limit of its own for each document."""


_ONCE_QUERY = ("sqs", "cloudwatch")
"""JSON services that have kept the codes of the query protocol which they spoke before
(recorded of SQS: x-amzn-query-error)."""


def access_denied(principal: Principal, want: Want, decision: Decision) -> Refusal:
    """The principal may not do this."""
    code = "AuthorizationError" if want.action.startswith("sns:") else "AccessDenied"
    return Refusal(code, "AccessDeniedException", sentence(principal, want, decision))


def refuse(request: ApiRequest, service: str, refusal: Refusal) -> ApiResponse:
    """The refusal as an answer to the request."""
    request_id = new_request_id()
    headers = {"x-amzn-RequestId": request_id}
    query, code, message, status = refusal
    if service in _ONCE_QUERY and request.header("X-Amz-Target"):
        headers |= {"x-amzn-query-error": f"{query};Sender"}
        space = f"com.amazonaws.{service}" if status == 400 else "com.amazon.coral.service"
        name = code if query == "AccessDenied" else query
        return _as_json(status, headers, {"__type": f"{space}#{name}", "message": message})
    if request.header("X-Amz-Target"):
        return _as_json(
            status if status >= 500 else 400, headers, {"__type": code, "message": message}
        )
    if request.is_form:
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{query}</Code>"
            f"<Message>{escape(message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return ApiResponse(status, headers | {"Content-Type": "text/xml"}, text.encode())
    if service == "s3":
        text = f"<Error><Code>{query}</Code><Message>{escape(message)}</Message></Error>"
        return ApiResponse(status, headers | {"Content-Type": "application/xml"}, text.encode())
    headers["x-amzn-ErrorType"] = code
    body = {"Message": message} if status == 403 else {"Type": "User", "message": message}
    return _as_json(status, headers, body)


def _as_json(status: int, headers: dict[str, str], body: dict[str, str]) -> ApiResponse:
    kind = {"Content-Type": "application/x-amz-json-1.1"}
    return ApiResponse(status, headers | kind, json.dumps(body).encode())
