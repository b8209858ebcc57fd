"""Does everything work that the course needs? One row for each part."""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import boto3

from helpers.deploying.packages import SOURCES, build_package, delete_function, deploy_function
from helpers.deploying.roles import create_role, delete_role

if TYPE_CHECKING:
    from helpers.lab import Lab

COURSE = "sqs-lambda-course"
"""What the course is installed as."""
FUNCTION = "course-environment-check"
REPAIR = "Close JupyterLab and run `make lab` again."


class Part(NamedTuple):
    """One thing the course needs; `trouble` is empty if it works."""

    name: str
    trouble: str

    def __str__(self) -> str:
        return f"[FAIL] {self.name}: {self.trouble}" if self.trouble else f"[ OK ] {self.name}"


def check_environment(lab: Lab) -> str:
    """One line for each part: [ OK ], or [FAIL] and what to do about it."""
    return "\n".join(map(str, list_parts(lab)))


def list_parts(lab: Lab) -> list[Part]:
    """Python, each package of the course, the account, its clock, and a function that runs."""
    parts = list_packages()
    parts.append(_try("account answers", lambda: _ask_account()))
    if os.environ.get("LAB", "embedded") == "embedded":
        parts.append(_try("clock stands still", lambda: _watch_clock(lab)))
    parts.append(_try("function runs", lambda: _run_function(lab)))
    return parts


def list_packages(course: str = COURSE) -> list[Part]:
    """Python and each package, against the versions that the installed course asks for."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    try:
        facts = importlib.metadata.metadata(course)
    except importlib.metadata.PackageNotFoundError:
        return [Part(course, f"it is not installed. {REPAIR}")]
    wanted = SpecifierSet(facts["Requires-Python"])
    current = ".".join(map(str, sys.version_info[:3]))
    trouble = "" if current in wanted else f"this is {current}, the course needs {wanted}."
    parts = [Part("python", trouble)]
    for requirement in map(Requirement, facts.get_all("Requires-Dist", [])):
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            parts.append(Part(requirement.name, f"it is not installed. {REPAIR}"))
            continue
        fits = requirement.specifier.contains(version, prereleases=True)
        trouble = f"this is {version}, the course needs {requirement.specifier}. {REPAIR}"
        parts.append(Part(requirement.name, "" if fits else trouble))
    return parts


def _try(name: str, check: Callable[[], str]) -> Part:
    """The part whose check answers "" or a trouble; an exception is a trouble, too."""
    try:
        return Part(name, check())
    except Exception as error:
        return Part(name, f"{type(error).__name__}: {error} {REPAIR}")


def _ask_account() -> str:
    identity = boto3.client("sts").get_caller_identity()
    return "" if identity["Account"] else "it does not say which account it is."


def _watch_clock(lab: Lab) -> str:
    before = lab.now()
    time.sleep(0.01)
    return "" if lab.now() == before else "it moved while nobody moved it."


def _run_function(lab: Lab) -> str:
    """Deploy a function, run it, and delete it again."""
    try:
        role = create_role(FUNCTION, "AWSLambdaBasicExecutionRole", "", [])
        package = build_package([SOURCES / "echo.py"])
        deploy_function(lab, FUNCTION, package, "echo.handler", role, 3, {})
        answer = boto3.client("lambda").invoke(
            FunctionName=FUNCTION, Payload=json.dumps("are you there?")
        )
        said = json.loads(answer["Payload"].read())
    finally:
        delete_function(FUNCTION)
        delete_role(FUNCTION)
    return "" if said == "are you there?" else f"it answered {said!r}."
