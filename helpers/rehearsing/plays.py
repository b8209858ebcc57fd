"""One run: a fresh account, the function in it, the messages, the weather, and what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.lab import open_lab
from helpers.rehearsing.messages import Message, NotRehearsed
from helpers.rehearsing.remains import Remains, read_remains
from helpers.rehearsing.subjects import Deploy, Stage, ask
from helpers.weather import End, Fault, FunctionCall, Invocation, Weather

if TYPE_CHECKING:
    import pandas as pd

    from helpers.lab import Lab
    from helpers.rehearsing.storm import Storm

LONGEST = 4 * 3600
"""Seconds of lab time that a run without a dead-letter queue may take."""
FEW = 12
"""Messages whose lives fit in a small picture."""
SPIN_LIMIT = 60.0
"""Wall seconds for which a handler may compute, on a machine that has other work, too."""
POISON = -1
"""The number of a message that is none of the user's."""


class Made(NamedTuple):
    """A call that a function made."""

    call: FunctionCall
    status: int


class Recorder(Weather):
    """Keeps what functions ask AWS for, and does to them what the storm says."""

    def __init__(self, storm: Weather) -> None:
        self.storm = storm
        self.calls: list[Made] = []

    def meet_call(self, call: FunctionCall) -> Fault | None:
        return self.storm.meet_call(call)

    def note_answer(self, call: FunctionCall, status: int) -> None:
        self.calls.append(Made(call, status))
        self.storm.note_answer(call, status)

    def meet_end(self, invocation: Invocation) -> End:
        return self.storm.meet_end(invocation)


@dataclass
class Fate:
    """What became of one of the user's messages."""

    ids: list[str] = field(default_factory=list)
    """Under which it was in the queue: again and again, if it was sent twice or redriven."""
    ends: Counter[str] = field(default_factory=Counter)
    """deleted, dead-lettered, expired: how often."""
    receives: int = 0

    @property
    def is_dead(self) -> bool:
        return self.ends["dead-lettered"] > self.ends["moved"]

    @property
    def is_left(self) -> bool:
        """Whether it is still in the queue."""
        return self.ends["sent"] + self.ends["redriven"] > (
            self.ends["deleted"] + self.ends["dead-lettered"] + self.ends["expired"]
        )


@dataclass(frozen=True)
class Ending:
    """What a run has left behind."""

    stage: Stage
    remains: Remains
    fates: dict[int, Fate]
    """By the message's number; POISON's, if there was one."""
    calls: list[Made]
    errors: Counter[str]
    """Of the function's invocations, by AWS's errorType."""
    trace: pd.DataFrame
    ids: dict[str, int]
    """The number of the message that has an id."""
    log: list[str]
    """What the function has logged, in calm weather."""
    violation: str
    """What the user's invariant says; nothing: it holds."""
    lives: pd.DataFrame | None
    """As `helpers.watching.timeline.read_lifelines` has them; None: too many for a picture."""


