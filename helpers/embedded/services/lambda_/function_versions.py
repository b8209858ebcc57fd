"""What an execution environment is made from: one state of a function's code and settings."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction


class FunctionVersion(NamedTuple):
    """A function as it is configured at one moment; an update makes another one."""

    name: str
    arn: str
    version: str
    runtime: str
    handler: str
    role: str
    timeout: int
    """Seconds of lab time."""
    memory_mb: int
    variables: tuple[tuple[str, str], ...]
    code_sha256: str

    @classmethod
    def of(cls, function: LambdaFunction) -> FunctionVersion:
        return cls(
            name=function.function_name,
            arn=function.function_arn,
            version=str(function.version),
            runtime=function.run_time or "",
            handler=function.handler or "",
            role=function.role,
            timeout=int(function.timeout),
            memory_mb=int(function.memory_size),
            variables=tuple(sorted((function.environment_vars or {}).items())),
            code_sha256=function.code_sha_256,
        )

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.name}"

    def aws_variables(self, region: str, log_stream: str) -> dict[str, str]:
        """The variables that Lambda itself sets, but for the role's credentials.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        """
        return {
            "_HANDLER": self.handler,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "LAMBDA_TASK_ROOT": "/var/task",
            "LANG": "en_US.UTF-8",
            "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "TZ": ":UTC",
        }


class BadCodeArchive(ValueError):
    """A function's zip file cannot be used; the message is AWS's."""


def unpack_code(archive: bytes, folder: Path) -> Path:
    """Unpack a function's zip file into a folder of its own below `folder`, once.

    Raises:
        BadCodeArchive: it is no zip file, or it would write outside its folder.
    """
    target = folder / hashlib.sha256(archive).hexdigest()[:16]
    if target.exists():
        return target
    check_code(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as code:
        code.extractall(target)
    return target


def check_code(archive: bytes) -> None:
    """Raise BadCodeArchive unless `archive` is a zip file that is safe to unpack."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as code:
            names = code.namelist()
    except zipfile.BadZipFile:
        names = None
    if names is None or any(re.search(r"(^/|(^|/)\.\.(/|$))", name) for name in names):
        raise BadCodeArchive(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        )
