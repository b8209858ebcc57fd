"""The SQS part of one account: where the rest of the account finds its queues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

import moto.sqs.models
from moto.core.request import Request

from helpers.embedded.clock import SECOND
from helpers.embedded.gateway import Gateway
from helpers.embedded.simulation import Simulation, Steps
from helpers.embedded.sqs.api import SqsApi
from helpers.embedded.sqs.backend import Backend
from helpers.embedded.sqs.queue import Disorder, Queue, Surroundings
from helpers.embedded.trace import Trace
from helpers.embedded.wire import ApiRequest


class Queues:
    """All queues of an account, in every Region.

    Args:
        standard_order: "best-effort": a standard queue hands out messages in the order in which
            they became visible; "shuffled": in any order, as SQS is allowed to.
        duplicates: probability that a standard queue delivers a message once more.
        seed: of the disorder; the same seed gives the same disorder.
    """

    def __init__(
        self,
        simulation: Simulation,
        trace: Trace,
        *,
        standard_order: str = "best-effort",
        duplicates: float = 0.0,
        seed: int = 0,
    ) -> None:
        if standard_order not in ("best-effort", "shuffled"):
            raise ValueError(
                f'standard_order must be "best-effort" or "shuffled", not {standard_order!r}'
            )
        if not 0 <= duplicates <= 1:
            raise ValueError(f"duplicates must be between 0 and 1, not {duplicates!r}")
        disorder = Disorder(standard_order == "shuffled", duplicates, seed)
        self.around = Surroundings(simulation, trace, disorder)
        self._simulation = simulation
        self._replaced: type | None = None

    def install(self) -> None:
        """Make moto use our queues, from its next account on. `close` undoes it."""
        backends = moto.sqs.models.sqs_backends
        if self._replaced is None:
            self._replaced = backends.backend
            backends.clear()
            backends.backend = type("AccountBackend", (Backend,), {"account": self})

    def close(self) -> None:
        if self._replaced is not None:
            moto.sqs.models.sqs_backends.backend = self._replaced
            moto.sqs.models.sqs_backends.clear()
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
        return next((queue for queue in self.all() if queue.queue_arn == arn), None)

    def all(self) -> Iterable[Queue]:
        """Every queue of the account, by Region and in the order of creation."""
        for backend in self._backends():
            yield from backend.queues.values()

    def _backends(self) -> Iterator[Backend]:
        for _, _, backend in moto.sqs.models.sqs_backends.iter_backends():
            if isinstance(backend, Backend):
                yield backend

    def _long_poll(self, request: ApiRequest) -> Steps[None]:
        """Wait for a message as long as the request asks for; moto's handler answers then."""
        parameters = _parameters(request)
        queue = self._at(str(parameters.get("QueueUrl", "")), request)
        if queue is None:
            return None
        seconds = _wait_seconds(parameters.get("WaitTimeSeconds"), queue)
        if 0 < seconds <= 20:
            yield from queue.wait_for_messages(self._simulation.now + seconds * SECOND)
        return None

    def _at(self, url: str, request: ApiRequest) -> Queue | None:
        name = url.rpartition("/")[2] or request.path.rpartition("/")[2]
        region = request.scope[1] if request.scope else None
        return next(
            (
                backend.queues[name]
                for backend in self._backends()
                if name in backend.queues and region in (None, backend.region_name)
            ),
            None,
        )


def _wait_seconds(asked: Any, queue: Queue) -> int:
    """Seconds to wait; 0 where the request is not valid and is to be refused at once."""
    if asked is None:
        return queue.receive_message_wait_time_seconds
    try:
        return int(asked)
    except (TypeError, ValueError):
        return 0


def _parameters(request: ApiRequest) -> dict[str, Any]:
    """The parameters of a request in the JSON or in the query protocol."""
    if request.header("X-Amz-Target"):
        return request.json()
    return {name: texts[0] for name, texts in parse_qs(request.body.decode()).items()}
