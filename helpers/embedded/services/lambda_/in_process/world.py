"""The world of one environment: all that a handler sees of the process it runs in, exchanged at
each turn for what the kernel's own code sees."""

from __future__ import annotations

import asyncio
import builtins
import io
import linecache
import logging
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import boto3
import botocore.configprovider
import time_machine

from helpers import sending
from helpers.embedded.door import interception
from helpers.embedded.services.lambda_.execution.environment_protocol import Settings
from helpers.embedded.services.lambda_.execution.left_files import frame
from helpers.embedded.services.lambda_.in_process import machine
from helpers.embedded.services.lambda_.process import chance, disk, imports, log_output, read_only
from helpers.embedded.time.clock import START
from helpers.embedded.wire import Transport

_PACKAGE = str(Path(__file__).parents[5])
_OWN_COPIES = ("random", "secrets", "uuid")
"""Modules of Python's library that have a state of chance: each world has its own."""

_root = logging.getLogger()
_SESSION_VARIABLES: Any = botocore.configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES
_SILENT = DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning
"""Warnings that Python shows to nobody, unless it is told to."""

_EXCHANGED: tuple[tuple[Any, str], ...] = (
    (os.environ, "_data"),
    *((sys, name) for name in ("stdout", "stderr", "argv")),
    *((sys, name) for name in ("path", "path_hooks", "path_importer_cache", "meta_path")),
    (boto3, "DEFAULT_SESSION"),
    (linecache, "cache"),
    (warnings, "filters"),
    (logging.Logger.manager, "loggerDict"),
    *((_root, name) for name in ("handlers", "level")),
)
"""What a world has of its own, in the order of `World._kept`. The SDK's loggers follow: their
objects are the process's, their levels and handlers are each world's. Without that, one handler
that wants to see botocore at work would have every client of this process take the full way."""


