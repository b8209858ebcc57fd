"""What a function can import: its own package, its layers, Python's library and AWS's SDK.

Nothing else of this machine is there, nor any trace of the account that the process belongs to.
The order is that of AWS's runtime:
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-searchpath
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from functools import cache
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
)
from pathlib import Path
from types import ModuleType
from typing import Any

import botocore

from helpers.embedded.services.lambda_.process.disk import Mount, disk

TASK_ROOT = "/var/task"
"""Where a function's code lies on AWS."""

OPT = "/opt"
"""Where its layers lie."""

LIBRARY = f"/var/lang/lib/python{sys.version_info.major}.{sys.version_info.minor}"
"""Where AWS's Python keeps its own modules."""

SDK = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""What AWS's runtime brings besides Python's library."""

_NEEDED = ("__main__", "time_machine", "_time_machine")
"""The process itself; and the clock, whose functions in C look for their modules at each call."""

_FOLDERS = (*SDK, "python_dateutil")
_LAYERS = f"{OPT}/python"
_LAYERS_SITE = f"{LIBRARY.replace('/var/lang', _LAYERS)}/site-packages"


def prepare() -> None:
    """Before environments are forked: what is the same for all, and would cost each of them the
    memory that it touches. Modules of the account are not found by `import` from now on."""
    _runtime_s()
    _standard_folders()
    _take_out(_is_ours)


def mounts_of(task_root: str, layers: str) -> tuple[Mount, ...]:
    """The folders with code, under the names that they have on AWS."""
    return Mount(TASK_ROOT, task_root), Mount(OPT, layers), *_runtime_s()


@cache
def _runtime_s() -> tuple[Mount, ...]:
    site = Path(botocore.__file__).parents[1]
    of_sdk = frozenset(each for each in os.listdir(site) if _distribution(each) in _FOLDERS)
    return (
        Mount(f"{LIBRARY}/site-packages", str(site), of_sdk),
        Mount(LIBRARY, sysconfig.get_paths()["stdlib"]),
    )


def _distribution(entry: str) -> str:
    return entry.partition("-")[0].partition(".")[0]


def allow_only_lambda_s() -> None:
    """From now on `import` finds what a function on AWS would find; disk has its mounts."""
    standard = [each for each in sys.path if _is_standard(each)]
    sys.path[:] = [
        *(TASK_ROOT, _LAYERS_SITE, _LAYERS, f"{LIBRARY}/site-packages"),
        *(f"{LIBRARY.replace('.', '')}.zip", *map(disk.shown, standard)),
    ]
    sys.path_hooks.insert(0, finder_of)
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [each for each in sys.meta_path if _is_python_s(each)]
    own = set(_own_packages())
    if any(package in sys.modules for package in own):
        _take_out(own.__contains__)


def _take_out(is_unwanted: Callable[[str], bool]) -> None:
    for name in [each for each in sys.modules if is_unwanted(each.partition(".")[0])]:
        _taken_out.append(sys.modules.pop(name))


def _is_ours(package: str) -> bool:
    """Whether a package is of this machine or account, and not of Lambda's runtime."""
    return package not in (*SDK, *_NEEDED) and package not in sys.stdlib_module_names


_taken_out: list[ModuleType] = []
"""What nobody imports any more. To take it apart would copy the memory that all environments share,
which costs more than to keep it."""


def _is_standard(folder: str) -> bool:
    """Whether an entry of sys.path belongs to Python's library."""
    roots = _standard_folders()
    return folder in roots or os.path.join(os.path.dirname(folder), "lib-dynload") == folder


@cache
def _standard_folders() -> frozenset[str]:
    paths = sysconfig.get_paths()
    return frozenset((paths["stdlib"], paths["platstdlib"], os.path.join(sys.base_prefix, "DLLs")))


def _is_python_s(finder: object) -> bool:
    """Finders that packages of this machine have added, editable ones say, are not; six's is."""
    of = finder if isinstance(finder, type) else type(finder)
    return of.__module__.startswith(("_frozen_importlib", "importlib", "six"))


def _own_packages() -> Iterator[str]:
    """What the function and its layers bring, which wins over the runtime's."""
    for folder in map(disk.place, (TASK_ROOT, _LAYERS_SITE, _LAYERS)):
        if os.path.isdir(folder):
            yield from (entry.name.partition(".")[0] for entry in os.scandir(folder))


def brings_sdk() -> bool:
    """Whether the function has a botocore of its own."""
    return "botocore" in _own_packages()


# Loading


def finder_of(folder: str, source: type[SourceFileLoader] | None = None) -> FileFinder:
    """For a folder that lies elsewhere; its modules are loaded by `source`."""
    if disk.place(folder) is folder:
        raise ImportError("only for folders that lie elsewhere", path=folder)
    return FileFinder(
        folder,
        (_Extension, EXTENSION_SUFFIXES),
        (source or _Source, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )


class _Source(SourceFileLoader):
    """Byte code lies beside the function's folder, which has none on AWS."""

    def get_data(self, path: str) -> bytes:
        return super().get_data(_with_byte_code(path))

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        super().set_data(_with_byte_code(path), data, _mode=_mode)


def _with_byte_code(path: str) -> str:
    placed = str(disk.place(path))
    if path.endswith(".pyc"):
        for shown in (TASK_ROOT, OPT):
            root = str(disk.place(shown))
            if placed.startswith(root):
                return byte_code_of(root) + placed[len(root) :]
    return placed


def byte_code_of(folder: str) -> str:
    """Where the byte code of the modules in `folder` is kept."""
    return f"{folder}.bytecode"


class _Extension(ExtensionFileLoader):
    """The system's loader for libraries knows the machine's paths only."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        real = ModuleSpec(spec.name, self, origin=disk.place(spec.origin))
        module = super().create_module(real)
        module.__file__ = spec.origin
        return module
