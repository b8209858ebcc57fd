"""EventBridge's rules: moto keeps them, and lab time lets them fire."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError
from moto.events.models import Rule, events_backends
from moto.moto_api._internal import mock_random

from helpers.embedded.moto_seams.services import MotoService
from helpers.embedded.service import Call, NotInEmbeddedAccount
from helpers.embedded.services.events.authorization import EventsAuthorization
from helpers.embedded.services.events.members import MEMBERS
from helpers.embedded.services.events.schedules import BadSchedule, Schedule, parse_schedule
from helpers.embedded.services.events.targets import ACTIONS, KNOWN, Others, Targets
from helpers.embedded.services.parts import Parts
from helpers.embedded.services.sqs.service import SqsService
from helpers.embedded.time.clock import microseconds
from helpers.embedded.time.simulation import Steps
from helpers.embedded.wire import ApiResponse

if TYPE_CHECKING:
    from helpers.embedded.services.lambda_.service import LambdaService
    from helpers.embedded.services.sns.service import SnsService

_KEPT = frozenset(
    {
        "DeleteRule", "DescribeRule", "DisableRule", "EnableRule", "ListRuleNamesByTarget",
        "ListRules", "ListTagsForResource", "ListTargetsByRule", "PutRule", "PutTargets",
        "RemoveTargets", "TagResource", "UntagResource",
    }
)  # fmt: skip
"""Operations that are answered. The others would need events that are put, or other buses."""

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
        if call.operation not in _KEPT or given.get("EventPattern"):
            what = "an EventPattern" if call.operation in _KEPT else call.operation
            raise NotInEmbeddedAccount(
                f"The embedded account cannot do that; a real account can. (events: {what}.) Its "
                "rules follow a ScheduleExpression; for events of your own publish to an SNS topic "
                "with a FilterPolicy."
            )
        if call.operation == "PutRule" and (text := given.get("ScheduleExpression")):
            try:
                parse_schedule(text)
            except BadSchedule:
                raise JsonRESTError(
                    "ValidationException", "Parameter ScheduleExpression is not valid."
                ) from None
        for target in given.get("Targets", ()) if call.operation == "PutTargets" else ():
            unknown = sorted(name for name in target.keys() - KNOWN if target[name])
            service = str(target.get("Arn")).split(":")[2:3]
            if unknown or not service or service[0] not in ACTIONS:
                raise NotInEmbeddedAccount(
                    "The targets of a rule are queues, functions and topics in the embedded "
                    f"account, each with {', '.join(sorted(KNOWN))}. Target {target.get('Id')} has "
                    f"{', '.join(unknown) or target.get('Arn')}."
                )

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
            event = self._event(rule, moment)
            for target in list(rule.targets):
                deliver = partial(self._targets.deliver, rule.arn, target, event)
                self._simulation.attempt(deliver, f"the rule {rule.name}")

    def _event(self, rule: Rule, moment: datetime) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html"""
        return {
            "version": "0",
            "id": str(mock_random.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": rule.account_id,
            "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "region": rule.region_name,
            "resources": [rule.arn],
            "detail": {},
        }

    def _rule(self, region: str, name: str) -> Rule | None:
        bus = events_backends[self._account_id][region].event_buses["default"]
        found: Rule | None = bus.rules.get(name)
        return found

    # Services that are made when they are needed

    def _invoke(self, arn: str, event: str) -> None:
        functions: LambdaService = self._load("awslambda")  # type: ignore[assignment]
        functions.invoke_later(arn, event)

    def _publish(self, arn: str, message: str) -> bool:
        topics: SnsService = self._load("sns")  # type: ignore[assignment]
        return topics.publish(arn, message, "")


connect = EventsService
