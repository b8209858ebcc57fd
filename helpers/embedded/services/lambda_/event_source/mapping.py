"""One event source mapping: its settings, the states it goes through, and its poller.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
"""

from __future__ import annotations

from typing import Any, Protocol

from moto.awslambda.exceptions import LambdaClientError

from helpers.embedded.door.access.access import Access
from helpers.embedded.services.lambda_.event_source.batch_response import REPORT_BATCH_ITEM_FAILURES
from helpers.embedded.services.lambda_.event_source.filters import Filters
from helpers.embedded.services.lambda_.event_source.poller import Poller
from helpers.embedded.services.lambda_.event_source.queue_reader import QueueReader
from helpers.embedded.services.lambda_.event_source.records import build_record
from helpers.embedded.services.lambda_.event_source.scaling import Scaling
from helpers.embedded.services.lambda_.execution.functions import Functions
from helpers.embedded.services.sqs.message import Message
from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.embedded.uuids import new_uuid

TRANSITION = 2 * SECOND
"""How long a mapping is Creating, Enabling, Disabling or Deleting. Modelled."""


STABLE = ("Enabled", "Disabled")
"""States in which a mapping can be changed and deleted; in all others it is in use."""


class QueueFinder(Protocol):
    def find(self, arn: str) -> Queue | None: ...


class ResourceInUse(LambdaClientError):
    """A change is under way. `verb`: "update" or "delete"."""

    def __init__(self, verb: str) -> None:
        super().__init__(
            "ResourceInUseException",
            f"Cannot {verb} the event source mapping because it is in use.",
        )


class Mapping:
    """One event source mapping: its settings, its state and its poller."""

    def __init__(
        self,
        simulation: Simulation,
        functions: Functions,
        access: Access,
        queues: QueueFinder,
        queue: Queue,
        function_arn: str,
        settings: dict[str, Any],
        enabled: bool,
    ) -> None:
        self._simulation = simulation
        self._changes = 0
        self.uuid = new_uuid()
        self._queues = queues
        self.queue = queue
        self.poller = Poller(simulation, functions, QueueReader(self, functions, access), self)
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

    def find_queue(self) -> bool:
        """Whether the queue is there; if it was deleted, another of its name takes its place."""
        if self.queue.deleted and (found := self._queues.find(self.queue.queue_arn)):
            self.queue = found
        return not self.queue.deleted

    # What the API changes

    def check_stable(self, verb: str) -> None:
        """Raises ResourceInUse: an earlier change is not through yet."""
        if self.state not in STABLE:
            raise ResourceInUse(verb)

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
        """Nothing is polled from now on; the mapping is seen until it is gone."""
        self.state = "Deleting"
        self.poller.stop()
        self._become("Deleted")

    @property
    def is_gone(self) -> bool:
        return self.state == "Deleted"

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
        self.filters = Filters(settings.get("FilterCriteria"), self._build_record)
        self._modified = self._simulation.clock.unix()

    def _build_record(self, message: Message) -> dict[str, Any]:
        return build_record(message, self.queue, self.batching_window > 0)

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
