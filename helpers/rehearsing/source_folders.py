"""The code of a function as people have it: a folder, and what its requirements.txt names."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from helpers.deploying.packages import DATE
from helpers.rehearsing.messages import NotRehearsed

LEFT_OUT = {"__pycache__", ".git", ".venv", "venv", "node_modules", ".pytest_cache", ".mypy_cache"}
"""Folders that nobody deploys."""

RUNTIME_HAS = {"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "urllib3", "six"}
"""What Lambda's runtime brings (LDG lambda-python)."""

STUB = "rehearsal_stub"
ENTRY = "rehearsal_entry"


def zip_folder(
    folder: Path, stub: Path | None = None, handler: str = "", extra: tuple[str, ...] = ()
) -> bytes:
    """A package of a folder, with what its requirements.txt names and the folder does not have.

    Args:
        stub: a module that is imported before the handler, and replaces what calls other hosts.
        handler: the function's own, which a stub needs.
        extra: packages that it has besides.

    Raises:
        NotRehearsed: a required package is not installed here.
    """
    files = {
        str(path.relative_to(folder).as_posix()): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not LEFT_OUT & set(path.relative_to(folder).parts)
    }
    for required in (*extra, *_requirements(folder)):
        files = {**_installed(required, set()), **files}
    if stub is not None:
        files[f"{STUB}.py"] = stub.read_bytes()
        files[f"{ENTRY}.py"] = _entry(handler).encode()
    return _zip(files)


def add_installed(package: bytes, names: Sequence[str]) -> bytes:
    """A package with what is installed here under these names besides.

    Raises:
        NotRehearsed: one is not installed here.
    """
    if not names:
        return package
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name in names:
        files = {**_installed(name, set()), **files}
    return _zip(files)


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, DATE)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _entry(handler: str) -> str:
    module, _, name = handler.rpartition(".")
    return (
        f"import importlib\n\nimport {STUB}\n\n"
        f"{name} = getattr(importlib.import_module({module.replace('/', '.')!r}), {name!r})\n"
    )


def _requirements(folder: Path) -> list[str]:
    """The names in requirements.txt, but for what the runtime has."""
    listed = folder / "requirements.txt"
    if not listed.is_file():
        return []
    lines = (line.partition("#")[0].strip() for line in listed.read_text("utf-8").splitlines())
    names = [found[0] for line in lines if (found := re.match(r"[A-Za-z0-9][\w.-]*", line))]
    return [name for name in names if _normal(name) not in RUNTIME_HAS and not _has(folder, name)]


def _has(folder: Path, package: str) -> bool:
    """Whether the folder brings the package, as `sam build` and `pip install -t` leave it."""
    return (folder / _normal(package).replace("-", "_")).exists()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(package: str, seen: set[str]) -> dict[str, bytes]:
    """The files of an installed package and of all that it requires."""
    seen.add(_normal(package))
    try:
        found = distribution(package)
    except PackageNotFoundError:
        raise NotRehearsed(
            f"The function needs {package}, which is not installed here. Install it beside the "
            "lab (pip install), or name the folder that `sam build` has filled."
        ) from None
    files = {}
    for file in found.files or ():
        path = Path(str(found.locate_file(file)))
        if ".." not in file.parts and path.is_file() and "__pycache__" not in file.parts:
            files[file.as_posix()] = path.read_bytes()
    for line in found.requires or ():
        if "extra ==" in line:
            continue
        name = re.match(r"[\w.-]+", line)
        if name and _normal(name[0]) not in seen | RUNTIME_HAS:
            files |= _installed(name[0], seen)
    return files
