"""How a function's log is written, and how much of it (API LoggingConfig).

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

LEVELS = {
    "TRACE": 0,
    "DEBUG": 1,
    "INFO": 2,
    "WARN": 3,
    "ERROR": 4,
    "FATAL": 5,
    "WARNING": 3,
    "CRITICAL": 5,
}
"""The most detailed first; Python's names beside Lambda's."""

JSON = "JSON"


class LoggingConfig(NamedTuple):
    """Where a function's log goes, in which format, and from which levels on."""

    group: str
    log_format: str = "Text"
    application_level: str = "INFO"
    system_level: str = "INFO"

    @property
    def is_json(self) -> bool:
        return self.log_format == JSON

    def changed(self, given: Mapping[str, Any]) -> LoggingConfig:
        """With what a request gives; text has no levels, so that JSON begins with the usual ones.

        Recorded: test_function_partial_advanced_logging_configuration_update and
        test_advanced_logging_configuration_format_switch.
        """
        new = LoggingConfig(
            given.get("LogGroup") or self.group, given.get("LogFormat") or self.log_format
        )
        if not new.is_json:
            return new
        return new._replace(
            application_level=given.get("ApplicationLogLevel") or self.application_level,
            system_level=given.get("SystemLogLevel") or self.system_level,
        )

    def describe(self) -> dict[str, str]:
        levels = {
            "ApplicationLogLevel": self.application_level,
            "SystemLogLevel": self.system_level,
        }
        shown = {"LogFormat": self.log_format, "LogGroup": self.group}
        return shown | (levels if self.is_json else {})

    def variables(self) -> dict[str, str]:
        """What the runtime is told of it."""
        if not self.is_json:
            return {}
        return {"AWS_LAMBDA_LOG_FORMAT": JSON, "AWS_LAMBDA_LOG_LEVEL": self.application_level}
