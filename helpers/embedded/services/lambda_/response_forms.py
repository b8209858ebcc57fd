"""The form of Lambda's answers: lists that come in pages, and refusals as they were recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException

from helpers.embedded.wire import ApiResponse

_MOST = 50
"""Items of a page, whatever MaxItems says (API ListFunctions)."""

_CAPITAL = frozenset(
    {
        "ResourceNotFoundException",
        "CodeSigningConfigNotFoundException",
        "ResourceInUseException",
    }
)
"""What spells its message with a capital letter."""


def page_of(
    name: str, items: Iterable[Any], query: Mapping[str, list[str]], most: int = _MOST
) -> dict[str, Any]:
    """The page that a request's query asks for by MaxItems and Marker, under the list's `name`."""
    marker = query.get("Marker", ["0"])[0]
    if not marker.isdigit():
        raise InvalidParameterValueException(f"Invalid Marker: {marker}")
    begin = int(marker)
    end = begin + min(int(query.get("MaxItems", [str(most)])[0]), most)
    found = list(items)
    page: dict[str, Any] = {name: found[begin:end]}
    if end < len(found):
        page["NextMarker"] = str(end)
    return page


def refusal_body(code: str, message: str, **details: str) -> str:
    """`details` are further fields, such as Reason."""
    name = "Message" if code in _CAPITAL else "message"
    return json.dumps({"Type": "User", name: message, **details})


def refuse(status: int, code: str, message: str, **details: str) -> ApiResponse:
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
    return ApiResponse(status, headers, refusal_body(code, message, **details).encode())


def as_on_aws(status: int, headers: dict[str, Any], body: str) -> str:
    """The body of moto's answer; that of a refusal in AWS's form."""
    code = headers.get("X-Amzn-ErrorType") or headers.get("x-amzn-errortype")
    if status < 400 or code is None:
        return body
    return refusal_body(code, str(json.loads(body)["message"]))
