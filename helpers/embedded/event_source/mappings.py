"""Event source mappings: what the Lambda API says about them, and the pollers they own."""

from __future__ import annotations

from typing import Any, Protocol

from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.moto_api._internal import mock_random

from helpers.embedded.clock import SECOND
from helpers.embedded.event_source.batch_response import REPORT_BATCH_ITEM_FAILURES
from helpers.embedded.event_source.poller import Poller
from helpers.embedded.runtime.functions import Functions
from helpers.embedded.simulation import Simulation, Steps
from helpers.embedded.sqs import Queue

TRANSITION = 2 * SECOND
"""How long a mapping is Creating, Enabling, Disabling or Deleting. Modelled."""

_KEPT_AS_GIVEN = (
    "FilterCriteria",
    "ScalingConfig",
    "MetricsConfig",
    "ProvisionedPollerConfig",
    "KMSKeyArn",
)


class QueueFinder(Protocol):
    def find(self, arn: str) -> Queue | None: ...


class ResourceConflict(LambdaClientError):
    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class ResourceNotFound(LambdaClientError):
    code = 404

    def __init__(self) -> None:
        super().__init__("ResourceNotFoundException", "The resource you requested does not exist.")


class Mapping:
    """One event source mapping: its settings, its state and its poller."""

    def __init__(
        self,
        simulation: Simulation,
        functions: Functions,
        queue: Queue,
        function_arn: str,
        settings: dict[str, Any],
    ) -> None:
        self._simulation = simulation
        self.uuid = str(mock_random.uuid4())
        self.queue = queue
        self.function_arn = function_arn
        self.settings: dict[str, Any] = {
            "BatchSize": 10,
            "MaximumBatchingWindowInSeconds": 0,
            "FunctionResponseTypes": [],
        }
        self.poller = Poller(simulation, functions, queue, self)
        self.state = "Creating"
        self._changes = 0
        self._touch(settings)
        self._become("Enabled" if settings.get("Enabled", True) else "Disabled")

    # What the poller reads

    @property
    def batch_size(self) -> int:
        return int(self.settings["BatchSize"])

    @property
    def batching_window(self) -> int:
        """Seconds."""
        return int(self.settings["MaximumBatchingWindowInSeconds"])

    @property
    def maximum_concurrency(self) -> int | None:
        limit = self.settings.get("ScalingConfig", {}).get("MaximumConcurrency")
        return None if limit is None else int(limit)

    @property
    def reports_batch_item_failures(self) -> bool:
        return REPORT_BATCH_ITEM_FAILURES in self.settings["FunctionResponseTypes"]

    # What the API changes

    def update(self, settings: dict[str, Any]) -> None:
        """Apply UpdateEventSourceMapping. Until the change is through, nothing is polled."""
        working = self.is_working
        self._touch(settings)
        self.poller.stop()
        wanted = settings.get("Enabled", working)
        if wanted == working:
            self.state = "Updating"
        else:
            self.state = "Enabling" if wanted else "Disabling"
        self._become("Enabled" if wanted else "Disabled")

    def delete(self) -> None:
        self.state = "Deleting"
        self.poller.stop()
        self._become("Deleted")

    @property
    def is_working(self) -> bool:
        """Whether the mapping polls, or is about to."""
        return self._destination == "Enabled"

    def describe(self) -> dict[str, Any]:
        """The fields that AWS was recorded to answer with."""
        region, account = self.queue.region, self.queue.account_id
        return {
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

    def _touch(self, settings: dict[str, Any]) -> None:
        self.settings.update(
            (name, settings[name])
            for name in (*self.settings, *_KEPT_AS_GIVEN)
            if settings.get(name) is not None
        )
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

    def __init__(self, simulation: Simulation, functions: Functions, queues: QueueFinder) -> None:
        self._simulation = simulation
        self._functions = functions
        self._queues = queues
        self._mappings: dict[str, Mapping] = {}

    def all(self) -> list[Mapping]:
        return list(self._mappings.values())

    def create(self, settings: dict[str, Any]) -> Mapping:
        """Raises AWS's errors for a missing queue or function and for a duplicate."""
        arn = settings.get("EventSourceArn", "")
        queue = self._queues.find(arn)
        if queue is None:
            raise InvalidParameterValueException(
                "Error occurred while ReceiveMessage. SQS Error Code: "
                "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
                "The specified queue does not exist."
            )
        function_arn = self._functions.find(settings["FunctionName"]).function_arn
        for other in self._mappings.values():
            if other.queue is queue and other.function_arn == function_arn:
                raise ResourceConflict(
                    f'An event source mapping with SQS arn (" {arn} ") and function '
                    f'(" {settings["FunctionName"]} ") already exists. '
                    f"Please update or delete the existing mapping with UUID {other.uuid}"
                )
        mapping = Mapping(self._simulation, self._functions, queue, function_arn, settings)
        self._mappings[mapping.uuid] = mapping
        return mapping

    def get(self, uuid: str) -> Mapping:
        if uuid not in self._mappings:
            raise ResourceNotFound
        return self._mappings[uuid]

    def find(self, event_source_arn: str | None, function_name: str | None) -> list[Mapping]:
        function_arn = self._functions.find(function_name).function_arn if function_name else None
        return [
            mapping
            for mapping in self._mappings.values()
            if event_source_arn in (None, mapping.queue.queue_arn)
            and function_arn in (None, mapping.function_arn)
        ]

    def update(self, uuid: str, settings: dict[str, Any]) -> Mapping:
        mapping = self.get(uuid)
        if name := settings.get("FunctionName"):
            mapping.function_arn = self._functions.find(name).function_arn
        mapping.update(settings)
        return mapping

    def delete(self, uuid: str) -> Mapping:
        mapping = self.get(uuid)
        mapping.delete()
        self._simulation.start(self._forget(uuid))
        return mapping

    def _forget(self, uuid: str) -> Steps[None]:
        yield self._simulation.timeout(TRANSITION)
        self._mappings.pop(uuid, None)
