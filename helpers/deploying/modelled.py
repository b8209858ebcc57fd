"""Functions whose work is declared, and not programmed: `modelled.deploy_function`.

What is deployed is `helpers/modelled_work.py` and a declaration. On a real account the function
sleeps and fails as declared. The embedded account knows the file, runs no process, and says
*modelled* wherever such a function is met; a million messages pass in less than a minute.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from helpers import modelled_work
from helpers.deploying import packages
from helpers.modelled_work import (
    DECLARATION,
    HANDLER,
    Durations,
    Work,
    exponential,
    fixed,
    lognormal,
    measured,
)

if TYPE_CHECKING:
    from helpers.lab import Lab

__all__ = [
    "Durations",
    "Work",
    "build_package",
    "deploy_function",
    "exponential",
    "fixed",
    "lognormal",
    "measured",
]


def build_package(work: Work) -> bytes:
    """A zip with the handler that does any declared work, and this declaration."""
    code = Path(modelled_work.__file__)
    return packages.zip_files({code.name: code.read_bytes(), DECLARATION: work.to_json().encode()})


def deploy_function(
    lab: Lab, name: str, work: Work, role_arn: str, timeout: int = 30, memory_mb: int = 128
) -> str:
    """Create a function that does `work`, or give the one of this name this work; its ARN.

    Its description begins with "modelled".

    Args:
        timeout: in seconds.
        memory_mb: of the function; it is billed, and changes nothing of how long the work takes.
    """
    arn = packages.deploy_function(
        lab, name, build_package(work), HANDLER, role_arn, timeout, variables={}
    )
    functions = boto3.client("lambda")
    functions.update_function_configuration(
        FunctionName=name, Description=str(work), MemorySize=memory_mb
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    return arn
