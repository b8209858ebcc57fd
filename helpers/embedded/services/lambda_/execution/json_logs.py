"""A function's log as JSON: Lambda's own lines are events of its Telemetry API, filtered by level.

https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
Modelled: `metrics` are those that the account knows; `spans` and `tracing` are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from helpers.embedded.services.lambda_.execution.function_logs import (
    Figures,
    InvocationLog,
    runtime_arn,
    runtime_version,
)
from helpers.embedded.services.lambda_.execution.invoke_phase import TIMED_OUT, Outcome
from helpers.embedded.services.lambda_.function_versions import FunctionVersion
from helpers.embedded.services.lambda_.logging_config import LEVELS
from helpers.embedded.services.logs.filter_patterns import json_object
from helpers.embedded.time.clock import MILLISECOND, Clock

_INIT = {"initializationType": "on-demand", "phase": "init"}


def begin_log(version: FunctionVersion, clock: Clock) -> InvocationLog:
    """The log of an invocation, in the function's format."""
    kind = JsonLog if version.logging.is_json else InvocationLog
    return kind(version, clock)


class JsonLog(InvocationLog):
    """What one invocation leaves in its log, as JSON."""

    def initialisation(self, region: str, note: str = "") -> None:
        record = {
            **_INIT,
            "runtimeVersion": runtime_version(self._version.runtime),
            "runtimeVersionArn": runtime_arn(region),
            "functionName": self._version.name,
            "functionVersion": self._version.version,
            **({"note": note.strip()} if note else {}),
        }
        self._note("initStart", "INFO", record)

    def initialised(self, duration: int, is_timeout: bool = False) -> None:
        status = "timeout" if is_timeout else "success"
        level = "WARN" if is_timeout else "DEBUG"
        record: dict[str, Any] = {**_INIT, "status": status}
        self._note("initRuntimeDone", level, record)
        self._note("initReport", level, record | {"metrics": {"durationMs": _ms(duration)}})

    def start(self, request_id: str) -> None:
        record = {"requestId": request_id, "version": self._version.version}
        self._note("start", "INFO", record)

    def output(self, entries: Iterable[str]) -> None:
        """Printed text has no level, and counts as INFO; so does JSON without one."""
        least = LEVELS[self._version.logging.application_level]
        self.entries += [each for each in entries if _level_of(each) >= least]

    def end(self, outcome: Outcome) -> None:
        status, level, error = "success", "INFO", {}
        if outcome.error is not None:
            status, level = "timeout" if outcome.error == TIMED_OUT else "error", "WARN"
        if status == "error":
            error = {"errorType": outcome.error}
        size = len(outcome.payload.encode()) if outcome.error is None else 0
        done = {"durationMs": _ms(outcome.duration), "producedBytes": size}
        figures = Figures.of(outcome, self._version.memory_mb)
        metrics: dict[str, Any] = {
            "durationMs": _ms(outcome.duration),
            "billedDurationMs": figures.billed,
            "memorySizeMB": self._version.memory_mb,
            "maxMemoryUsedMB": figures.memory_used,
        }
        if outcome.init_duration is not None:
            metrics["initDurationMs"] = _ms(outcome.init_duration)
        named = {"requestId": outcome.request_id}
        self._note(
            "runtimeDone",
            "DEBUG" if level == "INFO" else level,
            {**named, "status": status, **error, "metrics": done},
        )
        self._note("report", level, {**named, "metrics": metrics, "status": status, **error})

    def _note(self, kind: str, level: str, record: dict[str, Any]) -> None:
        """An event of Lambda's own, if it is not below the level that the log begins with."""
        if LEVELS[level] < LEVELS[self._version.logging.system_level]:
            return
        moment = f"{self._clock.now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
        event = {"time": moment, "type": f"platform.{kind}", "record": record}
        self.entries.append(json.dumps(event, separators=(",", ":")))


def _ms(duration: int) -> float:
    return round(duration / MILLISECOND, 3)


def _level_of(entry: str) -> int:
    document = json_object(entry) if entry.startswith("{") else None
    name = str((document or {}).get("level", "INFO")).upper()
    return LEVELS.get(name, LEVELS["INFO"])
