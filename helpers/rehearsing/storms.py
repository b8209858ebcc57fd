"""The storms: each a small class that says how messages come, and what befalls the function.

A storm of your own is a subclass of `Storm`, given to `rehearsals.rehearse`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any, Self

from helpers.deploying.mappings import wait_for_mapping
from helpers.rehearsing.call_storms import (
    Dies,
    FailingCall,
    RefusedCall,
    SlowCall,
    ThrottledCall,
    TimesOut,
    find_kinds,
)
from helpers.rehearsing.messages import Message
from helpers.rehearsing.storm import Storm
from helpers.rehearsing.subjects import ask
from helpers.rehearsing.weathers import Fails, HitsEnds, Several, SlowsAll, Strike
from helpers.weather import End

if TYPE_CHECKING:
    from helpers.rehearsing.plays import Ending, Play

POISON_MARK = "rehearsal-poison"
POISON_BODY = f'{{"{POISON_MARK}": this is no JSON'
COLD_STARTS = 20
"""At most so many environments are made where each batch has one of its own."""
OUTAGE = 60
"""Seconds for which a key is disabled."""


@dataclass(frozen=True)
class Batches(Storm):
    """The mapping's own size, and smaller ones: a function need not bear what is never asked."""

    name = "batches"
    title = "batches of another size"

    def perform(self, run: Play) -> None:
        if int(self.variant or 0) != run.stage.batch_size:
            _set_batch_size(run, int(self.variant))
        run.in_waves(int(self.variant))

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        full = min(calm.stage.batch_size, 100)
        sizes = {full, 3} if full > 3 else {full}
        return [replace(self, variant=str(size)) for size in sorted(sizes) if size > 1]


@dataclass(frozen=True)
class AtTheSameTime(Storm):
    name = "at-the-same-time"
    title = "many environments work at the same time"

    def weather(self) -> Strike:
        return SlowsAll()

    def perform(self, run: Play) -> None:
        if run.stage.batch_size > 1:
            _set_batch_size(run, 1)
        run.in_waves(50)


@dataclass(frozen=True)
class DeliveredTwice(Storm):
    """One delivery after the other; "at once": the second while the first is worked on."""

    name = "delivered-twice"
    title = "SQS delivers every message twice"
    lesson = "03_visibility_experiments"

    def account(self) -> dict[str, Any]:
        return {"duplicates": 1.0}

    def weather(self) -> Strike:
        return SlowsAll() if self.variant else Strike()

    def perform(self, run: Play) -> None:
        if not self.variant:
            _reserve(run, 1)
        run.in_waves()

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        return [] if calm.stage.is_fifo else [self, replace(self, variant="at-once")]


@dataclass(frozen=True)
class SentTwice(Storm):
    name = "sent-twice"
    title = "the sender sends every message twice, under another message id"
    lesson = "03_visibility_experiments"

    def perform(self, run: Play) -> None:
        for wave in run.waves():
            for fresh in (False, True):
                run.send(*wave, fresh=fresh)
                run.settle()


@dataclass(frozen=True)
class OutOfOrder(Storm):
    name = "out-of-order"
    title = "messages come in another order"
    lesson = "02_create_queues"

    def perform(self, run: Play) -> None:
        _reserve(run, 1)
        for wave in run.waves(_several_batches(run)):
            run.send(*reversed(wave))
            run.settle()

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        return [] if calm.stage.is_fifo or len(messages) < 2 else [self]


@dataclass(frozen=True)
class Poison(Storm):
    name = "poison"
    title = "one message in the middle of a batch cannot be read"
    lesson = "04_receive_with_lambda"

    def perform(self, run: Play) -> None:
        waves = run.waves(max(1, run.stage.batch_size - 1))
        for number, wave in enumerate(waves):
            if number == len(waves) // 2:
                middle = len(wave) // 2
                run.send(*wave[:middle])
                run.send_foreign(POISON_BODY)
                run.send(*wave[middle:])
            else:
                run.send(*wave)
            run.settle()

    @property
    def target(self) -> int | None:
        return -1


@dataclass(frozen=True)
class ColdStarts(Storm):
    name = "cold-starts"
    title = "every batch meets a cold start"

    def weather(self) -> Strike:
        return HitsEnds(End.RETIRES, always=True)

    def perform(self, run: Play) -> None:
        size = ceil(len(run.messages) / COLD_STARTS)
        run.in_waves(min(size, run.stage.batch_size))


@dataclass(frozen=True)
class Throttled(Storm):
    name = "throttled"
    title = "the function has no concurrency for a while, and then one environment"
    lesson = "06_test_the_pipeline"

    def perform(self, run: Play) -> None:
        for wave in run.waves(_several_batches(run)):
            _reserve(run, 0)
            run.send(*wave)
            run.lab.advance(seconds=min(20, run.stage.visibility_timeout / 2))
            _reserve(run, 1)
            run.settle()


@dataclass(frozen=True)
class KeyDisabled(Storm):
    name = "key-disabled"
    title = "the key is disabled for a minute"
    lesson = "02_create_queues"
    interrupts = True

    def perform(self, run: Play) -> None:
        kms, stage = ask("kms"), run.stage
        bearable = stage.visibility_timeout * ((stage.max_receives or 5) - 1) - 1

        def go_without() -> None:
            for key in stage.keys:
                kms.disable_key(KeyId=key)
            run.lab.advance(seconds=max(1, min(OUTAGE, bearable)))
            for key in stage.keys:
                kms.enable_key(KeyId=key)

        run.in_waves(amid=go_without)

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        return [self] if calm.stage.keys else []


