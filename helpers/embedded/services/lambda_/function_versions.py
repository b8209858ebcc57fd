"""What an execution environment is made from: one state of a function's code and settings."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import os
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from helpers.embedded.services.lambda_.logging_config import LoggingConfig

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
    layers: tuple[str, ...]
    """Their ARNs."""
    logging: LoggingConfig
    key: str | None
    """ARN of the KMS key of its variables."""
    deployment: str
    """Which creation or update of the function made it: no environment outlives the next one."""

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
            layers=tuple(each["Arn"] for each in function.layers),
            logging=getattr(function, "logging", LoggingConfig(function.logs_group_name)),
            key=function.kms_key_arn,
            deployment=getattr(function, "deployment", ""),
        )

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
            **self.logging.variables(),
            "AWS_LAMBDA_LOG_GROUP_NAME": self.logging.group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "LAMBDA_TASK_ROOT": "/var/task",
            "LANG": "en_US.UTF-8",
            "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "TZ": ":UTC",
        }


class BadCodeArchive(ValueError):
    """A function's zip file cannot be used; the message is AWS's."""


def unpack_code(archives: Sequence[bytes], folder: Path) -> Path:
    """Unpack zip files one over the other into a folder of their own below `folder`, once.

    A disk that becomes full on the way leaves nothing that looks like a folder with code. A folder
    that something has changed since, as a child process of a function can, is not used again.

    Raises:
        BadCodeArchive: one is no zip file, or it would write outside its folder.
    """
    names = [hashlib.sha256(archive).digest() for archive in archives]
    target = folder / hashlib.sha256(b"".join(names)).hexdigest()[:16]
    while target.exists():
        if _sizes(target) == json.loads(_list_of(target).read_text()):
            return target
        target = target.with_name(f"{target.name}x")
    unfinished = Path(tempfile.mkdtemp(dir=folder))
    try:
        for archive in archives:
            check_code(archive)
            with zipfile.ZipFile(io.BytesIO(archive)) as code:
                for each in code.infolist():
                    _set_mode(code.extract(each, unfinished), each)
        _list_of(target).write_text(json.dumps(_sizes(unfinished)))
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return target


def _list_of(folder: Path) -> Path:
    """Where it is written down what was unpacked into `folder`."""
    return folder.with_name(f"{folder.name}.files")


def _sizes(folder: Path) -> dict[str, int]:
    """Of all files."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _set_mode(path: str, entry: zipfile.ZipInfo) -> None:
    """What could be executed when it was zipped, still can be."""
    if not entry.is_dir() and (entry.external_attr >> 16) & 0o111:
        os.chmod(path, 0o755)


def check_code(archive: bytes) -> None:
    """Raise BadCodeArchive unless `archive` is a whole zip file that is safe to unpack."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as code:
            entries = code.infolist()
            damaged = None if _unzipped(entries) >= _LARGEST else code.testzip()
    except _UNREADABLE as error:
        raise BadCodeArchive(_NO_ZIP) from error
    if damaged or any(re.search(r"(^/|(^|/)\.\.(/|$))", each.filename) for each in entries):
        raise BadCodeArchive(_NO_ZIP)
    if not entries:
        raise BadCodeArchive("Uploaded file must be a non-empty zip")
    if _unzipped(entries) >= _LARGEST:
        raise BadCodeArchive(f"Unzipped size must be smaller than {_LARGEST} bytes")


def _unzipped(entries: list[zipfile.ZipInfo]) -> int:
    return sum(each.file_size for each in entries)


_LARGEST = 262_144_000
"""Bytes of a package when it is unpacked (LDG gettingstarted-limits)."""

_NO_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."

_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, struct.error),
    *(RuntimeError, ValueError),  # encrypted, or compressed in a way that nobody knows
)
