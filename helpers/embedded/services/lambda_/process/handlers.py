"""A function's code in its environment: found, called, and its errors put into AWS's words.

The words are those of AWS's own runtime client for Python (awslambdaric), which a test runs
beside this module.
"""

from __future__ import annotations

import importlib
import json
import sys
import sysconfig
import traceback
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType
from typing import Any

Handler = Callable[[Any, Any], Any]

TASK_ROOT = "/var/task"
"""Where a function's code lies on AWS; stack traces show this path on every machine."""

RUNTIME_LIBRARY = "/var/lang/lib"
"""Where AWS's Python keeps its own modules."""


class HandlerError(Exception):
    """The handler could not be found or its result not be sent, as AWS reports it."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace or []


def load_handler(name: str, task_root: str) -> Handler:
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
        filename = (error.filename or "").replace(task_root, TASK_ROOT)
        place = f'  File "{filename}" Line {error.lineno}\n    {(error.text or "").rstrip()}\n'
        raise HandlerError(
            "Runtime.UserCodeSyntaxError",
            f"Syntax error in module '{module_name}': {error.msg} "
            f"({filename.rpartition('/')[2]}, line {error.lineno})",
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
        text = json.dumps(result, ensure_ascii=False, default=_encode)
        text.encode()  # half a surrogate pair is no text
        return text
    except Exception as error:
        raise HandlerError(
            "Runtime.MarshalError", f"Unable to marshal response: {error}"
        ) from error


def describe_failure(error: BaseException, request_id: str, task_root: str) -> tuple[str, str]:
    """AWS's error object as JSON, and its `[ERROR]` log entry."""
    if isinstance(error, HandlerError):
        kind, trace = error.kind, error.trace
    else:
        kind, trace = type(error).__name__, _stack(error.__traceback__, task_root)
    message = str(error).encode(errors="replace").decode()
    failure = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": trace,
    }
    heading = f"[ERROR] {kind}: {message}" if message else f"[ERROR] {kind}"
    lines = [_indent_hard(line) for element in trace for line in element.splitlines()]
    entry = "\n".join([heading, "Traceback (most recent call last):", *lines])
    return json.dumps(failure, ensure_ascii=False), entry


def _stack(trace: TracebackType | None, task_root: str) -> list[str]:
    """The frames from the function's first one on, with AWS's paths."""
    frames = traceback.extract_tb(trace)
    own = next((i for i, frame in enumerate(frames) if frame.filename.startswith(task_root)), None)
    if own is None:
        return []
    # As tuples, which have no columns: AWS shows no carets.
    shown = [(each.filename, each.lineno or 0, each.name, each.line) for each in frames[own:]]
    return [_as_on_aws(line, task_root) for line in traceback.format_list(shown)]


def _as_on_aws(line: str, task_root: str) -> str:
    version = f"{RUNTIME_LIBRARY}/python{sys.version_info.major}.{sys.version_info.minor}"
    paths = sysconfig.get_paths()
    for ours, theirs in (
        (task_root, TASK_ROOT),
        (paths["purelib"], f"{version}/site-packages"),
        (paths["stdlib"], version),
    ):
        line = line.replace(ours, theirs)
    return line


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
