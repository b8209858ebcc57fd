"""EventBridge's rules: moto keeps them, and lab time or an event lets them fire."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.events.models import Rule, events_backends

from helpers.embedded import json_documents
from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.service import Call, NotInEmbeddedAccount
from helpers.embedded.services.events.authorization import EventsAuthorization
from helpers.embedded.services.events.entries import (
    BadEntry,
    Event,
    check_size,
    read_entry,
    read_pattern,
)
from helpers.embedded.services.events.members import MEMBERS
from helpers.embedded.services.events.schedules import BadSchedule, Schedule, parse_schedule
from helpers.embedded.services.events.targets import ACTIONS, Others, Targets
from helpers.embedded.services.parts import Parts
from helpers.embedded.services.sqs.service import SqsService
from helpers.embedded.time.clock import microseconds
from helpers.embedded.time.simulation import Steps
from helpers.embedded.uuids import new_uuid
from helpers.embedded.wire import ApiResponse

if TYPE_CHECKING:
    from helpers.embedded.services.lambda_.service import LambdaService
    from helpers.embedded.services.sns.service import SnsService

_BUS = "default"
_MOVES = frozenset({"DeleteRule", "DisableRule", "EnableRule", "PutRule"})
"""Those after which a rule fires at other moments than before."""


class EventsService(MotoService):
    """The rules of an account. A schedule begins when its rule is put or enabled: the first event
    of rate(5 minutes) comes five minutes later."""

    name = "events"
    members = MEMBERS

    def __init__(self, parts: Parts) -> None:
        parts.access.learn(self.name, EventsAuthorization())
        self._simulation = parts.simulation
        self._account_id = parts.settings.account_id
        self._load = parts.load
        self._targets = Targets(
            parts.service(SqsService), parts.access, Others(self._invoke, self._publish)
        )
        self._turns: dict[tuple[str, str], int] = {}
        """How often each rule has been put, enabled or disabled: an older schedule is over."""
        events_backends.clear()

    def answer(self, call: Call) -> ApiResponse:
        try:
            self._check(call)
            if own := _OWN.get(call.operation or ""):
                return _as_json(own(self, call))
        except JsonRESTError as error:
            return ApiResponse(400, dict(error.get_headers()), str(error.get_body()).encode())
        answer = super().answer(call)
        if answer.status < 300 and call.operation in _MOVES:
            self._wind(call.region, str(call.parameters["Name"]))
        return answer

    def close(self) -> None:
        events_backends.clear()

    @staticmethod
    def _check(call: Call) -> None:
        """Refuse what would be kept and never obeyed."""
        given = call.parameters
        if call.operation == "PutRule":
            schedule, pattern = given.get("ScheduleExpression"), given.get("EventPattern")
            if not schedule and not pattern:
                raise JsonRESTError(
                    "ValidationException",
                    "Parameter(s) EventPattern or ScheduleExpression must be specified.",
                )
            if pattern:
                read_pattern(pattern)
            try:
                parse_schedule(schedule or "rate(1 day)")
            except BadSchedule:
                raise JsonRESTError(
                    "ValidationException", "Parameter ScheduleExpression is not valid."
                ) from None
        for target in given.get("Targets", ()) if call.operation == "PutTargets" else ():
            service = str(target.get("Arn")).split(":")[2:3]
            if not service or service[0] not in ACTIONS:
                raise NotInEmbeddedAccount(
                    "The targets of a rule are queues, functions and topics in the embedded "
                    f"account. Target {target.get('Id')} is {target.get('Arn')}."
                )

    # Events that are put

    def _put_events(self, call: Call) -> dict[str, Any]:
        """Each event goes at once to the targets of every rule that means it. Modelled: on AWS
        that takes about half a second."""
        entries = call.parameters.get("Entries") or []
        check_size(entries)
        for entry in entries:
            bus = str(entry.get("EventBusName") or _BUS)
            if bus.rpartition("/")[2] != _BUS:
                raise NotInEmbeddedAccount(
                    f"The embedded account has one event bus, {_BUS}, and not {bus}. Put the event "
                    "there, and let the patterns of rules tell what is whose."
                )
        answers = [self._put(call, entry) for entry in entries]
        return {
            "Entries": answers,
            "FailedEntryCount": sum("ErrorCode" in each for each in answers),
        }

    def _put(self, call: Call, entry: dict[str, Any]) -> dict[str, str]:
        try:
            event = read_entry(entry, self._simulation.clock.now())
        except BadEntry as bad:
            return {"ErrorCode": bad.args[0], "ErrorMessage": bad.args[1]}
        identity = new_uuid()
        event |= {"id": identity, "account": call.account, "region": call.region}
        for rule in list(self._rules(call.region).values()):
            pattern = rule.event_pattern and rule.event_pattern.dump()
            if pattern and rule.state == "ENABLED" and read_pattern(pattern).matches(event):
                self._deliver(rule, event)
        return {"EventId": identity}

    def _test_event_pattern(self, call: Call) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html"""
        try:
            event = json_documents.parse(str(call.parameters.get("Event") or ""))
        except ValueError:
            event = None
        if not isinstance(event, dict):
            raise JsonRESTError("ValidationException", "Parameter Event is not valid.")
        pattern = read_pattern(str(call.parameters.get("EventPattern") or ""))
        return {"Result": pattern.matches(event)}

    # In lab time

    def _wind(self, region: str, name: str) -> None:
        """Let the rule's schedule begin, if it has one and is enabled."""
        key = region, name
        turn = self._turns[key] = self._turns.get(key, 0) + 1
        rule = self._rule(region, name)
        if rule is not None and rule.scheduled_expression and rule.state == "ENABLED":
            schedule = parse_schedule(rule.scheduled_expression)
            self._simulation.start(self._follow(key, turn, schedule))

    def _follow(self, key: tuple[str, str], turn: int, schedule: Schedule) -> Steps[None]:
        clock = self._simulation.clock
        while moment := schedule.after(clock.now()):
            wait = (moment - clock.now()).total_seconds()
            yield self._simulation.timeout(microseconds(wait))
            rule = self._rule(*key)
            if rule is None or self._turns[key] != turn:
                return
            self._deliver(rule, self._event(rule, moment))

    def _deliver(self, rule: Rule, event: Event) -> None:
        for target in list(rule.targets):
            deliver = partial(self._targets.deliver, rule.arn, target, event)
            self._simulation.attempt(deliver, f"the rule {rule.name}")

    def _event(self, rule: Rule, moment: datetime) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html"""
        return {
            "version": "0",
            "id": new_uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": rule.account_id,
            "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "region": rule.region_name,
            "resources": [rule.arn],
            "detail": {},
        }

    def _rule(self, region: str, name: str) -> Rule | None:
        return self._rules(region).get(name)

    def _rules(self, region: str) -> dict[str, Rule]:
        """Of the one bus that there is, in the order of their creation."""
        bus = events_backends[self._account_id][region].event_buses[_BUS]
        rules: dict[str, Rule] = bus.rules
        return rules

    # Services that are made when they are needed

    def _invoke(self, arn: str, event: str) -> None:
        functions: LambdaService = self._load("awslambda")  # type: ignore[assignment]
        functions.invoke_later(arn, event)

    def _publish(self, arn: str, message: str) -> bool:
        topics: SnsService = self._load("sns")  # type: ignore[assignment]
        return topics.publish(arn, message, "")


_OWN: dict[str, Callable[[EventsService, Call], dict[str, Any]]] = {
    "PutEvents": EventsService._put_events,
    "TestEventPattern": EventsService._test_event_pattern,
}
"""What is answered here, and not by moto."""


def _as_json(answer: dict[str, Any]) -> ApiResponse:
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    return ApiResponse(200, headers, json.dumps(answer).encode())


connect = EventsService
