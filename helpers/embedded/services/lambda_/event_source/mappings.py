"""Event source mappings: what the Lambda API says about them, and the pollers they own."""

from __future__ import annotations

from typing import Any, Protocol

from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    LambdaClientError,
    UnknownFunctionException,
)
from moto.awslambda.models import LambdaFunction
from moto.moto_api._internal import mock_random

from helpers.embedded.door.access.access import Access
from helpers.embedded.services.lambda_.event_source import validation
from helpers.embedded.services.lambda_.event_source.batch_response import REPORT_BATCH_ITEM_FAILURES
from helpers.embedded.services.lambda_.event_source.filters import Filters
from helpers.embedded.services.lambda_.event_source.poller import Poller
from helpers.embedded.services.lambda_.event_source.queue_reader import QueueReader
from helpers.embedded.services.lambda_.event_source.scaling import Scaling
from helpers.embedded.services.lambda_.execution.functions import Functions
from helpers.embedded.services.lambda_.function_arns import parse_name
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps

TRANSITION = 2 * SECOND
"""How long a mapping is Creating, Enabling, Disabling or Deleting. Modelled."""

_DEFAULTS: dict[str, Any] = {
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
}

_OPTIONAL = (
    "DestinationConfig",
    "FilterCriteria",
    "KMSKeyArn",
    "MetricsConfig",
    "ProvisionedPollerConfig",
    "ScalingConfig",
)


class QueueFinder(Protocol):
    def find(self, arn: str) -> Queue | None: ...