class Play:
    """A run under way, as a storm sees it."""

    def __init__(
        self, lab: Lab, stage: Stage, weather: Weather, messages: dict[int, Message]
    ) -> None:
        self.lab = lab
        self.weather = weather
        self.stage = stage
        self.messages = messages
        self.ids: dict[str, int] = {}
        self._sqs = ask("sqs")
        self._sent = 0

    def send(self, *numbers: int, fresh: bool = False) -> None:
        """Send messages of these numbers. `fresh`: a FIFO queue takes them although it knows them.

        The account's time stands still meanwhile.
        """
        for number in numbers:
            mark = ""
            if fresh or not self.messages[number].deduplication_id:
                self._sent += 1
                mark = f"rehearsed-{self._sent}"
            request = self.messages[number].as_request(self.stage.is_fifo, mark)
            answer = self._sqs.send_message(QueueUrl=self.stage.queue_url, **request)
            self.ids[answer["MessageId"]] = number

    def send_foreign(self, body: str) -> None:
        """Send what is none of the user's messages, a poison message, say."""
        self.messages[POISON] = Message(body, group_id=self._a_group())
        self.send(POISON)

    def _a_group(self) -> str | None:
        groups = [each.group_id for each in self.messages.values()]
        return groups[len(groups) // 2] if groups else None

    def settle(self) -> None:
        """Let time pass until all is done; what would never be done stays."""
        stage = self.stage
        receives = stage.max_receives
        limit = stage.visibility_timeout * (receives + 3) + 900 if receives else LONGEST
        try:
            self.lab.run_until_idle(limit=limit)
        except RuntimeError as busy:
            if type(busy).__name__ != "StillBusy":
                raise

    def in_waves(
        self, size: int | None = None, *, amid: Callable[[], object] | None = None
    ) -> None:
        """Send the messages so many at a time, as `waves` parts them, and have each wave done.

        Args:
            amid: is called once, when the wave in the middle is sent and not done.
        """
        waves = self.waves(size)
        for number, wave in enumerate(waves):
            self.send(*wave)
            if amid and number == len(waves) // 2:
                amid()
            self.settle()

    def waves(self, size: int | None = None) -> list[list[int]]:
        """The messages in order, so many at a time; None: as the mapping's batches are."""
        numbers = list(self.messages)
        size = min(size or self.stage.batch_size, 10 if self.stage.is_fifo else 100)
        return [numbers[at : at + size] for at in range(0, len(numbers), size)]


Messages = dict[int, Message] | Callable[[Stage], dict[int, Message]]


@dataclass(frozen=True)
class Company:
    """What all runs of a rehearsal share."""

    deploy: Deploy
    messages: Callable[[Stage], Sequence[Message]]
    invariant: Callable[..., Any] | None = None


def play(company: Company, storm: Storm, only: Sequence[int] | None = None) -> Ending:
    """Run the messages through a storm, in an account of their own.

    Args:
        only: the numbers of the messages that are sent, from 0 on; None: all.

    Raises:
        NotRehearsed: the function cannot be deployed, or nothing can be sent to it.
    """
    weather = storm.weather()
    recorder = Recorder(weather)
    lab = open_lab("embedded", weather=recorder, spin_limit=SPIN_LIMIT, **storm.account())
    try:
        since = lab.now()
        stage = company.deploy(lab)
        weather.expect(stage)
        everything = company.messages(stage)
        chosen = range(len(everything)) if only is None else only
        run = Play(lab, stage, weather, {number: everything[number] for number in chosen})
        try:
            storm.perform(run)
        except ask("sqs").exceptions.ClientError as error:
            raise NotRehearsed(f"AWS refuses a request: {error}") from None
        return _read_ending(company, lab, since, run, recorder, storm.name == "calm")
    finally:
        lab.close()


def _read_ending(
    company: Company,
    lab: Lab,
    since: datetime,
    run: Play,
    recorder: Recorder,
    with_log: bool,
) -> Ending:
    trace: pd.DataFrame = lab.trace()  # type: ignore[attr-defined]
    invoked = trace[(trace["what"] == "invoked") & (trace["function"] == run.stage.function)]
    errors = Counter(word for word in invoked["outcome"] if word != "success")
    fates = _read_fates(trace, run)
    remains = read_remains(run.stage, recorder.calls, since, lab.now())
    return Ending(
        stage=run.stage,
        remains=remains,
        fates=fates,
        calls=recorder.calls,
        errors=errors,
        trace=trace,
        ids=dict(run.ids),
        log=_read_log(run.stage.function) if with_log else [],
        violation=_judge(company, run.stage),
        lives=_read_lives(lab, run),
    )


def _judge(company: Company, stage: Stage) -> str:
    """A sentence, if the user's invariant does not hold: it returns one, or False, or raises."""
    if company.invariant is None:
        return ""
    try:
        found = company.invariant(stage)
    except AssertionError as error:
        return str(error) or "the invariant does not hold"
    if found is None or found is True:
        return ""
    return str(found) if isinstance(found, str) else "the invariant does not hold"


def _read_fates(trace: pd.DataFrame, run: Play) -> dict[int, Fate]:
    """What the trace says of each message; a redriven one goes on under another id."""
    fates = {number: Fate() for number in run.messages}
    queues = {run.stage.queue, run.stage.dead_letter_queue}
    moved: int | None = None
    row: Any
    for row in trace[trace["queue"].isin(queues)].itertuples(index=False):
        if row.what == "redriven" and moved is not None:
            run.ids[row.message_id] = moved
            moved = None
        number = run.ids.get(row.message_id) if isinstance(row.message_id, str) else None
        if number is None:
            continue
        fate = fates[number]
        if row.message_id not in fate.ids:
            fate.ids.append(row.message_id)
        if row.what == "moved":
            moved = number
        if row.what == "received":
            fate.receives += 1
        elif row.queue == run.stage.queue or row.what in ("moved", "dead-lettered"):
            fate.ends[row.what] += 1
    return fates


def _read_lives(lab: Lab, run: Play) -> pd.DataFrame | None:
    if len(run.messages) > FEW:
        return None
    from helpers.watching.timeline import read_lifelines

    names = {
        each: "poison" if number == POISON else f"message {number + 1}"
        for each, number in run.ids.items()
    }
    return read_lifelines(lab, run.stage.queue_url, names=names)


def _read_log(function: str) -> list[str]:
    from helpers.deploying.invocations import read_log

    return [line for _, line in read_log(function)]
