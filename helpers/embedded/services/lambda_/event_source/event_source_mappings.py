"""Event source mappings: what the Lambda API says about them, and the pollers they own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import (
    InvalidParameterValueException,
    LambdaClientError,
    UnknownFunctionException,
)
from moto.awslambda.models import LambdaFunction

from helpers.embedded.door.access.access import Access
from helpers.embedded.services.lambda_.event_source import validation
from helpers.embedded.services.lambda_.event_source.mapping import Mapping, QueueFinder
from helpers.embedded.services.lambda_.execution.functions import Functions
from helpers.embedded.services.lambda_.function_names import parse_name
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.time.simulation import Simulation

_DEFAULTS: dict[str, Any] = {
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
}

_OPTIONAL = (
    "FilterCriteria",
    "KMSKeyArn",
    "MetricsConfig",
    "ProvisionedPollerConfig",
    "ScalingConfig",
)


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


class Mappings:
    """The event source mappings of one account.

    Args:
        check_key: refuses a function's ARN with a key that filters cannot be kept under.
    """

    def __init__(
        self,
        simulation: Simulation,
        functions: Functions,
        access: Access,
        queues: QueueFinder,
        check_key: Callable[[str, str | None], None],
    ) -> None:
        self._simulation = simulation
        self._functions = functions
        self._access = access
        self._queues = queues
        self._check_key = check_key
        self._mappings: dict[str, Mapping] = {}

    def all(self) -> list[Mapping]:
        """Those that a list shows, oldest first."""
        gone = [uuid for uuid, mapping in self._mappings.items() if mapping.is_gone]
        for uuid in gone:
            del self._mappings[uuid]
        return list(self._mappings.values())

    def create(self, request: dict[str, Any]) -> Mapping:
        """Make a mapping; AWS's errors for what it refuses (`validation`)."""
        arn = request.get("EventSourceArn")
        if not arn:
            raise InvalidParameterValueException("Unrecognized event source.")
        validation.check_ranges(request)
        function_arn, function = self._function(request["FunctionName"])
        queue = self._queue(arn)
        for other in self.all():
            if other.queue.queue_arn == queue.queue_arn and other.function_arn == function_arn:
                name = request["FunctionName"].rpartition(":")[2]
                raise ResourceConflict(
                    f'An event source mapping with SQS arn (" {arn} ") and function '
                    f'(" {name} ") already exists. Please update or delete the existing '
                    f"mapping with UUID {other.uuid}"
                )
        settings = merge(_DEFAULTS, request)
        self._check(request, settings, queue, function)
        mapping = Mapping(
            self._simulation,
            self._functions,
            self._access,
            self._queues,
            queue,
            function_arn,
            settings,
            enabled=request.get("Enabled", True),
        )
        mapping.tags.update(request.get("Tags") or {})
        self._mappings[mapping.uuid] = mapping
        return mapping

    def get(self, uuid: str) -> Mapping:
        mapping = self._mappings.get(uuid)
        if mapping is None or mapping.is_gone:
            raise ResourceNotFound
        return mapping

    def find_tagged(self, arn: str) -> Mapping | None:
        """The mapping of an ARN; None: it is the ARN of something else."""
        _, kind, uuid = arn.rpartition(":event-source-mapping:")
        if not kind:
            return None
        try:
            return self.get(uuid)
        except ResourceNotFound:
            raise ResourceNotFound(f"Event source mapping not found: {arn}") from None

    def find(self, event_source_arn: str | None, function_name: str | None) -> list[Mapping]:
        function_arn = (
            self._functions.resolve(parse_name(function_name))[0] if function_name else None
        )
        return [
            mapping
            for mapping in self.all()
            if event_source_arn in (None, mapping.queue.queue_arn)
            and function_arn in (None, mapping.function_arn)
        ]

    def update(self, uuid: str, request: dict[str, Any], *, is_waited_for: bool = False) -> Mapping:
        """Change a mapping.

        Args:
            is_waited_for: by CloudFormation, which asks again until a change of before is
                through; its stacks take no lab time here, so that change is overtaken.

        Raises:
            ResourceNotFound, ResourceInUse: it is gone, or a change of before is not through.
        """
        mapping = self.get(uuid)
        validation.check_ranges(request)
        function_arn, function = self._function(request.get("FunctionName") or mapping.function_arn)
        settings = merge(mapping.settings, request)
        self._check(request, settings, mapping.queue, function)
        if not is_waited_for:  # the last check (recorded: ..._default_batch_size)
            mapping.check_stable("update")
        mapping.update(function_arn, settings, request.get("Enabled", mapping.is_working))
        return mapping

    def delete(self, uuid: str, *, is_waited_for: bool = False) -> Mapping:
        """Begin to delete a mapping; arguments and errors are those of `update`."""
        mapping = self.get(uuid)
        if not is_waited_for or mapping.state == "Deleting":
            mapping.check_stable("delete")
        mapping.delete()
        return mapping

    def _check(
        self,
        request: dict[str, Any],
        settings: dict[str, Any],
        queue: Queue,
        function: LambdaFunction,
    ) -> None:
        """Refuse settings that do not fit the queue, and a role that may not read it."""
        if complaint := self._access.missing_for_event_source(function.role, queue.queue_arn):
            raise InvalidParameterValueException(complaint)
        validation.check_kind(request)
        validation.check_for_queue(settings, queue, function)
        self._check_key(function.function_arn, request.get("KMSKeyArn"))

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