class ResourceConflict(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class ResourceNotFound(LambdaClientError):
    code = 404

    def __init__(self, message: str = "The resource you requested does not exist.") -> None:
        super().__init__("ResourceNotFoundException", message)


def merge(current: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A mapping's settings after `changes`; an empty structure takes a setting away."""
    merged = dict(current)
    for name in (*_DEFAULTS, *_OPTIONAL):
        if (value := changes.get(name)) is not None:
            merged[name] = value
    if not (merged.get("FilterCriteria") or {}).get("Filters"):
        merged.pop("FilterCriteria", None)
    return {name: value for name, value in merged.items() if value != {} or name in _DEFAULTS}


class Mapping:
    """One event source mapping: its settings, its state and its poller."""

    def __init__(
        self,
        simulation: Simulation,
        functions: Functions,
        access: Access,
        queue: Queue,
        function_arn: str,
        settings: dict[str, Any],
        enabled: bool,
    ) -> None:
        self._simulation = simulation
        self._changes = 0
        self.uuid = str(mock_random.uuid4())
        self.queue = queue
        reader = QueueReader(queue, self, functions, access)
        self.poller = Poller(simulation, functions, queue, reader, self)
        self.tags: dict[str, str] = {}
        self._apply(function_arn, settings)
        self.state = "Creating" if enabled else "Disabled"
        self._become("Enabled" if enabled else "Disabled")

    # What the poller reads

    @property
    def batch_size(self) -> int:
        return int(self.settings["BatchSize"])

    @property
    def batching_window(self) -> int:
        """Seconds."""
        return int(self.settings["MaximumBatchingWindowInSeconds"])

    @property
    def reports_batch_item_failures(self) -> bool:
        return REPORT_BATCH_ITEM_FAILURES in self.settings["FunctionResponseTypes"]

    # What the API changes

    def update(self, function_arn: str, settings: dict[str, Any], enabled: bool) -> None:
        """Until the change is through, nothing is polled."""
        self._apply(function_arn, settings)
        self.poller.stop()
        if enabled == self.is_working:
            self.state = "Updating"
        else:
            self.state = "Enabling" if enabled else "Disabling"
        self._become("Enabled" if enabled else "Disabled")

    def delete(self) -> None:
        self.state = "Deleting"
        self.poller.stop()
        self._become("Deleted")

    @property
    def is_working(self) -> bool:
        """Whether the mapping polls, or is about to."""
        return self._destination == "Enabled"

    def describe(self) -> dict[str, Any]:
        """The fields that AWS was recorded to answer with.

        LastProcessingResult is one only while the queue cannot be read: of mappings without such
        trouble AWS was recorded to say nothing there.
        """
        region, account = self.queue.region, self.queue.account_id
        problem = self.poller.problem if self.state == "Enabled" else None
        return {
            **({"LastProcessingResult": f"PROBLEM: {problem}"} if problem else {}),
            "UUID": self.uuid,
            "EventSourceArn": self.queue.queue_arn,
            "EventSourceMappingArn": (
                f"arn:aws:lambda:{region}:{account}:event-source-mapping:{self.uuid}"
            ),
            "FunctionArn": self.function_arn,
            "State": self.state,
            "StateTransitionReason": "USER_INITIATED",
            "LastModified": self._modified,
            **self.settings,
        }

    def _apply(self, function_arn: str, settings: dict[str, Any]) -> None:
        self.function_arn = function_arn
        self.settings = settings
        self.scaling = Scaling.of(settings)
        self.filters = Filters(settings.get("FilterCriteria"))
        self._modified = self._simulation.clock.unix()

    def _become(self, state: str) -> None:
        self._destination = state
        self._changes += 1
        self._simulation.start(self._transition(state, self._changes))

    def _transition(self, state: str, change: int) -> Steps[None]:
        yield self._simulation.timeout(TRANSITION)
        if change == self._changes:  # nobody changed it again in the meantime
            self.state = state
            if state == "Enabled":
                self.poller.start()


class Mappings:
    """The event source mappings of one account."""

    def __init__(
        self,
        simulation: Simulation,
        functions: Functions,
        access: Access,
        queues: QueueFinder,
    ) -> None:
        self._simulation = simulation
        self._functions = functions
        self._access = access
        self._queues = queues
        self._mappings: dict[str, Mapping] = {}

    def all(self) -> list[Mapping]:
        return list(self._mappings.values())

    def create(self, request: dict[str, Any]) -> Mapping:
        """Make a mapping; AWS's errors for what it refuses (`validation`)."""
        arn = request.get("EventSourceArn")
        if not arn:
            raise InvalidParameterValueException("Unrecognized event source.")
        validation.check_ranges(request)
        function_arn, function = self._function(request["FunctionName"])
        queue = self._queue(arn)
        for other in self._mappings.values():
            if other.queue is queue and other.function_arn == function_arn:
                name = request["FunctionName"].rpartition(":")[2]
                raise ResourceConflict(
                    f'An event source mapping with SQS arn (" {arn} ") and function '
                    f'(" {name} ") already exists. Please update or delete the existing '
                    f"mapping with UUID {other.uuid}"
                )
        settings = merge(_DEFAULTS, request)
        self._check(settings, queue, function)
        mapping = Mapping(
            self._simulation,
            self._functions,
            self._access,
            queue,
            function_arn,
            settings,
            enabled=request.get("Enabled", True),
        )
        mapping.tags.update(request.get("Tags") or {})
        self._mappings[mapping.uuid] = mapping
        return mapping

    def get(self, uuid: str) -> Mapping:
        if uuid not in self._mappings:
            raise ResourceNotFound
        return self._mappings[uuid]

    def find_tagged(self, arn: str) -> Mapping | None:
        """The mapping of an ARN; None: it is the ARN of something else."""
        _, kind, uuid = arn.rpartition(":event-source-mapping:")
        if kind and uuid not in self._mappings:
            raise ResourceNotFound(f"Event source mapping not found: {arn}")
        return self._mappings[uuid] if kind else None

    def find(self, event_source_arn: str | None, function_name: str | None) -> list[Mapping]:
        function_arn = (
            self._functions.resolve(parse_name(function_name))[0] if function_name else None
        )
        return [
            mapping
            for mapping in self._mappings.values()
            if event_source_arn in (None, mapping.queue.queue_arn)
            and function_arn in (None, mapping.function_arn)
        ]

    def update(self, uuid: str, request: dict[str, Any]) -> Mapping:
        mapping = self.get(uuid)
        validation.check_ranges(request)
        function_arn, function = self._function(request.get("FunctionName") or mapping.function_arn)
        settings = merge(mapping.settings, request)
        self._check(settings, mapping.queue, function)
        mapping.update(function_arn, settings, request.get("Enabled", mapping.is_working))
        return mapping

    def delete(self, uuid: str) -> Mapping:
        mapping = self.get(uuid)
        mapping.delete()
        self._simulation.start(self._forget(uuid))
        return mapping

    def _forget(self, uuid: str) -> Steps[None]:
        yield self._simulation.timeout(TRANSITION)
        self._mappings.pop(uuid, None)

    def _check(self, settings: dict[str, Any], queue: Queue, function: LambdaFunction) -> None:
        """Refuse settings that do not fit the queue, and a role that may not read it."""
        if complaint := self._access.missing_for_event_source(function.role, queue.queue_arn):
            raise InvalidParameterValueException(complaint)
        validation.check_for_queue(settings, queue, function)

    def _function(self, name: str) -> tuple[str, LambdaFunction]:
        """The ARN to invoke, with the qualifier that was asked for, and the function."""
        try:
            return self._functions.resolve(parse_name(name))
        except UnknownFunctionException:
            # Recorded: test_event_source_mapping_exceptions.
            raise InvalidParameterValueException("Function does not exist") from None

    def _queue(self, arn: str) -> Queue:
        queue = self._queues.find(arn)
        if queue is None:
            # Recorded: test_esm_with_not_existing_sqs_queue.
            raise InvalidParameterValueException(
                "Error occurred while ReceiveMessage. SQS Error Code: "
                "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
                "The specified queue does not exist."
            )
        return queue