class World:
    """Of one environment.

    Args:
        sleep: lets lab time pass for the handler.
        transport: answers its AWS requests.
    """

    def __init__(
        self,
        settings: Settings,
        sleep: Callable[[float], None],
        transport: Transport,
    ) -> None:
        self.now = self.began = settings.now
        self.network = settings.network
        self.sleep = sleep
        self.random_bytes = Random(settings.variables["AWS_LAMBDA_LOG_STREAM_NAME"]).randbytes
        self._settings = settings
        self._written = bytearray()
        self.logs = log_output.LogHandler(self.log, log_output.is_json(settings.variables))
        self._folder = settings.task_root
        self._traveller: Any = None
        self._way = interception.way(transport, enclosed=True)
        self._turn = ExitStack()
        self._prepare_disk()
        self._prepare_imports()
        loggers = _of_sdk(logging.Logger.manager.loggerDict)
        shared = [each for each in loggers.values() if isinstance(each, logging.Logger)]
        self._exchanged = (*_EXCHANGED, *((each, "__dict__") for each in shared))
        self._kept: list[Any] = [
            {os.fsencode(name): os.fsencode(text) for name, text in settings.variables.items()},
            *(_stream(self, errors) for errors in ("strict", "backslashreplace")),
            [f"{settings.variables['LAMBDA_RUNTIME_DIR']}/bootstrap.py"],
            self._path,
            [_finder_in(self), *sys.path_hooks],
            {},
            [each for each in sys.meta_path if imports._is_python_s(each)],
            None,
            {},
            [("ignore", None, each, None, 0) for each in _SILENT],
            loggers,
            [self.logs],
            log_output.level_of(settings.variables),
            *({**vars(each), "_cache": {}} for each in shared),
        ]

    # What it says

    def write(self, text: bytes) -> None:
        self._written += text

    def log(self, entry: str) -> None:
        """One log entry, whatever it contains."""
        self.write(frame(entry))

    def take_written(self) -> bytes:
        written, self._written = bytes(self._written), bytearray()
        return written

    # Time

    def move_to(self, now: int) -> None:
        """While it has its turn."""
        self._traveller.shift(timedelta(microseconds=now - self.now))
        self.now = now

    # Turns

    def enter(self) -> None:
        """What follows in this thread is the handler's. If it cannot be, nothing has changed."""
        with ExitStack() as turn:
            self._take(turn)
            self._turn = turn.pop_all()

    def leave(self) -> None:
        """What follows is the kernel's own, whatever the handler did to what was the kernel's."""
        machine.turn_of(None)
        self._turn.close()

    def _take(self, turn: ExitStack) -> None:
        """Each thing taken is given back by `turn`, the last first, even if another one fails."""
        turn.callback(os.chdir, os.getcwd())
        turn.callback(sending.answer_by, sending.answer_by(self._way))
        turn.callback(asyncio._set_running_loop, asyncio._get_running_loop())
        asyncio._set_running_loop(None)
        turn.callback(self._exchange)
        self._exchange()
        turn.callback(self._hide_modules)
        self._show_modules()
        turn.callback(_SESSION_VARIABLES.update, self._ignore_aws_files())
        turn.callback(disk.disk.mount, (), ())
        disk.disk.mount(*self._disk)
        turn.callback(setattr, read_only, "_writable", None)
        read_only._writable = self._writable
        turn.callback(self._remember_folder)
        with suppress(FileNotFoundError):  # it has deleted its own; the next one is as good
            os.chdir(self._folder)
        moment = START + timedelta(microseconds=self.now)
        travel = time_machine.travel(moment, tick=False)
        turn.callback(travel.stop)
        self._traveller = travel.start()
        turn.callback(machine.turn_of, None)
        machine.turn_of(self)

    def _remember_folder(self) -> None:
        with suppress(FileNotFoundError):
            self._folder = os.getcwd()

    def _exchange(self) -> None:
        """What it has for what the kernel has, and back again."""
        level = _root.level
        for index, (owner, name) in enumerate(self._exchanged):
            kept = getattr(owner, name)
            setattr(owner, name, self._kept[index])
            self._kept[index] = kept
        if _root.level != level:
            logging.Logger.manager._clear_cache()  # type: ignore[attr-defined]

    def _ignore_aws_files(self) -> dict[str, Any]:
        """~/.aws belongs to whoever runs the kernel. What was said of it before."""
        before = {name: _SESSION_VARIABLES[name] for name in ("config_file", "credentials_file")}
        for name, (profile, variable, _, conversion) in before.items():
            _SESSION_VARIABLES[name] = (profile, variable, os.devnull, conversion)
        return before

    # Files

    def _prepare_disk(self) -> None:
        settings = self._settings
        mounts = imports.mounts_of(settings.task_root, settings.layers)
        tmp = disk.Mount(disk.TMP, settings.scratch)
        python = (sys.prefix, sys.base_prefix, _PACKAGE, *(each.real for each in mounts))
        self._disk = (*mounts, tmp), (*python, settings.account_root)
        byte_code = [imports.byte_code_of(each) for each in (settings.task_root, settings.layers)]
        folders = (settings.scratch, *byte_code)
        self._writable = (*(f"{each}{os.sep}" for each in folders), *read_only._DEVICES)

    # Modules

    def _prepare_imports(self) -> None:
        disk.disk.mount(*self._disk)
        try:
            own = set(imports._own_packages())
            standard = [each for each in sys.path if imports._is_standard(each)]
            folders = (imports.TASK_ROOT, imports._LAYERS_SITE, imports._LAYERS)
            site = f"{imports.LIBRARY}/site-packages"
            self._path = [*folders, site, *map(disk.disk.shown, standard)]
        finally:
            disk.disk.mount((), ())
        self._own = own | set(_OWN_COPIES)
        self._modules: dict[str, Any] = {}
        self._hidden: dict[str, Any] = {}
        self._count = -1
        self.builtins = {**vars(builtins), "__import__": self._import}

    def _show_modules(self) -> None:
        """Its own modules are among those that are loaded, and no others by the same names."""
        if self._count < 0:
            self._hidden = self._taken_out()
        else:
            self._hidden = {
                name: sys.modules.pop(name) for name in self._hidden if name in sys.modules
            }
        sys.modules.update(self._modules)
        self._count = len(sys.modules)

    def _hide_modules(self) -> None:
        if len(sys.modules) != self._count:  # it has imported something
            self._modules = self._taken_out()
        else:
            for name in self._modules:
                sys.modules.pop(name, None)
        sys.modules.update(self._hidden)

    def _taken_out(self) -> dict[str, Any]:
        names = [name for name in sys.modules if name.partition(".")[0] in self._own]
        return {name: sys.modules.pop(name) for name in names}

    def _import(
        self, name: str, scope: Any = None, local: Any = None, wanted: Any = (), level: int = 0
    ) -> Any:
        """`import` of a handler: of what the kernel has loaded, only what Lambda has, too."""
        if level == 0 and not self._may_import(name.partition(".")[0]):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        loaded = name in sys.modules
        found = __import__(name, scope, local, wanted or (), level)
        if not loaded and name in _OWN_COPIES:
            self._make_random(sys.modules[name])
        return found

    def _may_import(self, package: str) -> bool:
        known = package in sys.stdlib_module_names or package in imports.SDK
        return known or package in self._own or package not in sys.modules

    def _make_random(self, module: Any) -> None:
        """What is random repeats with the lab's ids."""
        if module.__name__ == "random":
            module._urandom = self.random_bytes
            module.seed(self._settings.variables["AWS_LAMBDA_LOG_STREAM_NAME"])
            module.Random.seed = chance.seeding(module, self.random_bytes)
        elif module.__name__ == "uuid":
            module._node = int.from_bytes(self.random_bytes(6)) | 1 << 40
            module._generate_time_safe = module._UuidCreate = None


def _finder_in(world: World) -> Callable[[str], Any]:
    class Source(imports._Source):
        """A module whose `import` is the world's."""

        def exec_module(self, module: Any) -> None:
            module.__dict__["__builtins__"] = world.builtins
            super().exec_module(module)

    def find(folder: str) -> Any:
        return imports.finder_of(folder, Source)

    return find


def _of_sdk(loggers: Any) -> dict[str, Any]:
    return {name: each for name, each in loggers.items() if name.partition(".")[0] in imports.SDK}


class _Output(io.RawIOBase):
    def __init__(self, world: World) -> None:
        self._world = world

    def writable(self) -> bool:
        return True

    def write(self, text: Any, /) -> int:
        self._world.write(bytes(text))
        return len(text)

    def fileno(self) -> int:
        raise machine.Refused("give its output as a file")


def _stream(world: World, errors: str) -> Any:
    raw: Any = _Output(world)
    raw.name = "<stdout>" if errors == "strict" else "<stderr>"
    return log_output._Unbuffered(io.BufferedWriter(raw), "utf-8", errors, newline="\n")
