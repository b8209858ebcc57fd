"""A rehearsal: the calm, every storm, and the smallest example of each that goes wrong.

from helpers.rehearsing import rehearsals

report = rehearsals.rehearse(rehearsals.from_folder(Path("shop"), "app.handler"), "messages.jsonl")
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from helpers.lab import open_lab
from helpers.progress import Progress
from helpers.rehearsing.comparing import Finding, Reference, compare, find_mask
from helpers.rehearsing.messages import Message, NotRehearsed, read_messages
from helpers.rehearsing.plays import Company, Ending, play
from helpers.rehearsing.report import as_text, describe_example, plot_example
from helpers.rehearsing.shrinking import shrink
from helpers.rehearsing.storm import Calm, Storm
from helpers.rehearsing.storms import STORMS
from helpers.rehearsing.subjects import (
    Deploy,
    Function,
    Stage,
    Template,
    from_cell,
    from_folder,
)

__all__ = [
    "Function",
    "Message",
    "NotRehearsed",
    "Stage",
    "Storm",
    "Template",
    "describe_example",
    "from_cell",
    "from_folder",
    "plot_example",
    "rehearse",
]

CRASHES = ("Runtime.ExitError", "Sandbox.Timedout", "Runtime.OutOfMemory")
"""Ends of an invocation that no message deserves."""

HARMS = {"changed": "remains", "lost": "remains", "done twice": "remains", "left": "dead"}
"""Kinds of findings that are one harm."""

REFUSED_HOST = re.compile(r"The lab sends nothing to ([^\s:]+):")


class Example(NamedTuple):
    """The smallest that goes wrong."""

    storm: Storm
    messages: tuple[int, ...]
    """Their numbers, from 0 on."""
    findings: tuple[Finding, ...]
    ending: Ending


@dataclass(frozen=True)
class Result:
    """What one storm did."""

    storm: Storm
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    """Why it was not tried."""
    example: Example | None = None

    @property
    def is_red(self) -> bool:
        return any(finding.is_red for finding in self.findings)


@dataclass(frozen=True)
class Report:
    """What a rehearsal has found."""

    function: str
    messages: Sequence[Message]
    results: tuple[Result, ...]
    """In the order of the storms; the calm is the first."""
    notes: tuple[str, ...] = ()
    command: str = ""
    """What plays it again, but for the storm and the messages."""
    ignored: tuple[str, ...] = field(default=())
    """What differs by itself, and was not compared."""
    left: int = 0
    """Items, objects and messages that the calm has left behind."""

    @property
    def examples(self) -> dict[str, Example]:
        """The smallest examples, by the label of the storm that was tried."""
        return {each.storm.label: each.example for each in self.results if each.example}

    @property
    def red(self) -> list[str]:
        """The names of the red storms, each once."""
        return list(dict.fromkeys(each.storm.name for each in self.results if each.is_red))

    def __str__(self) -> str:
        return as_text(self)


def rehearse(
    deploy: Deploy,
    messages: str | Path | Iterable[Any] | Callable[..., Iterable[Any]],
    storms: Iterable[str | type[Storm] | Storm] | None = None,
    *,
    invariant: Callable[..., Any] | None = None,
    ignore: Sequence[str] = (),
    only: Sequence[int] | None = None,
    command: str = "",
    shrinks: bool = True,
) -> Report:
    """Run the messages through the function in calm weather and in storms, and compare.

    Each run has an account of its own; a lab that is open is closed.

    Args:
        deploy: a `Template`, a `Function`, or whatever takes the lab and returns a `Stage`.
        messages: as `helpers.rehearsing.messages.read_messages` takes them.
        storms: names, such as "dies" or "dies:PutItem.Table"; or storms of your own; none: all.
        invariant: called with the `Stage` at the end of each run; it returns a sentence, or False,
            or raises AssertionError, where something does not hold.
        ignore: attributes that are not compared.
        only: the numbers of the messages to send, from 0 on; None: all.
        command: what is printed to play an example again.
        shrinks: whether smallest examples are looked for.

    Raises:
        NotRehearsed: it cannot be rehearsed; the message says why.
    """
    source = read_messages(messages)
    company = Company(deploy, source if callable(source) else lambda _: source, invariant=invariant)
    key = os.environ.get(_KEY)
    try:
        return _Rehearsal(company, only, ignore, shrinks).run(storms, command)
    finally:
        if os.environ.get(_KEY) != key:
            with open_lab("embedded"):  # which gives this process its own AWS settings back
                pass


_KEY = "AWS_ACCESS_KEY_ID"


class _Rehearsal:
    def __init__(
        self, company: Company, only: Sequence[int] | None, ignore: Sequence[str], shrinks: bool
    ) -> None:
        self._company, self._shrinks = company, shrinks
        self._known: list[Message] = []
        calm = self._play_calm(only)
        _refuse_hopeless(calm)
        harmless = play(company, Calm(harmless=True), only)
        mask = find_mask(calm.remains, harmless.remains, ignore)
        self._reference = Reference(calm, mask, self._known)
        self._calms: dict[tuple[int, ...], Ending] = {tuple(calm.fates): calm}

    def _play_calm(self, only: Sequence[int] | None) -> Ending:
        """The first run, which also finds out what the messages are."""
        make = self._company.messages

        def remember(stage: Stage) -> Sequence[Message]:
            self._known = list(make(stage))
            if only and not set(only) <= set(range(len(self._known))):
                raise NotRehearsed(f"There are {len(self._known)} messages; --only names another.")
            return self._known

        return play(Company(self._company.deploy, remember, self._company.invariant), Calm(), only)

    def run(self, storms: Iterable[str | type[Storm] | Storm] | None, command: str) -> Report:
        calm = self._reference.calm
        results = [Result(Calm(), tuple(_judge_calm(calm)))]
        chosen = list(self._choose(storms))
        with Progress(len(chosen), lambda: label, "storms") as progress:
            label = ""
            for number, result in enumerate(chosen):
                label = result.storm.label
                progress(number)
                results.append(result if result.skipped else self._try(result.storm))
        mask = self._reference.mask
        return Report(
            function=calm.stage.names.get(calm.stage.function, calm.stage.function),
            messages=self._known,
            results=tuple(results),
            notes=tuple(_find_notes(calm)),
            command=command,
            ignored=tuple(
                f"{place}: {path}"
                for place, paths in sorted(mask.by_place.items())
                for path in sorted(paths)
            ),
            left=len(calm.remains.things),
        )

    def _choose(self, storms: Iterable[str | type[Storm] | Storm] | None) -> Iterator[Result]:
        known = {storm.name: storm for storm in STORMS}
        for asked in list(storms or ()) or STORMS:
            variant = ""
            storm: type[Storm] | Storm
            if isinstance(asked, str):
                name, _, variant = asked.partition(":")
                if name == Calm.name:
                    continue
                if name not in known:
                    raise NotRehearsed(f"No storm {name!r}. Storms: {', '.join(known)}.")
                storm = known[name]
            else:
                storm = asked
            made = storm() if isinstance(storm, type) else storm
            found = made.variants(self._reference.calm, self._known)
            if variant:
                found = [each for each in found if each.variant == variant] or made.named(
                    variant, found
                )
                if not found:
                    raise NotRehearsed(f"The storm {made.name} has no variant {variant!r} here.")
            yield from map(Result, found)
            if not found:
                yield Result(made, skipped="it does not apply to this function")

    def _try(self, storm: Storm) -> Result:
        numbers = list(self._reference.calm.fates)
        ending, findings = self._play(storm, numbers)
        if not any(finding.is_red for finding in findings) or not self._shrinks:
            return Result(storm, tuple(findings))
        example = self._find_example(storm, numbers, ending, findings)
        return Result(storm, tuple(findings), example=example)

    def _play(self, storm: Storm, numbers: list[int]) -> tuple[Ending, list[Finding]]:
        ending = play(self._company, storm, numbers)
        reference = Reference(self._calm(numbers), self._reference.mask, self._known)
        spared = None
        if (target := storm.target) is not None:
            behind = [at for at in numbers if ending.stage.is_fifo and ending.fates[at].is_dead]
            done = [at for at in numbers if at != target and at not in behind]
            if done and done != numbers:
                spared = self._calm(done)
        return ending, compare(reference, storm, ending, spared)

    def _calm(self, numbers: list[int]) -> Ending:
        if tuple(numbers) not in self._calms:
            self._calms[tuple(numbers)] = play(self._company, Calm(), numbers)
        return self._calms[tuple(numbers)]

    def _find_example(
        self, storm: Storm, numbers: list[int], ending: Ending, findings: list[Finding]
    ) -> Example:
        best = Example(storm, tuple(numbers), tuple(findings), ending)
        harms = _harms(findings)
        suspects = [each.message for each in findings if each.is_red and each.message is not None]

        def fails(some: list[int], how: Storm) -> bool:
            nonlocal best
            same = self._same(how, some)
            if same is None:
                return False
            ended, found = self._play(same, some)
            if not harms & _harms(found):
                return False
            best = Example(same, tuple(some), tuple(found), ended)
            return True

        def shrink_messages() -> None:
            if len(best.messages) > 1:
                how, known = best.storm, [each for each in suspects if each >= 0]
                shrink(best.messages, known, lambda some: fails(some, how))

        shrink_messages()
        while any(fails(list(best.messages), each) for each in list(best.storm.without())):
            shrink_messages()
        return best

    def _same(self, storm: Storm, numbers: list[int]) -> Storm | None:
        """The storm as it befalls these messages alone; None: it does not."""
        plain = type(storm)()
        found = plain.variants(self._calm(numbers), self._known)
        named = [each for each in found if each.variant == storm.variant]
        return next(iter(named or plain.named(storm.variant, found)), None)


def _harms(findings: Iterable[Finding]) -> set[str]:
    """What is red, in the large: an item that has changed may be missing in a smaller example."""
    return {HARMS.get(finding.kind, finding.kind) for finding in findings if finding.is_red}


def _refuse_hopeless(calm: Ending) -> None:
    """Nothing can be compared if calm weather gets nothing done."""
    if any(not (fate.is_dead or fate.is_left) for fate in calm.fates.values()):
        return
    hosts = sorted({host for line in calm.log for host in REFUSED_HOST.findall(line)})
    if hosts:
        raise NotRehearsed(
            f"The function calls {', '.join(hosts)}, which the account does not know. Give a "
            "module that replaces what calls it: --stub stub.py"
        )
    words = _first_error(calm)
    if not calm.errors:
        words = words or "its event source mapping does not read the queue"
    raise NotRehearsed(f"The function does no message, even in calm weather: {words}")


def _first_error(calm: Ending) -> str:
    kinds = ", ".join(calm.errors)
    line = next(
        (line.strip() for line in calm.log if "[ERROR]" in line or "errorMessage" in line), ""
    )
    return f"{kinds} {line[:300]}".strip() or "each is returned as failed"


def _judge_calm(calm: Ending) -> Iterator[Finding]:
    for kind in CRASHES:
        if calm.errors[kind]:
            times = f"{calm.errors[kind]} invocations end by {kind}"
            yield Finding("fails", f"even in calm weather {times}")
    if calm.violation:
        yield Finding("invariant", calm.violation)
    for number, fate in calm.fates.items():
        if fate.is_dead:
            text = f"message {number + 1} is a dead letter even in calm weather"
            yield Finding("dead", text, number, is_red=False)


def _find_notes(calm: Ending) -> Iterator[str]:
    hosts = sorted({host for line in calm.log for host in REFUSED_HOST.findall(line)})
    if hosts:
        yield f"It calls {', '.join(hosts)}, which was refused: give a stub (--stub stub.py)."
    if calm.stage.max_receives is None:
        yield (
            "The queue has no dead-letter queue: a message that always fails comes again until "
            "its retention ends."
        )
