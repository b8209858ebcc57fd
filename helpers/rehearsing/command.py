"""python -m helpers rehearse: a function of yours, in calm weather and in storms."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.rehearsing.messages import NotRehearsed, load_function
from helpers.rehearsing.rehearsals import Report, Template, from_folder, rehearse
from helpers.rehearsing.report import as_html, as_json, as_junit
from helpers.rehearsing.storms import STORMS
from helpers.rehearsing.subjects import Deploy

GREEN, RED, NOT_REHEARSED = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("what", type=Path, help="a SAM or CloudFormation template, or a folder")
    parser.add_argument("--messages", required=True, help="a file of JSON lines, or file.py:name")
    parser.add_argument("--function", help="in a template: the function's logical id")
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="of the template"
    )
    parser.add_argument("--handler", help="of a folder: such as app.handler")
    parser.add_argument("--timeout", type=int, default=30, help="of a folder: seconds (30)")
    parser.add_argument("--batch-size", type=int, default=10, help="of a folder (10)")
    parser.add_argument("--fifo", action="store_true", help="of a folder: a FIFO queue")
    parser.add_argument(
        "--visibility-timeout", type=int, default=0, help="of a folder: seconds (6 x timeout)"
    )
    parser.add_argument(
        "--no-partial-responses",
        action="store_true",
        help="of a folder: the mapping has no ReportBatchItemFailures",
    )
    parser.add_argument(
        "--variable", action="append", default=[], metavar="NAME=VALUE", help="of a folder"
    )
    for name in _PLACES:
        shown = "NAME:KEY" if name == "table" else "NAME"
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar=shown, help="made for a folder"
        )
    parser.add_argument(
        "--prepare", metavar="FILE.PY:NAME", help="called after each deployment: fills tables, say"
    )
    parser.add_argument(
        "--invariant", metavar="FILE.PY:NAME", help="called at each end: what must hold"
    )
    parser.add_argument(
        "--stub", type=Path, help="a module that replaces what calls hosts outside AWS"
    )
    parser.add_argument(
        "--storm",
        action="append",
        metavar="NAME",
        help=f"only this one; may be repeated: {', '.join(storm.name for storm in STORMS)}",
    )
    parser.add_argument("--only", metavar="1,2,3", help="only these messages, by their numbers")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="ATTRIBUTE", help="is not compared"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="the report for programs")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="the report as JUnit XML")
    parser.add_argument("--html", type=Path, metavar="FILE", help="the report as a page")


def run(asked: argparse.Namespace) -> int:
    """Rehearse what the command line says, and print the report; the exit status."""
    try:
        report = _rehearse(asked)
    except NotRehearsed as reason:
        print(f"Not rehearsed: {reason}", file=sys.stderr)
        return NOT_REHEARSED
    for path, write in ((asked.json, as_json), (asked.junit, as_junit), (asked.html, as_html)):
        if path is not None:
            path.write_text(write(report), encoding="utf-8")
    print(report)
    return RED if report.red else GREEN


def _rehearse(asked: argparse.Namespace) -> Report:
    return rehearse(
        _subject(asked),
        asked.messages,
        asked.storm,
        invariant=_load(asked.invariant, "invariant"),
        ignore=asked.ignore,
        only=_numbers(asked.only),
        command=_command(asked),
    )


def _subject(asked: argparse.Namespace) -> Deploy:
    prepare = _load(asked.prepare, "prepare")
    if asked.stub is not None and not asked.stub.is_file():
        raise NotRehearsed(f"There is no file {asked.stub}.")
    if asked.what.is_dir():
        if not asked.handler:
            raise NotRehearsed("A folder needs its handler: --handler app.handler")
        return from_folder(
            asked.what,
            asked.handler,
            stub=asked.stub,
            timeout=asked.timeout,
            batch_size=asked.batch_size,
            visibility_timeout=asked.visibility_timeout,
            reports_failures=not asked.no_partial_responses,
            fifo=asked.fifo,
            variables=_pairs(asked.variable),
            tables=tuple(asked.table),
            topics=tuple(asked.topic),
            queues=tuple(asked.queue),
            buckets=tuple(asked.bucket),
            prepare=prepare,
        )
    if not asked.what.is_file():
        raise NotRehearsed(f"There is no template and no folder {asked.what}.")
    return Template(
        asked.what, asked.function, _pairs(asked.parameter), stub=asked.stub, prepare=prepare
    )


def _load(name: str | None, otherwise: str) -> Callable[..., Any] | None:
    return load_function(name, otherwise) if name else None


def _pairs(given: list[str]) -> tuple[tuple[str, str], ...]:
    if wrong := [each for each in given if "=" not in each]:
        raise NotRehearsed(f"{wrong[0]} is not NAME=VALUE.")
    return tuple((name, value) for name, _, value in (each.partition("=") for each in given))


def _numbers(given: str | None) -> list[int] | None:
    if given is None:
        return None
    try:
        numbers = sorted({int(each) - 1 for each in given.split(",")})
    except ValueError:
        numbers = [-1]
    if numbers[0] < 0:
        raise NotRehearsed(f"--only {given}: it takes numbers of messages, such as 1,2,3.")
    return numbers


def _command(asked: argparse.Namespace) -> str:
    """The command line that asks for the same, but for storms, messages and reports."""
    words = ["python", "-m", "helpers", "rehearse", str(asked.what), "--messages", asked.messages]
    named = ("function", "handler", "prepare", "invariant", "stub")
    for name in named:
        if value := getattr(asked, name):
            words += [f"--{name}", str(value)]
    for name, otherwise in (("timeout", 30), ("batch_size", 10), ("visibility_timeout", 0)):
        if (value := getattr(asked, name)) != otherwise:
            words += [f"--{name.replace('_', '-')}", str(value)]
    words += [f"--{name.replace('_', '-')}" for name in _SWITCHES if getattr(asked, name)]
    for name in ("parameter", "variable", *_PLACES, "ignore"):
        for value in getattr(asked, name):
            words += [f"--{name}", value]
    return shlex.join(words)


_PLACES = ("table", "topic", "queue", "bucket")
_SWITCHES = ("fifo", "no_partial_responses")
