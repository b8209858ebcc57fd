"""Functions whose work is declared (`helpers.modelled_work`): environments without a process.

The account knows the one file of such a package, so it knows what the handler would do: how long
it sleeps, which messages fail. It draws the same numbers, and runs nothing. All around it is as
ever: concurrency, timeouts, cold starts, retries, metrics, cost. Where it is met it is called
modelled: in the names of log streams, which the trace has too, and in the log.
"""

from __future__ import annotations

import json
import zipfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from helpers import modelled_work
from helpers.embedded.services.lambda_.execution.function_logs import InvocationLog
from helpers.embedded.services.lambda_.execution.invoke_phase import (
    TIMED_OUT,
    Order,
    Outcome,
    timed_out,
)
from helpers.embedded.time.clock import SECOND
from helpers.embedded.time.simulation import Simulation, Steps
from helpers.modelled_work import DECLARATION, Work, WorkFailed, answer, count_messages

_CODE = Path(modelled_work.__file__)


@lru_cache(maxsize=64)
def find_work(package: bytes, handler: str, layers: tuple[str, ...] = ()) -> Work | None:
    """The work that a package declares; None: its code is to be run, because it has code that is
    not this account's own, or declares nothing that makes sense."""
    if handler != modelled_work.HANDLER or layers:
        return None
    with zipfile.ZipFile(BytesIO(package)) as archive:
        if sorted(archive.namelist()) != sorted((_CODE.name, DECLARATION)):
            return None
        if archive.read(_CODE.name) != _CODE.read_bytes():
            return None
        try:
            return Work.from_json(archive.read(DECLARATION).decode())
        except (ValueError, TypeError, KeyError):
            return None


class ModelledEnvironment:
    """An environment that is kept warm, counted and logged as any other, and runs nothing."""

    def __init__(self, work: Work, log_stream: str, now: int) -> None:
        self._work = work
        self.log_stream = _named_modelled(log_stream)
        self.created_at = now
        self.idle_since = 0
        self._random = work.draws(log_stream)
        self._good = '{"batchItemFailures": []}' if work.reports_failures else "null"
        """What is returned when nothing failed."""

    def invoke(
        self,
        simulation: Simulation,
        order: Order,
        messages: int | None,
        log: InvocationLog,
        region: str | None,
    ) -> Steps[tuple[Outcome, list[str]]]:
        """One invocation and its log.

        Args:
            messages: how many a queue's event brings; None: nobody has counted them.
            region: of a cold start; None: the environment is warm.
        """
        began = simulation.now
        if region is not None:
            log.initialisation(region, f"\tNothing runs; the work is {self._work}")
            yield simulation.timeout(round(self._work.cold_start * SECOND))
        initialised = simulation.now
        log.start(order.request_id)
        outcome = yield from self._work_on(simulation, order, messages)
        if outcome.error not in (None, TIMED_OUT):
            said = json.loads(outcome.payload)["errorMessage"]
            log.output([f"[ERROR] {outcome.error}: {said}"])
        if region is not None:
            outcome = outcome._replace(init_duration=initialised - began)
        log.end(outcome)
        return outcome, log.entries

    def _work_on(
        self, simulation: Simulation, order: Order, messages: int | None
    ) -> Steps[Outcome]:
        event = None if messages else json.loads(order.event)
        count = messages or count_messages(event)
        duration = round(self._work.seconds(count, self._random) * SECOND)
        limit = order.timeout * SECOND
        yield simulation.timeout(min(duration, limit))
        if duration >= limit:
            return timed_out(order.request_id, limit, order.timeout)
        failed = self._work.failures(count, self._random)
        if not failed and event is None:  # a queue's event is read only if it must be
            return Outcome(order.request_id, self._good, None, duration)
        try:
            result = answer(self._work, json.loads(order.event), failed)
        except WorkFailed as failure:
            kind = type(failure).__name__
            error = {
                "errorMessage": str(failure),
                "errorType": kind,
                "requestId": order.request_id,
                "stackTrace": [],
            }
            return Outcome(order.request_id, json.dumps(error), kind, duration)
        return Outcome(order.request_id, json.dumps(result), None, duration)

    def kill(self) -> None:
        """There is no process to end."""


def _named_modelled(log_stream: str) -> str:
    """The stream's name ends in 32 digits; the first of them give way."""
    return f"{log_stream[:-32]}modelled{log_stream[-24:]}"
