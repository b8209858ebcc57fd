"""A function's code in its environment: found, called, and its errors put into AWS's words.

The words are those of AWS's own runtime client for Python (awslambdaric), which a test runs
beside this module.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Any

Handler = Callable[[Any, Any], Any]

_UNESCAPED = tuple(f"AWS_Lambda_python3.{minor}" for minor in (12, 13, 14))
"""The runtimes that answer in UTF-8; those before escape all but ASCII."""


class HandlerError(Exception):
    """The handler could not be found or its result not be sent, as AWS reports it."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace or []


def load_handler(name: str) -> Handler:
    """The function that `module.function` names, its module imported.

    Raises:
        HandlerError: there is no such module or function.
        Exception: what the module raised while it was imported.
    """
    module_name, dot, function_name = name.rpartition(".")
    if module_name.partition(".")[0] in sys.builtin_module_names:
        raise HandlerError(
            "Runtime.BuiltInModuleConflict",
            f"Cannot use built-in module {module_name} as a handler module",
        )
    if not dot:
        raise HandlerError(
            "Runtime.MalformedHandlerName",
            f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise HandlerError(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from error
    except SyntaxError as error:
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text or ""}'
        raise HandlerError(
            "Runtime.UserCodeSyntaxError",
            f"Syntax error in module '{module_name}': {error}",
            [place],
        ) from error
    try:
        return getattr(module, function_name)  # type: ignore[no-any-return]
    except AttributeError as error:
        raise HandlerError(
            "Runtime.HandlerNotFound",
            f"Handler '{function_name}' missing on module '{module_name}'",
        ) from error


def encode_result(result: Any) -> str:
    """The handler's result as JSON.

    Raises:
        HandlerError: it has no JSON form.
    """
    try:
        escape = os.environ.get("AWS_EXECUTION_ENV") not in _UNESCAPED
        return json.dumps(result, ensure_ascii=escape, default=_encode)
    except Exception as error:
        raise HandlerError(
            "Runtime.MarshalError", f"Unable to marshal response: {error}"
        ) from error


def describe_failure(
    error: BaseException, request_id: str, is_json: bool = False
) -> tuple[str, str]:
    """AWS's error object as JSON, and its `[ERROR]` log entry, or that in JSON, too."""
    if isinstance(error, HandlerError):
        kind, trace = error.kind, error.trace
    else:
        kind, trace = type(error).__name__, _stack(error.__traceback__)
    message = str(error)
    failure = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": trace,
    }
    if is_json:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        logged = {"timestamp": moment, "level": "ERROR", **failure}
        return json.dumps(failure, ensure_ascii=False), json.dumps(logged, ensure_ascii=False)
    heading = f"[ERROR] {kind}: {message}" if message else f"[ERROR] {kind}"
    lines = [_indent_hard(line) for element in trace for line in element.splitlines()]
    entry = "\n".join([heading, "Traceback (most recent call last):", *lines])
    return json.dumps(failure, ensure_ascii=False), entry


def _stack(trace: TracebackType | None) -> list[str]:
    """As tuples, which have no columns: AWS shows no carets."""
    frames = traceback.extract_tb(trace)
    shown = [(each.filename, each.lineno or 0, each.name, each.line) for each in frames]
    return traceback.format_list(shown)


def _indent_hard(line: str) -> str:
    """Indentation by no-break spaces, which log viewers keep."""
    text = line.lstrip(" ")
    return "\N{NO-BREAK SPACE}" * (len(line) - len(text)) + text


def _encode(value: Any) -> Any:
    """AWS's runtime can encode bytes, and Decimals, with which DynamoDB answers."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
