"""One embedded account: its clock, its front door and its parts, put together."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING

from helpers.embedded.door import interception
from helpers.embedded.door.access.access import Access
from helpers.embedded.door.access.gate import Gate
from helpers.embedded.door.credentials import ADMIN_ACCESS_KEY_ID, SandboxedSettings
from helpers.embedded.door.gateway import Gateway
from helpers.embedded.moto_seams.seams import OpenSeams, load_aws_managed_policies
from helpers.embedded.moto_seams.services import MotoServices
from helpers.embedded.services.cloudwatch.published.telemetry import Telemetry
from helpers.embedded.services.sqs.queue_keys import KeysForQueues
from helpers.embedded.services.sqs.queues import Queues
from helpers.embedded.time.clock import SECOND, microseconds
from helpers.embedded.time.garbage import collected_seldom
from helpers.embedded.time.simulation import Simulation
from helpers.embedded.time.trace import Trace
from helpers.embedded.wire import ApiRequest, ApiResponse
from helpers.progress import Progress

if TYPE_CHECKING:
    from pandas import DataFrame

    from helpers.embedded.door.access.explanation import Explanation
    from helpers.embedded.services.cloudwatch.service import Monitoring
    from helpers.embedded.services.kms.service import KeyService
    from helpers.embedded.services.lambda_.service import Compute
    from helpers.embedded.services.logs.service import LogSearch
    from helpers.embedded.services.sns.api import Notifications

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
    """

    def __init__(
        self,
        *,
        region: str = "us-east-1",
        seed: int = 0,
        standard_order: str = "best-effort",
        duplicates: float = 0.0,
        spin_limit: float = 10.0,
    ) -> None:
        global _open
        if _open is not None:
            _open.close()
        self.region = region
        self._spin_limit = spin_limit
        self._lock = threading.RLock()
        self._simulation = Simulation()
        self._trace = Trace(self._simulation.clock)
        self._seams = OpenSeams(self._simulation.clock, seed)
        self._telemetry = Telemetry(self._simulation.clock, region)
        self._services = MotoServices(self._connect)
        self.access = Access(self._simulation.clock, ACCOUNT_ID)
        """Who may do what. `access.enforced = False` lets everybody do everything."""
        gate = Gate(self.access, self._simulation.clock, ACCOUNT_ID)
        self._gateway = Gateway(self._services, gate)
        self._queues = Queues(
            self._simulation,
            self._trace,
            KeysForQueues(self._loaded_keys, self.access, self._trace, seed),
            standard_order=standard_order,
            duplicates=duplicates,
            seed=seed,
            meters=self._telemetry.queues.meters,
        )
        self._monitoring: Monitoring | None = None
        self._log_search: LogSearch | None = None
        self._notifications: Notifications | None = None
        self._compute: Compute | None = None
        self._keys: KeyService | None = None
        self._seed = seed
        _settings.apply(region)
        self._is_open = True
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
        with self._working(), self._progress(seconds), collected_seldom():
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
        with self._working(), self._progress(None), collected_seldom():
            began = self._simulation.now
            if self._compute is not None:
                idle = self._simulation.run_until(self._compute.is_idle, began + longest)
                if not idle:
                    raise StillBusy(
                        f"Not idle after {(self._simulation.now - began) / SECOND:g} s of lab "
                        f"time. {self._compute.describe_work()}"
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

        return as_frame(self._trace.happenings)

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

    # Opening and closing

    def close(self, *, delete: bool = True) -> None:
        """End all functions and forget all state. Closing twice is no error.

        Nothing outlives the account, so there is nothing more to `delete`: the word is there for
        cells that run on a real account, too.

        Until another account is opened, AWS requests of this process are refused (LabClosed):
        whoever runs an old cell once more does not reach a real account by it. A `with` block
        gives this process its own AWS settings back at its end.
        """
        global _open
        if not self._is_open:
            return
        self._is_open = False
        if _open is self:
            _open = None
        if self._compute is not None:
            self._compute.close()
        for part in (self._monitoring, self._log_search, self._notifications, self._keys):
            if part is not None:
                part.close()
        self._queues.close()
        self._seams.close()

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

    # Requests

    def answer(self, request: ApiRequest) -> ApiResponse:
        """Answer a request of this process, letting time pass where the operation waits."""
        with self._working():
            if self._gateway.waiting_steps(request) is None:
                return self._gateway.answer(request)
            return self._simulation.run(self._gateway.call(request))

    @contextmanager
    def _working(self) -> Iterator[None]:
        """One thing at a time, and Ctrl-C only between two events."""
        if not self._is_open:
            raise LabClosed("This lab is closed. Run lab = open_lab() to open another one.")
        with self._lock, self._simulation.interrupts:
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
        waiting = sum(sum(queue.counts()) for queue in self._queues.all())
        return f"{waiting} messages left, {self._trace.invocations} invocations"

    def _connect(self, service: str) -> None:
        """Put our parts in place of moto's, once moto has imported a service."""
        self._seams.apply()
        match service:
            case "sqs":
                self._queues.attach(self._gateway)
                self._services.handlers["sqs"] = self._queues.handler
            case "kms":
                self._connect_keys()
            case "iam" | "sts":
                self._connect_identity(service)
            case "cloudwatch" | "logs":
                self._connect_telemetry(service)
            case "sns":
                self._connect_notifications()
            case "awslambda":
                self._connect_compute()
            case "kinesis":
                self._services.load("cloudwatch")  # moto's Kinesis publishes metrics there
            case "cloudformation":
                self._connect_stacks()

    def _connect_keys(self) -> None:
        from helpers.embedded.services.kms.service import KeyService

        is_principal = self.access.identities.can_be_named
        self._keys = KeyService(self._simulation.clock, self._seed, is_principal)
        self._services.handlers["kms"] = self._keys.handler
        self._gateway.before("kms", self._keys.settle)

    def _connect_identity(self, service: str) -> None:
        access, clock, handlers = self.access, self._simulation.clock, self._services.handlers
        if service == "iam":
            from helpers.embedded.services.iam.api import IamApi

            load_aws_managed_policies(ACCOUNT_ID)
            handlers["iam"] = lambda *asked: IamApi(access).answer(*asked)
        else:
            from helpers.embedded.services.iam.sts import StsApi

            handlers["sts"] = lambda *asked: StsApi(access, clock).answer(*asked)

    def _connect_telemetry(self, service: str) -> None:
        telemetry, services, simulation = self._telemetry, self._services, self._simulation
        if service == "cloudwatch":
            from helpers.embedded.services.cloudwatch.service import Monitoring

            self._monitoring = Monitoring(telemetry, services, simulation, self._publish)
        else:
            from helpers.embedded.services.logs.service import LogSearch

            self._log_search = LogSearch(telemetry, services, simulation.clock)

    def _connect_notifications(self) -> None:
        from helpers.embedded.services.sns.api import Notifications

        self._services.load("sqs")
        self._notifications = Notifications(
            self._simulation.clock, self._queues, self.access, self._invoke_later
        )
        self._services.handlers["sns"] = self._notifications.handler

    def _connect_compute(self) -> None:
        from helpers.embedded.services.lambda_.service import Compute

        self._services.load("sqs")
        self._services.load("logs")
        self._compute = Compute(
            self._simulation,
            self._gateway,
            self.access,
            self._services,
            self._queues,
            self._trace,
            self._telemetry,
            region=self.region,
            account_id=ACCOUNT_ID,
            spin_limit=self._spin_limit,
        )

    def _connect_stacks(self) -> None:
        from helpers.embedded.services.cloudformation.api import Stacks

        stacks = Stacks(self.access, self._simulation.clock, self._gateway.answer)
        self._services.handlers["cloudformation"] = stacks.handler

    def _loaded_keys(self) -> KeyService:
        self._services.load("kms")
        assert self._keys is not None
        return self._keys

    def _publish(self, topic_arn: str, message: str, subject: str) -> bool:
        """Publish for one of the account's services; False: there is no such topic."""
        self._services.load("sns")
        assert self._notifications is not None
        return self._notifications.publish(topic_arn, message, subject)

    def _invoke_later(self, function_arn: str, event: str) -> None:
        """Invoke for one of the account's services. LookupError: there is no such function."""
        self._services.load("awslambda")
        assert self._compute is not None
        self._compute.invoke_later(function_arn, event)


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
