"""Messages of producers outside this process: they arrive in lab time, without a client."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.embedded.services.sqs.queue import Queue
from helpers.embedded.services.sqs.send_message import Entry, send
from helpers.embedded.time.simulation import Simulation, Steps


def arrive(
    simulation: Simulation, queue: Queue, arrivals: Iterable[tuple[int, Entry]]
) -> Steps[None]:
    """Send each entry at its moment, microseconds of lab time; they stand in that order.

    They are read when they are due, so a generator may make a million of them.

    Raises:
        SQSException: SQS does not accept one; none of those after it is sent.
    """
    for moment, entry in arrivals:
        if moment > simulation.now:
            yield simulation.timeout(moment - simulation.now)
        if queue.deleted:
            return
        send(queue, entry)
