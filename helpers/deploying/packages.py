"""Deployment packages: the zip files that Lambda takes, and the functions made of them."""

from __future__ import annotations

import base64
import hashlib
import inspect
import io
import linecache
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from helpers.deploying import tags
from helpers.deploying.readiness import call_when_ready

if TYPE_CHECKING:
    from helpers.lab import Lab

SOURCES = Path(__file__).parents[1] / "bank" / "functions"

RUNTIME = "python3.13"
MODULE = "lambda_function"
"""What the Lambda console calls the file in which it lets you write."""
DATE = (2026, 1, 5, 9, 0, 0)
"""The date of every file in a package: the same content makes the same zip."""


def build_package(files: list[Path]) -> bytes:
    """A zip of these files, side by side."""
    return zip_files({file.name: file.read_bytes() for file in files})


def package_handler(handler: Callable[[Any, Any], Any]) -> bytes:
    """A zip with lambda_function.py: the notebook cell that defines the handler, from its top to
    the end of the handler. So what the function needs, its imports among it, must stand there.

    Raises:
        ValueError: it is no function, or its source cannot be found.
    """
    try:
        block, first = inspect.getsourcelines(handler)
    except (OSError, TypeError):
        raise ValueError(
            f"{handler!r} is no function of a notebook cell. Run the cell that defines "
            "handler(event, context), and deploy again."
        ) from None
    lines = linecache.getlines(handler.__code__.co_filename)
    return zip_files({f"{MODULE}.py": "".join(lines[: first - 1 + len(block)]).encode()})


def deploy_handler(
    lab: Lab,
    name: str,
    handler: Callable[[Any, Any], Any],
    role_arn: str,
    timeout: int = 30,
    **variables: str,
) -> str:
    """Create a function of a notebook cell's handler, or give it this code; its ARN.

    Args:
        timeout: in seconds.
        variables: the function's environment, such as QUEUE_URL=url.
    """
    package = package_handler(handler)
    entry = f"{MODULE}.{handler.__name__}"
    return deploy_function(lab, name, package, entry, role_arn, timeout, variables)


def deploy_function(
    lab: Lab,
    name: str,
    package: bytes,
    handler: str,
    role_arn: str,
    timeout: int,
    variables: dict[str, str],
) -> str:
    """Create the function, or give the one of this name this code and configuration; its ARN.

    Args:
        timeout: in seconds.
        variables: the function's environment.
    """
    functions = boto3.client("lambda")
    settings = {
        "Role": role_arn,
        "Handler": handler,
        "Runtime": RUNTIME,
        "Timeout": timeout,
        "Environment": {"Variables": variables},
    }
    try:
        found = functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        created = call_when_ready(
            lab,
            lambda: functions.create_function(
                FunctionName=name, Code={"ZipFile": package}, Tags=tags.AS_MAPPING, **settings
            ),
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=name)
        return str(created["FunctionArn"])
    if found["CodeSha256"] != base64.b64encode(hashlib.sha256(package).digest()).decode():
        functions.update_function_code(FunctionName=name, ZipFile=package)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    if any(found.get(setting) != value for setting, value in settings.items()):
        functions.update_function_configuration(FunctionName=name, **settings)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    return str(found["FunctionArn"])


def find_variables(name: str) -> dict[str, str]:
    """The function's environment variables; none if there is no such function."""
    functions = boto3.client("lambda")
    try:
        found = functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        return {}
    return dict(found.get("Environment", {}).get("Variables", {}))


def delete_function(name: str) -> bool:
    """Delete the function, its event source mappings and its log, if the course created it."""
    functions, logs = boto3.client("lambda"), boto3.client("logs")
    try:
        found = functions.get_function(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        return False
    if not tags.is_ours(found.get("Tags", {})):
        return False
    mappings = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    for mapping in mappings:
        if mapping["State"] != "Deleting":
            functions.delete_event_source_mapping(UUID=mapping["UUID"])
    functions.delete_function(FunctionName=name)
    with suppress(logs.exceptions.ResourceNotFoundException):  # A function that never ran has none.
        logs.delete_log_group(logGroupName=f"/aws/lambda/{name}")
    return True


def zip_files(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
