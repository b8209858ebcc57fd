"""Lambda's refusals, in the form in which AWS was recorded to send them."""

from __future__ import annotations

import json
from typing import Any

from helpers.embedded.wire import ApiResponse

_CAPITAL = frozenset(
    {
        "ResourceNotFoundException",
        "CodeSigningConfigNotFoundException",
        "ResourceInUseException",
    }
)
"""What spells its message with a capital letter."""


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
