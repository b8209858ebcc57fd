"""SQS in an embedded account: all its queues, and the requests about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from moto.sqs.models import sqs_backends

from helpers.embedded.moto_seams.backends import ReplacedBackend, backend_at
from helpers.embedded.service import Call, Service
from helpers.embedded.services.parts import Parts
from helpers.embedded.services.sqs.api import SqsApi, is_receive_valid
from helpers.embedded.services.sqs.authorization import SqsAuthorization
from helpers.embedded.services.sqs.backend import SqsBackend
from helpers.embedded.services.sqs.disorder import Disorder
from helpers.embedded.services.sqs.members import MEMBERS
from helpers.embedded.services.sqs.queue import Place, Queue, Surroundings, parse_queue_url
from helpers.embedded.services.sqs.queue_keys import KeysForQueues
from helpers.embedded.services.sqs.send_message import Entry, arrive
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Steps

if TYPE_CHECKING:
    from helpers.embedded.services.kms.service import KmsService


class SqsService(Service):
    """All queues of an account, in every Region."""

    name = "sqs"
    members = MEMBERS
    api = SqsApi

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        self.by_place: dict[Place, Queue] = {}
        """Every queue of the account."""
        parts.access.learn(self.name, SqsAuthorization(parts.access, self.by_place))
        self.around = Surroundings(
            parts.simulation,
            parts.trace,
            KeysForQueues(
                lambda: cast("KmsService", parts.load("kms")),
                parts.access,
                parts.trace,
                settings.seed,
            ),
            Disorder(settings.standard_order == "shuffled", settings.duplicates, settings.seed),
            parts.telemetry.queues.meters,
            parts.access.sender_id,
        )
        self.waits = {"ReceiveMessage": self._long_poll}
        self._simulation = parts.simulation
        self._replaced = ReplacedBackend(sqs_backends, SqsBackend, self)

    def close(self) -> None:
        """Give moto its own queues back and let go of all messages, which moto would keep."""
        for queue in self.all():
            queue.close()
        Queue.instances_tracked.clear()  # type: ignore[attr-defined]  # moto's metaclass
        self._replaced.restore()

    def takes_time(self, call: Call) -> bool:
        """A receive does, but for a short poll that finds nothing: that one changes nothing."""
        queue = self._queue_of(call)
        if queue is None or not is_receive_valid(call.parameters):
            return False
        return _seconds_to_wait(queue, call) > 0 or queue.counts().visible > 0

    def find(self, arn: str) -> Queue | None:
        """The queue with that ARN."""
        found = (backend.by_arn(arn) for backend in self._backends())
        return next((queue for queue in found if queue is not None), None)

    def let_arrive(self, url: str, arrivals: Iterable[tuple[int, Entry]]) -> None:
        """Have messages arrive (`arrive`). LookupError: there is no queue with that URL."""
        name = parse_queue_url(url).name
        queue = next((queue for queue in self.all() if queue.name == name), None)
        if queue is None:
            raise LookupError(f"There is no queue {url}.")
        steps = arrive(self._simulation, queue, arrivals)
        self._simulation.start(steps, f"what arrives in {queue.name}")

    def all(self) -> Iterable[Queue]:
        """Every queue of the account, by Region and in the order of creation."""
        for backend in self._backends():
            yield from backend.queues.values()

    def _backends(self) -> Iterator[SqsBackend]:
        return self._replaced.all()

    def _long_poll(self, call: Call) -> Steps[None]:
        """Wait for a message as long as the request asks for; the answer is made then."""
        queue = self._queue_of(call)
        if queue is None or not is_receive_valid(call.parameters):
            return
        if seconds := _seconds_to_wait(queue, call):
            yield from queue.wait_for_messages(self._simulation.now + seconds * SECOND)

    def _queue_of(self, call: Call) -> Queue | None:
        owner, name = parse_queue_url(call.first("QueueUrl") or call.request.path)
        backend = backend_at(sqs_backends, owner or call.account, call.region)
        return backend.queues.get(name) if backend else None


def _seconds_to_wait(queue: Queue, call: Call) -> int:
    asked = call.parameters.get("WaitTimeSeconds")
    return queue.receive_message_wait_time_seconds if asked is None else int(asked)


connect = SqsService
