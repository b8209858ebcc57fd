"""The SQS part of one account: where the rest of the account finds its queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

from moto.core.request import Request
from moto.sqs.models import sqs_backends

from helpers.embedded.door.gateway import Gateway
from helpers.embedded.moto_seams.backends import ReplacedBackend
from helpers.embedded.services.cloudwatch.published.queue_meter import QueueMeter
from helpers.embedded.services.sqs.api import SqsApi, is_receive_valid
from helpers.embedded.services.sqs.backend import Backend
from helpers.embedded.services.sqs.cipher import KeyUse
from helpers.embedded.services.sqs.disorder import Disorder
from helpers.embedded.services.sqs.queue import Queue, Surroundings
from helpers.embedded.services.sqs.queue_urls import parse_queue_url
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.embedded.time.trace import Trace
from helpers.embedded.wire import ApiRequest


class Queues:
    """All queues of an account, in every Region.

    Args:
        keys: KMS, for queues that are encrypted with a key of it.
        standard_order: "best-effort": a standard queue hands out messages in the order in which
            they became visible; "shuffled": in any order, as SQS is allowed to.
        duplicates: probability that a standard queue delivers a message once more.
        seed: of the disorder; the same seed gives the same disorder.
        meters: where the meters of all queues are kept for their metrics.
    """

    def __init__(
        self,
        simulation: Simulation,
        trace: Trace,
        keys: KeyUse,
        *,
        standard_order: str = "best-effort",
        duplicates: float = 0.0,
        seed: int = 0,
        meters: list[QueueMeter] | None = None,
    ) -> None:
        if standard_order not in ("best-effort", "shuffled"):
            raise ValueError(
                f'standard_order must be "best-effort" or "shuffled", not {standard_order!r}'
            )
        if not 0 <= duplicates <= 1:
            raise ValueError(f"duplicates must be between 0 and 1, not {duplicates!r}")
        disorder = Disorder(standard_order == "shuffled", duplicates, seed)
        self.around = Surroundings(simulation, trace, keys, disorder, meters)
        self._simulation = simulation
        self._replaced: ReplacedBackend | None = None

    def install(self) -> None:
        """Make moto use our queues, from its next account on. `close` undoes it."""
        if self._replaced is None:
            self._replaced = ReplacedBackend(sqs_backends, Backend, self)

    def close(self) -> None:
        """Give moto its own queues back and let go of all messages, which moto would keep."""
        if self._replaced is not None:
            for queue in self.all():
                queue.close()
            Queue.instances_tracked.clear()  # type: ignore[attr-defined]  # moto's metaclass
            self._replaced.restore()
            self._replaced = None

    def attach(self, gateway: Gateway) -> None:
        """Take the place of moto's queues, and let long polls wait in lab time."""
        self.install()
        gateway.waits("sqs", "ReceiveMessage", self._long_poll)

    def handler(self, request: Request, url: str, headers: Any) -> Any:
        """Answers a request to SQS, in the place of moto's own handler."""
        return SqsApi().dispatch_request(request, url, headers)

    def find(self, arn: str) -> Queue | None:
        """The queue with that ARN."""
        found = (backend.by_arn(arn) for backend in self._backends())
        return next((queue for queue in found if queue is not None), None)

    def all(self) -> Iterable[Queue]:
        """Every queue of the account, by Region and in the order of creation."""
        for backend in self._backends():
            yield from backend.queues.values()

    def _backends(self) -> Iterator[Backend]:
        if self._replaced is not None:
            yield from self._replaced.all()

    def _long_poll(self, request: ApiRequest) -> Steps[None]:
        """Wait for a message as long as the request asks for; moto's handler answers then."""
        parameters = _parameters(request)
        queue = self._at(str(parameters.get("QueueUrl", "")), request)
        if queue is None or not is_receive_valid(parameters):
            return None
        asked = parameters.get("WaitTimeSeconds")
        seconds = queue.receive_message_wait_time_seconds if asked is None else int(asked)
        if seconds:
            yield from queue.wait_for_messages(self._simulation.now + seconds * SECOND)
        return None

    def _at(self, url: str, request: ApiRequest) -> Queue | None:
        owner, name = parse_queue_url(url or request.path)
        region = request.scope[1] if request.scope else None
        return next(
            (
                backend.queues[name]
                for backend in self._backends()
                if name in backend.queues
                and region in (None, backend.region_name)
                and owner in (None, backend.account_id)
            ),
            None,
        )


def _parameters(request: ApiRequest) -> dict[str, Any]:
    """The parameters of a request in the JSON or in the query protocol."""
    if request.header("X-Amz-Target"):
        return request.json()
    return {name: texts[0] for name, texts in parse_qs(request.body.decode()).items()}
