"""Lambda in an embedded account: functions, their invocations and their event sources."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import lambda_backends
from moto.core.request import Request
from moto.logs.models import logs_backends
from werkzeug.exceptions import HTTPException

from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.services.kms.service import KmsService
from helpers.embedded.services.lambda_.authorization import LambdaAuthorization
from helpers.embedded.services.lambda_.backend import FunctionBackend
from helpers.embedded.services.lambda_.event_source.api import LambdaApi
from helpers.embedded.services.lambda_.event_source.event_source_mappings import Mappings
from helpers.embedded.services.lambda_.event_source.mapping import Mapping
from helpers.embedded.services.lambda_.execution.asynchronous import (
    AsynchronousInvocations,
    Attributes,
)
from helpers.embedded.services.lambda_.execution.conversation import Durations
from helpers.embedded.services.lambda_.execution.function_logs import FunctionLogs
from helpers.embedded.services.lambda_.execution.functions import Functions
from helpers.embedded.services.lambda_.execution.invoke import Invocations
from helpers.embedded.services.lambda_.function_keys import FunctionKeys
from helpers.embedded.services.lambda_.members import MEMBERS
from helpers.embedded.services.logs.backend import LogsBackend
from helpers.embedded.services.logs.service import LogsService
from helpers.embedded.services.parts import Parts
from helpers.embedded.services.sqs.send_message import send
from helpers.embedded.services.sqs.service import SqsService

if TYPE_CHECKING:
    from helpers.embedded.services.sns.service import SnsService


_DELIVERIES = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
}
"""What a role must be allowed, by the service of a destination or dead-letter target."""


class LambdaService(MotoService):
    """Made when Lambda is used first: a lab about queues alone starts faster without it."""

    name = "awslambda"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        settings, simulation = parts.settings, parts.simulation
        parts.access.learn(self.name, LambdaAuthorization(parts.access))
        self._access = parts.access
        self._load = parts.load
        self._account_id = settings.account_id
        self._region = settings.region
        self.keys = FunctionKeys(lambda: parts.service(KmsService), parts.access)
        logs = parts.service(LogsService)
        self._functions = Functions(
            simulation,
            parts.gateway,
            parts.trace,
            parts.telemetry,
            region=settings.region,
            account_id=settings.account_id,
            durations=Durations(),
            spin_limit=settings.spin_limit,
            network=settings.network,
            in_process=settings.environments == "in-process",
            weather=settings.weather,
            may_log=self._may_log,
            logs=FunctionLogs(simulation.clock, partial(logs.metrics.note, settings.region)),
            check_readable=self.keys.check_readable,
        )
        self._queues = parts.service(SqsService)
        self._log_rights: dict[tuple[str, str], tuple[tuple[int, bool], bool, bool]] = {}
        self._asynchronous = AsynchronousInvocations(simulation, self._functions, self._deliver)
        self._mappings = Mappings(
            simulation, self._functions, parts.access, self._queues, self.keys.check_there
        )
        self.waits = {"Invoke": Invocations(self._functions, self._asynchronous).invoke}
        logs.bring_in = self._publish_logs
        self._replaced = ReplacedBackend(lambda_backends, FunctionBackend, self)

    def respond(self, request: Request, url: str, headers: Any) -> Any:
        return LambdaApi(self._mappings).answer(request, url, headers)

    def is_idle(self) -> bool:
        """Whether no function runs and no message waits for one."""
        return (
            self._functions.running == 0
            and self._asynchronous.pending == 0
            and not any(_has_work(mapping) for mapping in self._mappings.all())
        )

    def describe_work(self) -> str:
        """What keeps the account from being idle, for a person."""
        reasons = [_describe(mapping) for mapping in self._mappings.all() if _has_work(mapping)]
        if self._functions.running or self._asynchronous.pending:
            reasons.append(
                f"{self._functions.running} invocations are running and "
                f"{self._asynchronous.pending} asynchronous ones are not done with."
            )
        return " ".join(reasons)

    def invoke_later(self, arn: str, event: str) -> None:
        """Invoke a function with an event that nobody waits for. LookupError: there is none."""
        try:
            function = self._functions.find(arn)
        except HTTPException:
            raise LookupError(arn) from None
        self._asynchronous.accept(function, event, arn)

    def close(self) -> None:
        self._functions.close()
        self._replaced.restore()

    def _deliver(self, role: str, arn: str, body: str, attributes: Attributes) -> None:
        """Send to a destination or dead-letter target of a function, as its role.

        Raises:
            LookupError: the target is gone, or the role may not send to it.
            ServiceException: the key of the queue cannot be used.
        """
        service = arn.split(":")[2]
        action = _DELIVERIES.get(service)
        if action is None or not self._access.may(role, action, arn):
            raise LookupError(arn)
        if service == "lambda":
            self.invoke_later(arn, body)
        elif service == "sns":
            if not self._topics().publish(arn, body, attributes=attributes):
                raise LookupError(arn)
        elif (queue := self._queues.find(arn)) is not None:
            with self._access.acting_as(self._access.session_of(role)):
                send(queue, {"MessageBody": body, "MessageAttributes": attributes})
        else:
            raise LookupError(arn)

    def _topics(self) -> SnsService:
        """There from the first event on that a topic is told of."""
        topics: SnsService = self._load("sns")  # type: ignore[assignment]
        return topics

    def _may_log(self, role: str, group: str, stream: str) -> bool:
        """Whether a function leaves a log: Lambda writes it in the name of the function's role
        (LDG monitoring-cloudwatchlogs, prerequisites). Policies are asked when one has changed."""
        access, key = self._access, (role, stream)
        state = access.changes, access.enforced
        if key not in self._log_rights or self._log_rights[key][0] != state:
            arn = f"arn:aws:logs:{self._region}:{self._account_id}:log-group:{group}"
            may_stream, may_put, may_create = (
                access.may(role, f"logs:{action}", f"{arn}:log-stream:{stream}")
                for action in ("CreateLogStream", "PutLogEvents", "CreateLogGroup")
            )
            self._log_rights[key] = state, may_stream and may_put, may_create
        _, may_write, may_create = self._log_rights[key]
        return may_write and (
            may_create or group in logs_backends[self._account_id][self._region].groups
        )

    def _publish_logs(self) -> None:
        """Hand what functions have logged to CloudWatch Logs, which now is asked for it."""
        backend = logs_backends[self._account_id][self._region]
        assert isinstance(backend, LogsBackend)
        for (group, stream), entries in self._functions.logs.take().items():
            backend.take_in(group, stream, entries)


def _has_work(mapping: Mapping) -> bool:
    return mapping.poller.busy or (mapping.is_working and any(mapping.queue.counts()))


def _describe(mapping: Mapping) -> str:
    counts = mapping.queue.counts()
    advice = (
        f"its mapping cannot read it: {mapping.poller.problem}"
        if mapping.poller.problem
        else "if a message fails again and again, give the queue a dead-letter queue "
        "(RedrivePolicy) or purge it."
    )
    return (
        f"{mapping.queue.name} still holds {counts.visible} visible, {counts.in_flight} in "
        f"flight, {counts.delayed} delayed; {advice}"
    )


connect = LambdaService
