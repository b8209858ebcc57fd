"""How an event comes to the targets of a rule: queues, functions and topics.

Modelled: an event that a target does not take is given up at once, where EventBridge would try for
24 hours; then it goes to the target's dead-letter queue, or is lost.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from moto.core.exceptions import ServiceException

from helpers.embedded.door.access.access import Access
from helpers.embedded.services.sqs.errors import SQSException
from helpers.embedded.services.sqs.send_message import send
from helpers.embedded.services.sqs.service import SqsService

_log = logging.getLogger("lab.events")

ACTIONS = {"sqs": "sqs:SendMessage", "lambda": "lambda:InvokeFunction", "sns": "sns:Publish"}
"""What a target must allow, by the service in its ARN."""

Target = dict[str, Any]
"""As PutTargets has it."""


class Others(NamedTuple):
    """Services that are made when a rule reaches them."""

    invoke: Callable[[str, str], None]
    """Invokes a function by its ARN. LookupError: there is none."""
    publish: Callable[[str, str], bool]
    """Publishes to a topic by its ARN; False: there is none."""


class Refused(Exception):
    """A target does not take an event. The first argument is EventBridge's error code."""


class Targets:
    """Delivers to the targets of one account's rules."""

    def __init__(self, queues: SqsService, access: Access, others: Others) -> None:
        self._queues = queues
        self._access = access
        self._others = others

    def deliver(self, rule_arn: str, target: Target, event: dict[str, Any]) -> None:
        """Nobody is told of what fails but the dead-letter queue and the account's log."""
        body = _input_of(target, event, rule_arn)
        with self._access.delivering_from(rule_arn):
            try:
                self._reach(target, body)
            except Refused as reason:
                _log.warning("%s: %s: %s", rule_arn, target["Arn"], reason.args[1])
                self._bury(rule_arn, target, body, reason)

    def _reach(
        self, target: Target, body: str, attributes: dict[str, dict[str, str]] | None = None
    ) -> None:
        arn = str(target["Arn"])
        action = ACTIONS[arn.split(":")[2]]
        queue = self._queues.find(arn) if action == "sqs:SendMessage" else None
        if action == "sqs:SendMessage" and queue is None:
            raise Refused("NO_RESOURCE", "There is no such queue.")
        if not self._is_allowed(action, arn):
            reason = f"It does not allow {action} to events.amazonaws.com."
            raise Refused("NO_PERMISSIONS", reason)
        try:
            if queue is not None:
                entry = {"MessageBody": body, "MessageAttributes": attributes or {}}
                if group := target.get("SqsParameters", {}).get("MessageGroupId"):
                    entry["MessageGroupId"] = group
                send(queue, entry)
            elif action == "lambda:InvokeFunction":
                self._others.invoke(arn, body)
            elif not self._others.publish(arn, body):
                raise Refused("NO_RESOURCE", "There is no such topic.")
        except LookupError:
            raise Refused("NO_RESOURCE", "There is no such function.") from None
        except (ServiceException, SQSException) as error:
            raise Refused("SDK_CLIENT_ERROR", str(error)) from None

    def _is_allowed(self, action: str, resource: str) -> bool:
        service = self._access.delivering_service()
        if not self._access.enforced or service is None:
            return True
        facts = self._access.delivery_facts()
        return self._access.decide(service, action, resource, facts).allowed

    def _bury(self, rule_arn: str, target: Target, body: str, reason: Refused) -> None:
        if not (arn := target.get("DeadLetterConfig", {}).get("Arn")):
            return
        said = {
            "ERROR_CODE": reason.args[0],
            "ERROR_MESSAGE": reason.args[1],
            "RULE_ARN": rule_arn,
            "TARGET_ARN": target["Arn"],
        }
        attributes = {
            name: {"DataType": "String", "StringValue": text} for name, text in said.items()
        }
        try:
            self._reach({"Arn": arn}, body, attributes)
        except Refused as again:
            _log.warning("%s: %s either: %s", rule_arn, arn, again.args[1])


def _input_of(target: Target, event: dict[str, Any], rule_arn: str) -> str:
    """What a target gets: the event, a part of it, a constant, or a text made of it."""
    if "Input" in target:
        return str(target["Input"])
    if transformer := target.get("InputTransformer"):
        return _transformed(transformer, event, rule_arn)
    return json.dumps(_at(target.get("InputPath", "$"), event))


def _at(path: str, event: Any) -> Any:
    """What is at a path such as $.detail.kind; None: nothing is."""
    for name in path.split(".")[1:]:
        event = event.get(name) if isinstance(event, dict) else None
    return event


_IN_TEMPLATE = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>\s"]+>')
_VARIABLE = re.compile(r"<([^<>\s]+)>")


def _transformed(transformer: dict[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    """A template with its variables filled in: as they are within quotes, as JSON outside.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    paths = transformer.get("InputPathsMap") or {}
    known = {name: _at(path, event) for name, path in paths.items()} | {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event["time"],
    }

    def fill(part: re.Match[str]) -> str:
        if not part[0].startswith('"'):
            name = part[0][1:-1]
            return json.dumps(known[name]) if name in known else part[0]
        return _VARIABLE.sub(lambda found: _within_quotes(known, found), part[0])

    return _IN_TEMPLATE.sub(fill, str(transformer.get("InputTemplate") or ""))


def _within_quotes(known: dict[str, Any], found: re.Match[str]) -> str:
    if found[1] not in known:
        return found[0]
    value = known[found[1]]
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return json.dumps(text)[1:-1]
