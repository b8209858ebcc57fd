"""What a storm is, and the calm that it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from helpers.rehearsing.messages import Message
from helpers.rehearsing.subjects import ask
from helpers.rehearsing.weathers import Strike

if TYPE_CHECKING:
    from helpers.rehearsing.plays import Ending, Play


@dataclass(frozen=True)
class Storm:
    """Healthy weather, and messages in batches as full as the mapping lets them be."""

    variant: str = ""
    """Which of its kind it is: the call that fails, say. It stands behind the name and a colon."""

    name: ClassVar[str] = "full-batches"
    title: ClassVar[str] = "messages come in full batches"
    lesson: ClassVar[str] = "04_receive_with_lambda"
    """The notebook that teaches it."""
    interrupts: ClassVar[bool] = False
    """Whether invocations do not end well. What was sent on before that is sent on once more, by
    any function: queues and topics promise at least once."""

    @property
    def label(self) -> str:
        return f"{self.name}:{self.variant}" if self.variant else self.name

    def describe(self) -> str:
        """What happens, in words."""
        return f"{self.title} ({self.variant})" if self.variant else self.title

    def account(self) -> dict[str, Any]:
        """Options of the account, as `helpers.lab.open_lab` takes them."""
        return {}

    def weather(self) -> Strike:
        """A new weather for one run."""
        return Strike()

    def perform(self, run: Play) -> None:
        """Send the messages, and let time pass until all is done."""
        run.in_waves()

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        """The storms of this kind that the function can meet; none: it cannot meet any."""
        return [self]

    def named(self, variant: str, found: Sequence[Self]) -> list[Self]:
        """The storm of this variant, if it is one that `variants` does not list by itself."""
        return []

    @property
    def target(self) -> int | None:
        """The number of the message that need not be done; None: all must be."""
        return None

    def without(self) -> Iterator[Storm]:
        """Milder storms of this kind, to see which part of it does the harm."""
        yield from ()


@dataclass(frozen=True)
class Calm(Storm):
    """Each message by itself, in order. `harmless`: with other ids and times, and received once
    before, which must change nothing that counts."""

    harmless: bool = False

    name = "calm"
    title = "each message comes once, by itself, in order"

    def account(self) -> dict[str, Any]:
        return {"seed": 1} if self.harmless else {}

    def perform(self, run: Play) -> None:
        sqs, url = ask("sqs"), run.stage.queue_url
        looks = self.harmless and (run.stage.max_receives or 3) > 2
        if self.harmless:
            run.lab.advance(seconds=100_003)
        for number in run.messages:
            run.send(number)
            if looks:
                sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=1)
            run.settle()
