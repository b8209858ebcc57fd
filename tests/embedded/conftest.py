"""A lab for each test, and functions deployed into it from source text."""

from __future__ import annotations

import io
import json
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from helpers import open_lab
from helpers.embedded.account import EmbeddedAccount

TRUST_LAMBDA = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)

Deploy = Callable[..., str]


@pytest.fixture
def lab() -> Iterator[EmbeddedAccount]:
    with open_lab() as account:
        assert isinstance(account, EmbeddedAccount)
        yield account


def zip_code(**modules: str) -> bytes:
    """A deployment package: module name to source."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        for name, source in modules.items():
            code.writestr(f"{name}.py", textwrap.dedent(source))
    return archive.getvalue()


def create_role(name: str = "function-role") -> str:
    iam = boto3.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    return str(role["Arn"])


def deploy_function(source: str, name: str = "function", **settings: Any) -> str:
    """Deploy `source` as a function of the open lab; its name."""
    boto3.client("lambda").create_function(
        FunctionName=name,
        Role=create_role(f"{name}-role"),
        Runtime="python3.13",
        Handler=settings.pop("Handler", "code.handler"),
        Code={"ZipFile": zip_code(code=source)},
        **settings,
    )
    return name


@pytest.fixture
def deploy(lab: EmbeddedAccount) -> Deploy:
    """`deploy_function`, in a lab that is open for this test."""
    return deploy_function


def invoke(name: str, event: Any = None, **options: Any) -> dict[str, Any]:
    """Invoke and unpack: `result`, `error` (FunctionError or None), `log` (text)."""
    import base64

    answer = boto3.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(event), LogType="Tail", **options
    )
    return {
        "result": json.loads(answer["Payload"].read()),
        "error": answer.get("FunctionError"),
        "log": base64.b64decode(answer["LogResult"]).decode(),
    }
