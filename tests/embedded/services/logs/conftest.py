"""Metrics made of log lines are read as all others are."""

from tests.embedded.services.cloudwatch.conftest import cloudwatch, read

__all__ = ["cloudwatch", "read"]
