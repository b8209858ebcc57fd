"""The storms that befall an invocation: how it ends, and the calls to AWS that it makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from helpers.rehearsing.messages import Message, find_marks
from helpers.rehearsing.storm import Storm
from helpers.rehearsing.weathers import (
    WRITES,
    EndsProcess,
    Fails,
    HitsEnds,
    RefusesOne,
    Slows,
    Strike,
    Throttles,
    content_of,
    kind_of,
)
from helpers.weather import End

if TYPE_CHECKING:
    from helpers.rehearsing.plays import Ending


@dataclass(frozen=True)
class TimesOut(Storm):
    name = "times-out"
    title = "the function times out after it has done all its work"
    lesson = "06_test_the_pipeline"
    interrupts = True

    def weather(self) -> Strike:
        return HitsEnds(End.TIMES_OUT)


@dataclass(frozen=True)
class Dies(Storm):
    """At the end, before its answer; or after a call of some kind, before it hears of it."""

    name = "dies"
    title = "the process dies"
    lesson = "06_test_the_pipeline"
    interrupts = True

    def describe(self) -> str:
        when = f"after {self.variant}" if self.variant else "after all its work, before it returns"
        return f"the process dies {when}"

    def weather(self) -> Strike:
        return EndsProcess(self.variant) if self.variant else HitsEnds(End.DIES)

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        writes = [kind for kind in find_kinds(calm) if WRITES.match(kind)]
        return [self, *(replace(self, variant=kind) for kind in writes)]


@dataclass(frozen=True)
class _AtCalls(Storm):
    """Each kind of call in turn."""

    lesson = "08_choose_and_grow"
    interrupts = True

    def describe(self) -> str:
        return self.title.replace("a call to AWS", self.variant or "a call to AWS")

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        return [replace(self, variant=kind) for kind in find_kinds(calm)]


@dataclass(frozen=True)
class ThrottledCall(_AtCalls):
    name = "throttled-call"
    title = "a call to AWS is throttled until the invocation ends"

    def weather(self) -> Strike:
        return Throttles(self.variant)


@dataclass(frozen=True)
class FailingCall(_AtCalls):
    name = "failing-call"
    title = "a call to AWS fails until the invocation ends"

    def weather(self) -> Strike:
        return Fails(self.variant)


@dataclass(frozen=True)
class SlowCall(_AtCalls):
    name = "slow-call"
    title = "a call to AWS takes four fifths of the function's timeout"
    lesson = "03_visibility_experiments"

    def weather(self) -> Strike:
        return Slows(self.variant)


@dataclass(frozen=True)
class RefusedCall(_AtCalls):
    """What a service does with an item that is too large, say: for good, and for one message."""

    number: int = 0
    messages: tuple[Message, ...] = ()

    name = "refused-call"
    title = "a call to AWS is always refused for one message"
    lesson = "04_receive_with_lambda"

    def weather(self) -> Strike:
        return RefusesOne(self.variant, find_marks(self.messages), self.number)

    @property
    def target(self) -> int | None:
        return self.number

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        """Of those kinds of calls that say of which message they speak."""
        marks = find_marks(messages)
        texts = [
            (kind_of(calm.stage, call), content_of(call))
            for call, _ in calm.calls
            if call.invocation
        ]
        done = [at for at in calm.fates if not calm.fates[at].is_dead]
        found: dict[str, int] = {}
        for at in [*done[len(done) // 2 :], *done[: len(done) // 2]]:
            for kind, text in texts:
                if kind not in found and any(mark.search(text) for mark in marks[at]):
                    found[kind] = at
            break
        return [
            replace(self, variant=kind, number=at, messages=tuple(messages))
            for kind, at in sorted(found.items())
        ]


def find_kinds(calm: Ending) -> list[str]:
    """The kinds of calls that the rehearsed function makes in calm weather, by name."""
    return sorted(
        {
            kind_of(calm.stage, call)
            for call, _ in calm.calls
            if call.invocation and call.invocation.function == calm.stage.function
        }
    )
