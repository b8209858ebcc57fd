"""Work that is declared: how long it takes, how often it fails. Also the function that does it.

The file is deployed as it is, beside `modelled_work.json`, which declares the work. On AWS, and
wherever else a function really runs, `handler` sleeps for as long as the work says and fails as
often. The embedded account knows this file: it does what the handler would do, without a process,
and calls such a function *modelled*. Only the standard library, so that it runs anywhere.
"""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

DECLARATION = "modelled_work.json"
HANDLER = "modelled_work.handler"

LONGEST_COLD_START = 10.0
"""Seconds that Lambda allows for it (LDG lambda-runtime-environment)."""

KINDS = ("fixed", "exponential", "lognormal", "measured")


class WorkFailed(Exception):
    """The failure that the work declares."""


@dataclass(frozen=True)
class Durations:
    """A distribution of durations in seconds, made by `fixed`, `exponential`, `lognormal` or
    `measured`.

    Attributes:
        kind: one of KINDS.
        mean: in seconds.
        variation: the coefficient of variation, standard deviation / mean: 0 of a fixed duration,
            1 of an exponential one.
        values: of a measured one, the durations that it is drawn from, each as often as any other.
    """

    kind: str
    mean: float
    variation: float = 0.0
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.mean, self.variation, *self.values)
        if self.kind not in KINDS:
            raise ValueError(f"Durations are {', '.join(KINDS)}, not {self.kind!r}.")
        if not all(math.isfinite(each) and each >= 0 for each in numbers):
            raise ValueError("Durations are numbers of seconds, 0 or more.")

    def draw(self, random: Random) -> float:
        """One duration, in seconds."""
        match self.kind:
            case "exponential":
                return random.expovariate(1 / self.mean) if self.mean else 0.0
            case "lognormal":
                if not self.mean:
                    return 0.0
                spread = math.log(1 + self.variation**2)
                return random.lognormvariate(math.log(self.mean) - spread / 2, math.sqrt(spread))
            case "measured":
                return self.values[int(random.random() * len(self.values))]
            case _:
                return self.mean

    def scaled(self, factor: float) -> Durations:
        """The same distribution, each duration `factor` times as long."""
        values = tuple(factor * each for each in self.values)
        return replace(self, mean=factor * self.mean, values=values)

    def __str__(self) -> str:
        if self.kind == "fixed":
            return f"{self.mean:g} s"
        spread = f", variation {self.variation:.2g}" if self.kind != "exponential" else ""
        return f"{self.kind}, mean {self.mean:.3g} s{spread}"


def fixed(seconds: float) -> Durations:
    """Always the same."""
    return Durations("fixed", float(seconds))


def exponential(mean: float) -> Durations:
    """Mostly short, sometimes several times the mean: what the simplest formulas assume."""
    return Durations("exponential", float(mean), 1.0 if mean else 0.0)


def lognormal(mean: float, variation: float) -> Durations:
    """Never very short, with a long tail, as requests to a service over a network are.

    Args:
        mean: in seconds.
        variation: standard deviation / mean.
    """
    return Durations("lognormal", float(mean), float(variation))


def measured(values: list[float] | tuple[float, ...]) -> Durations:
    """Drawn from durations that were measured, in seconds, such as those of REPORT lines."""
    if not values:
        raise ValueError("There is nothing to draw from: give one measured duration or more.")
    kept = tuple(float(each) for each in values)
    mean = math.fsum(kept) / len(kept)
    deviation = math.sqrt(math.fsum((each - mean) ** 2 for each in kept) / len(kept))
    return Durations("measured", mean, deviation / mean if mean else 0.0, kept)


@dataclass(frozen=True)
class Work:
    """What a function does, declared.

    Attributes:
        durations: of an invocation, however many messages it brings.
        per_message: what each message adds to that.
        failure_rate: share of the messages, 0 to 1, whose work fails; each receive is a new try.
        reports_failures: whether failed messages are answered as batch item failures. Otherwise
            one that fails makes the invocation fail, and all its messages come again.
        cold_start: seconds, below 10.
        seed: another one gives other draws.
    """

    durations: Durations
    per_message: Durations = field(default_factory=lambda: fixed(0))
    failure_rate: float = 0.0
    reports_failures: bool = True
    cold_start: float = 0.25
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.failure_rate <= 1:
            raise ValueError(f"failure_rate is a share, 0 to 1, not {self.failure_rate!r}.")
        if not 0 <= self.cold_start < LONGEST_COLD_START:
            raise ValueError(
                f"cold_start is 0 to {LONGEST_COLD_START:g} seconds, not {self.cold_start!r}: "
                "Lambda gives a new environment no longer."
            )

    def draws(self, log_stream: str) -> Random:
        """The draws of one environment, by the end of its log stream's name."""
        return Random(f"{self.seed} {log_stream[-16:]}")

    def seconds(self, messages: int, random: Random) -> float:
        """How long one invocation takes with so many messages."""
        total = self.durations.draw(random)
        if self.per_message.mean:
            total += sum(self.per_message.draw(random) for _ in range(messages))
        return total

    def failures(self, messages: int, random: Random) -> list[int]:
        """Which of so many messages fail, by their places in the batch."""
        if not self.failure_rate:
            return []
        return [place for place in range(messages) if random.random() < self.failure_rate]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Work:
        """Raises ValueError, TypeError or KeyError: it declares no work."""
        given: dict[str, Any] = json.loads(text)
        for name in ("durations", "per_message"):
            parts = given[name]
            given[name] = Durations(**{**parts, "values": tuple(parts["values"])})
        return cls(**given)

    def __str__(self) -> str:
        each = f" and {self.per_message} a message" if self.per_message.mean else ""
        return (
            f"modelled: {self.durations}{each}, {self.failure_rate:g} of the messages fail, "
            f"cold start {self.cold_start:g} s"
        )


def answer(work: Work, event: Any, failed: list[int]) -> dict[str, Any] | None:
    """What the handler returns when these of the event's messages have failed.

    Raises:
        WorkFailed: something failed, and is not reported message by message.
    """
    records = event.get("Records") if isinstance(event, dict) else None
    if failed and not (records and work.reports_failures):
        raise WorkFailed(f"The work on {len(failed)} messages failed, as declared.")
    if not records or not work.reports_failures:
        return None
    return {"batchItemFailures": [{"itemIdentifier": records[i]["messageId"]} for i in failed]}


def count_messages(event: Any) -> int:
    """An event that no queue has sent counts as one."""
    records = event.get("Records") if isinstance(event, dict) else None
    return len(records) if isinstance(records, list) and records else 1


def _read_declaration() -> Work | None:
    """The one beside this file, where it is deployed."""
    declaration = Path(__file__).with_name(DECLARATION)
    return Work.from_json(declaration.read_text()) if declaration.exists() else None


_work = _read_declaration()
if _work is not None:
    time.sleep(_work.cold_start)
    _random = _work.draws(os.environ["AWS_LAMBDA_LOG_STREAM_NAME"])


def handler(event: Any, context: object) -> dict[str, Any] | None:
    """Sleep as long as the work takes, and fail as often as it fails."""
    assert _work is not None
    messages = count_messages(event)
    time.sleep(_work.seconds(messages, _random))
    return answer(_work, event, _work.failures(messages, _random))
