"""One embedded account: its clock, its front door and its parts, put together."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from helpers.card import show_card
from helpers.embedded.door import interception
from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.gate import Gate
from helpers.embedded.door.credentials import ADMIN_ACCESS_KEY_ID, SandboxedSettings
from helpers.embedded.door.endpoint import Endpoint
from helpers.embedded.door.gateway import Gateway
from helpers.embedded.moto_seams.seams import OpenSeams
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.services.parts import Parts, Settings
from helpers.embedded.services.registry import Services
from helpers.embedded.time.clock import SECOND, microseconds
from helpers.embedded.time.message_book import MessageBook
from helpers.embedded.time.simulation import Simulation
from helpers.embedded.time.trace import Trace
from helpers.embedded.wire import ApiRequest, ApiResponse
from helpers.progress import Progress
from helpers.weather import Weather

if TYPE_CHECKING:
    from pandas import DataFrame

    from helpers.embedded.door.access.explanation import Explanation

ACCOUNT_ID = "123456789012"


class LabClosed(RuntimeError):
    """Something of an embedded account was used after the account had been closed."""


class StillBusy(RuntimeError):
    """`run_until_idle` reached its limit, or nothing is left that could end the wait."""


class EmbeddedAccount:
    """An AWS account inside this process. One is open at a time; opening another closes it.

    Args:
        region: the Region of clients that name none.
        seed: ids and keys repeat for the same seed.
        standard_order: "best-effort" hands messages out as they came; "shuffled" in a seeded
            disorder, as AWS may.
        duplicates: share of the deliveries, 0 to 1, that a standard queue makes twice.
        spin_limit: wall seconds for which a handler may compute without sleeping, calling AWS
            or returning before it counts as timed out.
        network: whether functions may reach hosts other than this machine.
        keep: "everything" that happens, for `trace`; or, for a million messages, one line for
            each of them ("messages"), for `messages` and `invoked`.
        weather: what befalls functions on purpose; None: nothing does.
        environments: "processes", one for each execution environment; or "in-process": handlers
            run in this one, which is faster where many lie in wait and many labs are opened. They
            can start no threads and no programs, nor end the process, and their memory setting is
            not enforced; that, or another thread that goes on with them, is refused in words.
    """

    def __init__(
        self,
        *,
        region: str = "us-east-1",
        seed: int = 0,
        standard_order: str = "best-effort",
        duplicates: float = 0.0,
        spin_limit: float = 10.0,
        network: bool = False,
        keep: str = "everything",
        weather: Weather | None = None,
        environments: str = "processes",
    ) -> None:
        global _open
        if _open is not None:
            _open._close("This lab was closed when another one was opened")
        settings = Settings(
            *(ACCOUNT_ID, region, seed, standard_order, duplicates, spin_limit, network, weather),
            environments,
        )
        settings.check()
        if keep not in ("everything", "messages"):
            raise ValueError(f'keep must be "everything" or "messages", not {keep!r}')
        self.region = region
        self._lock = threading.RLock()
        self._simulation = Simulation()
        clock = self._simulation.clock
        self._trace = MessageBook(clock) if keep == "messages" else Trace(clock)
        self._seams = OpenSeams(clock, seed)
        self._services = Services(self._seams.apply)
        self.access = Access(clock, ACCOUNT_ID)
        """Who may do what. `access.enforced = False` lets everybody do everything."""
        self._gateway = Gateway(
            self._services.load, Gate(self.access, clock, ACCOUNT_ID), self._simulation
        )
        self._services.parts = Parts(
            settings,
            self._simulation,
            self._trace,
            Telemetry(clock, region),
            self.access,
            self._gateway,
            self._services.load,
        )
        _settings.apply(region)
        self._owner = os.getpid()
        self._why_closed: str | None = None
        self._endpoint: Endpoint | None = None
        _open = self
        interception.install(_answer)

    # Time

    @property
    def lag(self) -> float:
        """Seconds by which counts of messages and logs are late: none, they are exact."""
        return 0.0

    @property
    def metric_lag(self) -> float:
        """Seconds by which metrics are late: none, once their minute is over."""
        return 0.0

    def now(self) -> datetime:
        """The account's time, aware, in UTC. It stands still between calls."""
        return self._simulation.clock.now()

    def advance(self, seconds: float) -> None:
        """Let `seconds` of lab time pass, and everything happen that is due in them.

        Raises:
            TypeError, ValueError: `seconds` is not a number of zero or more.
            LabClosed: the account has been closed.
        """
        duration = microseconds(seconds)
        with self._working(), self._progress(seconds), _collected_seldom():
            self._simulation.advance(duration)

    def run_until_idle(self, limit: float = 6 * 3600) -> float:
        """Let time pass until no message waits for a function and no function runs.

        Messages in a queue that no function reads, such as a dead-letter queue, wait for nobody.

        Args:
            limit: seconds of lab time after which it gives up.

        Returns:
            The seconds of lab time that passed.

        Raises:
            StillBusy: after `limit`; it names the queues and what is left in them.
        """
        longest = microseconds(limit)
        with self._working(), self._progress(None), _collected_seldom():
            began = self._simulation.now
            if functions := self._services.functions:
                idle = self._simulation.run_until(functions.is_idle, began + longest)
                if not idle:
                    raise StillBusy(
                        f"Not idle after {(self._simulation.now - began) / SECOND:g} s of lab "
                        f"time. {functions.describe_work()}"
                    )
            return (self._simulation.now - began) / SECOND

    def trace(self) -> DataFrame:
        """Everything that happened, oldest first, one row each.

        Columns: time (UTC), at (seconds of lab time since the account was opened), what (sent,
        received, hidden, deleted, delete ignored, dead-lettered, expired, moved, redriven, invoked,
        throttled, kms:Decrypt ...), queue, message_id, receive_count, function, environment (its
        log stream), duration (seconds: of an invocation; for which a message is invisible),
        outcome ("success", or AWS's errorType or error code), messages (that an invocation
        brings). What does not apply to a row is missing. A redriven message has a new id; the row
        above says under which one it was moved.
        """
        from helpers.embedded.time.trace import as_frame

        with self._lock:  # other threads may be sending
            if self._is_open and (queues := self._services.queues):
                for queue in queues.all():
                    queue.counts()  # messages expire unseen
            happenings = self._trace.all()
        return as_frame(happenings)

    @property
    def book(self) -> MessageBook:
        """The lines of messages and invocations. ValueError: the lab keeps everything instead."""
        if not isinstance(self._trace, MessageBook):
            raise ValueError('This lab keeps everything: lab.trace(). For this, keep="messages".')
        return self._trace

    def let_arrive(
        self, queue_url: str, arrivals: Iterable[tuple[float, Mapping[str, Any]]]
    ) -> None:
        """Have messages arrive in lab time from now on, as from producers elsewhere.

        Nothing is signed and nobody is asked for permission, so it costs a tenth of boto3.

        Args:
            arrivals: seconds from now, in this order, and what is sent then: an entry as
                SendMessageBatch takes it, without an Id. It may be a generator.

        Raises:
            LookupError: there is no such queue.
        """
        with self._working():
            began = self._simulation.now
            due = ((began + round(after * SECOND), entry) for after, entry in arrivals)
            self._services.load("sqs")
            assert self._services.queues is not None
            self._services.queues.let_arrive(queue_url, due)

    def explain(
        self, principal: str, action: str, resource: str, context: Mapping[str, str] | None = None
    ) -> Explanation:
        """Whether a principal may do something, and the statements that decide it.

        Nothing is called, and nothing changes.

        Args:
            principal: ARN of a role, of one of its sessions or of a user; or the name of a
                service, such as "sns.amazonaws.com".
            action: such as "sqs:SendMessage".
            resource: an ARN, or "*" where the action has none.
            context: condition keys and their values, such as {"aws:SourceAccount": "123456789012"}.

        Raises:
            ValueError: there is no such principal in this account.
        """
        with self._working():
            self._services.load("iam")
            return self.access.explain(principal, action, resource, context)

    def serve(self) -> str:
        """Open the account to other processes: the AWS CLI in a cell, `!aws sqs list-queues`.

        Whatever this process starts from now on finds it by AWS_ENDPOINT_URL and has the lab's
        credentials. It ends with the lab.

        Returns:
            The endpoint, on 127.0.0.1.
        """
        with self._working():
            if self._endpoint is None:
                self._endpoint = Endpoint(self.answer)
            return self._endpoint.url

    # Opening and closing

    def close(self, *, delete: bool = True) -> None:
        """End all functions and forget all state. Closing twice is no error.

        Nothing outlives the account, so there is nothing more to `delete`: the word is there for
        cells that run on a real account, too.

        Until another account is opened, AWS requests of this process are refused (LabClosed):
        whoever runs an old cell once more does not reach a real account by it. A `with` block
        gives this process its own AWS settings back at its end.
        """
        self._close("This lab is closed")

    def _close(self, why: str) -> None:
        """Whoever works with the account in another thread is told `why` between two events."""
        global _open
        if not self._is_open:
            return
        thread = threading.current_thread()
        where = "" if thread is threading.main_thread() else f" in the thread {thread.name!r}"
        self._why_closed = f"{why}{where}. Run lab = open_lab() to open another one."
        if _open is self:
            _open = None
        if os.getpid() == self._owner:
            self._simulation.interrupts.stop(LabClosed(self._why_closed))
            with self._lock:
                self._services.close()
            if self._endpoint is not None:
                self._endpoint.close()
        self._seams.close()

    @property
    def _is_open(self) -> bool:
        return self._why_closed is None

    def __enter__(self) -> EmbeddedAccount:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if _open is None:
            _settings.restore()

    def __repr__(self) -> str:
        if not self._is_open:
            return "<closed lab>"
        return f"<lab in {self.region} at {self.now():%Y-%m-%d %H:%M:%S} UTC>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """In a notebook: the card, and the same as text."""
        return show_card(self.now()) if self._is_open else {"text/plain": repr(self)}

    # Requests

    def answer(self, request: ApiRequest) -> ApiResponse:
        """Answer a request of this process, letting time pass where the operation waits."""
        with self._working():
            call = self._gateway.admit(request)
            if isinstance(call, ApiResponse):
                return call
            if not self._gateway.takes_time(call):
                return self._gateway.answer(call)
            return self._simulation.run(self._gateway.answer_in_time(call))

    @contextmanager
    def _working(self) -> Iterator[None]:
        """One thing at a time, and Ctrl-C only between two events."""
        if os.getpid() != self._owner:
            raise LabClosed(
                "This process is a copy of the one that opened the lab, and what it did would be "
                "lost with it. Send from there (threads may), or open a lab here: lab = open_lab()"
            )
        with self._lock, self._simulation.interrupts:
            if self._why_closed is not None:
                raise LabClosed(self._why_closed)
            yield

    @contextmanager
    def _progress(self, total: float | None) -> Iterator[None]:
        """Show a bar when moving time takes a person's patience."""
        simulation, began = self._simulation, self._simulation.now
        with Progress(total, self._describe_progress) as progress:
            simulation.watch = lambda: progress((simulation.now - began) / SECOND)
            try:
                yield
            finally:
                simulation.watch = None

    def _describe_progress(self) -> str:
        queues = self._services.queues
        waiting = sum(sum(queue.counts()) for queue in queues.all()) if queues else 0
        return f"{waiting} messages left, {self._trace.invocations} invocations"


_open: EmbeddedAccount | None = None
_settings = SandboxedSettings()


def leave() -> None:
    """Close the account that is open, and let this process reach AWS again, as itself."""
    if _open is not None:
        _open.close()
    _settings.restore()
    interception.uninstall()


def _answer(request: ApiRequest) -> ApiResponse | None:
    """The open account's answer; None sends a request out that is not the account's."""
    if request.is_for_this_machine:
        return None
    if _open is not None:
        return _open.answer(request)
    signed_here = request.scope is not None and request.scope[0] == ADMIN_ACCESS_KEY_ID
    if signed_here or _settings.active:
        raise LabClosed(
            "The lab of this client is closed. Run lab = open_lab() and make the client anew."
        )
    return None


_SELDOM = 50_000
"""Objects made between two searches."""


@contextmanager
def _collected_seldom() -> Iterator[None]:
    """What happens inside makes few cycles: most of it is kept, as the trace is, or freed by its
    count. Searches as often as usual would cost 4 % of a run."""
    usual = gc.get_threshold()
    if usual[0]:
        gc.set_threshold(max(usual[0], _SELDOM), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