@dataclass(frozen=True)
class Redrive(Storm):
    """The process dies at the end of each invocation until all messages are dead letters."""

    name = "redrive"
    title = "everything becomes a dead letter, and is redriven"
    lesson = "06_test_the_pipeline"
    interrupts = True

    def weather(self) -> Strike:
        return _Healing(End.DIES, always=True)

    def perform(self, run: Play) -> None:
        for wave in run.waves():
            run.send(*wave)
        run.settle()
        weather = run.weather
        assert isinstance(weather, _Healing)
        weather.always = False
        weather.is_healed = True
        redrive(run)

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        return [self] if calm.stage.dead_letter_queue else []


class _Healing(HitsEnds):
    """Hits all, until somebody has mended what it was."""

    is_healed = False

    def may_hit(self, invocation: Any) -> bool:
        return not self.is_healed and super().may_hit(invocation)


@dataclass(frozen=True)
class DeployInTheMiddle(Storm):
    name = "deploy"
    title = "a new version is deployed in the middle"
    lesson = "07_monitor"

    def perform(self, run: Play) -> None:
        functions, name = ask("lambda"), run.stage.function

        def deploy() -> None:
            run.lab.advance(seconds=0.3)
            memory = functions.get_function_configuration(FunctionName=name)["MemorySize"]
            functions.update_function_configuration(FunctionName=name, MemorySize=memory + 1)

        run.in_waves(amid=deploy)


PARTS = {
    "twice": "every message is delivered twice",
    "shuffled": "the order is shuffled",
    "dies": "the process dies at the end",
    "fails": "calls fail",
}
"""Of the last storm."""


@dataclass(frozen=True)
class Together(Storm):
    """The order is shuffled, deliveries are doubled, and each batch meets one of the faults."""

    kinds: tuple[str, ...] = ()
    """Of calls that fail."""
    spared: tuple[str, ...] = ()
    """Parts that this function cannot meet."""

    name = "together"
    title = "several of these at once"
    lesson = "08_choose_and_grow"
    interrupts = True

    def describe(self) -> str:
        return ", ".join(PARTS[part] for part in self.parts)

    @property
    def parts(self) -> list[str]:
        """Of the variant, or all."""
        named = self.variant.split("+") if self.variant else PARTS
        return [part for part in named if part in PARTS and part not in self.spared]

    def account(self) -> dict[str, Any]:
        return {
            "standard_order": "shuffled" if "shuffled" in self.parts else "best-effort",
            "duplicates": 1.0 if "twice" in self.parts else 0.0,
        }

    def weather(self) -> Strike:
        fails = [Fails(kind) for kind in self.kinds] if "fails" in self.parts else []
        return Several(*fails, *([HitsEnds(End.DIES)] if "dies" in self.parts else []))

    def perform(self, run: Play) -> None:
        run.in_waves(3 * run.stage.batch_size)

    def variants(self, calm: Ending, messages: list[Message]) -> list[Self]:
        spared = ["shuffled", "twice"] if calm.stage.is_fifo else []
        if (calm.stage.max_receives or 5) < 3:
            spared.append("twice")
        return [replace(self, spared=tuple(spared), kinds=tuple(find_kinds(calm)))]

    def named(self, variant: str, found: Sequence[Self]) -> list[Self]:
        return [replace(each, variant=variant) for each in found]

    def without(self) -> Iterator[Storm]:
        for part in self.parts if len(self.parts) > 1 else ():
            yield replace(self, variant="+".join(each for each in self.parts if each != part))


STORMS: tuple[type[Storm], ...] = (
    Batches,
    DeliveredTwice,
    SentTwice,
    OutOfOrder,
    AtTheSameTime,
    Poison,
    TimesOut,
    Dies,
    ThrottledCall,
    FailingCall,
    RefusedCall,
    SlowCall,
    ColdStarts,
    Throttled,
    KeyDisabled,
    Redrive,
    DeployInTheMiddle,
    Together,
)
"""In the order in which they are tried, after the calm."""


def redrive(run: Play) -> None:
    """Move all dead letters back to their queue, as an operator does, and have them done."""
    sqs = ask("sqs")
    assert run.stage.dead_letter_queue
    url = sqs.get_queue_url(QueueName=run.stage.dead_letter_queue)["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["QueueArn", "ApproximateNumberOfMessages"]}
    found = sqs.get_queue_attributes(**asked)["Attributes"]
    if int(found["ApproximateNumberOfMessages"]):
        sqs.start_message_move_task(SourceArn=found["QueueArn"])
    while int(sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"]):
        run.lab.advance(seconds=5)
    run.settle()


def _several_batches(run: Play) -> int:
    """So many messages that one environment is done before the last of them is visible again."""
    return max(2, min(10, run.stage.visibility_timeout // 4)) * run.stage.batch_size


def _set_batch_size(run: Play, size: int) -> None:
    stage = run.stage
    is_short = stage.visibility_timeout < stage.timeout
    if is_short:  # Lambda refuses to change the mapping of such a queue
        _set_visibility(stage.queue_url, stage.timeout)
    ask("lambda").update_event_source_mapping(UUID=stage.mapping, BatchSize=size)
    wait_for_mapping(run.lab, stage.mapping)
    if is_short:
        _set_visibility(stage.queue_url, stage.visibility_timeout)


def _set_visibility(url: str, seconds: int) -> None:
    ask("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})


def _reserve(run: Play, environments: int) -> None:
    ask("lambda").put_function_concurrency(
        FunctionName=run.stage.function, ReservedConcurrentExecutions=environments
    )
